#!/bin/sh
# The operator's command: forms that scripts rely on, exit statuses, formats.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"

# status NAME WANTED COMMAND...
status() {
	name=$1 wanted=$2
	shift 2
	"$@" >"$T/out" 2>"$T/err"
	is "$name: exit status" "$?" "$wanted"
}
for p in refwall refwalld refwall-hook; do
	status "$p --version" 0 $p --version
	has "$p --version: one line" "$T/out" "^$p \(refwall\) [0-9]"
	status "$p --help" 0 $p --help
	has "$p --help: usage" "$T/out" '^usage:'
	status "$p with nonsense" 2 $p --no-such-thing
done
status 'no command' 2 refwall
status 'an unknown command' 2 refwall frobnicate
status 'an unknown option' 2 refwall init --stat x
has 'an unknown option: told' "$T/err" 'no option --stat'
status 'a missing option' 2 refwall init
status 'an option given twice' 2 refwall init --state a --state b
for c in init install check 'policy lint' 'audit list' 'audit show' 'audit verify' 'token create' 'subscription add' status; do
	# shellcheck disable=SC2086 # two words
	status "refwall $c --help" 0 refwall $c --help
done

key alice
key bob
act_as alice
house
usual_policy
is 'the admin token is private' "$(stat -c %a "$T/state/admin.token")" 600
is 'the serve directory is private' "$(stat -c %a "$T/state/serve")" 700
is 'the log directory is shared by its group' "$(stat -c %a "$T/state/log")" 2770
status 'init does not overwrite' 3 refwall init --state "$T/state"
has 'init does not overwrite: told' "$T/err" 'there already; nothing was changed'
refwall init --state "$T/other" >/dev/null
status 'the sample policy is sound' 0 refwall policy lint "$T/other/policy.yaml"
(umask 077 && refwall init --state "$T/narrow" >/dev/null)
is 'under umask 077 the log is shared all the same' "$(stat -c %a "$T/narrow/log" "$T/narrow/log/log.db" | tr '\n' ' ')" '2770 660 '

status 'policy lint: sound' 0 refwall policy lint "$T/state/policy.yaml"
printf 'version: 1\nrules:\n  - name: x\n    signd: {}\n' >"$T/bad.yaml"
status 'policy lint: an error' 1 refwall policy lint "$T/bad.yaml"
has 'policy lint: with its place and the nearest word' "$T/err" 'bad.yaml:4:5: .*signd.*signed'

# ---- check ----
repo shop
work shop
mkdir apps
good_manifest >apps/web.yaml
status 'check: fine' 0 refwall check --policy "$T/state/policy.yaml" apps
printf 'a: [\n' >apps/bad.yaml
status 'check: a finding' 1 refwall check --policy "$T/state/policy.yaml" apps
has 'check: in the hook'"'"'s words' "$T/out" '^manifests: apps/bad.yaml:[0-9]+:[0-9]+'
status 'check --format json' 1 refwall check --policy "$T/state/policy.yaml" --format json apps/bad.yaml
check 'check --format json: is JSON' jq -e '.[0].check == "manifests" and .[0].path == "apps/bad.yaml"' "$T/out"
mkdir -p "$T/deep/x/apps" && cp apps/bad.yaml "$T/deep/x/apps/"
status 'check --root' 1 refwall check --policy "$T/state/policy.yaml" --root "$T/deep/x" "$T/deep/x/apps"
has 'check --root: paths are relative to it' "$T/out" '^manifests: apps/bad.yaml:'
status 'check: a path that is not below --root' 2 refwall check --policy "$T/state/policy.yaml" --root apps "$T/deep/x/apps"
has 'check: a path that is not below --root, told' "$T/err" 'is not below .*/apps; --root'
status 'check --root /' 0 refwall check --policy "$T/state/policy.yaml" --root / apps/web.yaml
status 'check: a report that cannot be written' 3 sh -c "refwall check --policy '$T/state/policy.yaml' apps/bad.yaml >/dev/full"
status 'check: a path that is not there' 3 refwall check --policy "$T/state/policy.yaml" nowhere
status 'check: a policy that is not there' 3 refwall check --policy "$T/nowhere.yaml" apps
rm apps/bad.yaml
commit 'first'
git tag base
commit 'signed'
status 'check a range: fine' 0 refwall check --policy "$T/state/policy.yaml" --repo . --as alice base..HEAD
status 'check a range: by nobody' 1 refwall check --policy "$T/state/policy.yaml" --repo . base..HEAD
has 'check a range: by nobody, told' "$T/out" '^pushed-by'
commit 'unsigned' --no-gpg-sign
status 'check a range: a finding' 1 refwall check --policy "$T/state/policy.yaml" --repo . --as alice base..HEAD
has 'check a range: the commit' "$T/out" '^signed: commit [0-9a-f]{7} "unsigned"'
status 'check a range: no such commit' 2 refwall check --policy "$T/state/policy.yaml" --repo . base..nowhere
status 'check a range: as a stranger' 2 refwall check --policy "$T/state/policy.yaml" --repo . --as eve base..HEAD
status 'check a range: rewinding' 1 refwall check --policy "$T/state/policy.yaml" --repo . --as alice HEAD..base
git reset -q --hard HEAD~1

# ---- audit ----
push main || not_ok 'a push' "$T/push.out"
for f in text json ndjson csv; do status "audit list --format $f" 0 refwall audit list --config "$conf" --format "$f"; cp "$T/out" "$T/list.$f"; done
check 'json is an array' jq -e 'type == "array" and length > 3 and .[0].index == 0' "$T/list.json"
check 'ndjson is one object a line' jq -es "length == $(wc -l <"$T/list.ndjson")" "$T/list.ndjson"
is 'csv has a line for each entry, and one of names' "$(wc -l <"$T/list.csv")" "$(($(wc -l <"$T/list.ndjson") + 1))"
is 'text has a line for each entry' "$(wc -l <"$T/list.text")" "$(wc -l <"$T/list.ndjson")"
status 'audit list --format nonsense' 2 refwall audit list --config "$conf" --format xml
status 'audit list with a bad filter' 2 refwall audit list --config "$conf" --since yesterday
status 'audit list with a filter as a word' 0 refwall audit list --config "$conf" kind=push
n=$(jq -s '[.[] | select(.entry.kind == "push")][0].index' "$T/list.ndjson")
status 'audit show' 0 refwall audit show --config "$conf" "$n"
check 'audit show: opened' jq -e '.opened.account != null and (.opened.signers | index("alice")) != null' "$T/out"
status 'audit show: no such entry' 3 refwall audit show --config "$conf" 99999
status 'audit verify' 0 refwall audit verify --config "$conf"
cp -a "$T/state/log" "$T/log.good"
sqlite3 "$T/state/log/log.db" "PRAGMA trusted_schema=ON; SELECT name FROM sqlite_master WHERE type='trigger'" | while read -r t; do
	sqlite3 "$T/state/log/log.db" "DROP TRIGGER $t"
done
table=$(sqlite3 "$T/state/log/log.db" "SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE '%body%' LIMIT 1")
sqlite3 "$T/state/log/log.db" "UPDATE $table SET body = CAST(replace(CAST(body AS TEXT), 'accept', 'refuse') AS BLOB) WHERE idx = $n"
status 'audit verify finds a changed entry' 1 refwall audit verify --config "$conf"
has 'audit verify names it' "$T/out" "^entry $n: "
rm -rf "$T/state/log" && mv "$T/log.good" "$T/state/log"
status 'audit verify after the good one is back' 0 refwall audit verify --config "$conf"

# ---- tokens and subscriptions ----
status 'token create' 0 refwall token create --config "$conf" --scope audit:read --name test
has 'token create: one token' "$T/out" '^rwt_[0-9a-f]{64}$'
token=$(cat "$T/out")
status 'token create: a scope that is none' 2 refwall token create --config "$conf" --scope everything
status 'token create: a limit that is no glob' 2 refwall token create --config "$conf" --scope audit:read --repos 'team/{'
has 'token create: a limit that is no glob, told' "$T/err" '^refwall: --repos'
status 'token list' 0 refwall token list --config "$conf"
lacks 'token list shows no token' "$T/out" "$token"
check 'no token is in the stores' sh -c "! grep -rqa '$token' '$T/state/log' '$T/state/serve'"
status 'token revoke' 0 refwall token revoke --config "$conf" 2
printf 'a secret of more than sixteen bytes\n' >"$T/secret"
status 'subscription add' 0 refwall subscription add --config "$conf" --url http://127.0.0.1:9/x --secret-file "$T/secret" --repo shop
has 'subscription add: its number' "$T/out" '^subscription 1$'
printf short >"$T/short"
status 'subscription add: a short secret' 2 refwall subscription add --config "$conf" --url http://127.0.0.1:9/x --secret-file "$T/short"
status 'subscription add: another scheme' 2 refwall subscription add --config "$conf" --url file:///etc/passwd --secret-file "$T/secret"
status 'subscription add: where notices may not go' 2 refwall subscription add --config "$conf" --url http://169.254.169.254/x --secret-file "$T/secret"
has 'subscription add: where notices may not go, told' "$T/err" 'delivery.allow in refwall.yaml'
status 'subscription list' 0 refwall subscription list --config "$conf"
has 'subscription list: it' "$T/out" '^1 +active +http://127.0.0.1:9/x +repo shop'
for a in pause resume delete; do status "subscription $a" 0 refwall subscription "$a" --config "$conf" 1; done
status 'subscription pause: none such' 3 refwall subscription pause --config "$conf" 1
check 'all of it is recorded' sh -c "refwall audit list --config '$conf' --kind subscription | wc -l | grep -q '^4$'"
entries --kind token >"$T/e"
check 'a token that is revoked is one that was created' jq -es 'map(.entry | {action, token}) |
	index({action: "created", token: 2}) != null and last == {action: "revoked", token: 2}' "$T/e"

# ---- what cannot be recorded does not happen ----
perl -MFcntl=:flock -e 'open(my $f, "+<", $ARGV[0]) or die; flock($f, LOCK_EX); open(my $r, ">", $ARGV[1]); close $r; sleep 20' \
	"$T/state/log/log.lock" "$T/locked" &
holder=$!
pids="$pids $holder"
until_true test -e "$T/locked"
refwall token list --config "$conf" >"$T/tokens"
status 'subscription add without the log' 3 refwall subscription add --config "$conf" --url http://127.0.0.1:9/x --secret-file "$T/secret"
status 'token create without the log' 3 refwall token create --config "$conf" --scope audit:read
is 'token create without the log: nothing is shown' "$(cat "$T/out")" ''
status 'token revoke without the log' 3 refwall token revoke --config "$conf" 1
kill "$holder"
is 'there is no new subscription' "$(refwall subscription list --config "$conf")" ''
is 'the tokens are what they were' "$(refwall token list --config "$conf")" "$(cat "$T/tokens")"
status 'status' 0 refwall status --config "$conf"
has 'status: the repository' "$T/out" '^  shop  '
done_testing
