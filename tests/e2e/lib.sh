# Helpers of the end-to-end tests; sourced by every tests/e2e/*.t. Plain POSIX sh, TAP on standard output.
#
# A test gets a directory of its own ($T), a HOME of its own, no system or user git configuration, and the
# programs of the build tree on PATH. Servers are started with `serve`, which remembers their pids; they end with the test.
# shellcheck shell=sh
: "${RW_SRCDIR:?}" "${RW_BUILDDIR:?}"
PATH=$RW_BUILDDIR:$PATH
T=$(mktemp -d "${TMPDIR:-/tmp}/rw-e2e.XXXXXX")
HOME=$T/home
GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=$T/gitconfig
LC_ALL=C.UTF-8
export PATH HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL LC_ALL T
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_NAMESPACE SSH_CONNECTION SSH_ORIGINAL_COMMAND REMOTE_USER REQUEST_METHOD \
	GATEWAY_INTERFACE XDG_CONFIG_HOME SSH_AUTH_SOCK 2>/dev/null
mkdir -p "$HOME"
tests=0 failures=0 pids=

cleanup() {
	for p in $pids; do
		kill "$p" 2>/dev/null
	done
	# shellcheck disable=SC2086 # a list of pids
	[ -z "$pids" ] || wait $pids 2>/dev/null
	if [ "$failures" -eq 0 ] || [ -z "${RW_KEEP:-}" ]; then
		chmod -R u+rwX "$T" 2>/dev/null
		rm -rf "$T"
	else
		echo "# kept $T"
	fi
}
trap cleanup EXIT
trap 'exit 143' TERM INT HUP

# ---- TAP ----
ok() {
	tests=$((tests + 1))
	echo "ok $tests - $1"
}
not_ok() {
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	shift
	for f in "$@"; do
		[ -f "$f" ] && sed 's/^/# /' "$f" | cut -c 1-400 | head -n 40
	done
	return 0
}
# skip NAME REASON
skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}
# done_testing, last line of a test
done_testing() {
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit $?
}
bail() {
	echo "Bail out! $*"
	exit 99
}
# check NAME COMMAND...: the command succeeds
check() {
	name=$1
	shift
	if "$@" >"$T/.out" 2>&1; then ok "$name"; else not_ok "$name" "$T/.out"; fi
}
# fails NAME COMMAND...: the command says no: it does not succeed, crash, or turn out to be missing
fails() {
	name=$1
	shift
	"$@" >"$T/.out" 2>&1
	rc=$?
	case $rc in
	0 | 126 | 127 | 129 | 13[0-9] | 14[0-9] | 15[0-9]) not_ok "$name (exit status $rc)" "$T/.out" ;;
	*) ok "$name" ;;
	esac
}
# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		printf 'got    %s\nwanted %s\n' "$2" "$3" >"$T/.is"
		not_ok "$1" "$T/.is"
	fi
}
# has NAME FILE ERE: some line of the file matches
has() {
	if grep -qE -e "$3" "$2"; then ok "$1"; else not_ok "$1 (no line matches: $3)" "$2"; fi
}
# lacks NAME FILE ERE: the file is there, and no line of it matches
lacks() {
	grep -qE -e "$3" "$2"
	case $? in
	0) not_ok "$1 (a line matches: $3)" "$2" ;;
	1) ok "$1" ;;
	*) not_ok "$1 (cannot be read: $2)" ;;
	esac
}
# golden NAME FILE WANTED-FILE: equal, after what changes from run to run is masked
golden() {
	mask <"$2" >"$T/.got"
	if diff -u "$3" "$T/.got" >"$T/.diff" 2>&1; then
		ok "$1"
	elif [ -n "${RW_GOLDEN_UPDATE:-}" ]; then
		cp "$T/.got" "$3"
		ok "$1 (written)"
	else
		not_ok "$1" "$T/.diff"
	fi
}
# Ids, fingerprints, numbers of entries and the directory of the test change from run to run.
mask() {
	sed -E -e "s|$T|DIR|g" -e 's/[0-9a-f]{40}/OID/g' -e 's/\b[0-9a-f]{7,12}\b/ABBREV/g' -e 's/log entry [0-9]+/log entry N/' \
		-e 's|SHA256:[A-Za-z0-9+/]{43}|SHA256:FP|g' -e 's/unix:[0-9]+/unix:UID/g' -e 's/[[:space:]]+$//'
}

# ---- waiting: until COMMAND..., at most 15 s; never a bare sleep ----
until_true() {
	i=0
	while ! "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ "$i" -lt 300 ] || return 1
		sleep 0.05
	done
}

# serve NAME COMMAND...: start in the background, remember the pid in $last_pid and $T/NAME.pid
serve() {
	name=$1
	shift
	"$@" >>"$T/$name.log" 2>&1 </dev/null &
	last_pid=$!
	echo "$last_pid" >"$T/$name.pid"
	pids="$pids $last_pid"
}

# ---- identities ----
# key NAME [TYPE...]: an ssh key pair in $T/keys/NAME
key() {
	mkdir -p "$T/keys"
	k=$1
	shift
	ssh-keygen -q -t "${1:-ed25519}" ${2:+-b "$2"} -N '' -C "$k@example.com" -f "$T/keys/$k" || bail "ssh-keygen"
}
# act_as NAME: git commits and signs as NAME from now on
act_as() {
	git config --global user.name "$1"
	git config --global user.email "$1@example.com"
	git config --global gpg.format ssh
	git config --global user.signingKey "$T/keys/$1"
	git config --global init.defaultBranch main
	git config --global advice.detachedHead false
	git config --global protocol.file.allow always
}
# identity NAME [ACCOUNT...]: one entry for the identities of a policy
identity() {
	who=$1
	shift
	accounts=
	for a in "$@"; do accounts="$accounts${accounts:+, }\"$a\""; done
	printf '  %s:\n    accounts: [%s]\n    emails: [%s@example.com]\n    keys: [{ssh: "%s"}]\n' \
		"$who" "$accounts" "$who" "$(cat "$T/keys/$who.pub")"
}
me="unix:$(id -u)"
export me

# ---- the house ----
conf=$T/state/refwall.yaml
# house: a state directory (policy.yaml is written by the test) that sees loopback receivers
house() {
	refwall init --state "$T/state" --listen 127.0.0.1:0 --origin test.example.com >"$T/.init" 2>&1 ||
		{ cat "$T/.init"; bail 'refwall init'; }
	printf 'delivery:\n  allow: [127.0.0.0/8]\n' >>"$conf"
}
policy() { cat >"$T/state/policy.yaml"; }
# the policy that most tests start from: alice and bob sign and push, main is append-only, tags never move
usual_policy() {
	{
		echo 'version: 1'
		echo 'identities:'
		identity alice "$me" alice
		identity bob bob
		cat <<'EOF'
groups:
  maintainers: [alice, bob]
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
	} | policy
}
# repo NAME: a guarded bare repository $T/NAME.git
repo() {
	git init -q --bare "$T/$1.git" && refwall install --config "$conf" ${RW_HOOK:+--hook "$RW_HOOK"} "$T/$1.git" >"$T/.install" 2>&1 ||
		{ cat "$T/.install"; bail "refwall install"; }
}
# work NAME [REPO]: a work tree $T/NAME with origin REPO.git; becomes the current directory
work() {
	git init -q "$T/$1" && cd "$T/$1" && git remote add origin "$T/${2:-$1}.git" || bail "git init"
}
# commit MESSAGE [OPTION...]: everything in the work tree, signed unless told otherwise
commit() {
	m=$1
	shift
	git add -A && git commit -q --allow-empty -S -m "$m" "$@"
}
# push ARGS...: to origin; output in $T/push.out, status returned
push() { git push origin "$@" >"$T/push.out" 2>&1; }
# tip REPO REF: what the repository says
tip() { git --git-dir "$T/$1.git" rev-parse --verify -q "$2"; }
daemon() {
	rm -f "$T/port"
	serve refwalld refwalld --config "$conf" --port-file "$T/port"
	daemon_pid=$last_pid
	until_true test -s "$T/port" || { cat "$T/refwalld.log"; bail 'refwalld does not answer'; }
	url=http://$(cat "$T/port")
	export url daemon_pid
}
verify() { refwall audit verify --config "$conf"; }
# entries FILTER...: bodies as NDJSON
entries() { refwall audit list --config "$conf" --format ndjson "$@"; }

# a Deployment that every rule of usual_policy accepts
good_manifest() {
	cat <<EOF
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${1:-web}
spec:
  selector: {matchLabels: {app: ${1:-web}}}
  template:
    metadata: {labels: {app: ${1:-web}}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web@sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
EOF
}
corpus=${REFWALL_CORPUS:-$RW_SRCDIR/../shared/corpus}
