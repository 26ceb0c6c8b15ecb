#!/bin/sh
# Revoked keys and certificates: refused at every ref that a commit enters, whenever it came in. A list that is not there
# refuses everything.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"

for k in alice bob ca carol; do key $k; done
house
{
	echo 'version: 1'
	echo 'revoked: [revoked.krl, lists/revoked.txt]'
	echo 'identities:'
	identity alice "$me" alice
	identity bob bob
	printf '  carol:\n    emails: [carol@example.com]\n    keys: [{ssh-ca: "%s", principals: [carol]}]\n' "$(cat "$T/keys/ca.pub")"
	printf 'rules:\n  - name: signatures\n    signed: {by: [alice, bob, carol]}\n'
} | policy
mkdir "$T/state/lists"
krl() { ssh-keygen -q -k -f "$T/state/revoked.krl" "$@"; }
krl || bail 'ssh-keygen -k'
: >"$T/state/lists/revoked.txt"
check 'the policy is sound' refwall policy lint "$T/state/policy.yaml"
repo shop
act_as alice
work shop
commit 'by alice'
check 'nothing is revoked: alice may push' push main
act_as bob
commit 'by bob, on the side'
check "bob's commit comes in on a side branch" push HEAD:refs/heads/side
git reset -q --hard HEAD^

krl "$T/keys/bob.pub"
git fetch -q
git merge -q --ff-only origin/side
fails "a commit that came in before its key was revoked does not enter main" push main
has 'the pusher is told that the key is revoked' "$T/push.out" 'signed with a key that is revoked'
has 'and which one it is' "$T/push.out" "the key of $(ssh-keygen -l -f "$T/keys/bob.pub" | cut -d ' ' -f 2 | sed 's/+/[+]/g') is revoked"
has 'and to take another' "$T/push.out" 'sign with another key: git'
git reset -q --hard origin/main
commit 'by bob, too late'
fails 'nor does a new one' push main
git reset -q --hard HEAD^
check 'verdicts on a ref stay: its tip is as it was' test "$(tip shop refs/heads/side)" = "$(git rev-parse origin/side)"

act_as alice
commit 'by alice, again'
check "alice's key is not revoked" push main
ssh-keygen -l -f "$T/keys/alice.pub" | cut -d ' ' -f 2 >"$T/state/lists/revoked.txt"
commit 'by alice, revoked'
fails 'a fingerprint in a text list revokes too' push main
has 'and says so' "$T/push.out" 'signed with a key that is revoked'
git reset -q --hard HEAD^
has 'policy lint says that a key of the policy is revoked' \
	"$(refwall policy lint "$T/state/policy.yaml" >"$T/lint"; echo "$T/lint")" 'warning: key SHA256:.* of alice is revoked'
: >"$T/state/lists/revoked.txt"

# certify SERIAL ID
certify() {
	ssh-keygen -q -s "$T/keys/ca" -I "$2" -z "$1" -n carol "$T/keys/carol.pub" || bail 'ssh-keygen -s'
	act_as carol
	git config --global user.signingKey "$T/keys/carol-cert.pub"
}
certify 7 'lost laptop'
commit 'by certificate 7'
check 'a certificate that is not revoked' push main
printf 'serial: 7-9\n' >"$T/spec"
krl -s "$T/keys/ca.pub" "$T/spec"
commit 'by certificate 7 again'
fails 'a certificate whose serial number is revoked' push main
has 'it is the certificate that is' "$T/push.out" 'the certificate of SHA256:.* is revoked'
git reset -q --hard HEAD^
certify 10 'lost laptop'
commit 'by certificate 10'
check 'the next number is another certificate' push main
printf 'id: lost laptop\n' >"$T/spec"
krl -s "$T/keys/ca.pub" "$T/spec"
commit 'by certificate 10 again'
fails 'a certificate whose key id is revoked' push main
git reset -q --hard HEAD^
krl "$T/keys/ca.pub"
certify 11 'new laptop'
commit 'by certificate 11'
fails 'a certificate of a CA that is revoked' push main
has 'it is the CA that is' "$T/push.out" 'the CA of SHA256:.* is revoked'
git reset -q --hard HEAD^

act_as alice
commit 'by alice, once more'
mv "$T/state/revoked.krl" "$T/state/away"
fails 'a list that is missing refuses the push' push main
has 'and the reason is told' "$T/push.out" 'revoked.krl: no such file'
head -c 30 "$T/state/away" >"$T/state/revoked.krl"
fails 'a list that is cut short does, too' push main
has 'and the reason is told again' "$T/push.out" 'revoked.krl: key revocation list is cut short'
mv "$T/state/away" "$T/state/revoked.krl"
check 'with the list back, the push goes through' push main
check 'the log is whole' verify
done_testing
