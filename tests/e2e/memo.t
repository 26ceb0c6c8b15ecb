#!/bin/sh
# The value of a signature is computed once: not again when the same commits go to another branch, and anew when the keys change.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
RW_HOOK=$RW_BUILDDIR/tests/e2e/refwall-hook-points
REFWALL_TEST_COUNTS=$T/counts
export REFWALL_TEST_COUNTS

for k in alice bob; do key $k; done
house
# law WHO...: whose keys stand in the policy; a rule for each branch, so that none vouches for another
law() {
	{
		echo 'version: 1'
		echo 'identities:'
		for who in "$@"; do
			if [ "$who" = alice ]; then identity alice "$me"; else identity "$who" "$who"; fi
		done
		echo 'rules:'
		for b in main side third fourth fifth; do
			printf '  - name: %s\n    refs: [refs/heads/%s]\n    signed: {by: [%s]}\n' $b $b "$1"
		done
		printf '  - name: closed\n    refs: [refs/heads/closed]\n    pushed-by: [bob]\n    signed: {by: [%s]}\n' "$1"
	} | policy
}
law alice bob
repo shop
act_as alice
work shop
n=0
while [ $n -lt 200 ]; do
	n=$((n + 1))
	commit "commit $n" || bail 'commit'
done
# counted: what the last push recalled and verified
counted() { tail -n 2 "$T/counts" | tr '\n' ' '; }

fails 'a push that is refused' push main:closed
is 'all signatures were computed' "$(counted)" 'recalled 0 verified 200 '
check 'the first that is accepted' push main
is 'the refused one had left nothing' "$(counted)" 'recalled 0 verified 200 '
check 'the same commits to another branch' push main:side
is 'nothing is computed again' "$(counted)" 'recalled 200 verified 0 '
commit 'one more'
check 'one commit more, to a third branch' push main:third
is 'that one is computed' "$(counted)" 'recalled 200 verified 1 '

key carol
law alice bob carol
check 'another set of keys' push main:fourth
is 'all is computed anew' "$(counted)" 'recalled 0 verified 201 '
law bob carol
fails 'her key is not in the policy any more: what is known of her signatures counts for nothing' push main:fifth
has 'the pusher is told so' "$T/push.out" 'signed with a key that the policy does not know'
law alice bob
check 'the first set of keys again' push main:fifth
is 'is known still' "$(counted)" 'recalled 201 verified 0 '
check 'the log verifies' verify
done_testing
