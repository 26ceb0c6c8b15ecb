#!/bin/sh
# Run a unit test. cmocka of Debian 12 says "not ok N # SKIP" for a skipped test, which is a failure in TAP.
out=$("$@" 2>&1)
status=$?
printf '%s\n' "$out" | sed 's/^not ok \([0-9]* # SKIP\)/ok \1/'
exit $status
