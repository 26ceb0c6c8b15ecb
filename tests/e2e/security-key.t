#!/bin/sh
# Commits signed by a security key (in software: sksign): what touch and pin demand.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
sksign=$RW_BUILDDIR/tests/e2e/sksign

key bob
for k in alice carol; do
	"$sksign" gen "$([ $k = alice ] && echo ed25519 || echo ecdsa)" "$T/keys/$k" || bail 'sksign gen'
done
house
# law DEMANDS: who signs main, and how
law() {
	{
		echo 'version: 1'
		echo 'identities:'
		identity alice "$me" alice
		identity bob bob
		identity carol carol
		printf 'refs: [refs/heads/**]\nrules:\n  - name: signatures\n    signed: {by: [alice, bob, carol]%s}\n' "$1"
	} | policy
}
# with NAME FLAGS COUNTER: commits are signed by NAME's security key, which says so of itself
with() {
	act_as "$1"
	git config --global gpg.ssh.program "$sksign"
	SK_FLAGS=$2 SK_COUNTER=$3
	export SK_FLAGS SK_COUNTER
}
law ''
repo shop
with alice 0 1
work shop
commit 'without touch'
check 'a security key signs, and no rule demands a touch' push main
with carol 0 1
commit 'by the other kind'
check 'so does one with ECDSA' push main

law ', touch: required'
commit 'without touch again'
fails 'touch: required, and nobody touched it' push main
has 'the pusher is told that the touch is missing' "$T/push.out" 'signed without a touch of the security key'
has 'and how to sign with one' "$T/push.out" 'no-touch-required: git rebase --exec'
git reset -q --hard HEAD^
with carol 1 3
commit 'touched'
check 'touch: required, and it was touched' push main
act_as bob
git config --global --unset gpg.ssh.program
commit 'plain key'
fails 'touch: required, and it is no security key' push main
has 'the pusher is told that it is no security key' "$T/push.out" 'signed with a key that is no security key'
has 'and how to make one' "$T/push.out" 'ssh-keygen -t ed25519-sk'
git reset -q --hard HEAD^

law ', touch: required, pin: required'
with alice 1 5
commit 'touched, no PIN'
fails 'pin: required, and none was asked for' push main
has 'the pusher is told that the PIN is missing' "$T/push.out" 'signed without the PIN of the security key'
git reset -q --hard HEAD^
with alice 5 6
commit 'touched, PIN'
check 'pin: required, and it was given' push main

# counted NAME COUNTER: the push goes through without an alarm; alarmed: with one
counted() {
	with alice 5 "$2"
	commit "$1"
	check "$1" push main
	lacks "$1: no alarm" "$T/push.out" 'counter'
}
alarmed() {
	with alice 5 "$2"
	commit "$1"
	check "$1" push main
	has "$1: an alarm" "$T/push.out" 'warning: counter: commit .* is signed with a security key whose counter fell'
	has "$1: from where to where" "$T/push.out" "$2, by key SHA256:.* of alice; it stood at $3 before"
}
counted 'the counter rises' 20
alarmed 'the counter falls' 12 20
entries --rule counter >"$T/alarms"
is 'the alarm stands in the entry' "$(grep -c '"verdict":"accept"' "$T/alarms")" 1
alarmed 'what was recorded stays the highest' 13 20
counted 'the same counter is no fall' 20
counted 'a key that does not count' 0
counted 'the counter rises again' 21
git push -q origin HEAD:refs/heads/again >"$T/push.out" 2>&1 || not_ok 'another branch' "$T/push.out"
lacks 'what came in before raises no alarm at another ref' "$T/push.out" 'counter'
commit 'refused' --no-gpg-sign
with alice 5 1
commit 'on top of what is refused'
fails 'a refused push' push main
git reset -q --hard HEAD~2
counted 'sets no counter' 22
with carol 5 1
commit 'another key'
check 'counters are of one key' push main
has 'carol signed with 3 before' "$T/push.out" '1, by key SHA256:.* of carol; it stood at 3 before'
check 'the log is whole' verify
done_testing
