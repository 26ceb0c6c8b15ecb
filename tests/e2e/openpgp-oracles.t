#!/bin/sh
# OpenPGP signatures by real gpg keys, judged by Refwall, gpgv and sqv. What Refwall accepts, both accept; where it
# refuses what one of them accepts, the reason is written here.
# shellcheck source=tests/e2e/lib.sh
. "$RW_SRCDIR/tests/e2e/lib.sh"
for p in gpg gpgv sqv perl; do
	command -v "$p" >/dev/null || { echo "1..0 # SKIP no $p"; exit 0; }
done
# shellcheck source=tests/e2e/gpg.sh
. "$RW_SRCDIR/tests/e2e/gpg.sh"
pgpverify=$RW_BUILDDIR/tests/e2e/pgpverify
cd "$T" || exit 99
mkdir state

signers='rsa2048 rsa3072 rsa4096 nistp256 nistp384 nistp521 ed25519 subed subrsa'
for k in rsa2048 rsa3072 rsa4096 nistp256 nistp384 nistp521 ed25519; do gpgkey $k $k; done
gpgkey subed ed25519 cert
gpgb --quick-add-key "$(fpr subed)" ed25519 sign
gpgb --quick-add-key "$(fpr subed)" cv25519 encr
gpgkey subrsa rsa2048 cert
gpgb --quick-add-key "$(fpr subrsa)" rsa2048 sign
for k in $signers; do
	check "$k: its certificate is imported" table "$k"
	gpgb --export "$k@example.com" >"$k.pgp"
done
cases=0 differ=0
: >disagree
: >reasons
# compare NAME KEY PAYLOAD SIGNATURE [WHY-REFWALL-REFUSES]
compare() {
	cases=$((cases + 1))
	ours=$("$pgpverify" "state/keys/$2.keys" "$3" "$4")
	gpgv --keyring "$T/$2.pgp" "$4" "$3" >gpgv.out 2>&1; g=$?
	sqv --keyring "$2.pgp" "$4" "$3" >sqv.out 2>&1; s=$?
	case $ours in
	good*) [ $g = 0 ] && [ $s = 0 ] || echo "$1: refwall $ours, gpgv $g, sqv $s" >>disagree ;;
	*)
		[ $g != 0 ] && [ $s != 0 ] && return
		differ=$((differ + 1))
		echo "${5:-}" >>reasons
		[ -n "${5:-}" ] || echo "$1: refwall $ours, gpgv $g, sqv $s" >>disagree ;;
	esac
}
sign() { gpgb --local-user "$1@example.com" --armor --detach-sign --output "$2" "$3"; }
printf 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\none\n' >one
printf 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\none' >shorter
printf 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\r\n\r\none\r\n' >crlf
: >empty
for k in $signers; do
	for h in SHA256 SHA384 SHA512 SHA224 SHA1 RIPEMD160; do
		why=
		case $h in SHA1 | RIPEMD160 | SHA224) why="$h is too weak for what is signed today" ;; esac
		# gpg makes no ECDSA signature with a digest shorter than the curve
		gpgb --local-user "$k@example.com" --digest-algo $h --allow-weak-digest-algos --armor --detach-sign --output sig one || continue
		for p in one shorter crlf empty; do
			compare "$k $h $p" "$k" "$p" sig "$why"
		done
		[ $h = SHA512 ] && cp sig "good-$k"
	done
	sign "$k" sig empty
	compare "$k empty" "$k" empty sig
	gpgb --local-user "$k@example.com" --textmode --armor --detach-sign --output sig one
	compare "$k text mode" "$k" one sig 'a text-mode signature fits more than one text'
	compare "$k text mode, CRLF" "$k" crlf sig 'a text-mode signature fits more than one text'
done
# of somebody else
for k in $signers; do
	for o in $signers; do
		[ "$k" = "$o" ] || compare "$k by $o" "$k" one "good-$o"
	done
done

# ---- changed signatures ----
# edit.pl CODE FILE: the packet's bytes in $_, changed by CODE. gpgv wants the checksum that the format says is not to be wanted.
cat >edit.pl <<'PERL'
use MIME::Base64;
my ($code, $in) = @ARGV;
local $/; open my $f, '<', $in or die; my $a = <$f>;
$a =~ /-----BEGIN PGP SIGNATURE-----\n\n(.*?)(?:\n=....)?\n-----END/s or die;
$_ = decode_base64($1);
# old format with two bytes of length, or one: taken apart and put together again
sub body { my $t = ord(substr($_, 0, 1)) & 3; return substr($_, $t == 0 ? 2 : 3) }
sub packet { my $b = shift; return pack('C n', 0x89, length $b) . $b }
sub parts { my $b = body(); my $h = unpack('n', substr($b, 4, 2)); my $u = unpack('n', substr($b, 6 + $h, 2));
	return (substr($b, 0, 4), substr($b, 6, $h), substr($b, 8 + $h, $u), substr($b, 8 + $h + $u)) }
sub join_up { my ($v, $h, $u, $rest) = @_; return packet($v . pack('n', length $h) . $h . pack('n', length $u) . $u . $rest) }
eval $code; die $@ if $@;
my $crc = 0xb704ce;
for my $c (unpack 'C*', $_) {
	$crc ^= $c << 16;
	for (1 .. 8) { $crc <<= 1; $crc ^= 0x1864cfb if $crc & 0x1000000 }
}
print "-----BEGIN PGP SIGNATURE-----\n\n", encode_base64($_), '=', encode_base64(substr(pack('N', $crc), 1)), "-----END PGP SIGNATURE-----\n";
PERL
edited() {
	perl edit.pl "$2" "$1" >sig || bail "perl: $2"
}
loose='what stands outside the signed part could be put there by anybody'
for k in $signers; do
	good=good-$k
	# shellcheck disable=SC2016 # perl's variables
	{
		edited "$good" '$_ = packet(body())'; compare "$k other length" "$k" one sig
		edited "$good" '$_ = pack("C C N", 0xc2, 255, length body()) . body()'; compare "$k new format, five bytes" "$k" one sig
		edited "$good" 'my $b = body(); my $n = length $b; $_ = $n < 192 ? pack("C C", 0xc2, $n) . $b : pack("C C C", 0xc2, (($n - 192) >> 8) + 192, ($n - 192) & 255) . $b'
		compare "$k new format" "$k" one sig
		edited "$good" '$_ = $_ . $_'; compare "$k twice" "$k" one sig 'exactly one signature: who signed is otherwise a matter of choice'
		edited "$good" '$_ = $_ . pack("C C", 0xca, 3) . "PGP"'; compare "$k marker behind it" "$k" one sig 'nothing stands behind the signature'
		edited "$good" '$_ = pack("C C", 0xca, 3) . "PGP" . $_'; compare "$k marker before it" "$k" one sig 'nothing stands before the signature'
		edited "$good" 'my @p = parts(); $_ = join_up($p[0], $p[1], $p[2] . pack("C C", 2, 100) . "x", $p[3])'; compare "$k unhashed unknown" "$k" one sig "$loose"
		edited "$good" 'my @p = parts(); $_ = join_up($p[0], $p[1], $p[2] . pack("C C N", 5, 3, 1), $p[3])'; compare "$k unhashed expiry" "$k" one sig "$loose"
		edited "$good" 'my @p = parts(); $_ = join_up($p[0], $p[1], $p[2] . pack("C C N", 5, 2, 1), $p[3])'; compare "$k unhashed creation" "$k" one sig "$loose"
		edited "$good" 'my @p = parts(); $_ = join_up($p[0], $p[1], "", $p[3])'; compare "$k no unhashed" "$k" one sig
		edited "$good" 'my @p = parts(); $_ = join_up($p[0], $p[1] . pack("C C", 2, 0xe4) . "x", $p[2], $p[3])'; compare "$k critical" "$k" one sig
		edited "$good" 'my @p = parts(); $p[3] =~ s/^(.)/chr(ord($1) ^ 1)/se; $_ = join_up(@p)'; compare "$k wrong left bytes" "$k" one sig \
			'the two check bytes have to be those of the digest'
		edited "$good" 'my @p = parts(); my $n = unpack("n", substr $p[3], 2, 2); substr($p[3], 2, 2) = pack("n", $n + 1); $_ = join_up(@p)'
		compare "$k count of bits too high" "$k" one sig 'a number has one way to be written'
		edited "$good" 'my @p = parts(); my $n = unpack("n", substr $p[3], 2, 2); substr($p[3], 2, 2) = pack("n", $n - 1); $_ = join_up(@p)'
		compare "$k count of bits too low" "$k" one sig 'a number has one way to be written'
		edited "$good" 'my @p = parts(); my $n = unpack("n", substr $p[3], 2, 2); substr($p[3], 2, 2) = pack("n", $n + 8) . "\0"; $_ = join_up(@p)'
		compare "$k leading zero" "$k" one sig 'a number has one way to be written'
		edited "$good" 'my @p = parts(); $p[3] .= "\0"; $_ = join_up(@p)'; compare "$k byte behind" "$k" one sig 'nothing stands behind the numbers'
		edited "$good" 'my @p = parts(); substr($p[0], 1, 1) = "\x01"; $_ = join_up(@p)'; compare "$k type 1" "$k" one sig
		edited "$good" 'my @p = parts(); substr($p[0], 0, 1) = "\x03"; $_ = join_up(@p)'; compare "$k version 3" "$k" one sig
		edited "$good" 'my @p = parts(); substr($p[0], 0, 1) = "\x06"; $_ = join_up(@p)'; compare "$k version 6" "$k" one sig
		edited "$good" 'my $b = body(); $_ = pack("C", 0x8b) . $b'; compare "$k open length" "$k" one sig 'a packet says how long it is'
		edited "$good" '$_ = substr($_, 0, length($_) - 1)'; compare "$k cut" "$k" one sig
		for at in 4 9 14 40 60; do
			edited "$good" "substr(\$_, $at, 1) = chr(ord(substr(\$_, $at, 1)) ^ 0x10)"; compare "$k flipped $at" "$k" one sig "$loose"
		done
		edited "$good" "substr(\$_, -3, 1) = chr(ord(substr(\$_, -3, 1)) ^ 0x10)"; compare "$k flipped end" "$k" one sig
	}
done

# ---- keys whose time is over ----
gpgkey old ed25519 sign 1d --faked-system-time 20240101T000000
gpgkey later ed25519
gpgb --faked-system-time 20240101T120000 --local-user old@example.com --armor --detach-sign --output good-old one
for r in 0 1 2 3; do
	gpgkey rev$r ed25519
	sign rev$r good-rev$r one
	revoke rev$r $r || bail 'gpg --gen-revoke'
done
for k in old rev0 rev1 rev2 rev3; do
	check "$k: its certificate is imported" table $k
	gpgb --export $k@example.com >$k.pgp
	refwall key list state/keys/$k.keys >>list.out
	compare "$k" $k one good-$k 'a key that is past or revoked by the time of receipt signs nothing, whatever time the signature claims'
done
has 'expired' list.out 'old@' && has 'the end is shown' list.out 'expired 2024-01-02T'
has 'no reason is hard' list.out 'no-reason \(for all time\).*rev0@'
has 'compromised is hard' list.out 'compromised \(for all time\).*rev1@'
has 'superseded is soft' list.out 'superseded  from.*rev2@'
has 'retired is soft' list.out 'retired  from.*rev3@'
gpgb --faked-system-time 20250101T000000 --digest-algo SHA512 --cert-digest-algo SHA1 --allow-weak-digest-algos --quick-gen-key 'weak <weak@example.com>' rsa2048 sign never
if gpgb --export weak@example.com | gpg --list-packets 2>/dev/null | grep -q 'digest algo 2'; then
	fails 'self-signatures over SHA-1 are refused' table weak
	has 'and the way out is named' import.out 'SHA-1 only.*--allow-sha1'
	check 'unless the administrator takes them' table weak --allow-sha1
else
	skip 'self-signatures over SHA-1' 'this gpg makes none'
fi

# ---- the import ----
gpgb --armor --export-secret-keys ed25519@example.com >secret.asc
fails 'a secret key is refused' refwall key import secret.asc
has 'and called by its name' .out 'SECRET key'
cp state/keys/ed25519.keys broken.keys
sed -i 's/ good - / good - A/' broken.keys
fails 'an edited table is refused' refwall key list broken.keys
cat ed25519.asc rsa2048.asc >two.asc
check 'two certificates in one file' refwall key import --out two.keys two.asc
is 'both are in the table' "$(grep -c '^key ' two.keys)" 2
fails 'the same twice is refused' refwall key import --out two.keys ed25519.asc ed25519.pgp
n=0
size=$(wc -c <ed25519.pgp)
while [ $n -lt "$size" ]; do
	head -c $n ed25519.pgp >cut.pgp
	refwall key import --out cut.keys cut.pgp >/dev/null 2>>cut.out
	[ $? = 1 ] || echo "cut at $n" >>cut.bad
	n=$((n + 7))
done
[ ! -s cut.bad ] || has_cut=1
is 'a certificate that is cut short gives no table and no crash' "${has_cut:-0}" 0
lacks 'no import ended by a signal' cut.out 'signal'

# ---- published certificates: what each gives, or why it gives none ----
vectors=$corpus/vectors/openpgp
if [ -d "$vectors" ]; then
	# FILE|what the table or the refusal says; gpg, of the same files, lists the same keys as able to sign
	while IFS='|' read -r f want; do
		[ -f "$vectors/$f" ] || { skip "$f" 'not in the corpus'; continue; }
		if refwall key import --allow-sha1 --out vector.keys "$vectors/$f" >vector.out 2>&1; then
			refwall key list vector.keys >>vector.out
		fi
		has "$f: $want" vector.out "$want"
	done <<'VECTORS'
RFC9580/A.3.transferable-pubkey-v6.asc|OpenPGP key of version 6 is not supported
test_forged_keys/dsa-eg-pub.pgp|algorithm 17 is not supported
test_forged_keys/dsa-eg-pub-forged-key.pgp|algorithm 17 is not supported
test_forged_keys/ecc-25519-pub.pgp|^21FC68274AAE3B5DE39A4277CC786278981B0728  primary  ed25519  without end
test_forged_keys/ecc-25519-pub-forged-key.pgp|has no valid self-signature
test_forged_keys/ecc-25519-pub-forged-material.pgp|has no valid self-signature
test_forged_keys/ecc-25519-pub-future-cert.pgp|has no valid self-signature
test_forged_keys/ecc-25519-pub-future-cert-malf-bind.pgp|has no valid self-signature
test_forged_keys/ecc-p256-pub.pgp|^B54FDEBBB673423A5D0AA54423674F21B2441527  primary  nistp256  without end
test_forged_keys/ecc-p256-pub-expired-key.pgp|^B54FDEBBB673423A5D0AA54423674F21B2441527 .* expired 2019-02-04T
test_forged_keys/ecc-p256-pub-expired-subkey.pgp|: 1 key$
test_forged_keys/ecc-p256-pub-forged-key.pgp|has no valid self-signature
test_forged_keys/ecc-p256-pub-forged-material.pgp|the point is not on the curve
test_forged_keys/ecc-p256-pub-forged-subkey.pgp|: 1 key$
test_forged_keys/ecc-p256-pub-no-binding.pgp|: 1 key$
test_forged_keys/ecc-p256-pub-no-certification.pgp|has no valid self-signature
test_forged_keys/ecc-p256-pub-no-cert-malf-binding.pgp|has no valid self-signature
test_forged_keys/eddsa-2012-md5-pub.pgp|has no valid self-signature
test_forged_keys/eddsa-2024-pub.pgp|expired 2026-01-18T
test_forged_keys/rsa-rsa-pub.pgp|^6BC04A5A3DDB35766B9A40D82FB9179118898E8B  primary  rsa3072  without end
test_forged_keys/rsa-rsa-pub-forged-key.pgp|has no valid self-signature
test_forged_keys/rsa-rsa-pub-forged-material.pgp|has no valid self-signature
test_forged_keys/rsa-rsa-pub-forged-subkey.pgp|: 1 key$
test_forged_keys/rsa-rsa-pub-future-key.pgp|has no valid self-signature
test_key_validity/alice-pub.asc|^73EDCC9119AFC8E2DBBDCDE50451409669FFDE3C  primary  ed25519  without end
test_key_validity/alice-cert.pgp|a signature stands before the key
test_key_validity/alice-revoker.pgp|^73EDCC9119AFC8E2DBBDCDE50451409669FFDE3C  primary  ed25519  without end
test_key_validity/alice-sign-sub-pub.pgp|note: subkey passed over: .*curve that is not supported
test_key_validity/alice-sign-sub-exp-pub.asc|expired 2020-07-02T
test_key_validity/alice-sub-pub.pgp|: 1 key$
test_key_validity/basil-pub.asc|^D143811973B85E26B134B7A00B2B09F7D7EA6E0E  primary  nistp256
test_key_validity/claus-pub.asc|curve that is not supported
test_key_validity/encrypting-primary.pgp|^40809D27D83F99BE42E34A6792091B7B76C50017  primary  rsa3072
test_key_validity/rsa_key_small_sig-pub.asc|^16798BEB3D87E1DEA6D125FDED23B0105947F283  primary  rsa2048
VECTORS
else
	skip 'published certificates' "no vectors at $vectors"
fi

if [ -s disagree ]; then not_ok "$cases cases: Refwall, gpgv and sqv agree, or it is written why not" disagree
else ok "$cases cases: Refwall, gpgv and sqv agree, but for $differ that are stricter on purpose"; fi
sort reasons | uniq -c | sed 's/^/# stricter: /'
done_testing
