#!/bin/sh
# refwall policy import-signers: what was an allowed_signers file signs under the policy; what is wrong in it is said.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"

for k in alice alice2 bob ca carol; do key $k; done
pub() { cut -d ' ' -f 1,2 "$T/keys/$1.pub"; }
house
{
	echo '# who signs'
	echo "alice@example.com $(pub alice) a comment"
	echo "alice@example.com,alice valid-after=\"20200101Z\",valid-before=\"20990101Z\" $(pub alice2)"
	echo "bob@example.com namespaces=\"git\" $(pub bob)"
	echo "carol@example.com cert-authority $(pub ca)"
} >"$T/good"
if refwall policy import-signers "$T/good" >"$T/state/identities.yaml" 2>"$T/err"; then
	ok 'a sound file is taken over'
else
	not_ok 'a sound file is taken over' "$T/err"
fi
is 'without a word' "$(cat "$T/err")" ''
is 'lines that share a principal are one identity' "$(grep -c '^  "' "$T/state/identities.yaml")" 3
{
	printf 'version: 1\ninclude: [identities.yaml]\nrules:\n  - name: signatures\n'
	printf '    signed: {by: [alice@example.com, bob@example.com, carol@example.com], match: committer}\n'
} | policy
check 'it is a sound policy' refwall policy lint "$T/state/policy.yaml"
repo shop
act_as alice
work shop
for who in alice bob; do
	act_as $who
	commit "by $who"
	check "$who signs" push main
done
git config --global user.name alice
git config --global user.email alice@example.com
git config --global user.signingKey "$T/keys/alice2"
commit 'by the second key'
check 'so does the second key, in its time' push main
act_as carol
ssh-keygen -q -s "$T/keys/ca" -I carol -n carol@example.com "$T/keys/carol.pub" || bail 'ssh-keygen -s'
git config --global user.signingKey "$T/keys/carol-cert.pub"
commit 'by certificate'
check 'and a certificate of the CA' push main

{
	echo "alice@example.com $(pub alice)"
	echo "bob@example.com ed25519-sk $(pub bob | cut -d ' ' -f 2)"
	echo 'carol@example.com'
	echo "carol@example.com valid-after=\"20260101\" $(pub carol)"
	echo "*@example.com $(pub ca)"
	echo "mallory@example.com $(pub alice)"
} >"$T/bad"
if refwall policy import-signers "$T/bad" >"$T/out" 2>"$T/err"; then code=0; else code=$?; fi
is 'faults are a finding' "$code" 1
has 'a wrong key type name, with the right one' "$T/err" 'bad:2: key type name "ed25519-sk" is wrong: .* ssh-ed25519'
has 'a line that is none' "$T/err" 'bad:3: wanted "principals'
has 'a date in local time, with the mend' "$T/err" 'bad:4: valid-after .*local time.*"20260101Z"'
has 'a pattern' "$T/err" 'bad:5: principal .* is a pattern'
has 'a key that stands twice' "$T/err" 'bad:6: the key stands in line 1 already'
has 'what was right is printed' "$T/out" '^  "alice@example.com":'
has 'and how much is missing' "$T/out" '^# 5 lines could not be taken over'
if refwall policy import-signers "$T/none" >"$T/out" 2>"$T/err"; then code=0; else code=$?; fi
is 'a file that is not there' "$code" 3
done_testing
