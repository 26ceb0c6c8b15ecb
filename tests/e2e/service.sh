# Helpers for the tests of the service, sourced by them. Plain sh; needs curl and python3.
LC_ALL=C
export LC_ALL
for tool in curl python3; do
	command -v "$tool" >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is missing"; exit 0; }
done
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
bin=$RW_BUILDDIR
fill=$bin/tests/e2e/logfill
dir=$(mktemp -d "${TMPDIR:-/tmp}/refwall-test.XXXXXX") || exit 99
n=0 failed=0 daemon= receiver=

# Processes that we started are ended by their number; the directory is kept when something failed.
finish() {
	[ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null
	[ -z "$receiver" ] || kill -KILL "$receiver" 2>/dev/null
	if [ "$failed" -eq 0 ]; then
		rm -rf "$dir"
	else
		echo "# $failed failed; everything is in $dir"
	fi
}
trap finish EXIT
trap 'exit 99' HUP INT TERM

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}
not_ok() {
	n=$((n + 1))
	failed=$((failed + 1))
	echo "not ok $n - $1"
	[ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/#   /' | head -n 20
}
# check NAME COMMAND...: the command succeeds
check() {
	name=$1
	shift
	if "$@" >"$dir/check.out" 2>&1; then
		ok "$name"
	else
		not_ok "$name" "$(cat "$dir/check.out")"
	fi
}
done_testing() {
	echo "1..$n"
}

# until SECONDS COMMAND...: poll until it succeeds or the time is over
within() {
	end=$(($(date +%s) + $1))
	shift
	while :; do
		"$@" >/dev/null 2>&1 && return 0
		[ "$(date +%s)" -lt "$end" ] || break
		sleep 0.05
	done
	"$@"
}

# stores DIR: an empty state directory with a configuration that allows loopback
stores() {
	mkdir -p "$1"
	"$fill" create "$1/log" "$1/serve" || exit 99
	cat >"$1/refwall.yaml" <<-END
		version: 1
		origin: test.example.com
		listen: 127.0.0.1:0
		external-url: https://git.example.com
		delivery:
		  allow: [${2-127.0.0.0/8}]
	END
}

# daemon_start DIR: sets daemon and url
daemon_start() {
	rm -f "$1/port"
	"$bin/refwalld" --config "$1/refwall.yaml" --port-file "$1/port" 2>>"$1/err" &
	daemon=$!
	within 20 test -s "$1/port" || { echo "Bail out! refwalld does not start: $(tail -n 3 "$1/err")"; exit 99; }
	url=http://$(cat "$1/port")
}
# daemon_stop [SIGNAL]: sets status
daemon_stop() {
	kill -"${1-TERM}" "$daemon"
	wait "$daemon" 2>/dev/null
	status=$?
	daemon=
}

# receiver_start DIR [PORT]: sets receiver and hook
receiver_start() {
	mkdir -p "$1/behave"
	[ -f "$1/secret" ] || printf 'ssssssssssssssssssssssssssssssss' >"$1/secret"
	touch "$1/got"
	rm -f "$1/port"
	python3 "$RW_SRCDIR/tests/e2e/receiver.py" "$1" ${2+"$2"} 2>>"$1/err" &
	receiver=$!
	within 20 test -s "$1/port" || { echo "Bail out! the receiver does not start: $(cat "$1/err")"; exit 99; }
	hook=http://127.0.0.1:$(cat "$1/port")
}
receiver_stop() {
	kill -KILL "$receiver"
	wait "$receiver" 2>/dev/null
	receiver=
}

# req METHOD PATH [CURL-OPTION...]: sets code; the answer is in $dir/body and $dir/head. $token is sent unless empty.
req() {
	method=$1 path=$2
	shift 2
	: >"$dir/body"
	: >"$dir/head"
	code=$(curl -s -m 30 --path-as-is -o "$dir/body" -D "$dir/head" -w '%{http_code}' -X "$method" \
		${token:+-H "Authorization: Bearer $token"} "$@" "$url$path")
}
# expect NAME CODE METHOD PATH [CURL-OPTION...]
expect() {
	name=$1 want=$2
	shift 2
	req "$@"
	if [ "$code" = "$want" ]; then
		ok "$name"
	else
		not_ok "$name" "wanted $want, got $code: $(cat "$dir/body")"
	fi
}
# problem NAME CODE WORDS METHOD PATH [...]: a problem document whose detail has these words
problem() {
	name=$1 want=$2 words=$3
	shift 3
	req "$@"
	if [ "$code" = "$want" ] && grep -qi '^content-type: application/problem+json' "$dir/head" &&
		W=$words S=$want python3 -c '
import json, os, sys
p = json.load(open(sys.argv[1]))
assert set(p) == {"type", "title", "status", "detail"} and p["status"] == int(os.environ["S"]), p
assert os.environ["W"] in p["detail"], p' "$dir/body" 2>"$dir/why"; then
		ok "$name"
	else
		not_ok "$name" "wanted $want, got $code: $(cat "$dir/body") $(cat "$dir/why")"
	fi
}
# header NAME PATTERN: the last answer has a header line like this
header() {
	if tr -d '\r' <"$dir/head" | grep -Eqi "$2"; then
		ok "$1"
	else
		not_ok "$1" "$(cat "$dir/head")"
	fi
}
# js NAME PYTHON: an expression over b, the last answer's JSON, is true
js() {
	if python3 -c '
import json, sys
b = json.load(open(sys.argv[1]))
assert eval(sys.argv[2]), b' "$dir/body" "$2" 2>"$dir/why"; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 1 "$dir/why" | cut -c 1-600)"
	fi
}
# value PYTHON: print an expression over the last answer
value() {
	python3 -c 'import json, sys; print(eval(sys.argv[2], {"b": json.load(open(sys.argv[1]))}))' "$dir/body" "$1"
}
