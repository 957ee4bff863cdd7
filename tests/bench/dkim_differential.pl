#!/usr/bin/perl
# Answers for Mail::DKIM in dkim_differential.py. The argument names a file of "name<TAB>record" lines. Each message
# comes as "LENGTH NOW\n" and its bytes on standard input; one line goes back, "result|detail" for each
# DKIM-Signature, separated by tabs.
use strict;
use warnings;

our $NOW;
BEGIN { *CORE::GLOBAL::time = sub () { defined $main::NOW ? $main::NOW : CORE::time() } }

use Mail::DKIM::Verifier;
use Mail::DKIM::DNS;

package Record;
sub type    { return 'TXT' }
sub txtdata { return $_[0]->{text} }
sub char_str_list { return $_[0]->{text} }

package main;

my %keys;
open(my $file, '<', $ARGV[0]) or die "$ARGV[0]: $!\n";
while (my $line = <$file>) {
    chomp $line;
    my ($name, $record) = split /\t/, $line, 2;
    $keys{$name} = $record;
}
close $file;

{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name, $type) = @_;
        my $record = $keys{lc $name};
        $@ = defined $record ? '' : 'NXDOMAIN';
        return defined $record && $type eq 'TXT' ? (bless {text => $record}, 'Record') : ();
    };
}

sub answers_of {
    my ($bytes) = @_;
    my $verifier = Mail::DKIM::Verifier->new();
    $verifier->PRINT($bytes);
    $verifier->CLOSE;
    my @answers;
    for my $signature ($verifier->signatures) {
        next if $signature->isa('Mail::DKIM::DkSignature');
        my $detail = $signature->result_detail // '';
        $detail =~ s/[\t\n|]/ /g;
        push @answers, ($signature->result // 'none') . "|$detail";
    }
    return join "\t", @answers;
}

$| = 1;
binmode STDIN;
while (defined(my $head = <STDIN>)) {
    my ($length, $now) = split ' ', $head;
    my $bytes = '';
    read(STDIN, $bytes, $length) == $length or last;
    $NOW = $now;
    my $answer = eval { answers_of($bytes) };
    if (!defined $answer) {
        ($answer = "crash|$@") =~ s/[\t\n]/ /g;
    }
    print "$answer\n";
}
