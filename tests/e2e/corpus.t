#!/bin/sh
# Real trees go through a push and through `refwall check`: no crash, and no false finding about syntax.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
if ! [ -d "$corpus/manifests" ]; then
	skip 'real trees' 'the corpus is not here (REFWALL_CORPUS names it)'
	done_testing
fi
key alice
act_as alice
house
{
	echo 'version: 1'
	echo 'identities:'
	identity alice "$me"
	cat <<'EOF'
refs: [refs/heads/**]
scope: {refs: [refs/heads/*]}
rules:
  - name: signatures
    signed: {by: [alice]}
  - name: manifests
    paths: ["**/*.yaml", "**/*.yml", "**/*.json"]
    mode: warn
    manifests: {}
    images: {pinned: digest}
    secrets: encrypted
EOF
} | policy

for tar in "$corpus"/manifests/*.tar.xz; do
	name=$(basename "$tar" .tar.xz)
	repo "$name"
	work "$name"
	tar xJf "$tar" || bail "tar $tar"
	commit 'all of it'
	if push main; then ok "$name: goes in, with warnings"; else not_ok "$name: goes in, with warnings" "$T/push.out"; fi
	refwall check --policy "$T/state/policy.yaml" --format json . >"$T/$name.json" 2>"$T/err"
	s=$?
	if [ $s = 0 ]; then ok "$name: check ends with warnings only"; else not_ok "$name: check ends with warnings only ($s)" "$T/err"; fi
	# Findings about syntax must be true: kept by file in a list of what was looked at by hand.
	jq -r '.[] | select(.check == "manifests") | select(.text | test("parsing|scanning|set in line|BOM|UTF|control|documents")) | "\(.path):\(.line) \(.text)"' \
		"$T/$name.json" | sort -u >"$T/$name.found"
	if [ -f "$RW_SRCDIR/tests/data/corpus/$name.exp" ] || [ -n "${RW_GOLDEN_UPDATE:-}" ]; then
		golden "$name: findings about syntax are those known to be true" "$T/$name.found" "$RW_SRCDIR/tests/data/corpus/$name.exp"
	else
		is "$name: no finding about syntax" "$(head -n 5 "$T/$name.found")" ''
	fi
	cd "$T" || exit 99
	rm -rf "${T:?}/$name" "${T:?}/$name.git"
done
check 'the log verifies' verify
done_testing
