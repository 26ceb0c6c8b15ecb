#!/bin/sh
# Over a real sshd on loopback: a forced command that names the account, git-shell, and why a shell is unsafe.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null)
if [ -z "$sshd" ]; then
	skip 'ssh' 'sshd is not installed (Debian package: openssh-server)'
	done_testing
fi
if ! [ -d /run/sshd ] && [ "$(id -u)" = 0 ]; then mkdir -p /run/sshd; fi

key alice
key bob
act_as alice
house
{
	usual_policy
	cat "$T/state/policy.yaml"
} >"$T/p" && policy <"$T/p"
printf 'accounts:\n  from: [{var: REFWALL_ACCOUNT, as: "%%s"}]\nrepositories:\n  root: %s\n' "$T" >>"$conf"
repo shop

ssh-keygen -q -t ed25519 -N '' -f "$T/hostkey"
for who in forced gitshell open; do ssh-keygen -q -t ed25519 -N '' -f "$T/login-$who"; done
gitshell=$(command -v git-shell || echo /usr/bin/git-shell)
mkdir -p "$T/bin"
# what a server gives each key: an account, and git-shell instead of a shell
cat >"$T/bin/enter" <<EOF
#!/bin/sh
export HOME=$T/home PATH=$PATH GIT_CONFIG_NOSYSTEM=1
REFWALL_ACCOUNT=\$1
export REFWALL_ACCOUNT
exec $gitshell -c "\$SSH_ORIGINAL_COMMAND"
EOF
cat >"$T/bin/open" <<EOF
#!/bin/sh
export HOME=$T/home PATH=$PATH GIT_CONFIG_NOSYSTEM=1 REFWALL_ACCOUNT=alice
exec /bin/sh -c "\$SSH_ORIGINAL_COMMAND"
EOF
chmod +x "$T/bin/enter" "$T/bin/open"
{
	printf 'restrict,command="%s/bin/enter alice" %s\n' "$T" "$(cat "$T/login-forced.pub")"
	printf 'restrict,command="%s/bin/enter mallory" %s\n' "$T" "$(cat "$T/login-gitshell.pub")"
	printf 'restrict,command="%s/bin/open" %s\n' "$T" "$(cat "$T/login-open.pub")"
} >"$T/authorized_keys"
chmod 600 "$T/authorized_keys"
cat >"$T/sshd_config" <<EOF
ListenAddress 127.0.0.1
HostKey $T/hostkey
AuthorizedKeysFile $T/authorized_keys
StrictModes no
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
LogLevel ERROR
EOF
# sshd takes no port 0: try free ones until it stays
start_sshd() {
	for _ in 1 2 3 4 5 6 7 8; do
		port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr=>"127.0.0.1",LocalPort=>0,Listen=>1)->sockport')
		serve sshd "$sshd" -D -e -f "$T/sshd_config" -p "$port"
		if until_true sh -c 'ssh-keyscan -T 1 -p "$1" 127.0.0.1 2>/dev/null | grep -q ssh' sh "$port"; then return 0; fi
	done
	return 1
}
if ! start_sshd; then
	skip 'ssh' "sshd does not start here: $(tail -n 1 "$T/sshd.log")"
	done_testing
fi
# ssh_as KEY: what git uses to connect
ssh_as() {
	GIT_SSH_COMMAND="ssh -F none -i $T/login-$1 -p $port -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=$T/known -o LogLevel=ERROR"
	export GIT_SSH_COMMAND
}

work shop
git remote set-url origin "$(id -un)@127.0.0.1:$T/shop.git"
commit 'first'
ssh_as forced
check 'forced command: a signed commit goes in' push main
entries --kind push --order desc --limit 1 >"$T/e"
has 'the transport is recorded' "$T/e" '"transport":"ssh"'
has 'the account is the one that the server names' "$T/e" '"opened":[{]"account":"alice"'
has 'the repository is named below the root' "$T/e" '"name":"shop"'

commit 'second'
ssh_as gitshell
fails 'another account may not push to main' push main
has 'and is told so' "$T/push.out" 'remote: .*only maintainers push to main|remote: pushed-by'
ssh_as forced
fails 'an unsigned commit is refused' sh -c 'git commit -q --allow-empty --no-gpg-sign -m x && git push origin main'
has 'for that reason' "$T/.out" 'remote: signed: commit [0-9a-f]{7} "x" by alice is not signed'
git reset -q --hard origin/main

# A client may choose its own receive-pack (attack 14): with git-shell that gets it nowhere ...
commit 'evil' --no-gpg-sign
before=$(tip shop refs/heads/main)
for trick in 'git -c core.hooksPath=/dev/null receive-pack' 'env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null git-receive-pack'; do
	fails "git-shell refuses: $trick" git push --receive-pack="$trick" origin main
done
is 'git-shell: main did not move' "$(tip shop refs/heads/main)" "$before"
# ... with a shell it pushes past every hook. This is why SECURITY.md demands git-shell or a forced command.
ssh_as open
git push -q --receive-pack='git -c core.hooksPath=/dev/null receive-pack' origin main >"$T/push.out" 2>&1
is 'an unrestricted shell is unsafe: the push went past the hooks' "$(tip shop refs/heads/main)" "$(git rev-parse HEAD)"

# The configuration is the repository's own, never the pusher's.
git --git-dir "$T/shop.git" config --unset refwall.config
git config --global refwall.config "$conf"
ssh_as forced
commit 'third'
fails 'refwall.config from the user is not taken' push main
has 'and the refusal says what is missing' "$T/push.out" 'refwall.config is not set in the repository'
done_testing
