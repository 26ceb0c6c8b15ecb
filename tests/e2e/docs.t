#!/bin/sh
# The documents say what the programs do: options, keys, rules, routes and examples are compared with the programs and the sources.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
cd "$RW_SRCDIR" || exit 99
refwall_1=server/cli/refwall.1
refwalld_8=server/http/refwalld.8
hook_8=hooks/refwall-hook.8
config_5=policy/config/refwall.yaml.5
policy_5=policy/rules/refwall-policy.5
pages="$refwall_1 $refwalld_8 $hook_8 $config_5 $policy_5"
papers="README.md SECURITY.md CONTRIBUTING.md NEWS.md"
for f in contrib/doc/*.md; do papers="$papers $f"; done

# none NAME FILE: the file of complaints is empty
none() {
	if [ -s "$2" ]; then not_ok "$1" "$2"; else ok "$1"; fi
}
# each COMMAND...: run it for every line of standard input, which it gets as its last argument
each() {
	while IFS= read -r line; do "$@" "$line"; done
}

# ---- manual pages ----
if command -v mandoc >/dev/null; then
	for p in $pages; do check "$p is clean" mandoc -T lint -W warning "$p"; done
else
	skip 'manual pages are clean' 'mandoc is not installed (Debian package: mandoc)'
fi

# ---- refwall(1) ----
refwall --help | sed -n 's/^  \([a-z-]*\( [a-z-][a-z-]*\)\{0,1\}\)  .*/\1/p' >"$T/commands"
check 'refwall --help lists commands' test "$(grep -c . "$T/commands")" -gt 10
# options_of COMMAND: what its help says
options_of() {
	# shellcheck disable=SC2086 # a command is one word or two
	refwall $1 --help </dev/null | grep -o -e '--[a-z][a-z0-9-]*' | sort -u
}
# page_of COMMAND: its part of refwall(1)
page_of() {
	awk -v c="$1" '
		/^\.It Xo$/ || /^\.Bl -tag/ { next }
		/^\.(It )?Cm [a-z]+( [a-z-]+)?( Fl| Ar|$)/ {
			l = $0; sub(/^\.(It )?Cm /, "", l); sub(/ (Fl|Ar) .*/, "", l)
			on = l == c
		}
		/^\.S[hs]/ { on = 0 }
		on' "$refwall_1"
}
command_documented() {
	page_of "$1" >"$T/part"
	[ -s "$T/part" ] || echo "refwall $1 is not in refwall(1)"
	options_of "$1" | while read -r o; do
		grep -qE -e "Fl -${o#--}( |\$)" "$T/part" || echo "refwall $1: $o is not in refwall(1)"
	done
	grep -o -e 'Fl -[a-z0-9-]*' "$T/part" | sort -u | sed 's/Fl -/--/' | while read -r o; do
		options_of "$1" | grep -qxF -e "$o" || echo "refwall(1), $1: there is no option $o"
	done
}
each command_documented <"$T/commands" >"$T/complaints"
none 'refwall(1) has every command with its options, and no other' "$T/complaints"

# ---- the other programs ----
refwalld --help >"$T/help" 2>&1
grep -o -e '--[a-z][a-z0-9-]*' "$T/help" | sort -u | while read -r o; do
	grep -q -e "Fl -${o#--}" "$refwalld_8" || echo "refwalld: $o is not in refwalld(8)"
done >"$T/complaints"
grep -o -e 'Fl -[a-z0-9-]*' "$refwalld_8" | sort -u | sed 's/Fl -/--/' | while read -r o; do
	case $o in --help | --version) continue ;; esac
	grep -q -e "$o" "$T/help" || echo "refwalld(8): there is no option $o"
done >>"$T/complaints"
none 'refwalld(8) has every option, and no other' "$T/complaints"
refwall-hook --help | sed -n 's/^  \([a-z-]*\) .*/\1/p' | while read -r h; do
	grep -qF -e "$h" "$hook_8" || echo "refwall-hook: $h is not in refwall-hook(8)"
done >"$T/complaints"
none 'refwall-hook(8) has every hook' "$T/complaints"

# ---- HTTP routes ----
sed -n 's/^	{ RW_\([A-Z]*\), "\([^"]*\)".*/\1 \2/p' server/http/*.c | sort >"$T/routes"
sed -n 's/^\.It \([A-Z][A-Z]*\) \(\/[^ ]*\).*/\1 \2/p' "$refwalld_8" | sed 's/{[a-z]*}/{}/g' | sort >"$T/documented"
diff "$T/routes" "$T/documented" >"$T/complaints"
none 'refwalld(8) has every route, and no other' "$T/complaints"
check 'there are routes' test "$(grep -c . "$T/routes")" -gt 5

# ---- refwall.yaml(5) ----
grep -hoE '\{ "[a-z-]+", (true|false) \}' policy/config/*.c | grep -oE '"[a-z-]+"' | tr -d '"' | sort -u | while read -r k; do
	grep -qE "^\.It Cm $k\$" "$config_5" || echo "$k is not in refwall.yaml(5)"
done >"$T/complaints"
none 'refwall.yaml(5) has every key' "$T/complaints"

# ---- refwall-policy(5) ----
sed -n 's/^	\.name = "\([a-z-]*\)",$/\1/p' policy/rules/rule_*.c | sort >"$T/types"
sed -n 's/^\.Ss \([a-z-]*\)$/\1/p' "$policy_5" | sort >"$T/documented"
diff "$T/types" "$T/documented" >"$T/complaints"
none 'refwall-policy(5) has every check, and no other' "$T/complaints"
sed -n '/^\.Sh NOT IN THIS VERSION/,/^\.Sh FILES/p' "$policy_5" >"$T/later"
cat policy/rules/*.c | grep -oE '\{ "[a-z0-9-]+", RW_KEY_[A-Z]+ \}' | tr -d '{},"' | while read -r k is; do
	case $is in
	RW_KEY_LATER) grep -qE "^\.Cm $k( |\$)" "$T/later" || echo "$k is not among what is not in this version" ;;
	*) grep -qE "^\.(It )?Cm (.* , )?$k( |\$)" "$policy_5" || echo "$k is not in refwall-policy(5)" ;;
	esac
done | sort -u >"$T/complaints"
none 'refwall-policy(5) has every key' "$T/complaints"
grep -ohE '^	static const char \*const (words|modes)\[\] = \{[^}]*\}' policy/rules/*.c | grep -oE '"[a-z-]+"' | tr -d '"' | sort -u | while read -r w; do
	grep -qE "^\.Ql $w( |\$)|Ql $w( |\$)" "$policy_5" || echo "the word $w is not in refwall-policy(5)"
done >"$T/complaints"
none 'refwall-policy(5) has every word that a key can be' "$T/complaints"

# ---- examples ----
for example in contrib/examples/policies/*.yaml; do
	check "$example is sound" refwall policy lint "$example"
	lacks "$example: nothing is odd" "$T/.out" 'warning:'
	grep -qF "$(basename "$example")" "$policy_5" || not_ok "$example is named in refwall-policy(5)"
done
key alice
# blocks FILE: its literal blocks, as $T/block.N
blocks() {
	rm -f "$T"/block.*
	awk -v t="$T/block" '/^\.Bd -literal/ { n++; on = 1; next } /^\.Ed/ { on = 0 } on { gsub(/\\e/, "\\"); print >(t "." n) }' "$1"
}
blocks "$policy_5"
n=0
for b in "$T"/block.*; do
	n=$((n + 1))
	{
		printf 'version: 1\nidentities:\n'
		identity alice alice
		printf 'groups:\n  maintainers: [alice]\n  team-a: [alice]\nrules:\n'
		sed 's/^/  /' "$b"
	} >"$T/example.yaml"
	check "refwall-policy(5): $(sed -n '1s/.*name: //p' "$b")" refwall policy lint "$T/example.yaml"
done
check 'refwall-policy(5) has examples' test "$n" -gt 8
# sound_config NAME: a configuration on standard input is taken
house
sound_config() {
	cp "$conf" "$T/kept"
	cat >"$conf"
	check "$1" refwall status --config "$conf"
	cp "$T/kept" "$conf"
}
blocks "$config_5"
n=0
for b in "$T"/block.*; do
	n=$((n + 1))
	sound_config "refwall.yaml(5): example $n" <"$b"
done
{
	printf 'version: 1\norigin: git.example.com\n'
	sed -n '/^    external-url:/,/^$/s/^    //p' README.md
} >"$T/readme.yaml"
check 'README has a configuration' grep -q '^delivery:' "$T/readme.yaml"
sound_config 'README: the configuration' <"$T/readme.yaml"

# ---- commands that the documents tell people to type ----
# Code in Markdown (indented or between backticks) and in manual pages (literal blocks, .Ql, .Dl), each command on a line of its own.
{
	# shellcheck disable=SC2086 # lists of files
	cat $papers | sed -e ':a' -e '/\\$/N' -e 's/\\\n *//' -e 'ta' | grep -oE '(^    |[-] |`)refwall [^`]*' | sed -E 's/^(    |- |`)//'
	# shellcheck disable=SC2086
	cat $pages | sed -n -e 's/^\.[QD]l \(refwall .*\)/\1/p' -e 's/^\(refwall .*\)/\1/p'
} | sed -E -e 's/  +#.*//' -e 's/ ;$//' | sort -u >"$T/typed"
check 'the documents tell people to type commands' test "$(grep -c . "$T/typed")" -gt 15
typed_exists() {
	# shellcheck disable=SC2086 # its words
	set -- $1
	shift
	c=$1
	grep -qxF -e "$c" "$T/commands" || c="$1 ${2:-}"
	if ! grep -qxF -e "$c" "$T/commands"; then
		# the name of a group of commands stands for them, in prose
		[ "$#" = 1 ] && grep -q -e "^$1 " "$T/commands" || echo "there is no command: refwall $*"
		return 0
	fi
	options_of "$c" >"$T/options"
	for w in "$@"; do
		case $w in
		--) ;;
		--[a-z]*) grep -qxF -e "${w%%=*}" "$T/options" || echo "refwall $c has no option $w" ;;
		esac
	done
}
grep -vE '^refwall (--help|--version)$' "$T/typed" | each typed_exists >"$T/complaints"
none 'every command and option in them exists' "$T/complaints"

# ---- what the documents point at ----
for f in $papers; do
	grep -oE '\]\([^)#]+' "$f" | sed 's/^](//' | while read -r l; do
		case $l in http*) continue ;; esac
		[ -e "$(dirname "$f")/$l" ] || echo "$f: $l is not there"
	done
	grep -oE '(^|[ `(])(contrib|policy|server|hooks|tests|include)/[A-Za-z0-9_./-]+' "$f" | sed 's/^[ `(]//; s/[.]$//' | while read -r l; do
		[ -e "$l" ] || echo "$f: $l is not there"
	done
done >"$T/complaints"
none 'every file that the documents name is there' "$T/complaints"
grep -ohE '`[a-z_-]+\.(t|scn|c)`' contrib/doc/threat-model.md | tr -d '`' | sort -u | while read -r t; do
	case $t in
	*.t) d=tests/e2e ;;
	*.scn) d=tests/data/judge ;;
	*) d=tests/unit ;;
	esac
	[ -f "$d/$t" ] || echo "there is no test $d/$t"
done >"$T/complaints"
grep -ohE 'attacks\.t` [0-9]+' contrib/doc/threat-model.md | grep -oE '[0-9]+$' | sort -u | while read -r a; do
	grep -qE "^# $a\\. " tests/e2e/attacks.t || echo "attacks.t has no attack $a"
done >>"$T/complaints"
none 'every test that the threat model names is there' "$T/complaints"

# ---- the unit ----
if command -v systemd-analyze >/dev/null; then
	sed "s|@sbindir@/refwalld|$(command -v refwalld)|" contrib/systemd/refwalld.service.in >"$T/refwalld.service"
	systemd-analyze --man=no verify "$T/refwalld.service" >"$T/complaints" 2>&1
	grep -E 'refwalld\.service:' "$T/complaints" | grep -vE 'Failed to connect|Unit .* not found' >"$T/of-it"
	none 'systemd understands the unit' "$T/of-it"
else
	skip 'systemd understands the unit' 'systemd-analyze is not installed'
fi
done_testing
