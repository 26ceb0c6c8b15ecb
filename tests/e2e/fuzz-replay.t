#!/bin/sh
# Every corpus file runs clean through its fuzz target, and every target has a corpus.
n=0
for d in "$RW_SRCDIR"/tests/fuzz/corpus/*/; do
	[ -d "$d" ] || continue
	t=$(basename "$d")
	n=$((n + 1))
	if "$RW_BUILDDIR/tests/fuzz/fuzz_$t" "$d"* >/dev/null 2>&1; then
		echo "ok $n - fuzz_$t"
	else
		echo "not ok $n - fuzz_$t"
	fi
done
for t in "$RW_SRCDIR"/tests/fuzz/fuzz_*.c; do
	[ -f "$t" ] || continue
	b=$(basename "$t" .c)
	n=$((n + 1))
	if [ -d "$RW_SRCDIR/tests/fuzz/corpus/${b#fuzz_}" ]; then
		echo "ok $n - $b has a corpus"
	else
		echo "not ok $n - $b has a corpus"
	fi
done
echo "1..$n"
