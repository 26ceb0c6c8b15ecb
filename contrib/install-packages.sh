#!/bin/sh
# Install Debian's packages, by name: contrib/install-packages.sh build|test...
# Packages that are there already are passed over, so that nothing is asked for twice.
set -eu

build='gcc make autoconf automake autoconf-archive pkg-config libc6-dev libgit2-dev libgcrypt20-dev nettle-dev libgmp-dev
	libyaml-dev libsqlite3-dev libmicrohttpd-dev libcurl4-openssl-dev libjansson-dev'
run='git openssh-client curl perl procps'
test='libcmocka-dev gpg gpg-agent gpgv sqv openssh-server python3-minimal jq sqlite3 valgrind xz-utils mandoc shellcheck'

want=
for set in "$@"; do
	case $set in
	build) want="$want $build" ;;
	run) want="$want $run" ;;
	test) want="$want $test" ;;
	*) echo "install-packages.sh: no set of packages is called $set" >&2; exit 2 ;;
	esac
done

missing=
for p in $want; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as=
elif command -v sudo >/dev/null 2>&1; then
	as=sudo
else
	echo "install-packages.sh: these packages are missing and you may not install any:$missing" >&2
	exit 3
fi
echo "installing:$missing"
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
# shellcheck disable=SC2086 # a list of names
$as apt-get update -qq || true
# shellcheck disable=SC2086
$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
