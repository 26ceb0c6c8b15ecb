# Helpers for tests with real gpg keys; sourced behind lib.sh. Keys are made while the test runs, in a GNUPGHOME of its own,
# and no agent is left behind.
# shellcheck shell=sh
GNUPGHOME=$T/gnupg
export GNUPGHOME
mkdir -m 700 "$GNUPGHOME"
gpg_cleanup() {
	gpgconf --kill all >/dev/null 2>&1
	cleanup
}
trap gpg_cleanup EXIT

# gpgb ARGS...: without questions
gpgb() { gpg --quiet --no-tty --batch --yes --pinentry-mode loopback --passphrase '' "$@" 2>>"$T/gpg.log"; }
# gpgkey NAME ALGORITHM [USAGE [EXPIRE [OPTION...]]]: a key NAME@example.com; prints nothing
gpgkey() {
	gk_name=$1 gk_algo=$2 gk_usage=${3:-sign} gk_expire=${4:-never}
	if [ $# -gt 4 ]; then shift 4; else shift $#; fi
	gpgb "$@" --quick-gen-key "$gk_name <$gk_name@example.com>" "$gk_algo" "$gk_usage" "$gk_expire" ||
		{ cat "$T/gpg.log"; bail "gpg cannot make $gk_name"; }
}
# fpr NAME [N]: the fingerprint of the primary key, or of the Nth key
fpr() { gpg --quiet --batch --with-colons --list-keys "$1@example.com" 2>/dev/null | awk -F: -v n="${2:-1}" '$1 == "fpr" && ++i == n { print $10 }'; }
# revoke NAME REASON: of the primary key, with a reason: 0 none, 1 compromised, 2 superseded, 3 retired (as gpg asks)
revoke() {
	printf 'y\n%s\n\ny\n' "$2" | gpg --quiet --no-tty --pinentry-mode loopback --passphrase '' --command-fd 0 --status-fd 3 \
		--gen-revoke "$1@example.com" 3>/dev/null >"$T/revoke.asc" 2>>"$T/gpg.log"
	sed -i 's/^:---/---/' "$T/revoke.asc"
	gpgb --import "$T/revoke.asc"
}
# table NAME [OPTION...]: keys/NAME.keys beside the policy, of NAME's certificate
table() {
	tb_name=$1
	shift
	mkdir -p "$T/state/keys"
	gpgb --armor --export "$tb_name@example.com" >"$T/$tb_name.asc"
	refwall key import "$@" --out "$T/state/keys/$tb_name.keys" "$T/$tb_name.asc" >"$T/import.out" 2>&1
}
