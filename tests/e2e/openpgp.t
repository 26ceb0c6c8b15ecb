#!/bin/sh
# Commits and tags signed by real gpg keys, pushed through the hook.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
command -v gpg >/dev/null || { echo '1..0 # SKIP no gpg'; exit 0; }
# shellcheck source=tests/e2e/gpg.sh
. "$RW_SRCDIR/tests/e2e/gpg.sh"

key bob
house
gpgkey alice rsa3072
gpgkey carol ed25519 cert
gpgb --quick-add-key "$(fpr carol)" ed25519 sign
gpgkey dave nistp256
gpgkey mallory ed25519
for n in alice carol dave; do check "the certificate of $n is imported" table $n; done
check 'list shows the table' refwall key list "$T/state/keys/carol.keys"
has 'with the signing subkey' "$T/.out" "^$(fpr carol 2)  subkey   ed25519  without end .*carol@example.com"

law() {
	{
		echo 'version: 1'
		echo 'identities:'
		printf '  alice: {accounts: ["%s"], emails: [alice@example.com], keys: [{openpgp: keys/alice.keys}]}\n' "$me"
		printf '  carol: {emails: [carol@example.com], keys: [{openpgp: keys/carol.keys%s}]}\n' "$1"
		printf '  dave: {emails: [dave@example.com], keys: [{openpgp: keys/dave.keys}]}\n'
		identity bob bob
		cat <<'LAW'
refs: [refs/heads/**, refs/tags/v*]
rules:
  - name: signatures
    refs: [refs/heads/main]
    signed: {by: [alice, bob, carol, dave], match: committer}
  - name: copies
    refs: [refs/heads/copy*]
    signed: {by: [alice, bob, carol, dave]}
  - name: tags
    refs: [refs/tags/v*]
    signed: {by: [alice, carol, dave]}
LAW
	} | policy
}
# gpg_as NAME: commits and tags are signed by NAME's OpenPGP key
gpg_as() {
	act_as "$1"
	git config --global gpg.format openpgp
	git config --global user.signingKey "$1@example.com"
}
# by_git: what git itself says of HEAD
by_git() { git verify-commit HEAD 2>"$T/verify.out"; }
undo() { git reset -q --hard HEAD^; }

law ''
check 'the policy is sound' refwall policy lint "$T/state/policy.yaml"
has 'and has four keys' "$T/.out" '3 keys|4 keys'
repo shop
gpg_as alice
work shop
commit one
check 'RSA: git agrees' by_git
check 'RSA: a commit' push main
gpg_as carol
commit two
check 'a signing subkey: git agrees' by_git
check 'a signing subkey: a commit' push main
gpg_as dave
commit three
check 'ECDSA: git agrees' by_git
check 'ECDSA: a commit' push main
git tag -s -m 'release' v1
check 'a tag' push v1
act_as bob
commit four
check 'SSH and OpenPGP side by side' push main

gpg_as mallory
commit 'by a stranger'
check 'a stranger: git agrees, for gpg knows the key' by_git
fails 'a stranger: a commit' push main
has 'the pusher is told which key' "$T/push.out" "found   key $(fpr mallory)"
has 'and what an administrator does with it' "$T/push.out" "gpg --armor --export $(fpr mallory).*refwall key import"
undo
git tag -s -m 'release' v2
fails 'a stranger: a tag' push v2
git tag -d v2 >/dev/null

gpg_as alice
commit 'to be changed'
git cat-file commit HEAD | sed 's/to be changed/has been changed/' >"$T/changed"
changed=$(git hash-object -w -t commit "$T/changed")
undo
fails 'a changed commit' push "$changed:refs/heads/main"
has 'does not fit its signature' "$T/push.out" 'does not fit it'

printf 'digest-algo SHA1\nallow-weak-digest-algos\n' >"$GNUPGHOME/gpg.conf"
commit 'over SHA-1'
rm "$GNUPGHOME/gpg.conf"
fails 'SHA-1: a commit' push main
has 'SHA-1: named' "$T/push.out" 'found   OpenPGP signature over SHA-1, which is too weak'
has 'SHA-1: and the setting that mends it' "$T/push.out" 'echo digest-algo SHA512 >>~/.gnupg/gpg.conf && git rebase --exec'
undo
echo textmode >"$GNUPGHOME/gpg.conf"
commit 'text mode'
rm "$GNUPGHOME/gpg.conf"
if git cat-file commit HEAD | sed -n 's/^gpgsig //p; /^ /s/^ //p' | gpg --list-packets 2>/dev/null | grep -q 'sigclass 0x01'; then
	fails 'text mode: a commit' push main
	has 'text mode: named' "$T/push.out" 'text-mode signature'
else
	skip 'text mode' 'this gpg takes --detach-sign over textmode'
fi
undo
printf 'local-user carol@example.com\n' >"$GNUPGHOME/gpg.conf"
commit 'by two keys'
rm "$GNUPGHOME/gpg.conf"
fails 'two signatures: git refuses, too' by_git
fails 'two signatures: a commit' push main
has 'two signatures: named' "$T/push.out" 'more than one packet; sign with one key only'
undo
gpg_as carol
git config --global user.email alice@example.com
commit 'as somebody else'
fails 'the signer is not the committer' push main
has 'and both are named' "$T/push.out" 'committer <alice@example.com>, signed by carol'
undo

# ---- keys end ----
gpg_as carol
law ', until: 2026-01-01'
commit 'past the end in the policy'
fails 'until in the policy' push main
has 'says when' "$T/push.out" 'valid until 2026-01-01T00:00:00.000Z'
undo
law ''
gpgkey erin ed25519 sign 1d --faked-system-time 20240101T000000
table erin
sed -i 's/^  dave:.*/  dave: {emails: [erin@example.com], keys: [{openpgp: keys\/erin.keys}]}/' "$T/state/policy.yaml"
gpg_as erin
cat >"$T/oldgpg" <<'OLD'
#!/bin/sh
exec gpg --faked-system-time 20240101T120000 "$@"
OLD
chmod +x "$T/oldgpg"
git config --global gpg.program "$T/oldgpg"
commit 'signed long ago, it says'
git config --global --unset gpg.program
fails 'expired: git refuses, too' by_git
fails 'expired: a commit, whatever time it claims' push main
has 'expired: says since when' "$T/push.out" 'valid until 2024-01-02T'
undo
law ''

another_second() { [ "$(date +%s)" -gt "$second" ]; }
# a commit on main, then the key is revoked
for row in '0 no-reason' '1 compromised' '2 superseded' '3 retired'; do
	reason=${row% *} word=${row#* } n=rev${row% *}
	gpgkey "$n" ed25519
	table "$n"
	law ''
	sed -i "s/^  dave:.*/  dave: {emails: [$n@example.com], keys: [{openpgp: keys\/$n.keys}]}/" "$T/state/policy.yaml"
	gpg_as "$n"
	repo "$word"
	work "$word"
	commit "before $word"
	check "$word: before the revocation" push main
	commit "after $word"
	# OpenPGP counts in seconds
	second=$(date +%s)
	until_true another_second
	revoke "$n" "$reason"
	check "$word: the revoked certificate is imported" table "$n"
	fails "$word: git refuses, too" by_git
	fails "$word: a new commit" push main
	has "$word: the reason is named" "$T/push.out" "found   key $(fpr "$n") of dave, revoked at .*: $word"
	check "$word: the policy is sound" refwall policy lint "$T/state/policy.yaml"
	has "$word: and lint tells" "$T/.out" "key $(fpr "$n") of dave is revoked: $word"
	undo
	# the commit that came in while the key was good, to another branch
	if [ "$reason" -ge 2 ]; then
		check "$word: what came in before goes on" push "HEAD:refs/heads/copy$reason"
	else
		fails "$word: nor what came in before, to another branch" push "HEAD:refs/heads/copy$reason"
	fi
done
law ''
cd "$T/shop" || bail cd

# ---- the policy's own faults ----
check 'the hook keeps a compiled copy' test -s "$T/state/log/policy.cache" -o -n "$(find "$T/state" -name policy.cache)"
gpg_as carol
commit 'with a table that is gone'
mv "$T/state/keys/carol.keys" "$T/away"
fails 'a missing table refuses every push' push main
has 'and names the place' "$T/push.out" "policy.yaml:4:[0-9]*: openpgp: 'keys/carol.keys' names no file"
sed 's/ good / retired /' "$T/away" >"$T/state/keys/carol.keys"
fails 'a damaged table refuses every push' push main
has 'and names the line' "$T/push.out" 'policy.yaml:4:[0-9]*: openpgp: keys/carol.keys: line [0-9]'
rm "$T/state/keys/carol.keys"
ln -s "$T/away" "$T/state/keys/carol.keys"
fails 'a symbolic link refuses every push' push main
rm "$T/state/keys/carol.keys"
cp "$T/state/keys/alice.keys" "$T/state/keys/carol.keys"
fails 'a key of two people refuses every push' push main
has 'and names both' "$T/push.out" 'belongs to alice already'
cp "$T/away" "$T/state/keys/carol.keys"
check 'and then it is well again' push main
table mallory
refwall key import --out "$T/state/keys/carol.keys" "$T/carol.asc" "$T/mallory.asc" >/dev/null
commit 'the table changed'
check 'a changed table takes effect at once' push main
check 'the log is whole' verify
done_testing
