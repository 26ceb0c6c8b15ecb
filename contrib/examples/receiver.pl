#!/usr/bin/perl
# A webhook receiver in fifty lines, to see what arrives: checks X-Hub-Signature-256 over the exact body.
# usage: receiver.pl SECRET-FILE PORT-FILE LOG-FILE
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);
use IO::Socket::INET;

my ($secret_file, $port_file, $log_file) = @ARGV;
die "usage: receiver.pl SECRET-FILE PORT-FILE LOG-FILE\n" unless defined $log_file;

open(my $fh, '<', $secret_file) or die "$secret_file: $!\n";
my $secret = do { local $/; <$fh> };
close $fh;
$secret =~ s/\n\z//;

my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 16, ReuseAddr => 1)
    or die "listen: $!\n";
open(my $pf, '>', "$port_file.new") or die "$port_file: $!\n";
print $pf $server->sockport, "\n";
close $pf;
rename "$port_file.new", $port_file or die "$port_file: $!\n";

$SIG{PIPE} = 'IGNORE';
while (my $c = $server->accept) {
	my ($line, %h) = (scalar <$c>);
	next unless defined $line;
	while (defined(my $l = <$c>)) {
		$l =~ s/\r?\n\z//;
		last if $l eq '';
		my ($k, $v) = split /:\s*/, $l, 2;
		$h{lc $k} = $v;
	}
	my $n = $h{'content-length'} // 0;
	my $body = '';
	read($c, $body, $n) if $n > 0 && $n < 2_000_000;
	my $good = ($h{'x-hub-signature-256'} // '') eq 'sha256=' . hmac_sha256_hex($body, $secret);
	open(my $log, '>>', $log_file) or die "$log_file: $!\n";
	printf $log "%s signature=%s event=%s %s\n", $good ? 'accepted' : 'REFUSED', $good ? 'good' : 'bad',
	    $h{'x-github-event'} // '?', $body;
	close $log;
	print $c $good ? "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
	    : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	close $c;
}
