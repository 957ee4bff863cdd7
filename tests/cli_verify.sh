#!/usr/bin/env bash
# The real waxseal-index --verify-only: order, forms, standard input, bad sources, hostile bytes. Prints one
# line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query

# field EXPRESSION: evaluates it for each object m of out, one line each.
field() {
    python3 -c '
import json, sys
for line in open("out", "rb"):
    m = json.loads(line.decode("utf-8"))
    print(eval(sys.argv[1]))' "$1"
}

# same FILE TEXT: compares a file with lines.
same() {
    printf '%s\n' "${@:2}" | diff "$1" - >&2 || fail "$1 is not as expected"
}

# RFC 6376 appendix A.2 and C.
cat >key.tsv <<'END'
brisbane._domainkey.example.com	v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB
END
cat >signed.eml <<'END'
DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
        4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
END

expect_exit 0 "$index" --verify-only --json --keys key.tsv signed.eml
field '[(s["result"], s["reason"], s["domain"], s["selector"], s["header_ok"], s["body_ok"], s["caveats"]) for s in m["signatures"]], m["arc"], m["dkim"], m["level"]' >fields
same fields "([('pass', 'the signature verifies', 'example.com', 'brisbane', True, True, [])], {'result': 'none', 'reason': ''}, 'pass', 'verified')"
field 'm["file"], m["offset"], m["size"], m["message_id"], m["from"][0]["address"], m["date"], m["sha256"]' >fields
same fields "('signed.eml', 0, $(stat -c %s signed.eml), '20030712040037.46341.5F8J@football.example.com', 'joe@football.example.com', '2003-07-12T04:00:37Z', '$(sha256sum signed.eml | cut -d' ' -f1)')"
[ ! -e archive.db ] || fail "an archive was made"
ok "one JSON object says what a signature comes to, and no archive is made"

sed 's/hungry/angry/' signed.eml >body.eml
sed 's/dinner/lunch/' signed.eml >header.eml
expect_exit 0 "$index" --verify-only --json --keys key.tsv body.eml header.eml
field 'm["signatures"][0]["result"], m["signatures"][0]["header_ok"], m["signatures"][0]["body_ok"]' >fields
same fields "('fail', True, False)" "('fail', False, True)"
expect_exit 0 "$index" --verify-only --json --no-builtin-keys signed.eml
field 'm["signatures"][0]["result"], m["signatures"][0]["header_ok"], m["dkim"]' >fields
same fields "('nokey', None, 'nokey')"
ok "header and body are told apart, and a missing key is nokey"

record=$(cut -f2 key.tsv)
printf '; <<>> DiG 9.18 <<>> TXT brisbane._domainkey.example.com\n\n;; ANSWER SECTION:\nbrisbane._domainkey.example.com. 3600 IN TXT "%s" "%s"\nalias._domainkey.example.com. 60 IN CNAME a.example.net.\n' "${record:0:200}" "${record:200}" >key.dig
printf '$ORIGIN example.com.\n@ SOA ns host ( 1 2 3 4 5 )\nbrisbane._domainkey TXT ( "%s"\n  "%s" ) ; split\n' "${record:0:50}" "${record:50}" >key.zone
printf '[{"domain":"example.com","selector":"brisbane","value":"%s","firstSeenAt":"2007-05-10T00:00:00Z"}]' "$record" >key.array
printf '{"brisbane._domainkey.example.com": ["p=", "%s"]}' "$record" >key.map
for form in dig zone array map tsv; do
    gzip -kn "key.$form"
    for keys in "key.$form" "key.$form.gz"; do
        expect_exit 0 "$index" --verify-only --json --keys "$keys" signed.eml
        field 'm["signatures"][0]["result"], m["level"]' >fields
        same fields "('pass', 'verified')"
    done
done
expect_exit 0 "$index" --verify-only --json --keys <(cat key.dig) signed.eml
field 'm["dkim"]' >fields
same fields pass
grep -q ': 1 names are aliases (CNAME)' err || fail "an alias is told"
expect_exit 0 "$index" -q -d forms.db --no-builtin-keys --keys key.array signed.eml
sqlite3 forms.db 'select source, channel, first_seen, last_seen from dkim_key_observation' >fields
same fields "key.array|file|2007-05-10|"
ok "keys come as zone files, dig output, JSON and tab-separated, gzip'd or not"

{
    cat key.tsv
    for i in 1 2 3 4 5 6 7; do printf 'line %s\n' "$i"; done
} >spoiled.tsv
expect_exit 0 "$index" --verify-only --json --keys spoiled.tsv signed.eml
same err "waxseal-index: spoiled.tsv:2: no key: too few columns" \
    "waxseal-index: spoiled.tsv:3: no key: too few columns" \
    "waxseal-index: spoiled.tsv:4: no key: too few columns" \
    "waxseal-index: spoiled.tsv:5: no key: too few columns" \
    "waxseal-index: spoiled.tsv:6: no key: too few columns" \
    "waxseal-index: spoiled.tsv: 2 more like these; keys read: 1"
sed 1d spoiled.tsv >none.tsv
expect_exit 1 "$index" --verify-only --json --keys none.tsv signed.eml
tail -n 1 err >last
same last "waxseal-index: none.tsv: no DKIM key in it"
: >empty.tsv
expect_exit 0 "$index" --verify-only --json --keys empty.tsv signed.eml
ok "lines that are no keys are told, and a file without a key is an error"

expect_exit 0 "$index" --verify-only --keys key.tsv signed.eml
grep -q 'Signature 1 by example.com, selector brisbane: pass (the signature verifies)' out || fail "text says the result"
grep -q 'headers authentic; body as signed; rsa-sha256, key of 1024 bits' out || fail "text says what holds"
ok "text for a person"

cp "$WAXSEAL_SOURCE_DIR/tests/fuzz/seeds/domainkeys/simple_all" older.eml
expect_exit 0 "$index" --verify-only --no-builtin-keys older.eml
grep -q 'DomainKeys 1 by example.com: nokey (no key is known)' out || fail "text says what DomainKeys come to"
expect_exit 0 "$index" --verify-only --json --no-builtin-keys older.eml
field 'm["domainkeys"], m["dkim"]' >fields
same fields "([{'result': 'nokey', 'reason': 'no key is known', 'domain': 'example.com', 'selector': 'old', 'caveats': ['sha1']}], 'none')"
ok "DomainKeys are told, and are no DKIM"

printf 'DKIM-Signature: v=1; a=rsa-sha256; d=e.example; s=s; h=from; t=100; x=200; c=relaxed/relaxed;\n bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\nFrom: a@e.example\nDate: Thu, 02 Mar 2017 10:00:00 +0100\n\n' >expires.eml
for at in 200 201; do
    expect_exit 0 "$index" --verify-only --json --received-at "$at" expires.eml
    field '"expired" in m["signatures"][0]["caveats"]'
done >fields
same fields False True
ok "x= is judged at --received-at"

for i in $(seq 1 700); do
    printf 'From a@b.example Thu Mar  2 10:00:00 2017\nFrom: a@b.example\nMessage-ID: <%s@b.example>\n\ntext %s\n>From the archive\n\n' "$i" "$i"
done >many.mbox
gzip -kn many.mbox
mkdir -p tree/cur tree/new tree/tmp
cp signed.eml tree/cur/1.host:2,S
cp body.eml tree/new/2.host
for workers in 1 3; do
    expect_exit 0 "$index" --verify-only --json -j "$workers" tree many.mbox.gz signed.eml many.mbox
    field 'm["file"], m["offset"], m["sha256"]' >"order$workers"
done
cmp -s order1 order3 || fail "the order depends on the number of workers"
{
    printf 'tree/cur/1.host:2,S\ntree/new/2.host\n'
    for i in $(seq 1 700); do echo many.mbox.gz; done
    printf 'signed.eml\n'
    for i in $(seq 1 700); do echo many.mbox; done
} >expected
field 'm["file"]' | diff - expected >&2 || fail "messages are not in the order of the sources"
field 'm["message_id"]' | sed -n '704,$p' | diff - <(seq -f '%g@b.example' 1 700) >&2 || fail "messages of an mbox are not in order"
field 'm["sha256"]' | tail -n 1 >sum
printf 'From: a@b.example\nMessage-ID: <700@b.example>\n\ntext 700\nFrom the archive\n' | sha256sum | cut -d' ' -f1 | diff - sum >&2 ||
    fail "mbox quoting is not undone"
ok "any source, in the order of the sources, whatever the number of workers"

expect_exit 0 "$index" -q -d archive.db --keys key.tsv --no-builtin-keys tree many.mbox signed.eml header.eml
sqlite3 archive.db "select lower(hex(sha256)), dkim, level, caveats from message order by 1" >archived
expect_exit 0 "$index" --verify-only --json --keys key.tsv tree many.mbox signed.eml header.eml
field '"|".join([m["sha256"], m["dkim"], m["level"], " ".join(m["caveats"])])' | sort -u | cmp - archived ||
    fail "the archive has other verdicts"
rm archive.db
ok "the verdicts are those of the archive"

expect_exit 0 "$index" --verify-only --json --keys key.tsv - <signed.eml
field 'm["file"], m["dkim"]' >fields
same fields "('-', 'pass')"
cat many.mbox.gz | expect_exit 0 "$index" --verify-only --json header.eml - signed.eml
field 'm["file"]' | sort | uniq -c | tr -s ' ' >fields
same fields ' 700 -' ' 1 header.eml' ' 1 signed.eml'
ok "standard input is any source"

expect_exit 1 "$index" --verify-only --json --keys key.tsv nowhere.eml signed.eml
same err 'waxseal-index: nowhere.eml: No such file or directory'
field 'm["dkim"]' >fields
same fields pass
expect_exit 1 "$index" --verify-only --json --keys nowhere.tsv signed.eml
[ ! -s out ] || fail "something was checked without the keys that were named"
ok "a missing source is one line and exit 1, the others are done"

head -c 300 many.mbox.gz >cut.mbox.gz
expect_exit 4 "$index" --verify-only --json cut.mbox.gz
grep -q '^waxseal-index: cut.mbox.gz: damaged gzip data' err || fail "damage is named: $(cat err)"
expect_exit 4 "$index" --verify-only --json - <cut.mbox.gz
grep -q '^waxseal-index: -: damaged gzip data' err || fail "damage of standard input is named: $(cat err)"
head -c 5000 /bin/sh >program
expect_exit 4 "$index" --verify-only --json program
same err 'waxseal-index: program: not recognised as mail'
: >empty.eml
expect_exit 0 "$index" --verify-only --json empty.eml
field 'm["size"], m["signatures"], m["dkim"], m["problems"][0]' >fields
same fields "(0, [], 'none', 'empty')"
ok "damaged files, files that are no mail, empty files"

# Every byte in each place that is printed, and a file name that is no text.
python3 - <<'END'
import os
every = bytes(b for b in range(256) if b not in (10, 13))
field = b"DKIM-Signature: v=1; a=" + every.replace(b";", b"") + b"; d=" + every.replace(b";", b"") + \
    b"; s=\"\\\x1b[31m\xff; i=\xe2\x80\xae@x; h=from:\x00\xff\"; b=AA; bh=AA\n"
open(b"odd\n\xff\"\x1b[2J.eml", "wb").write(
    field + b"From: \"\x1b]0;x\x07\" <" + every + b"@b.example>\nMessage-ID: <\x1b\xff\"@x>\nSubject: x\n\n" + every)
END
expect_exit 0 "$index" --verify-only --json ./odd*
field 'm["signatures"][0]["result"]' >fields
same fields permerror
[ "$(wc -l <out)" -eq 1 ] || fail "one line a message"
for form in --json ''; do
    "$index" --verify-only $form ./odd* | LC_ALL=C tr -d '\n\040-\176\200-\377' >control
    [ ! -s control ] || fail "control characters are sent"
done
ok "any bytes are JSON, and none reach a terminal"

("$index" --verify-only --json many.mbox many.mbox many.mbox many.mbox 2>err || true) | head -n 1 >out
# LeakSanitizer may speak in a worker that is ended while it looks for leaks; the program must not.
[ "$(wc -l <out)" -eq 1 ] && ! grep -q 'waxseal-index\|ERROR' err || fail "a reader that leaves: $(cat err)"
if [ -w /dev/full ]; then
    code=0
    "$index" --verify-only --json many.mbox >/dev/full 2>err || code=$?
    [ "$code" -eq 1 ] && grep -q 'standard output: No space left' err || fail "a full disk gives exit $code, $(cat err)"
fi
ok "standard output that takes no more"

sed 's/$/\r\r/' signed.eml >doubled.eml
expect_exit 0 "$index" --verify-only --json --keys key.tsv doubled.eml
field '[(s["result"], s["reason"], s["header_ok"], s["body_ok"], s["caveats"], s["repair"]) for s in m["signatures"]], m["level"], m["sha256"]' >fields
same fields "([('pass', 'verifies after taking away doubled CRs before line ends', True, True, ['repaired'], 'extra-cr')], 'limited', '$(sha256sum doubled.eml | cut -d' ' -f1)')"
expect_exit 0 "$index" --verify-only --keys key.tsv doubled.eml
grep -q 'example.com, selector brisbane: pass (verifies after taking away doubled CRs before line ends)' out ||
    fail "the repair is not said: $(cat out)"
expect_exit 0 "$index" --verify-only --no-repair --json --keys key.tsv doubled.eml
field '[(s["result"], s["repair"]) for s in m["signatures"]], m["level"]' >fields
same fields "([('fail', '')], 'none')"
expect_exit 0 "$index" -q -d repair.db --keys key.tsv doubled.eml
expect_exit 0 "$query" -d repair.db search --json caveat:repaired
id=$(field 'm["id"]')
expect_exit 0 "$query" -d repair.db verify "$id"
grep -q 'It verifies after taking away doubled CRs before line ends; apart from that, what was signed is unchanged.' out ||
    fail "verify does not say the repair: $(cat out)"
expect_exit 0 "$query" -d repair.db show --json "$id"
field 'm["signatures"][0]["repair"]' >fields
same fields extra-cr
expect_exit 0 "$query" -d repair.db show --raw "$id"
cmp out doubled.eml || fail "the bytes of a repaired message are not those of the dump"
expect_exit 0 "$index" -q -d later.db doubled.eml
expect_exit 0 "$query" -d later.db search --json 'caveat:repaired dkim:nokey'
expect_exit 0 "$index" -q -d later.db --keys key.tsv
expect_exit 0 "$query" -d later.db show --json "$id"
field 'm["level"], [(s["result"], s["reason"], s["repair"], s["caveats"]) for s in m["signatures"]]' >fields
same fields "('limited', [('pass', 'verifies after taking away doubled CRs before line ends', 'extra-cr', ['repaired'])])"
expect_exit 0 "$index" -q -d unrepaired.db --no-repair --keys key.tsv doubled.eml
expect_exit 1 "$query" -d unrepaired.db search caveat:repaired
ok "a repair is said, changes no byte, and can be turned off"

expect_exit 2 "$index" --verify-only
expect_exit 2 "$index" --verify-only -d archive.db signed.eml
expect_exit 2 "$index" --verify-only --received-at yesterday signed.eml
expect_exit 2 "$index" --json signed.eml
expect_exit 2 "$index" --received-at 5 signed.eml
ok "usage errors"
