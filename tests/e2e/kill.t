#!/bin/sh
# kill -9 of the hook at each step of its way, of the pushing client and of receive-pack. Afterwards, always: nothing that moved
# is unrecorded, nothing accepted stays unsettled, the log verifies.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
RW_HOOK=$RW_BUILDDIR/tests/e2e/refwall-hook-points

key alice
key bob
act_as alice
house
usual_policy
repo shop
work shop
commit 'first'
push main || bail "the first push: $(cat "$T/push.out")"

# one push of a new commit; $1: point to die at, or nothing
n=0
one() {
	n=$((n + 1))
	commit "commit $n"
	REFWALL_TEST_KILL=$1 push main
}

# sound NAME: the record and the repository agree, and nothing is left open
sound() {
	verify >"$T/verify" 2>&1
	s=$?
	moved=$(tip shop refs/heads/main)
	last=$(entries --kind applied --ref refs/heads/main --order desc --limit 1 |
		sed -n 's/.*"new":"\([0-9a-f]*\)".*/\1/p')
	if [ "$s" = 0 ] && grep -q ' 0 pending' "$T/verify" && [ "$moved" = "$last" ]; then
		ok "$1"
	else
		printf 'tip %s\nlast applied %s\n' "$moved" "$last" >>"$T/verify"
		not_ok "$1" "$T/verify" "$T/push.out"
	fi
}

for point in prepared chained opened judged locked settled appended committed reported; do
	before=$(tip shop refs/heads/main)
	if one "$point"; then not_ok "killed at $point: the push is refused" "$T/push.out"; else ok "killed at $point: the push is refused"; fi
	is "killed at $point: the ref did not move" "$(tip shop refs/heads/main)" "$before"
	check "killed at $point: the same commits go in afterwards" push main
	sound "killed at $point: the next hook settles"
done

for point in post-prepared post-settled post-committed; do
	one "$point"
	is "killed at $point: the ref moved all the same" "$(tip shop refs/heads/main)" "$(git rev-parse HEAD)"
	one ''
	sound "killed at $point: the next hook settles"
done

# stop_at POINT: a push in the background that stands still there; $client, $hook and $receive_pack are its pids
stop_at() {
	n=$((n + 1))
	commit "commit $n"
	rm -f "$T/pid"
	REFWALL_TEST_STOP=$1 REFWALL_TEST_PID=$T/pid git push origin main >"$T/push.out" 2>&1 &
	client=$!
	until_true test -s "$T/pid" || bail "the hook never came to $1"
	read -r hook receive_pack <"$T/pid"
}
gone() { ! kill -0 "$1" 2>/dev/null || grep -q ') Z' "/proc/$1/stat" 2>/dev/null; }

for point in judged committed reported post-prepared; do
	stop_at "$point"
	kill -9 "$client"
	wait "$client" 2>/dev/null
	kill -CONT "$hook"
	until_true gone "$hook"
	until_true gone "$receive_pack"
	# the daemon settles at start
	daemon
	until_true sh -c 'refwall status --config "$1" | grep -q "^pending *0 "' sh "$conf"
	sound "client killed at $point: refwalld settles"
	kill "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null
	git fetch -q origin && git reset -q --hard origin/main
done

for point in judged committed reported; do
	before=$(tip shop refs/heads/main)
	stop_at "$point"
	kill -9 "$receive_pack"
	kill -CONT "$hook"
	wait "$client" 2>/dev/null
	until_true gone "$hook"
	is "receive-pack killed at $point: the ref did not move" "$(tip shop refs/heads/main)" "$before"
	git reset -q --hard origin/main
	one ''
	sound "receive-pack killed at $point: the next hook settles"
done
is 'a push that never moved its ref is recorded as such' \
	"$(entries --kind not-applied | grep -c . | awk '{ print ($1 > 0) }')" 1
done_testing
