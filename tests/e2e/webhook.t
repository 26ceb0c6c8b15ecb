#!/bin/sh
# Accepted pushes to subscribers, over real HTTP, to receivers that misbehave in every way; and a daemon that is killed.
. "$RW_SRCDIR/tests/e2e/service.sh"
s=$dir/state r=$dir/receiver
stores "$s"
token=$("$fill" token "$s/serve" admin admin '' 0)
receiver_start "$r"
port=$(cat "$r/port")
# the environment's proxy is not used
http_proxy=http://127.0.0.1:1
export http_proxy
daemon_start "$s"
unset http_proxy

# subscribe NAME [MEMBERS]: sets id; the receiver knows it as the path /NAME
subscribe() {
	req POST /v1/subscriptions -H 'Content-Type: application/json' \
		--data-binary "{\"url\":\"$hook/$1\",\"secret\":\"ssssssssssssssssssssssssssssssss\",\"repo\":\"$1\"${2-}}"
	id=$(value "b['id']" 2>/dev/null) || { echo "Bail out! no subscription: $(cat "$dir/body")"; exit 99; }
}
push() {
	"$fill" push "$s/log" "$1" "$2" "$3" "${4-0}" || exit 99
}
behave() {
	name=$1
	shift
	printf '%s\n' "$@" >"$r/behave/$name"
}
cat >"$dir/got.py" <<'END'
import json, sys
g = []
for line in open(sys.argv[1]):
    if line.endswith("\n"):
        g.append(json.loads(line))
name = sys.argv[2]
got = [x for x in g if x["name"] == name]
pushes = [x for x in got if x["event"] == "push"]
body = [x["body"] for x in pushes]
def c(n):
    return "0" * 40 if n == 0 else ("%x" % n).rjust(40, "c")
number = {c(n): n for n in range(0xc1)}	# 0xc1 looks like 1 again
def chain(ref, first, last, killed=False):
    """
    The notices of a ref, retries apart, follow each other without a gap from one commit to another. After the daemon was
    killed it may not know of the last, and begin again from one before.
    """
    seen, at = set(), [c(first)]
    for x in pushes:
        if x["body"]["ref"] != ref or x["uuid"] in seen:
            continue
        seen.add(x["uuid"])
        if x["body"]["before"] not in (at if killed else at[-1:]):
            return False
        at.append(x["body"]["after"])
    return at[-1] == c(last)
bad = [x for x in g if x["bad"]]
sys.exit(0 if eval("(" + sys.argv[3] + ")") else "got: " + json.dumps(got)[-1500:])
END
# got NAME PYTHON: an expression over what the path NAME got
got() {
	python3 "$dir/got.py" "$r/got" "$1" "$2"
}
# row ID PYTHON: an expression over the waiting or dead deliveries d of a subscription
row() {
	req GET "/v1/subscriptions/$1/deliveries"
	python3 -c 'import json, sys; d = json.load(open(sys.argv[1]))["deliveries"]; sys.exit(0 if eval(sys.argv[2]) else json.dumps(d))' \
		"$dir/body" "$2"
}
main=refs/heads/main

# ---- the ordinary case
subscribe plain
push plain $main 1
check 'a push is announced' within 10 got plain 'len(got) == 1'
check 'as it should be' got plain 'not bad and body[0]["ref"] == "refs/heads/main" and body[0]["before"] == c(0) and
	body[0]["after"] == c(1) and body[0]["created"] and body[0]["commits"][0]["modified"] == ["apps/web.yaml"] and
	body[0]["repository"]["html_url"] == "https://git.example.com/plain" and body[0]["pusher"]["name"] == "alice"'
check 'nothing waits any more' within 10 row "$id" 'd == []'
push plain $main 1 1
check 'the next one' within 10 got plain 'len(got) == 2 and chain("refs/heads/main", 0, 2)'
push plain refs/tags/v1 1
check 'a tag' within 10 got plain 'len(got) == 3 and body[2]["ref"] == "refs/tags/v1"'
"$fill" delete "$s/log" plain $main 2
push plain refs/heads/after 1
check 'what comes after a deletion' within 10 got plain 'any(x["ref"] == "refs/heads/after" for x in body)'
check 'the deletion itself is not announced' got plain 'not bad and len(got) == 4'
push plain "refs/heads/we$(printf '\001')ird/\$(x)" 1
check 'an odd name' within 10 got plain 'len(got) == 5 and body[4]["ref"].endswith("ird/$(x)")'

# ---- a name that cannot be written is dead at once and blocks nothing
subscribe poison
push poison "refs/heads/$(printf '\377\376')" 1
push poison $main 1
check 'the next ref is announced' within 10 got poison 'len(got) == 1'
check 'the other is dead' within 10 row "$id" 'len(d) == 1 and d[0]["state"] == "dead" and "UTF-8" in d[0]["last_error"]'

# ---- who hears of what
subscribe filtered ',"ref":"refs/heads/*"'
push filtered refs/tags/v1 1
push filtered refs/heads/x/y 1
push filtered $main 1
check 'patterns of refs' within 10 got filtered 'len(got) == 1 and body[0]["ref"] == "refs/heads/main"'
limited=$("$fill" token "$s/serve" limited subscriptions:write 'mine/*' 0)
admin=$token token=$limited
req POST /v1/subscriptions -H 'Content-Type: application/json' \
	--data-binary "{\"url\":\"$hook/limited\",\"secret\":\"ssssssssssssssssssssssssssssssss\"}"
token=$admin
push yours $main 1
push mine/a $main 1
check 'the limit of the token that made it' within 10 got limited 'len(got) >= 1'
check 'holds' got limited 'len(got) == 1 and body[0]["repository"]["full_name"] == "mine/a"'

# ---- slow: order, and coalescing
behave slow 'slow 1'
subscribe slow
push slow $main 1
check 'a slow endpoint gets the first' within 10 got slow 'len(got) == 1'
push slow $main 20 1
check 'and, in time, the last' within 20 got slow 'chain("refs/heads/main", 0, 21)'
check 'in a few steps, and without a list of files that would be half' got slow \
	'len(got) <= 4 and all(x["commits"][0]["modified"] == [] for x in body if number[x["after"]] - number[x["before"]] > 1)'

# ---- errors are tried again
behave flaky 500 close 200
behave cut cut 200
subscribe cut
push cut $main 1
subscribe flaky
push flaky $main 1
check '500, closed, then 200' within 30 got flaky 'len(got) == 3'
check 'the id stays, the signature is new' got flaky 'len(set(x["uuid"] for x in got)) == 1 and not bad'
check 'delivered' within 10 row "$id" 'd == []'
check 'an answer that is cut short is none' within 10 got cut 'len(got) == 2'
behave busy '429 4' 200
subscribe busy
push busy $main 1
check '429: tried again' within 30 got busy 'len(got) == 2'
check 'not before its time' got busy 'got[1]["time"] - got[0]["time"] >= 4'
behave moved "redirect $hook/elsewhere"
subscribe moved
push moved $main 1
check 'a redirect is a failure' within 10 row "$id" 'len(d) == 1 and d[0]["last_status"] == 302 and d[0]["state"] == "waiting"'
check 'and is not followed' got elsewhere 'got == []'
behave huge huge
subscribe huge
push huge $main 1
check 'an endless answer is success, and not read' within 10 got huge 'len(got) == 1'
check 'delivered' within 10 row "$id" 'd == []'

# ---- gone
behave gone 410
subscribe gone
push gone $main 1
gone() {
	req GET "/v1/subscriptions/$id"
	[ "$(value "b['state']")" = gone ]
}
check '410 ends the subscription' within 10 gone
push gone $main 1 1
all_read() {
	req GET /metrics
	grep -q '^refwall_fanout_unread_entries 0$' "$dir/body"
}
check 'what is pushed then is not kept for it' within 10 all_read
check 'what it was told is dead' row "$id" '[x["state"] for x in d] == ["dead"]'
behave gone 200
req POST "/v1/subscriptions/$id/resume"
push gone $main 1 2
check 'until it is resumed' within 10 got gone 'len(got) == 2 and body[1]["after"] == c(3) and body[1]["before"] == c(0)'

# ---- one that hangs holds nobody up
behave hang hang
subscribe hang
hanging=$id
push hang $main 1
check 'it has its request' within 10 got hang 'len(got) == 1'
subscribe quick
push quick $main 1
check 'another is served meanwhile' within 3 got quick 'len(got) == 1'

# ---- paused
subscribe paused
req POST "/v1/subscriptions/$id/pause"
push paused $main 3
check 'paused: it waits' within 10 row "$id" 'len(d) == 1 and d[0]["state"] == "waiting" and d[0]["attempts"] == 0'
check 'nothing is sent' got paused 'got == []'
req POST "/v1/subscriptions/$id/resume"
check 'resumed: one notice for all' within 10 got paused 'len(got) == 1 and chain("refs/heads/main", 0, 3)'

# ---- ping and redelivery
subscribe ping
expect 'ping' 200 POST "/v1/subscriptions/$id/ping"
js 'is answered' "b['delivered'] and b['status'] == 200 and b['error'] is None"
check 'by the endpoint' got ping 'len(got) == 1 and got[0]["event"] == "ping" and not bad'
behave ping 500
expect 'ping of one that is ill' 200 POST "/v1/subscriptions/$id/ping"
js 'says so' "not b['delivered'] and b['status'] == 500"
push ping $main 1
check 'a failure' within 10 row "$id" 'len(d) == 1 and d[0]["last_status"] == 500'
behave ping 200
delivery=$(value "b['deliveries'][0]['id']")
expect 'redeliver' 202 POST "/v1/deliveries/$delivery/redeliver"
check 'is delivered' within 5 row "$id" 'd == []'
token=$limited
problem 'not by another' 404 'no subscription' POST "/v1/deliveries/$delivery/redeliver"
token=$admin

# ---- killed in the middle
behave killed 'slow 2'
subscribe killed
killed=$id
push killed $main 1
push killed refs/heads/b 1
check 'under way' within 10 got killed 'len(got) == 2'
daemon_stop KILL
push killed $main 3 1
push killed refs/heads/b 2 1
push killed refs/heads/c 1
daemon_start "$s"
check 'killed and started: nothing is lost' within 30 got killed \
	'chain("refs/heads/main", 0, 4, True) and chain("refs/heads/b", 0, 3, True) and chain("refs/heads/c", 0, 1, True)'
check 'and all is delivered' within 20 row "$killed" 'd == []'
round=0
at=4
behave killed 'slow 0.1'
while [ "$round" -lt 5 ]; do
	push killed $main 5 "$at"
	at=$((at + 5))
	sleep 0.$round
	daemon_stop KILL
	push killed $main 2 "$at"
	at=$((at + 2))
	daemon_start "$s"
	round=$((round + 1))
done
check 'five times in a row, at any moment' within 30 row "$killed" 'd == []'
check 'in order' got killed "chain('refs/heads/main', 0, $at, True) and
	all(number[a['after']] <= number[b['after']] for a, b in
	    zip([x for x in body if x['ref'] == 'refs/heads/main'], [x for x in body if x['ref'] == 'refs/heads/main'][1:]))"

# ---- down, and up again
subscribe down
down=$id
receiver_stop
push down $main 2
check 'down: it waits' within 10 row "$down" 'len(d) == 1 and d[0]["attempts"] >= 2 and d[0]["last_error"] and d[0]["last_status"] is None'
req POST "/v1/subscriptions/$down/ping"
js 'and a ping says why' "not b['delivered'] and b['status'] is None and 'connect' in b['error'].lower()"
receiver_start "$r" "$port"
check 'up again: it is told' within 60 got down 'len(got) == 1 and chain("refs/heads/main", 0, 2)'
check 'everything that came was sound' got down 'not bad'

# ---- TLS: a certificate that nobody vouches for
if openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$dir/key.pem" -out "$dir/cert.pem" >"$dir/openssl.out" 2>&1; then
	cat >"$dir/tls.py" <<'END'
import http.server, ssl, sys
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/cert.pem", sys.argv[1] + "/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
open(sys.argv[1] + "/tls.port", "w").write(str(server.server_address[1]) + "\n")
server.serve_forever()
END
	python3 "$dir/tls.py" "$dir" >"$dir/tls.out" 2>&1 &
	tls=$!
	within 20 test -s "$dir/tls.port"
	plain=$hook
	hook=https://127.0.0.1:$(cat "$dir/tls.port")
	subscribe tls
	hook=$plain
	push tls $main 1
	check 'an unknown certificate is refused' within 10 row "$id" 'len(d) == 1 and "certificate" in (d[0]["last_error"] or "")'
	grep -q POST "$dir/tls.out" && not_ok 'nothing was sent' "$(cat "$dir/tls.out")" || ok 'nothing was sent'
	kill "$tls"
	wait "$tls" 2>/dev/null
fi

# ---- settling: the daemon finishes what hooks left open
if command -v git >/dev/null 2>&1; then
	git init -q --bare "$dir/settle.git"
	empty=$(git -C "$dir/settle.git" hash-object -t tree -w /dev/null)
	moved=$(GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com \
		git -C "$dir/settle.git" commit-tree -m x "$empty")
	git -C "$dir/settle.git" update-ref $main "$moved"
	"$fill" baseline "$s/log" settle "$dir/settle.git"
	subscribe settle
	zero=0000000000000000000000000000000000000000
	"$fill" pending "$s/log" settle $main $zero "$moved" 0
	"$fill" pending "$s/log" settle refs/heads/never $zero "$moved" 0
	sleep 60 &
	busy=$!
	"$fill" pending "$s/log" settle refs/heads/busy $zero "$moved" "$busy"
	settled() {
		req GET "/v1/audit?repo=settle&kind=$1"
		[ "$(value 'len(b["entries"])')" = "$2" ] && [ "$(value 'b["entries"][0]["entry"]["ref"]')" = "$3" ]
	}
	check 'a ref that moved is applied' within 15 settled applied 1 $main
	check 'and announced' within 10 got settle "len(got) == 1 and body[0]['after'] == '$moved'"
	check 'one that did not, and whose git is gone, is not' within 15 settled not-applied 1 refs/heads/never
	req GET /metrics
	grep -q '^refwall_pending_refs 1$' "$dir/body" && ok 'one whose git still runs waits' || not_ok 'one waits' "$(cat "$dir/body")"
	kill "$busy"
	wait "$busy" 2>/dev/null
	ended() {
		req GET "/v1/audit?repo=settle&kind=not-applied"
		[ "$(value 'len(b["entries"])')" = 2 ]
	}
	check 'until that ends' within 15 ended
fi

# ---- the end
daemon_stop
[ "$status" -eq 0 ] && ok 'it ends well with requests under way' || not_ok 'it ends well' "status $status: $(tail -n 20 "$s/err")"

# ---- networks that are not allowed
t=$dir/strict
stores "$t" 192.0.2.0/24
token=$("$fill" token "$t/serve" admin admin '' 0)
"$fill" subscriptions "$t/serve" 1 "$hook/strict"
"$fill" subscriptions "$t/serve" 1 "http://localhost:$port/strict"
"$fill" push "$t/log" shop $main 1
daemon_start "$t"
check 'an address is refused' within 10 row 1 'len(d) == 1 and "network" in (d[0]["last_error"] or "")'
check 'a name that leads there too' within 10 row 2 'len(d) == 1 and "network" in (d[0]["last_error"] or "")'
expect 'a ping is no way around' 200 POST /v1/subscriptions/1/ping
js 'it says why' "'network' in b['error']"
check 'nothing got through' got strict 'got == []'
daemon_stop
for f in "$s/err" "$t/err"; do
	grep -q 'ERROR: AddressSanitizer\|ERROR: LeakSanitizer\|runtime error' "$f" && not_ok 'no sanitizer complains' "$(grep -A20 ERROR "$f")"
done
done_testing
