#!/bin/sh
# See Refwall work, for real, in one command: packages, build, a guarded repository, pushes that pass and pushes that do not,
# the audit log over HTTP, a signed webhook. Everything lives in one directory; nothing of the system is configured.
#
#	contrib/quickstart.sh		do it (again: starts anew)
#	contrib/quickstart.sh --stop	stop what it left running
#
#	REFWALL_QUICKSTART=DIR	where to live (default: quickstart in the build directory)
#	BUILD=DIR		build directory (default: build)
set -eu
cd "$(dirname "$0")/.."
src=$(pwd)
build=${BUILD:-$src/build}
dir=${REFWALL_QUICKSTART:-$build/quickstart}

bold() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
plain() { printf '\n== %s\n' "$*"; }
step() { if [ -t 1 ]; then bold "$@"; else plain "$@"; fi; }
note() { printf '   %s\n' "$*"; }
die() { echo "quickstart: $*" >&2; exit 1; }

# stop_one NAME: end the process that we started, if it is still that process
stop_one() {
	[ -f "$dir/$1.pid" ] || return 0
	pid=$(cat "$dir/$1.pid")
	if [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$dir/"; then
		kill "$pid"
		i=0
		while [ -d "/proc/$pid" ] && [ "$i" -lt 100 ]; do
			i=$((i + 1))
			sleep 0.1
		done
		note "stopped $1 (pid $pid)"
	fi
	rm -f "$dir/$1.pid"
}

stop_all() {
	stop_one refwalld
	stop_one receiver
}

case ${1:-} in
--stop)
	stop_all
	exit 0
	;;
'') ;;
*)
	echo "usage: contrib/quickstart.sh [--stop]" >&2
	exit 2
	;;
esac

# wait_for FILE WHAT: until the file is there
wait_for() {
	i=0
	until [ -s "$1" ]; do
		i=$((i + 1))
		[ "$i" -lt 150 ] || die "$2 did not start; its words are in $dir/log"
		sleep 0.1
	done
}

step 'Packages'
contrib/install-packages.sh build run
note 'all there'

# also when it was built before: the sources may be newer
step 'Build'
[ -x configure ] || contrib/autogen.sh >/dev/null
mkdir -p "$build"
(cd "$build" && { [ -f Makefile ] || "$src/configure" -q; } && make -s -j"$(nproc)") >"$build/quickstart-build.log" 2>&1 ||
	{ tail -n 40 "$build/quickstart-build.log"; die 'the build failed'; }
note "refwall, refwalld and refwall-hook are in $build"
PATH=$build:$PATH
export PATH

step 'A state directory'
if [ -e "$dir" ]; then
	[ -f "$dir/.refwall-quickstart" ] || die "$dir is there and is not ours"
	stop_all
	rm -rf "$dir"
fi
mkdir -p "$dir/keys"
touch "$dir/.refwall-quickstart"
refwall init --state "$dir/state" --listen 127.0.0.1:0 --origin quickstart.example.com
conf=$dir/state/refwall.yaml
# the receiver below is on loopback, where notices normally may not go
printf 'delivery:\n  allow: [127.0.0.0/8]\n' >>"$conf"

step 'Keys, and a policy that knows one of them'
# git, for this script: no configuration of yours is read or changed
HOME=$dir/home
GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=$dir/gitconfig
export HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE 2>/dev/null || true
mkdir -p "$HOME"
ssh-keygen -q -t ed25519 -N '' -C alice@example.com -f "$dir/keys/alice"
git config --global user.name Alice
git config --global user.email alice@example.com
git config --global gpg.format ssh
git config --global user.signingKey "$dir/keys/alice"
git config --global init.defaultBranch main
git config --global advice.detachedHead false
cat >"$dir/state/policy.yaml" <<EOF
version: 1
identities:
  alice:
    accounts: ["unix:$(id -u)"]
    emails: [alice@example.com]
    keys: [{ssh: "$(cat "$dir/keys/alice.pub")"}]
groups:
  maintainers: [alice]
refs: [refs/heads/**, refs/tags/v*]
scope: {refs: [refs/heads/main]}
rules:
  - name: main is append-only
    updates: [create, fast-forward]
  - name: release tags never move
    refs: [refs/tags/v*]
    updates: [create]
    signed: {by: [maintainers]}
    reachable-from: [refs/heads/main]
  - name: only maintainers push to main
    pushed-by: [maintainers]
  - name: every commit is signed by someone we know
    signed: {by: [maintainers]}
  - name: manifests are sound
    paths: [apps/**]
    manifests: {}
    images: {pinned: digest, registries: [registry.example.com]}
    secrets: encrypted
EOF
refwall policy lint "$dir/state/policy.yaml"

step 'The daemon'
setsid refwalld --config "$conf" --port-file "$dir/refwalld.port" >>"$dir/log" 2>&1 </dev/null &
echo $! >"$dir/refwalld.pid"
wait_for "$dir/refwalld.port" refwalld
url=http://$(cat "$dir/refwalld.port")
note "refwalld answers at $url (pid $(cat "$dir/refwalld.pid"))"

step 'A bare repository, guarded'
git init -q --bare "$dir/shop.git"
refwall install --config "$conf" "$dir/shop.git"

step 'A subscriber'
od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$dir/keys/webhook"
setsid perl "$src/contrib/examples/receiver.pl" "$dir/keys/webhook" "$dir/receiver.port" "$dir/received" \
	>>"$dir/log" 2>&1 </dev/null &
echo $! >"$dir/receiver.pid"
wait_for "$dir/receiver.port" 'the receiver'
refwall subscription add --config "$conf" --url "http://127.0.0.1:$(cat "$dir/receiver.port")/hook" \
	--secret-file "$dir/keys/webhook" --repo shop --ref 'refs/heads/*'

step 'A signed commit of real manifests goes in'
git init -q "$dir/work"
cd "$dir/work"
git remote add origin "$dir/shop.git"
mkdir -p apps
cp "$src"/contrib/examples/shop/*.yaml apps/
git add apps
git commit -qS -m 'shop: deploy web'
git push origin main 2>&1 | sed 's/^/   /'
git tag -s v1.0.0 -m 'first release'
git push -q origin v1.0.0 2>&1 | sed 's/^/   /'

passed=0
# refused WHAT COMMAND...: the push must be refused, and not because of anything else
refused() {
	step "Refused: $1"
	shift
	if "$@" >"$dir/out" 2>&1; then
		sed 's/^/   /' "$dir/out"
		die 'this push went in'
	fi
	sed 's/^/   /' "$dir/out"
	grep -q 'remote: refwall: refused' "$dir/out" || die 'refused, but not by Refwall'
	passed=$((passed + 1))
	git reset -q --hard origin/main
}

git commit -q --allow-empty --no-gpg-sign -m 'forgot to sign'
refused 'an unsigned commit' git push origin main

git commit -qS --amend -m 'rewrite history'
refused 'a force-push' git push --force origin main

refused 'a branch deletion' git push origin :main

git tag -f -s v1.0.0 -m 'again' >/dev/null 2>&1
git commit -qS --allow-empty -m 'elsewhere'
git tag -f -s v1.0.0 -m 'moved' HEAD >/dev/null 2>&1
refused 'a moved tag' git push --force origin v1.0.0

sed -i 's|image: .*|image: registry.example.com/shop/web:latest|' apps/web.yaml
git commit -qaS -m 'use latest'
refused 'an image by :latest' git push origin main

cat >apps/secret.yaml <<'EOF'
apiVersion: v1
kind: Secret
metadata:
  name: database
  namespace: shop
stringData:
  password: correct horse battery staple
EOF
git add apps
git commit -qS -m 'add the password'
refused 'a Secret in plain text' git push origin main

printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "settings\n' >apps/settings.yaml
git add apps
git commit -qS -m 'add settings'
refused 'a file that is not YAML' git push origin main

step 'The audit log, over HTTP'
token=$(cat "$dir/state/admin.token")
note "curl -H 'Authorization: Bearer ...' '$url/v1/audit?repo=shop&verdict=refuse&limit=1'"
curl -sS --fail -H "Authorization: Bearer $token" "$url/v1/audit?repo=shop&verdict=refuse&limit=1&order=desc"
echo
note "refwall audit list"
refwall audit list --config "$conf" | sed 's/^/   /'
refwall audit verify --config "$conf"

step 'The notice that the subscriber got'
wait_for "$dir/received" 'the notice'
grep -q '^accepted signature=good event=push' "$dir/received" || die "the notice was not accepted: $(cat "$dir/received")"
cut -c 1-300 "$dir/received" | sed 's/^/   /'

step "Done: 2 pushes went in, $passed were refused, each for its reason"
cat <<EOF
   The service is still running. To look at it:
     PATH=$build:\$PATH
     curl -H "Authorization: Bearer \$(cat $dir/state/admin.token)" $url/v1/audit
     refwall status --config $conf
     cd $dir/work      # a clone; its commits are signed by Alice if you export GIT_CONFIG_GLOBAL=$dir/gitconfig
   To stop it:
     contrib/quickstart.sh --stop
EOF
