#!/bin/sh
# Twenty pushes at once to four repositories that share one log; and a client that stands still.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
RW_HOOK=$RW_BUILDDIR/tests/e2e/refwall-hook-points

key alice
key bob
act_as alice
house
usual_policy
for r in a b c d; do repo $r; done
work start a
commit 'first'
push main || bail "the first push: $(cat "$T/push.out")"

# Twenty clones with a commit of their own, then all push at once.
i=0
for r in a b c d; do
	for k in 1 2 3 4 5; do
		i=$((i + 1))
		git clone -q "$T/start" "$T/w$i" 2>/dev/null
		(cd "$T/w$i" && git remote set-url origin "$T/$r.git" && git checkout -q -b "side-$k" && commit "push $i") || bail clone
	done
done
i=0 jobs=
while [ $i -lt 20 ]; do
	i=$((i + 1))
	k=$(((i - 1) % 5 + 1))
	(cd "$T/w$i" && git push -q origin "side-$k" >"$T/out$i" 2>&1; echo $? >"$T/status$i") &
	jobs="$jobs $!"
done
# shellcheck disable=SC2086 # a list of pids
wait $jobs
good=0
for i in $(seq 1 20); do
	if [ "$(cat "$T/status$i")" = 0 ]; then good=$((good + 1)); else sed 's/^/# /' "$T/out$i"; fi
done
is 'all twenty went in' "$good" 20
check 'the log verifies' verify
has 'nothing is pending' "$T/.out" ' 0 pending'
entries >"$T/all"
is 'indexes are contiguous' "$(sed -n 's/.*"index":\([0-9]*\),.*/\1/p' "$T/all" | awk '$1 != NR - 1' | head -n 1)" ''
is 'each accept was applied once' "$(entries --kind applied | grep -c .)" 21

# A client that stands still while its push is answered delays nobody, not even on the same log.
cd "$T/start" || exit 99
git checkout -q main
mkdir -p apps
for i in $(seq 1 200); do printf 'a: [\n' >"apps/broken-with-a-rather-long-name-$i.yaml"; done
commit 'parked'
for point in judged committed; do
	rm -f "$T/pid"
	REFWALL_TEST_STOP=$point REFWALL_TEST_PID=$T/pid git push origin main >"$T/parked" 2>&1 &
	client=$!
	until_true test -s "$T/pid" || bail "the hook never came to $point"
	read -r hook receive_pack <"$T/pid"
	kill -STOP "$client"
	kill -CONT "$hook"
	cd "$T/w1" || exit 99
	commit "while the client is parked at $point"
	check "client parked at $point: another push to the same repository goes in" timeout 30 git push -q origin side-1
	cd "$T/w6" || exit 99
	commit "while the client is parked at $point"
	check "client parked at $point: a push to another repository goes in" timeout 30 git push -q origin side-1
	kill -CONT "$client"
	wait "$client"
	is "client parked at $point: it gets its refusal in the end" $? 1
	cd "$T/start" || exit 99
done
has 'the refusal is capped' "$T/parked" 'more findings?'
check 'the log verifies in the end' verify
done_testing
