#!/bin/sh
# A push over a local path: what goes in, what is refused and in which words, what the record says.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
golden_dir=$RW_SRCDIR/tests/data/refusals

key alice
key bob
key mallory
act_as alice
house
usual_policy
repo shop
work shop
mkdir apps
good_manifest >apps/web.yaml
commit 'deploy web'

check 'a signed commit goes in' push main
is 'main is there' "$(tip shop refs/heads/main)" "$(git rev-parse HEAD)"
has 'the pusher is told the log entry' "$T/push.out" 'remote: refwall: accepted .*log entry [0-9]+'
git tag -s v1.0.0 -m 'one'
check 'a signed tag of main goes in' push v1.0.0

# refused GOLDEN NAME ARGS...: the push is refused in exactly these words, and nothing moves
refused() {
	file=$golden_dir/$1.exp
	name=$2
	shift 2
	before=$(git --git-dir "$T/shop.git" for-each-ref)
	if push "$@"; then
		not_ok "$name is refused" "$T/push.out"
	else
		ok "$name is refused"
	fi
	sed -n 's/^remote: \{0,1\}//p' "$T/push.out" >"$T/words"
	golden "$name: the words" "$T/words" "$file"
	is "$name: nothing moved" "$(git --git-dir "$T/shop.git" for-each-ref)" "$before"
	git checkout -q -B main origin/main 2>/dev/null
	git reset -q --hard origin/main
}
git fetch -q origin

commit 'forgot to sign' --no-gpg-sign
refused unsigned 'an unsigned commit' main

act_as mallory
commit 'let me in'
refused unknown-key 'a commit by an unknown key' main
act_as alice

commit 'rewrite' --amend
refused force-push 'a force-push' --force main
refused deletion 'a branch deletion' :main

commit 'further'
git tag -f -s v1.0.0 -m 'moved' >/dev/null
refused moved-tag 'a moved tag' --force v1.0.0
git tag -d v1.0.0 >/dev/null
git tag v2.0.0
refused light-tag 'a lightweight tag' v2.0.0
git tag -d v2.0.0 >/dev/null

sed -i 's|image: .*|image: registry.example.com/web:latest|' apps/web.yaml
commit 'use latest'
refused latest 'an image by :latest' main

printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: hunter2\n' >apps/secret.yaml
commit 'password'
refused secret 'a Secret in plain text' main

printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "settings\n' >apps/settings.yaml
commit 'settings'
refused not-yaml 'a file that is not YAML' main

printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: twice\ndata:\n  a: "1"\n  a: "2"\n' >apps/twice.yaml
commit 'twice'
refused duplicate-key 'a duplicate key' main

mkdir -p apps && for i in $(seq 1 30); do printf 'a: [\n' >"apps/f$i.yaml"; done
commit 'many'
refused many 'thirty faults' main

refused ref-not-allowed 'a ref that may not exist' main:refs/notes/x

# several refs at once: one refusal refuses all
git branch side
commit 'unsigned here' --no-gpg-sign
refused one-of-two 'one bad ref of two' main side

check 'the log verifies' verify
is 'two pushes are recorded as accepted' "$(entries --verdict accept --kind push | grep -c .)" 2
is 'every accept is settled as applied' "$(entries --kind applied | grep -c .)" 2
entries --verdict refuse --rule 'every commit is signed by someone we know' >"$T/list"
has 'a refusal is found by its rule' "$T/list" '"verdict":"refuse"'
entries --account "$me" --kind push >"$T/list"
has 'a push is found by its account' "$T/list" '"kind":"push"'
entries --signer alice >"$T/list"
has 'a push is found by its signer' "$T/list" '"kind":"push"'
check 'accounts and signers stand in entries as commitments only' jq -es 'all(.[].entry; .account.c != null and all(.signers[]; .c != null))' "$T/list"
entries --commit "$(tip shop refs/heads/main)" >"$T/list"
has 'a push is found by its commit' "$T/list" '"kind":"push"'
entries --path apps/secret.yaml >"$T/list"
has 'a refusal is found by its path' "$T/list" '"verdict":"refuse"'
done_testing
