#!/bin/sh
# The house's laws: which folder may include what, and which calls are never made.
cd "$RW_SRCDIR" || exit 99
n=0
# none NAME PATTERN PATH...: no line of these files matches
none() {
	name=$1 pattern=$2
	shift 2
	n=$((n + 1))
	found=$(grep -rnE --include='*.c' --include='*.h' -e "$pattern" "$@" 2>/dev/null)
	if [ -z "$found" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "$found" | sed 's/^/# /'
	fi
}
# only NAME PATTERN ALLOWED: matching files are all in the allowed list (an ERE of paths)
only() {
	n=$((n + 1))
	found=$(grep -rlE --include='*.c' --include='*.h' -e "$2" include policy server hooks | grep -vE "$3")
	if [ -z "$found" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$found" | sed 's/^/# /'
	fi
}

none 'policy knows nothing of server or hooks' \
	'#include "(server|hooks)/|#include "refwall/(store|audit|fanout|http|cli)' policy
none 'base knows no other module' \
	'#include "refwall/(git|signature|manifest|policy|judge|config)' policy/base
none 'git, signature and manifest do not know each other' \
	'#include "refwall/(signature|manifest|policy|judge|config)' policy/git
none 'signature knows no git' '#include "refwall/(git|manifest|policy|judge|config)' policy/signature
none 'manifest knows no git' '#include "refwall/(git|signature|policy|judge)' policy/manifest
none 'the store knows base only' \
	'#include "refwall/(git|signature|manifest|policy|judge|config|audit|fanout|http)' server/store
none 'fan-out knows nothing of http and cli' '#include "refwall/(http|cli)' server/fanout
none 'hooks use policy, store and audit only' '#include "(server/|refwall/(fanout|http|cli))' hooks
only 'git2.h in policy/git' '#include <git2' '^policy/git/'
only 'yaml.h in one file' '#include <yaml\.h>' '^policy/manifest/yaml\.c$'
only 'sqlite3.h in server/store' '#include <sqlite3' '^server/store/'
only 'microhttpd.h in server/http' '#include <microhttpd' '^server/http/'
only 'curl.h in server/fanout' '#include <curl/' '^server/fanout/'
only 'jansson.h where JSON from clients is read' '#include <jansson' '^server/(http|fleet)/'
only 'crypto headers in signature and one file of base' '#include <(gcrypt|nettle/.*|gmp)\.h>' \
	'^policy/signature/|^policy/base/hash\.c$'
only 'SQL in server/store' '"(SELECT|INSERT|UPDATE|DELETE|CREATE TABLE) ' '^server/store/'
none 'the library never prints, exits or reads the environment' \
	'[^_a-z](printf|fprintf|puts|perror|exit|abort|getenv|secure_getenv|syslog)\(' policy include
none 'banned calls' '[^_a-zA-Z0-9](strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|atoi|atol|gmtime|localtime|ctime|mktemp|alloca)\(' \
	include policy server hooks
echo "1..$n"
