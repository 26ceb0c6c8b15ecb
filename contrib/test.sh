#!/bin/sh
# The test command: install what is needed, build with warnings as errors, run everything.
# The last line is "N passed, N failed" (", N skipped" may follow). Exit status 0 only when nothing failed.
#
#	BUILD=DIR	build there (default: build-test)
#	SANITIZE=no	leave out the second build with AddressSanitizer and UBSan
set -eu
cd "$(dirname "$0")/.."
src=$(pwd)
build=${BUILD:-$src/build-test}
jobs=$(nproc)

contrib/install-packages.sh build run test
contrib/autogen.sh >/dev/null

passed=0 failed=0 skipped=0

# one NAME CONFIGURE-ARGS...: configure, build, check, and count
one() {
	name=$1
	shift
	mkdir -p "$build/$name"
	cd "$build/$name"
	echo "== $name: configure"
	"$src/configure" -q --enable-werror "$@" >configure.out 2>&1 || { cat configure.out; exit 1; }
	echo "== $name: build"
	make -j"$jobs" >make.out 2>&1 || { tail -n 60 make.out; exit 1; }
	echo "== $name: check"
	made=0
	make -j"$jobs" check >check.out 2>&1 || made=$?
	grep -E '^(FAIL|ERROR|XPASS|SKIP)' check.out || true
	count PASS XFAIL && passed=$((passed + n))
	count SKIP && skipped=$((skipped + n))
	count FAIL ERROR XPASS && failed=$((failed + n))
	# make may fail where no test did, and then that is what failed
	if ! grep -qE '^# TOTAL: +[1-9]' check.out || { [ "$made" != 0 ] && [ "$n" = 0 ]; }; then
		echo "the checks did not run to their end:"
		tail -n 60 check.out
		failed=$((failed + 1))
	fi
	if grep -qE '^(FAIL|ERROR|XPASS)' check.out; then
		find tests -name '*.log' -exec grep -lE '^(not ok|Bail out)|Sanitizer|exited with status' {} + | while read -r log; do
			echo "--- $log"
			tail -n 200 "$log"
		done
	fi
	cd "$src"
}

# count WORD...: n = the sum of automake's "# WORD: N" lines
count() {
	n=0
	for word in "$@"; do
		v=$(sed -n "s/^# $word: *//p" check.out | head -n 1)
		n=$((n + ${v:-0}))
	done
}

one plain
if [ "${SANITIZE:-yes}" = yes ]; then
	one sanitized --enable-sanitizers
fi

if [ "$skipped" -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ]
