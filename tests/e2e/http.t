#!/bin/sh
# Every route of the service, and every way to use it wrongly, over real HTTP.
. "$RW_SRCDIR/tests/e2e/service.sh"
s=$dir/state
stores "$s"
admin=$("$fill" token "$s/serve" admin admin '' 0)
audit=$("$fill" token "$s/serve" audit audit:read '' 0)
metrics=$("$fill" token "$s/serve" metrics metrics:read '' 0)
reader=$("$fill" token "$s/serve" reader subscriptions:read '' 0)
writer=$("$fill" token "$s/serve" writer subscriptions:read,subscriptions:write '' 0)
old=$("$fill" token "$s/serve" old admin '' -5)
shop=$("$fill" token "$s/serve" shop audit:read,subscriptions:read,subscriptions:write shop 0)
team=$("$fill" token "$s/serve" team audit:read,subscriptions:read,subscriptions:write 'team/*' 0)
"$fill" baseline "$s/log" shop /srv/git/shop.git
"$fill" push "$s/log" shop refs/heads/main 12
"$fill" push "$s/log" team/a refs/heads/main 5
"$fill" push "$s/log" team/b refs/heads/dev 5
"$fill" refuse "$s/log" shop refs/heads/main 4
# baseline 0; shop 1..24; team/a 25..34; team/b 35..44; refused 45..48
size=49

# ---- the program
check '--help' "$bin/refwalld" --help
check '--version' "$bin/refwalld" --version
"$bin/refwalld" >"$dir/out" 2>&1
[ $? -eq 2 ] && ok 'no configuration: wrong use' || not_ok 'no configuration: wrong use'
"$bin/refwalld" --config "$s/refwall.yaml" more >"$dir/out" 2>&1
[ $? -eq 2 ] && ok 'an argument too much: wrong use' || not_ok 'an argument too much: wrong use'
"$bin/refwalld" --config "$s/none.yaml" >"$dir/out" 2>&1
[ $? -eq 3 ] && grep -q none.yaml "$dir/out" && ok 'no such configuration' || not_ok 'no such configuration'
mkdir "$dir/bare"
cp "$s/refwall.yaml" "$dir/bare"
"$bin/refwalld" --config "$dir/bare/refwall.yaml" >"$dir/out" 2>&1
[ $? -eq 3 ] && [ ! -e "$dir/bare/log" ] && ok 'no store: refuses, and makes none' || not_ok 'no store' "$(cat "$dir/out")"
daemon_start "$s"
grep -q "^refwalld: listening on 127.0.0.1:" "$s/err" && ok 'says where it listens' || not_ok 'says where it listens'
sed "s|^listen:.*|listen: ${url#http://}|" "$s/refwall.yaml" >"$s/same.yaml"
"$bin/refwalld" --config "$s/same.yaml" >"$dir/out" 2>&1
[ $? -eq 3 ] && ok 'the address is taken' || not_ok 'the address is taken' "$(cat "$dir/out")"

# ---- open pages
token=
expect '/healthz is open' 200 GET /healthz
expect '/readyz is open' 200 GET /readyz
header 'no sniffing' '^x-content-type-options: nosniff$'
header 'no caching' '^cache-control: no-store$'
grep -qi '^access-control' "$dir/head" && not_ok 'no CORS' || ok 'no CORS'

# ---- authentication
problem 'no token' 401 'a token is wanted' GET /v1/audit
header 'says how' '^www-authenticate: Bearer realm="refwall"$'
problem 'not Bearer' 401 'Bearer TOKEN' GET /v1/audit -H 'Authorization: Basic YTpi'
header 'says that it is invalid' 'error="invalid_token"'
problem 'empty token' 401 'Bearer TOKEN' GET /v1/audit -H 'Authorization: Bearer  '
problem 'two Authorization headers' 400 'twice' GET /v1/audit -H "Authorization: Bearer $admin" -H "Authorization: Bearer $admin"
token=rwt_00000000000000000000000000000000
problem 'unknown token' 401 'unknown or revoked' GET /v1/audit
token=$old
problem 'expired token' 401 'expired' GET /v1/audit
token=
expect 'the scheme in any case' 200 GET /v1/audit -H "authorization: bEARER $admin"

# ---- scopes: TOKEN METHOD PATH CODE
for row in "audit GET /v1/audit 200" "audit GET /v1/audit/0 200" "audit GET /v1/subscriptions 403" "audit GET /metrics 403" \
	"metrics GET /metrics 200" "metrics GET /v1/audit 403" "reader GET /v1/subscriptions 200" "reader POST /v1/subscriptions 403" \
	"reader DELETE /v1/subscriptions/1 403" "reader POST /v1/subscriptions/1/pause 403" "reader POST /v1/subscriptions/1/resume 403" \
	"reader POST /v1/subscriptions/1/ping 403" "reader POST /v1/deliveries/1/redeliver 403" "reader GET /v1/audit 403" \
	"writer GET /v1/subscriptions/1 404" "writer POST /v1/subscriptions/1/pause 404" "writer GET /v1/audit/0 403" \
	"writer GET /v1/subscriptions/1/deliveries 404" "writer POST /v1/deliveries/1/redeliver 404" \
	"admin GET /metrics 200" "admin GET /v1/audit 200" "admin GET /v1/subscriptions 200"; do
	set -- $row
	eval "token=\$$1"
	expect "scope: $row" "$4" "$2" "$3"
done
token=$audit
problem 'a lacking scope is named' 403 'metrics:read' GET /metrics
header 'in the header too' 'error="insufficient_scope", scope="metrics:read"'

# ---- methods and targets
token=$admin
problem 'POST to a list that is read' 405 'POST' POST /v1/audit
header 'Allow' '^allow: GET, HEAD, OPTIONS$'
problem 'PUT' 405 'PUT' PUT /v1/subscriptions
header 'Allow of two methods' '^allow: GET, HEAD, POST, OPTIONS$'
expect 'OPTIONS' 204 OPTIONS /v1/subscriptions/1
header 'Allow of an item' '^allow: GET, HEAD, DELETE, OPTIONS$'
expect 'OPTIONS *' 204 OPTIONS '' --request-target '*'
problem 'an invented method' 501 'BREW' BREW /v1/audit
code=$(curl -s -m 10 -I -o "$dir/head" -w '%{http_code} %{size_download}' -H "Authorization: Bearer $token" "$url/v1/audit")
[ "$code" = '200 0' ] && ok 'HEAD' || not_ok 'HEAD' "$code"
for path in / /v1 /v1/ /v1/audit/ //v1/audit /V1/audit /v1/audit/x /v1/audit/-1 /v1/audit/01 /v1/audit/0x1 /v1/audit/1/2 \
	/v1/audit/99999999999999999999 /v1/subscriptions/1/other /v1/../v1/audit /healthz/ /%76%31/audit/%41; do
	problem "nothing at $path" 404 '' GET "$path"
done
expect 'an escaped path is the path' 200 GET /%76%31/audit
problem 'a broken escape' 400 'hexadecimal' GET /v1/%zz
problem 'an encoded NUL' 400 'NUL' GET /v1/audit?repo=%00
problem 'a long target' 414 '4096' GET "/v1/audit?repo=$(printf '%05000d' 0)"
expect 'absolute form' 200 GET / --request-target "http://example.com/v1/audit"
req GET /v1/audit -H "X-Long: $(printf '%020000d' 0)"
case $code in 431 | 413 | 400 | 000) ok "a header of 20,000 bytes ($code)" ;; *) not_ok 'a header of 20,000 bytes' "$code" ;; esac
expect 'goes on after that' 200 GET /healthz

# ---- the audit log
expect 'list' 200 GET /v1/audit
js 'the first page: 50 at most, from the beginning' "[e['index'] for e in b['entries']] == list(range($size)) and b['next'] is None"
expect 'limit' 200 GET '/v1/audit?limit=10'
js 'a page and where to go on' "len(b['entries']) == 10 and b['next'] == '10'"
header 'Link' '^link: </v1/audit\?limit=10&cursor=10>; rel="next"$'
for order in asc desc; do
	seen= cursor=
	while :; do
		req GET "/v1/audit?limit=7&order=$order${cursor:+&cursor=$cursor}"
		seen="$seen $(value '" ".join(str(e["index"]) for e in b["entries"])')"
		cursor=$(value 'b["next"] or ""')
		[ -n "$cursor" ] || break
	done
	want=$(seq 0 $((size - 1)))
	[ "$order" = asc ] || want=$(seq $((size - 1)) -1 0)
	[ "$(echo $seen)" = "$(echo $want)" ] && ok "paging, $order: every entry once" || not_ok "paging, $order" "$seen"
done
for row in "repo=shop 29" "repo=id-shop 29" "repo=team%2Fa 10" "repo=nowhere 0" "ref=refs/heads/dev 10" "verdict=refuse 4" \
	"verdict=accept 22" "kind=applied 22" "kind=baseline 1" "account=alice 26" "signer=alice 26" "account=bob 0" \
	"rule=main+is+append-only 4" "path=apps/web.yaml 26" "commit=ccccccccccccccccccccccccccccccccccccccc3 6" \
	"repo=shop&verdict=refuse 4" "repo=team%2Fa&verdict=refuse 0" "after=40 9" "before=3 3" "since=2001-01-01 49" "until=2001-01-01 0"; do
	set -- $row
	expect "filter $1" 200 GET "/v1/audit?$1"
	js "finds $2" "len(b['entries']) == $2"
done
for row in 'repos=shop|repos' 'limit=0|limit' 'limit=501|limit' 'limit=x|limit' 'order=up|order' 'kind=pull|kind' 'verdict=maybe|verdict' \
	'since=yesterday|since' 'after=-1|after' 'commit=xyz|commit' 'cursor=x|cursor' 'format=xml|format' 'limit=1&limit=2|twice'; do
	problem "bad filter ${row%|*}" 400 "${row#*|}" GET "/v1/audit?${row%|*}"
done
expect 'ndjson by Accept' 200 GET '/v1/audit?limit=3' -H 'Accept: application/x-ndjson'
header 'as such' '^content-type: application/x-ndjson'
[ "$(grep -c '^{.*}$' "$dir/body")" = 3 ] && ok 'three lines' || not_ok 'three lines' "$(cat "$dir/body")"
header 'with a Link' '^link: .*cursor=3>'
expect 'csv by format' 200 GET '/v1/audit?limit=3&format=csv'
header 'as such' '^content-type: text/csv'
[ "$(wc -l <"$dir/body")" -eq 4 ] && ok 'a head and three lines' || not_ok 'a head and three lines' "$(cat "$dir/body")"
problem 'nothing acceptable' 406 'application/json' GET /v1/audit -H 'Accept: text/html'
expect 'a browser gets JSON' 200 GET /v1/audit -H 'Accept: text/html,*/*;q=0.8'
expect 'one entry' 200 GET /v1/audit/1
js 'with the names opened' "b['index'] == 1 and b['opened']['account'] == 'alice' and b['entry']['verdict'] == 'accept'"
problem 'no such entry' 404 'no entry 49' GET /v1/audit/49
problem 'one entry has no parameters' 400 'unknown parameter' GET '/v1/audit/1?x=y'
problem 'a body where none belongs' 413 'no body' GET /v1/audit -d x

# ---- a token that is limited to repositories
token=$shop
expect 'limited to one' 200 GET /v1/audit
js 'sees its entries' "len(b['entries']) == 29 and all(e['entry']['repo']['name'] == 'shop' for e in b['entries'])"
expect 'and may name it' 200 GET '/v1/audit?repo=shop&verdict=refuse'
expect 'also by id' 200 GET '/v1/audit?repo=id-shop'
problem 'not another' 403 'shop' GET '/v1/audit?repo=team%2Fa'
problem 'not its entries' 403 'shop' GET /v1/audit/25
expect 'its own' 200 GET /v1/audit/1
token=$team
seen= cursor=
while :; do
	req GET "/v1/audit?limit=3${cursor:+&cursor=$cursor}"
	seen="$seen $(value '" ".join(str(e["index"]) for e in b["entries"])')"
	cursor=$(value 'b["next"] or ""')
	[ -n "$cursor" ] || break
done
[ "$(echo $seen)" = "$(echo $(seq 25 44))" ] && ok 'limited by a pattern: pages hold what matches' || not_ok 'limited by a pattern' "$seen"
expect 'one of them' 200 GET '/v1/audit?repo=team%2Fb'
js 'only that' "len(b['entries']) == 10"
problem 'one outside' 403 'team/*' GET '/v1/audit?repo=shop'
problem 'one outside, by id' 403 'team/*' GET '/v1/audit?repo=id-shop'

# ---- subscriptions: what is refused
token=$writer
post() {
	name=$1 want=$2 words=$3 body=$4
	shift 4
	problem "$name" "$want" "$words" POST /v1/subscriptions -H 'Content-Type: application/json' --data-binary "$body" "$@"
}
problem 'no content type' 415 'application/json' POST /v1/subscriptions -H 'Content-Type:' -d '{}'
problem 'another content type' 415 'application/json' POST /v1/subscriptions -H 'Content-Type: text/plain' -d '{}'
post 'no JSON' 400 'line 1' 'x'
post 'empty body' 400 'line 1' ''
post 'an array' 400 'object' '[]'
post 'a member twice' 400 'duplicate' '{"url":"http://127.0.0.1/","url":"http://127.0.0.1/"}'
post 'an unknown member' 400 'did you mean "repo"' '{"url":"http://127.0.0.1/","repos":"x"}'
post 'no url' 400 '"url" is missing' '{}'
post 'url is a number' 400 'must be a string' '{"url":1}'
post 'ftp' 400 'http://' '{"url":"ftp://example.com/"}'
post 'a password in the url' 400 'password' '{"url":"http://a:b@example.com/"}'
post 'a private address' 400 'delivery.allow' '{"url":"http://10.0.0.1/"}'
post 'metadata of a cloud' 400 'delivery.allow' '{"url":"http://169.254.169.254/latest"}'
post 'IPv6 loopback' 400 'delivery.allow' '{"url":"http://[::1]/"}'
post 'IPv4 in IPv6' 400 'delivery.allow' '{"url":"http://[::ffff:10.0.0.1]/"}'
post 'an odd spelling of an address' 400 'four decimal' '{"url":"http://0x7f000001/"}'
post 'a short secret' 400 '16 bytes' '{"url":"http://127.0.0.1/","secret":"123456789012345"}'
post 'a long secret' 400 '256' "{\"url\":\"http://127.0.0.1/\",\"secret\":\"$(printf '%0257d' 0)\"}"
post 'a broken pattern' 400 '"ref"' '{"url":"http://127.0.0.1/","ref":"refs/heads/["}'
printf '{"url":"http://127.0.0.1/%065536d"}' 0 >"$dir/big"
post 'a body that is too long' 413 '65536' "@$dir/big"
post 'the same in chunks' 413 '65536' "@$dir/big" -H 'Transfer-Encoding: chunked'
expect 'nothing came of it' 200 GET /v1/subscriptions
js 'the list is empty' "b == {'subscriptions': [], 'next': None}"

# ---- subscriptions: their life
new() {
	expect "$1" 201 POST /v1/subscriptions -H 'Content-Type: application/json; charset=utf-8' --data-binary "$2"
}
new 'with a secret of ours' '{"url":"http://127.0.0.1:9/hook/SECRETPATH","secret":"0123456789abcdef","repo":"shop","ref":"refs/heads/*"}'
header 'Location' '^location: /v1/subscriptions/1$'
js 'the answer' "b['id'] == 1 and b['state'] == 'active' and b['repo'] == 'shop' and b['ref'] == 'refs/heads/*' and b['start'] == $size"
js 'does not repeat the secret' "'secret' not in b"
new 'with a secret that is made' '{"url":"http://example.com/"}'
js 'which is shown' "len(b['secret']) == 44 and b['repo'] == '**'"
secret=$(value "b['secret']")
expect 'once' 200 GET /v1/subscriptions/2
js 'only' "'secret' not in b and b['url'] == 'http://example.com/'"
grep -q "$secret" "$s/err" && not_ok 'nor is it in the log' || ok 'nor is it in the log'
expect 'pause' 200 POST /v1/subscriptions/1/pause
js 'is paused' "b['state'] == 'paused'"
expect 'resume' 200 POST /v1/subscriptions/1/resume
js 'is active' "b['state'] == 'active'"
expect 'deliveries' 200 GET /v1/subscriptions/1/deliveries
js 'none yet' "b == {'deliveries': []}"
expect 'delete' 204 DELETE /v1/subscriptions/2
problem 'it is gone' 404 'no subscription 2' GET /v1/subscriptions/2
problem 'twice' 404 'no subscription 2' DELETE /v1/subscriptions/2
problem 'a body for pause' 413 'no body' POST /v1/subscriptions/1/pause -d '{}'
problem 'an odd parameter' 400 'unknown parameter' GET '/v1/subscriptions?limit=3'
token=$audit
expect 'all of that is in the log' 200 GET '/v1/audit?kind=subscription'
js 'in order' "[e['entry']['action'] for e in b['entries']] == ['created', 'created', 'paused', 'resumed', 'deleted']"
js 'with the host and the token, without the path' "all('SECRET' not in json.dumps(e) for e in b['entries']) and b['entries'][0]['entry']['host'] == '127.0.0.1' and b['entries'][0]['entry']['token'] == 5"
token=$team
new 'made by a limited token' '{"url":"http://example.com/"}'
js 'keeps its limit' "b['limited_to'] == 'team/*'"
expect 'which sees its own' 200 GET /v1/subscriptions
js 'only' "[x['id'] for x in b['subscriptions']] == [3]"
problem 'not those of others' 404 'no subscription 1' GET /v1/subscriptions/1
problem 'nor deletes them' 404 'no subscription 1' DELETE /v1/subscriptions/1
token=$shop
problem 'nor others its' 404 'no subscription 3' POST /v1/subscriptions/3/pause
token=$writer
expect 'an unlimited token sees all' 200 GET /v1/subscriptions
js 'both' "[x['id'] for x in b['subscriptions']] == [1, 3]"

# ---- numbers
token=$metrics
counted() {
	req GET /metrics
	grep -q '^refwall_pushes_total{verdict="refuse"} 4$' "$dir/body"
}
check 'verdicts are counted' within 10 counted
for line in 'refwall_pushes_total{verdict="accept"} 22' 'refwall_deliveries{state="waiting"} 0' 'refwall_fanout_unread_entries 0' \
	'refwall_http_requests_total{method="get",route="/v1/audit/{}",status="404"} 1' '# EOF'; do
	grep -qFx "$line" "$dir/body" && ok "metric $line" || not_ok "metric $line" "$(cat "$dir/body")"
done
header 'OpenMetrics' '^content-type: application/openmetrics-text; version=1.0.0; charset=utf-8$'
if python3 -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
	check 'an OpenMetrics parser reads it' python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
list(text_string_to_metric_families(open(sys.argv[1]).read()))' "$dir/body"
fi

# ---- hostile connections
cat >"$dir/hostile.py" <<'END'
import socket, sys, time
host, port = sys.argv[1].rsplit(":", 1)
def connect():
    s = socket.create_connection((host, int(port)), timeout=10)
    return s
def answer(data, n=1):
    s = connect()
    s.sendall(data)
    out = b""
    s.settimeout(10)
    try:
        while True:
            got = s.recv(65536)
            if not got:
                break
            out += got
    except socket.timeout:
        pass
    s.close()
    return out
def is_health(s):
    s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        return b"200 OK" in s.recv(4096)
    except OSError:
        return False
what = sys.argv[2]
if what == "garbage":
    for data in (b"\0" * 100, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 1000,
                 b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost x\r\n\r\n",
                 b"POST /v1/subscriptions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
        s = connect()
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        s.settimeout(10)
        try:
            out = s.recv(65536)
        except OSError:
            out = b""
        assert b" 200 " not in out, out
    assert is_health(connect())
elif what == "pipeline":
    s = connect()
    s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
    out, end = b"", time.time() + 10
    while out.count(b"HTTP/1.1 200 OK") < 20 and time.time() < end:
        out += s.recv(65536)
    assert out.count(b"HTTP/1.1 200 OK") == 20, out
elif what == "many":
    # half-open requests from one address: those beyond the bound are turned away, and all is well afterwards
    held = []
    for i in range(200):
        s = connect()
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ")
        held.append(s)
    time.sleep(0.5)
    alive = 0
    for s in held:
        s.settimeout(0.01)
        try:
            if s.recv(1) != b"":
                alive += 1
        except socket.timeout:
            alive += 1
        except OSError:
            pass
    assert 100 <= alive <= 128, alive
    for s in held:
        s.close()
    end = time.time() + 10
    while time.time() < end:
        try:
            if is_health(connect()):
                break
        except OSError:
            pass
    else:
        raise SystemExit("not answering any more")
elif what == "smuggled":
    # where the body ends must be beyond doubt, or a second request hides in it
    token = sys.argv[3].encode()
    second = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    chunk = b"0\r\n\r\n" + second
    for name, ends, rest in (
            ("two lengths", b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(second), second),
            ("a list of lengths", b"Content-Length: 0, 0\r\n", second),
            ("a blank behind the name", b"Content-Length : %d\r\n" % len(second), second),
            ("length and chunks", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", chunk),
            ("chunks and length", b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", chunk),
            ("two codings", b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", chunk),
            ("a list of codings", b"Transfer-Encoding: gzip, chunked\r\n", chunk),
            ("another coding", b"Transfer-Encoding: xchunked\r\n", chunk)):
        for line, ask in ((b"POST /v1/subscriptions", token), (b"GET /healthz", token)):
            out = answer(line + b" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ask +
                         b"\r\nContent-Type: application/json\r\n" + ends + b"\r\n" + rest)
            assert out.count(b"HTTP/1.1 ") == out.count(b"HTTP/1.1 400") == 1 or name == "a list of lengths", (name, out)
            assert b" 200 " not in out, (name, out)
elif what == "early":
    # the refusal comes before the body is sent
    s = connect()
    s.sendall(b"POST /v1/subscriptions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
    s.settimeout(10)
    assert b" 401 " in s.recv(4096)
elif what == "endless":
    # a chunked body without end is cut off
    token = sys.argv[3].encode()
    s = connect()
    s.sendall(b"POST /v1/subscriptions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token +
              b"\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    sent = 0
    try:
        while sent < 64 << 20:
            s.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            sent += 65536
    except OSError:
        pass
    assert sent < 32 << 20, sent
END
for what in garbage pipeline smuggled many early endless; do
	check "hostile: $what" python3 "$dir/hostile.py" "${url#http://}" "$what" "$writer"
done

# ---- failures to authenticate are limited, good tokens are not
token=rwt_11111111111111111111111111111111
i=0
while [ "$i" -lt 12 ]; do
	req GET /v1/audit
	i=$((i + 1))
done
problem 'too many failures' 429 'failed to authenticate' GET /v1/audit
header 'says how long' '^retry-after: [0-9]+$'
token=$audit
expect 'a good token passes' 200 GET /v1/audit

# ---- signals
kill -HUP "$daemon"
expect 'SIGHUP changes nothing' 200 GET /v1/audit
daemon_stop
[ "$status" -eq 0 ] && ok 'SIGTERM ends it well' || not_ok 'SIGTERM ends it well' "status $status: $(tail -n 20 "$s/err")"
daemon_start "$s"
daemon_stop INT
[ "$status" -eq 0 ] && ok 'SIGINT too' || not_ok 'SIGINT too' "status $status"
grep -q 'ERROR: AddressSanitizer\|runtime error' "$s/err" && not_ok 'no sanitizer complains' "$(cat "$s/err")"
done_testing
