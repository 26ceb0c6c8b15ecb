#!/bin/sh
# From a real push to a real receiver: what the subscriber of a cluster is told.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"

key alice
key bob
act_as alice
house
usual_policy
printf 'external-url: https://git.example.com\n' >>"$conf"
repo shop
git --git-dir "$T/shop.git" symbolic-ref HEAD refs/heads/trunk
od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$T/secret"
serve receiver perl "$RW_SRCDIR/contrib/examples/receiver.pl" "$T/secret" "$T/receiver.port" "$T/received"
until_true test -s "$T/receiver.port" || bail 'the receiver does not listen'
refwall subscription add --config "$conf" --url "http://127.0.0.1:$(cat "$T/receiver.port")/" --secret-file "$T/secret" \
	--repo shop --ref refs/heads/main >/dev/null || bail 'subscription add'
daemon
work shop
mkdir apps
good_manifest >apps/web.yaml
good_manifest old >apps/old.yaml
commit 'first'
push main || not_ok 'the first push' "$T/push.out"
# told N: notice number N, its JSON in $T/body
told() {
	until_true sh -c "test \"\$(wc -l <'$T/received')\" -ge $1" || return 1
	sed -n "${1}p" "$T/received" >"$T/line"
	grep -q '^accepted signature=good event=push ' "$T/line" && sed 's/^[^{]*//' "$T/line" >"$T/body"
}
check 'a push is announced, signed' told 1
zero=0000000000000000000000000000000000000000
first=$(git rev-parse HEAD)
check 'ref, before, after' jq -e ".ref == \"refs/heads/main\" and .before == \"$zero\" and .after == \"$first\" and .created" "$T/body"
check 'the address that clusters know' jq -e '.repository.html_url == "https://git.example.com/shop"' "$T/body"
check 'the default branch is what HEAD names' jq -e '.repository.default_branch == "trunk"' "$T/body"
check 'all files are listed' jq -e '.commits[0].added == ["apps/old.yaml", "apps/web.yaml"]' "$T/body"
good_manifest new >apps/new.yaml
sed -i 's/name: web$/name: web2/' apps/web.yaml
git rm -q apps/old.yaml
commit 'second: "quotes", <tags> and ü'
push main || not_ok 'the second push' "$T/push.out"
check 'the next push is announced' told 2
check 'added, modified, removed' jq -e \
	'.commits[0] | .added == ["apps/new.yaml"] and .modified == ["apps/web.yaml"] and .removed == ["apps/old.yaml"]' "$T/body"
check 'message and author as they are' jq -e \
	'.head_commit | .message == "second: \"quotes\", <tags> and ü" and .author.name == "alice" and .author.email == "alice@example.com"' "$T/body"
check 'before is what was told last' jq -e ".before == \"$first\" and (.created | not) and (.forced | not)" "$T/body"
git tag -s v1.0.0 -m one && push v1.0.0 || not_ok 'a tag' "$T/push.out"
commit 'refused' --no-gpg-sign
push main && not_ok 'an unsigned push'
git reset -q --hard origin/main
# a path that is no text: no list of files at all, rather than a wrong one
mkdir docs && echo x >"docs/$(printf '\377').txt"
commit 'bytes'
push main || not_ok 'the third push' "$T/push.out"
check 'only what was subscribed to and accepted is announced' told 3
check 'a path that is no text: no files are listed' jq -e '.commits[0] | .added == [] and .modified == [] and .removed == []' "$T/body"
curl -sS -H "Authorization: Bearer $(cat "$T/state/admin.token")" "$url/v1/subscriptions/1/deliveries" >"$T/out"
check 'nothing waits' jq -e '[.. | objects | select(.state? == "waiting" or .state? == "dead")] == []' "$T/out"
done_testing
