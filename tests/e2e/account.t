#!/bin/sh
# refwall-account, the forced command: git's transport commands and nothing else, and no environment of the client's.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
account=$RW_SRCDIR/contrib/forge/plain/refwall-account
if ! command -v git-shell >/dev/null; then
	skip 'refwall-account' 'git-shell is not installed'
	done_testing
fi
git config --global user.name nobody
git config --global user.email nobody@example.com
git config --global init.defaultBranch main
git init -q --bare "$T/shop.git"
mkdir -p "$T/shop.git/hooks"
printf '#!/bin/sh\nenv >"%s/seen"\n' "$T" >"$T/shop.git/hooks/pre-receive"
chmod +x "$T/shop.git/hooks/pre-receive"
git init -q "$T/work" && cd "$T/work" && git commit -q --allow-empty -m one || bail 'git init'

# In the place of ssh: what sshd does with a forced command, and with AcceptEnv if it is too generous. git calls it as HOST COMMAND.
cat >"$T/ssh" <<EOF
#!/bin/sh
for command; do :; done
export SSH_ORIGINAL_COMMAND="\$command" SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22'
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null
exec "$account" alice
EOF
chmod +x "$T/ssh"
GIT_SSH=$T/ssh
GIT_SSH_VARIANT=simple
export GIT_SSH GIT_SSH_VARIANT
check 'a push goes in, past nothing' git push "example.com:$T/shop.git" HEAD:refs/heads/main
has 'the hook is told the account' "$T/seen" '^REFWALL_ACCOUNT=alice$'
has 'the hook is told that it was ssh' "$T/seen" '^SSH_CONNECTION=127'

git commit -q --allow-empty -m two
check 'a push with a hostile environment' env REFWALL_ACCOUNT=mallory REFWALL_X=mallory \
	git push "example.com:$T/shop.git" HEAD:refs/heads/side
has 'still the account of the key' "$T/seen" '^REFWALL_ACCOUNT=alice$'
lacks 'variables of the client are dropped' "$T/seen" 'mallory'

for trick in "git -c core.hooksPath=/dev/null receive-pack '$T/shop.git'" 'sh' "sh -c 'id'" \
	"env GIT_CONFIG_COUNT=0 git-receive-pack '$T/shop.git'" "git-receive-pack '$T/shop.git'; id" 'scp -t /tmp/x'; do
	fails "refused: $trick" env SSH_ORIGINAL_COMMAND="$trick" "$account" alice
done
fails 'no shell' env -u SSH_ORIGINAL_COMMAND "$account" alice
fails 'no account, no service' env SSH_ORIGINAL_COMMAND="git-upload-pack '$T/shop.git'" "$account"
fails 'an empty account is none' env SSH_ORIGINAL_COMMAND="git-upload-pack '$T/shop.git'" "$account" ''
fails 'an option is no account' env SSH_ORIGINAL_COMMAND="git-upload-pack '$T/shop.git'" "$account" --x
done_testing
