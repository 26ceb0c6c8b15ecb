#!/bin/sh
# refwall install: what it keeps, what it refuses; and the hook when something of its own is broken: the push is refused, with the reason.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"

key alice
key bob
act_as alice
house
usual_policy

# ---- what was there is kept, and runs first ----
git init -q --bare "$T/old.git"
cat >"$T/old.git/hooks/pre-receive" <<EOF
#!/bin/sh
cat >"$T/chained.in"
echo "the old hook speaks \$(printf '\033[31m')"
test ! -e "$T/old-says-no"
EOF
printf '#!/bin/sh\ncat >"%s/post.in"\n' "$T" >"$T/old.git/hooks/post-receive"
chmod +x "$T/old.git/hooks/pre-receive" "$T/old.git/hooks/post-receive"
git init -q "$T/seed" && cd "$T/seed" && commit 'before Refwall' --no-gpg-sign && git push -q "$T/old.git" main 2>/dev/null
check 'install over a repository with hooks and history' refwall install --config "$conf" "$T/old.git"
has 'it says that a hook is chained' "$T/.out" 'pre-receive hook that was there runs first'
has 'it warns of shells' "$T/.out" 'git-shell or a forced command'
is 'the old hook is kept' "$(test -x "$T/old.git/hooks/pre-receive.chained" && echo kept)" kept
has 'a baseline is recorded' "$T/.out" 'baseline +1 refs'
git clone -q "$T/old.git" "$T/w" 2>/dev/null && cd "$T/w" || bail clone
commit 'after'
check 'history from before is exempt' push main
has 'the old hook got the same input' "$T/chained.in" "^[0-9a-f]{40} $(git rev-parse HEAD) refs/heads/main\$"
has 'its words are shown, printable' "$T/push.out" 'remote: the old hook speaks \\x1b\[31m'
has 'the old post-receive ran' "$T/post.in" refs/heads/main
touch "$T/old-says-no"
commit 'the old hook minds'
fails 'the old hook can refuse' push main
has 'and the record says who refused' "$T/push.out" 'remote: chained: the hook that was here before Refwall refused'
# a parent that ignores SIGCHLD leaves no exit status to ask for: that is no consent
printf '%s %s refs/heads/main\n' "$(git rev-parse origin/main)" "$(git rev-parse HEAD)" |
	GIT_DIR=$T/old.git perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' refwall-hook pre-receive >"$T/words" 2>&1
is 'the old hook refuses where SIGCHLD is ignored' "$?" 1
has 'and it is the one that did' "$T/words" '^chained: the hook that was here before Refwall refused'
rm "$T/old-says-no"
check 'install again changes nothing that matters' refwall install --config "$conf" "$T/old.git"
is 'git is told how much it may take in' "$(git --git-dir "$T/old.git" config receive.maxInputSize)" 256m
# size NAME BEFORE AFTER: what a second install makes of a size that was set
size() {
	git --git-dir "$T/old.git" config receive.maxInputSize "$2"
	refwall install --config "$conf" "$T/old.git" >/dev/null
	is "$1" "$(git --git-dir "$T/old.git" config receive.maxInputSize)" "$3"
}
size 'a smaller bound stays' 64m 64m
size 'one in bytes too' 1000000 1000000
size 'a larger one does not' 1g 256m
size 'nor does none at all' 0 256m
git --git-dir "$T/old.git" config receive.fsckObjects false
refwall install --config "$conf" "$T/old.git" >/dev/null
is 'fsck is switched on again' "$(git --git-dir "$T/old.git" config receive.fsckObjects)" true
check 'and pushes go on' push main
is 'the old hook ran once only' "$(git --git-dir "$T/old.git" rev-parse main)" "$(git rev-parse HEAD)"

printf '#!/bin/sh\nwhile :; do sleep 1; done\n' >"$T/old.git/hooks/pre-receive.chained"
sed -i '/chained-timeout/d' "$conf" && echo 'chained-timeout: 1s' >>"$conf"
commit 'the old hook hangs'
fails 'a hook that hangs is ended' push main
has 'and the push refused for it' "$T/push.out" 'did not end in time'
printf '#!/bin/sh\nexec >&- 2>&-\nwhile :; do sleep 1; done\n' >"$T/old.git/hooks/pre-receive.chained"
fails 'one that hangs with its output closed is ended too' push main
has 'and the push refused for it as well' "$T/push.out" 'did not end in time'
rm "$T/old.git/hooks/pre-receive.chained"

# ---- git may warn ----
mkdir "$T/warns"
printf '#!/bin/sh\necho "warning: of something else" >&2\nexec "%s" "$@"\n' "$(command -v git)" >"$T/warns/git"
chmod +x "$T/warns/git"
check 'a warning is not taken for the answer' env PATH="$T/warns:$PATH" refwall install --config "$conf" "$T/old.git"
has 'but the answer is' "$T/.out" "^guarded +$T/old.git as "

# ---- what cannot be guarded is refused at once ----
git init -q --bare --object-format=sha256 "$T/sha256.git"
fails 'a sha256 repository is refused' refwall install --config "$conf" "$T/sha256.git"
has 'with the reason' "$T/.out" 'sha256'
git init -q --bare "$T/elsewhere.git" && git --git-dir "$T/elsewhere.git" config core.hooksPath /tmp
fails 'core.hooksPath is refused' refwall install --config "$conf" "$T/elsewhere.git"
fails 'what is no repository is refused' refwall install --config "$conf" "$T/home"

# ---- the hook's own failures refuse the push ----
repo shop
work shop
commit 'first'
check 'a sound house takes a push' push main
# broken NAME PATTERN: a push now is refused, in words that match
broken() {
	commit "$1"
	if push main; then not_ok "$1: the push is refused" "$T/push.out"; else ok "$1: the push is refused"; fi
	has "$1: the pusher is told" "$T/push.out" "remote:.*($2)"
	git reset -q --hard origin/main
}
git fetch -q
cp "$T/state/policy.yaml" "$T/policy.good"
echo 'rulez: []' >>"$T/state/policy.yaml"
broken 'a broken policy' "policy.yaml:[0-9]+:1: .*rulez"
entries --order desc --limit 1 >"$T/e"
has 'even that is recorded' "$T/e" '"error":"policy.yaml'
rm "$T/state/policy.yaml"
broken 'a missing policy' 'policy.yaml'
cp "$T/policy.good" "$T/state/policy.yaml"
cp "$conf" "$T/conf.good"
echo 'polcy: x' >>"$conf"
broken 'a broken configuration' "refwall.yaml:[0-9]+:1: .*polcy.*policy"
cp "$T/conf.good" "$conf"
mv "$T/state/log/log.db" "$T/state/log/away"
broken 'a missing log' 'refwall init'
is 'the hook made no new one' "$(ls "$T/state/log/log.db" 2>/dev/null)" ''
mv "$T/state/log/away" "$T/state/log/log.db"
git --git-dir "$T/shop.git" config --unset refwall.id
broken 'a repository without id' 'refwall.id is not set'
refwall install --config "$conf" "$T/shop.git" >/dev/null
if [ "$(id -u)" != 0 ]; then
	chmod 0 "$T/state/policy.yaml"
	broken 'an unreadable policy' 'policy.yaml'
	chmod 600 "$T/state/policy.yaml"
fi
# the lock is held by somebody for longer than the hook will wait
sed -i '/lock-wait/d' "$conf" && echo 'lock-wait: 500ms' >>"$conf"
perl -MFcntl=:flock -e 'open(my $f, "+<", $ARGV[0]) or die; flock($f, LOCK_EX); open(my $r, ">", $ARGV[1]); close $r; sleep 20' \
	"$T/state/log/log.lock" "$T/locked" &
holder=$!
pids="$pids $holder"
until_true test -e "$T/locked"
broken 'a lock that is not had in time' 'other writers hold it'
kill "$holder"
cp "$T/conf.good" "$conf"
commit 'in the end'
check 'a mended house takes pushes again' push main
check 'the log verifies' verify
done_testing
