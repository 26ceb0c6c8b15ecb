#!/bin/sh
# Attacks, attempted for real. What each is and what answers it: contrib/doc/threat-model.md.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"

for k in alice bob carol; do key $k; done
act_as alice
house
printf 'accounts:\n  from: [{var: REFWALL_ACCOUNT, as: "%%s"}]\n' >>"$conf"
# laws: who may do what here; $1 is the mode of the signature rule for main, $2 "without-bob" drops bob's key
laws() {
	{
		echo 'version: 1'
		echo 'identities:'
		identity alice "$me" alice
		if [ "${2:-}" = without-bob ]; then
			printf '  bob:\n    accounts: [bob]\n    emails: [bob@example.com]\n'
		else
			identity bob bob
		fi
		identity carol carol
		cat <<EOF
groups:
  maintainers: [alice]
  developers: [alice, bob, carol]
refs: [refs/heads/**, refs/tags/v*]
scope: {refs: [refs/heads/main, refs/heads/release/*]}
rules:
  - name: append-only
    updates: [create, fast-forward]
  - name: pushers
    refs: [refs/heads/main]
    pushed-by: [maintainers]
  - name: signatures
    signed: {by: [developers]}
    mode: ${1:-enforce}
  - name: content
    paths: [apps/**]
    manifests: {}
    secrets: encrypted
EOF
	} | policy
}
laws
repo shop
work shop
mkdir apps
good_manifest >apps/web.yaml
commit 'first'
push main || bail "$(cat "$T/push.out")"
git fetch -q
main=$(git rev-parse main)
fresh() { git checkout -q -f -B main origin/main && git clean -qfdx && act_as alice; }
# stopped NAME PATTERN ARGS...: the push fails, in words that match, and main stays
stopped() {
	name=$1 pattern=$2
	shift 2
	if push "$@"; then
		not_ok "$name" "$T/push.out"
	elif grep -qE "remote: .*($pattern)" "$T/push.out" && [ "$(tip shop refs/heads/main)" = "$main" ]; then
		ok "$name"
	else
		not_ok "$name (refused, but not in words like: $pattern)" "$T/push.out"
	fi
}

# 1. A stolen key, pre-seeded on a side branch; the key is taken out of the policy; then main.
act_as bob
commit 'evil, pre-seeded'
REFWALL_ACCOUNT=bob push main:side/bob || not_ok 'seeding' "$T/push.out"
laws enforce without-bob
stopped '1: a commit seeded before its key was dropped does not enter main' 'key that the policy does not know' main
laws
fresh

# 3. Somebody else's signed, unfinished commit is pushed onto main by one who may not.
act_as alice
commit 'unfinished'
REFWALL_ACCOUNT=carol stopped '3: a signed commit does not let a stranger push to main' 'pushed-by' main
fresh

# 7. What is checked out is not what was judged.
printf '*.yaml working-tree-encoding=UTF-16BE\n' >apps/.gitattributes
commit 'attributes'
stopped '7: working-tree-encoding under judged paths' 'working-tree-encoding' main
fresh
printf '*.yaml filter=lfs\n' >.gitattributes
commit 'attributes above'
stopped '7: a filter set above judged paths' 'filter' main
fresh
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12\n' 1 >apps/big.yaml
commit 'pointer'
stopped '7: an LFS pointer' 'git-lfs' main
fresh
ln -s /etc/passwd apps/link.yaml
commit 'link'
stopped '7: a symbolic link' 'symbolic link' main
fresh
git update-index --add --cacheinfo "160000,$main,apps/sub" && git commit -qS -m 'submodule'
stopped '7: a submodule' 'submodule|gitlink' main
fresh

# 9. Malformed trees, with git's own check switched off: ours stands alone.
git --git-dir "$T/shop.git" config receive.fsckObjects false
blob=$(git rev-parse main:apps/web.yaml)
# entry MODE NAME ID: one raw tree entry
entry() { printf '%s %s\0' "$1" "$2"; printf '%s' "$3" | perl -pe 's/(..)/chr hex $1/ge'; }
# odd NAME PATTERN: the tree in $T/tree, committed and pushed
odd() {
	t=$(git hash-object -t tree -w --literally --stdin <"$T/tree") || bail 'hash-object'
	c=$(git commit-tree -S -p "$main" -m odd "$t")
	stopped "9: $1" "$2" "$c:refs/heads/main"
}
{ entry 100644 deploy.yaml "$blob"; entry 100644 deploy.yaml "$blob"; } >"$T/tree"
odd 'a duplicate entry' 'is there twice'
{ entry 100644 envs/prod/d.yaml "$blob"; } >"$T/tree"
odd 'an entry with a slash' 'slash'
{ entry 100644 b "$blob"; entry 100644 a "$blob"; } >"$T/tree"
odd 'unsorted entries' 'sort|order'
{ entry 100777 a "$blob"; } >"$T/tree"
odd 'an odd mode' 'mode'
{ entry 100644 .GIT "$blob"; } >"$T/tree"
odd 'a .git in another spelling' '\.GIT'
git --git-dir "$T/shop.git" config receive.fsckObjects true

# 10. Symbolic refs in the repository.
git --git-dir "$T/shop.git" symbolic-ref refs/heads/master refs/heads/main
commit 'through the link'
stopped '10: a push to a symbolic ref' 'symbolic' main:master
git --git-dir "$T/shop.git" symbolic-ref refs/heads/dangling refs/heads/nowhere
stopped '10: a push to a dangling symbolic ref' 'symbolic' main:dangling
git --git-dir "$T/shop.git" symbolic-ref -d refs/heads/master
git --git-dir "$T/shop.git" symbolic-ref -d refs/heads/dangling
fresh

# 11. Names that are taken for other names.
git tag -s v1.0.0 -m one && push v1.0.0 || not_ok 'a tag' "$T/push.out"
stopped '11: a branch with the name of a tag' 'v1\.0\.0' main:refs/heads/v1.0.0
stopped '11: a branch that looks like a commit id' 'hex|commit id|looks like' "main:refs/heads/$main"
stopped '11: a branch named HEAD' 'HEAD' main:refs/heads/HEAD
stopped '11: refs/heads/refs/heads/main' 'refs/heads/refs' main:refs/heads/refs/heads/main
stopped '11: a name that differs by case only' 'case' main:refs/heads/MAIN
stopped '11: a replace ref' 'replace' "main:refs/replace/$main"
commit 'namespaced'
stopped '11: GIT_NAMESPACE' 'GIT_NAMESPACE' --receive-pack='env GIT_NAMESPACE=x git receive-pack' main
fresh

# A refusal ends with a command to be pasted: a branch that a shell would read in another way is not put there.
odd_name='release/a;b'
commit 'a branch with an odd name'
check 'an odd name is no fault' push "main:$odd_name"
commit 'unsigned on it' --no-gpg-sign
fails 'an unsigned commit on it is one' push "main:$odd_name"
has 'for that reason' "$T/push.out" 'remote: signed: commit'
lacks 'and the name goes into no command' "$T/push.out" 'refwall check'
fresh

# 12. Laundering: through a ref with weaker rules, and through a rule that only warned.
commit 'unsigned' --no-gpg-sign
push main:side/launder || not_ok 'a branch without rules' "$T/push.out"
stopped '12: an unsigned commit that came by a weaker branch does not enter main' 'not signed' main
stopped '12: nor a new branch in scope' 'not signed' main:release/one
fresh
laws warn
commit 'warned about' --no-gpg-sign
check '12: a rule in warn mode lets a commit in' push main
has '12: and says so' "$T/push.out" 'warn'
laws enforce
main=$(git rev-parse main)
git fetch -q
stopped '12: what was only warned about does not vouch for a new branch' 'not signed' main:release/two
commit 'signed again'
check '12: main itself goes on' push main
git fetch -q
main=$(git rev-parse main)

# 17. Claims on the hook's input, spoken in git's own protocol.
zero=0000000000000000000000000000000000000000
made_up=1111111111111111111111111111111111111111
# speak LINE...: ref updates to receive-pack, without a pack (deletions need none)
speak() {
	perl -e 'my $first = 1;
		for (@ARGV) { my $l = $_ . ($first ? "\0report-status delete-refs" : "") . "\n"; $first = 0; printf "%04x%s", length($l) + 4, $l }
		print "0000"' "$@" | git receive-pack "$T/shop.git" >"$T/spoken" 2>&1
}
git --git-dir "$T/shop.git" config receive.denyDeletes false
speak "$made_up $zero refs/heads/side/bob"
is '17: deletion with a made-up old value: the branch is still there' "$(tip shop refs/heads/side/bob >/dev/null && echo there)" there
has '17: and the words say what the ref really is' "$T/spoken" 'refs/heads/side/bob'
old=$(tip shop refs/heads/side/bob)
speak "$old $zero refs/heads/side/bob" "$old $zero refs/heads/side/bob"
is '17: the same ref twice in one push: the branch is still there' "$(tip shop refs/heads/side/bob)" "$old"

# 22. Bombs.
# eleven trees, each ten times the one below
t=$(printf 'x' | git hash-object -w --stdin)
kind=100644
for level in 1 2 3 4 5 6 7 8 9 10; do
	t=$(for e in 0 1 2 3 4 5 6 7 8 9; do entry $kind "$e" "$t"; done | git hash-object -t tree -w --literally --stdin)
	kind=40000
done
c=$(git commit-tree -S -p "$main" -m bomb "$t")
stopped '22: ten to the tenth paths in eleven objects' 'limit|budget|more than|too many' "$c:refs/heads/main"
t=$(printf 'x' | git hash-object -w --stdin)
kind=100644
for level in $(seq 1 300); do
	t=$(entry $kind d "$t" | git hash-object -t tree -w --literally --stdin)
	kind=40000
done
c=$(git commit-tree -S -p "$main" -m deep "$t")
stopped '22: three hundred directories deep' 'deep|depth|nested' "$c:refs/heads/main"
# a small blob that is stored as a difference to 128 MiB of nothing
(
	git init -q "$T/delta" && cd "$T/delta" && mkdir apps &&
		head -c 134217728 /dev/zero >base.bin && git add base.bin && git commit -q -S -m base &&
		{ head -c 134217628 /dev/zero; echo; } >base.bin && git add base.bin && git commit -q -S -m almost
) || not_ok 'making the delta'
cd "$T/delta" || exit 99
if git push "$T/shop.git" main:side/delta >"$T/push.out" 2>&1; then
	ok '22: a blob of 128 MiB outside judged paths goes in without being read'
else
	has '22: a blob of 128 MiB is refused by name' "$T/push.out" 'remote: .*(limit|larger|size)'
fi
cd "$T/shop" || exit 99
for i in $(seq 1 1001); do echo "create refs/heads/many/b$i $main"; done | git update-ref --stdin
stopped '22: a thousand and one refs in one push' '1000' 'refs/heads/many/*'
git for-each-ref --format='delete %(refname)' 'refs/heads/many/*' | git update-ref --stdin
yes 'a: [' | head -n 60000 | tr '\n' ' ' >apps/deep.yaml
commit 'deep yaml'
stopped '22: sixty thousand brackets' 'nested|depth|deep' main
fresh
{
	echo 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
	for i in 1 2 3 4 5 6 7 8 9; do
		p=$((i - 1))
		echo "a$i: &a$i [*a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p]"
	done
} >apps/laughs.yaml
commit 'laughs'
stopped '22: a billion laughs' 'alias' main
fresh

# 24. Paths are bytes.
name=$(printf 'docs/\377\376 \033[31m.txt')
mkdir -p docs && echo hello >"$name"
commit 'bytes'
check '24: a path that is no UTF-8 goes in' push main
git fetch -q
main=$(git rev-parse main)
printf 'a: [\n' >"$(printf 'apps/\033[2J\377.yaml')"
commit 'bytes with a fault'
stopped '24: such a path is shown printable' 'apps/\\x1b\[2J\\xff\.yaml' main
fresh
check 'the log verifies after all of it' verify
has 'nothing is pending' "$T/.out" ' 0 pending'
done_testing
