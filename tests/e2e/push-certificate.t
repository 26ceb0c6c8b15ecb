#!/bin/sh
# Pushes that are signed as a whole: git push --signed, over a path and over smart HTTP.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"

for k in alice bob mallory; do key $k; done
act_as alice
house
# law [WANTED]: who signs pushes to main
law() {
	{
		echo 'version: 1'
		echo 'identities:'
		identity alice "$me" alice
		identity bob bob
		cat <<EOF
scope: {refs: [refs/heads/**]}
rules:
  - name: pushes to main are signed
    refs: [refs/heads/main]
    push-certificate: ${1:-required}
EOF
	} | policy
}
law
check 'the policy is sound' refwall policy lint "$T/state/policy.yaml"
git init -q --bare "$T/kept.git"
git --git-dir "$T/kept.git" config receive.certNonceSeed mine
refwall install --config "$conf" "$T/kept.git" >"$T/.install" 2>&1 || bail 'refwall install'
is 'install keeps a seed that is set' "$(git --git-dir "$T/kept.git" config receive.certNonceSeed)" mine
repo shop
check 'install makes a seed' test "$(git --git-dir "$T/shop.git" config receive.certNonceSeed | tr -d '\n' | wc -c)" -eq 64

work shop
commit 'one'
fails 'a push that is not signed is refused' push main
has 'in words' "$T/push.out" 'push-certificate: the push is not signed'
has 'and it says what to do' "$T/push.out" 'mend +git push --signed'
has 'and names the seed' "$T/push.out" 'receive.certNonceSeed'
check 'a signed push goes in' push --signed main
check 'another branch asks for no certificate' push main:refs/heads/other
entries --kind certificate >"$T/certs"
is 'one certificate is kept' "$(wc -l <"$T/certs")" 1
index=$(sed -n 's/.*"kind":"certificate".*"push":\([0-9]*\).*/\1/p' "$T/certs")
refwall audit show --config "$conf" "$index" >"$T/shown"
has 'audit show gives it' "$T/shown" '"certificate":"certificate version 0.1\\npusher .*-----BEGIN SSH SIGNATURE-----'
has 'it names the ref' "$T/shown" ' refs/heads/main\\n-----BEGIN'
has 'who signed it is a signer of the push' "$T/shown" '"signers":\["alice"\]'

# ---- keys ----
# refused NAME PATTERN: a signed push that is refused
refused() {
	git commit -q --allow-empty -m "$1"
	fails "$1" push --signed main
	has "$1: it says so" "$T/push.out" "$2"
	git reset -q --hard HEAD^
}
act_as mallory
refused 'an unknown key' 'push certificate is signed with a key that the policy does not know'
law '{by: [bob]}'
act_as alice
refused 'somebody who may not sign here' 'push certificate is signed by somebody who may not sign here'
act_as bob
git commit -q --allow-empty -m 'by bob'
check 'who may sign, does' push --signed main
law
ssh-keygen -q -k -f "$T/state/revoked.krl" "$T/keys/bob.pub"
printf 'revoked: [revoked.krl]\n' >>"$T/state/policy.yaml"
refused 'a revoked key' 'push certificate is signed with a key that is revoked'
law
awk -v k="$(cut -d' ' -f2 "$T/keys/bob.pub")" 'index($0, k) { sub(/}\]$/, ", until: 2026-01-01}]") } { print }' \
	"$T/state/policy.yaml" >"$T/p"
policy <"$T/p"
refused 'a key that has ended' 'push certificate is signed with a key that is not valid any more'
law
act_as alice

# ---- replay and tampering: the hook as git would call it, with a certificate of our making ----
hook() {
	(cd "$T/shop.git" && printf '%s\n' "$lines" | GIT_DIR=. GIT_PUSH_CERT=$cert GIT_PUSH_CERT_NONCE=$given GIT_PUSH_CERT_STATUS=G \
		GIT_PUSH_CERT_SIGNER=alice GIT_PUSH_CERT_NONCE_STATUS=$status hooks/pre-receive) >"$T/push.out" 2>&1
}
# certify [LINES]: a certificate by alice, of what is pushed or of something else
certify() {
	printf 'certificate version 0.1\npusher alice <alice@example.com> 1700000000 +0000\npushee x\nnonce %s\n\n%s\n' \
		"$given" "${1:-$lines}" >"$T/cert"
	rm -f "$T/cert.sig"
	ssh-keygen -q -Y sign -n git -f "$T/keys/alice" "$T/cert" 2>/dev/null
	cert=$(cat "$T/cert" "$T/cert.sig" | git --git-dir "$T/shop.git" hash-object -w --stdin)
}
# tampered NAME PATTERN
tampered() {
	fails "$1" hook
	has "$1: it says so" "$T/push.out" "$2"
}
old=$(tip shop refs/heads/main)
git checkout -q -B next "$old"
git commit -q --allow-empty -m 'next'
new=$(git rev-parse HEAD)
check 'its objects are there' push HEAD:refs/heads/other
one="$old $new refs/heads/main" third="0000000000000000000000000000000000000000 $new refs/heads/third"
lines=$one given=1-a
for n in 'MISSING:holds no nonce' 'BAD:was made for another push' 'SLOP:is too old' 'UNSOLICITED:did not ask for' 'ODD:git says of its nonce: ODD'; do
	status=${n%%:*}
	certify
	tampered "nonce status $status" "${n#*:}"
done
status=
tampered 'no nonce status' 'git says nothing of its nonce'
status=OK
given=2-b
tampered 'the nonce of another push' 'another nonce'
certify "$old $old refs/heads/main"
tampered 'another value' 'is of another push'
certify "$one
$third"
tampered 'a ref too much' 'it names refs/heads/third, which is not pushed'
certify "$third"
tampered 'another ref' 'it does not name refs/heads/main'
lines="$one
$third"
certify "$one"
tampered 'a ref too few' 'it does not name refs/heads/third'
lines=$one
certify
cert=$(git --git-dir "$T/shop.git" cat-file blob "$cert" | sed 's/^pushee x/pushee y/' |
	git --git-dir "$T/shop.git" hash-object -w --stdin)
tampered 'a byte changed' 'carries a signature that does not fit it'
cert=0000000000000000000000000000000000000000
tampered 'a certificate that git did not keep' 'push certificate cannot be read'
cert=$new
tampered 'a commit for a certificate' 'push certificate cannot be read'
cert=$(printf 'certificate version 0.2\n' | git --git-dir "$T/shop.git" hash-object -w --stdin)
tampered 'another version' 'wanted "certificate version 0.1" first'
given=3-c
certify
check 'the certificate itself is good' hook
tampered 'it is good once' 'was used before'

# ---- no seed ----
git checkout -q -B main "$old"
git commit -q --allow-empty -m 'seedless'
git --git-dir "$T/shop.git" config --unset receive.certNonceSeed
fails 'without a seed nobody can sign' push --signed main
has 'git says why' "$T/push.out" 'does not support --signed'
fails 'and if-asked does not help' push --signed=if-asked main
has 'the refusal names the seed' "$T/push.out" 'receive.certNonceSeed'
check 'install mends that' refwall install --config "$conf" "$T/shop.git"
check 'then a signed push goes in' push --signed main
check 'the log is whole' verify

# ---- by real gpg ----
if command -v gpg >/dev/null; then
	# shellcheck source=tests/e2e/gpg.sh
	. "$RW_SRCDIR/tests/e2e/gpg.sh"
	gpgkey carol ed25519
	gpgkey dave rsa3072
	check 'the certificate of carol is imported' table carol
	sed 's|^scope:|  carol: {keys: [{openpgp: keys/carol.keys}]}\n&|' "$T/state/policy.yaml" >"$T/p"
	policy <"$T/p"
	git config --global gpg.format openpgp
	git config --global user.signingKey "$(fpr carol)"
	git commit -q --allow-empty -m 'by gpg'
	check 'gpg signs a push' push --signed main
	git config --global user.signingKey "$(fpr dave)"
	refused 'an unknown gpg key' 'a key that the policy does not know'
	act_as alice
else
	skip 'gpg signs a push' 'no gpg'
fi

# ---- over HTTP, where two processes share the nonce ----
backend=$(git --exec-path)/git-http-backend
if ! [ -x "$backend" ] || ! command -v python3 >/dev/null; then
	skip 'smart HTTP' 'git http-backend or python3 is missing'
	done_testing
fi
printf 'accounts:\n  from: [{var: REMOTE_USER, as: "%%s"}]\nrepositories:\n  root: %s\n' "$T" >>"$conf"
git --git-dir "$T/shop.git" config http.receivepack true
serve cgi python3 "$RW_SRCDIR/tests/e2e/http-backend.py" "$backend" "$T" "$T/cgi.port"
until_true test -s "$T/cgi.port" || bail "the CGI server: $(cat "$T/cgi.log")"
git remote set-url origin "http://alice:pw@127.0.0.1:$(cat "$T/cgi.port")/shop.git"
git commit -q --allow-empty -m 'over HTTP'
fails 'HTTP: a push that is not signed is refused' push main
check 'HTTP: a signed push goes in' push --signed main
act_as mallory
git commit -q --allow-empty -m 'mallory'
fails 'HTTP: an unknown key' push --signed main
has 'HTTP: an unknown key: it says so' "$T/push.out" 'a key that the policy does not know'
check 'the log verifies' verify
done_testing
