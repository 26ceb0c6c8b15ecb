#!/bin/sh
# Commits signed with certificates: by a trusted CA, for a principal that the policy lists, at a time when they are valid.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
TZ=UTC
export TZ

for k in ca other-ca alice bob; do key $k; done
house
# certify CA KEY OPTION...: a certificate for KEY, which signs with it from now on
certify() {
	by=$1 to=$2
	shift 2
	ssh-keygen -q -s "$T/keys/$by" -I "$to's certificate" "$@" "$T/keys/$to.pub" || bail 'ssh-keygen -s'
	act_as "$to"
	git config --global user.signingKey "$T/keys/$to-cert.pub"
}
# law [UNTIL]: who may sign; no key of a person stands here
law() {
	cat <<EOF | policy
version: 1
identities:
  alice:
    accounts: ["$me"]
    emails: [alice@example.com]
    keys: [{ssh-ca: "$(cat "$T/keys/ca.pub")", principals: [alice]${1:+, until: $1}}]
  bob:
    emails: [bob@example.com]
    keys: [{ssh-ca: "$(cat "$T/keys/ca.pub")", principals: [bob, bob@example.com]}]
rules:
  - name: signatures
    signed: {by: [alice], match: committer}
EOF
}
law
check 'the policy is sound' refwall policy lint "$T/state/policy.yaml"
repo shop
certify ca alice -n alice,dev -V -1d:+1d
work shop
commit 'by certificate'
check 'a certificate of a trusted CA signs' push main
entries --signer alice >"$T/by-alice"
check 'the entry names alice as a signer' test -s "$T/by-alice"

# refused NAME PATTERN [MEND-PATTERN]: a commit with the signature that is set up now
refused() {
	commit "$1"
	fails "$1" push main
	has "$1: it says so" "$T/push.out" "$2"
	[ -z "${3:-}" ] || has "$1: and what to do" "$T/push.out" "$3"
	git reset -q --hard HEAD^
}
certify other-ca alice -n alice
refused 'an unknown CA' 'a certificate of a CA that the policy does not know' 'ssh-ca, principals'
certify ca alice -n alice -V -2d:-1d
refused 'a certificate that has expired' 'a certificate that is not valid any more' 'have the certificate renewed, then: git'
certify ca alice -n alice -V +1d:+2d
refused 'a certificate that is not valid yet' 'a certificate that is not valid yet'
certify ca alice -n mallory
refused 'a principal that nobody lists' 'a certificate for nobody whom the policy lists' 'get a certificate for a principal'
certify ca alice
refused 'no principal at all' 'names no principal'
certify ca alice -n alice,bob
refused 'principals of two people' 'two identities'
certify ca alice -n alice -O force-command=true
refused 'a critical option' 'critical option "force-command"' 'without that critical option'
certify ca alice -h -n alice
refused 'a host certificate' 'is not for a user'
certify ca bob -n bob
refused 'a certificate of somebody who may not sign here' 'signed by somebody who may not sign here'
certify ca alice -n alice
git config --global user.signingKey "$T/keys/alice"
refused 'the plain key of a certificate' 'a key that the policy does not know'
act_as ca
refused 'the CA itself' 'a key that the policy does not know'

# The committer's date is chosen by whoever commits; the server's clock is not.
certify ca alice -n alice -V 20200101000000:20200201000000
GIT_COMMITTER_DATE='2020-01-15T00:00:00Z'
export GIT_COMMITTER_DATE
refused 'an old date does not help an old certificate' 'a certificate that is not valid any more'
unset GIT_COMMITTER_DATE
certify ca alice -n alice
law 2026-01-01
refused 'the CA has ended in the policy' 'a CA that is not valid any more'
check 'the log is whole' verify
done_testing
