#!/bin/sh
# Over smart HTTP: git http-backend behind a small CGI server on loopback that authenticates by HTTP Basic.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
backend=$(git --exec-path)/git-http-backend
if ! [ -x "$backend" ] || ! command -v python3 >/dev/null; then
	skip 'smart HTTP' 'git http-backend or python3 is missing'
	done_testing
fi

key alice
key bob
act_as alice
house
usual_policy
printf 'accounts:\n  from: [{var: REMOTE_USER, as: "%%s"}]\nrepositories:\n  root: %s\n' "$T" >>"$conf"
repo shop
git --git-dir "$T/shop.git" config http.receivepack true

serve cgi python3 "$RW_SRCDIR/tests/e2e/http-backend.py" "$backend" "$T" "$T/cgi.port"
until_true test -s "$T/cgi.port" || bail "the CGI server: $(cat "$T/cgi.log")"
base=127.0.0.1:$(cat "$T/cgi.port")

work shop
git remote set-url origin "http://alice:pw@$base/shop.git"
mkdir apps
good_manifest >apps/web.yaml
commit 'first'
check 'a signed commit goes in' push main
has 'the pusher is told the log entry' "$T/push.out" 'remote: refwall: accepted'
entries --kind push --order desc --limit 1 >"$T/e"
has 'the transport is recorded' "$T/e" '"transport":"http"'
has 'the account is REMOTE_USER' "$T/e" '"opened":[{]"account":"alice"'

commit 'unsigned' --no-gpg-sign
fails 'an unsigned commit is refused' push main
has 'in words' "$T/push.out" 'remote: .*is not signed'
git reset -q --hard origin/main
commit 'by another account'
git remote set-url origin "http://mallory:pw@$base/shop.git"
fails 'another account may not push to main' push main
has 'and is told so' "$T/push.out" 'remote: .*only maintainers push to main|remote: pushed-by'
is 'main is where it was' "$(tip shop refs/heads/main)" "$(git rev-parse origin/main)"
check 'the log verifies' verify
has 'nothing is pending' "$T/.out" ' 0 pending'
done_testing
