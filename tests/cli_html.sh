#!/usr/bin/env bash
# waxseal-query show --html, on a mail that is one attack after the other, and on the sample dump. Prints one line a
# check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
sample=$WAXSEAL_SOURCE_DIR/data/sample

# Each attack of the seeds in a part of its own, alone and with a canary behind it: an <img> that renames the page.
/usr/bin/python3 - "$WAXSEAL_SOURCE_DIR/tests/fuzz/seeds/html_sanitizer/vectors" <<'PY'
import base64, struct, sys, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)) +
       chunk(b"IDAT", zlib.compress(b"\0\0\0\0\0\0\0" * 2)) + chunk(b"IEND", b""))
attacks = open(sys.argv[1], "rb").read()
lines = [line for line in attacks.split(b"\n") if line]
canary = b"<img src=x onerror=document.title='RAN'>"
head = (b"From: \"\xe2\x9c\x94 verified\" <evil@evil.example>\nSubject: </title><script>document.title='RAN'</script>\n"
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n")
def part(kind, data, more=b""):
    return b"--b\nContent-Type: " + kind + b"\nContent-Transfer-Encoding: base64\n" + more + b"\n" + base64.encodebytes(data)
mail = head + part(b"text/html; charset=utf-8", attacks)
for line in lines:
    mail += part(b"text/html; charset=utf-8", line) + part(b"text/html", line + canary)
mail += part(b"image/png; name=\"</dd><script>document.title='RAN'</script>.png\"", png, b"Content-ID: <png@x>\n")
mail += part(b"image/png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", b"Content-ID: <svg@x>\n")
open("attack.eml", "wb").write(mail + b"--b--\n")
open("control.html", "wb").write(b"<title>x</title>" + canary)
PY
export WAXSEAL_DB=$work/attack.db
expect_exit 0 "$index" -q attack.eml
id=$(sqlite3 attack.db 'select id from message')
expect_exit 0 "$query" show "$id" --html -o attack.html
cat >check.py <<'PY'
import html.parser, sys
allowed = set("a abbr b big blockquote body br caption center cite code dd del details div dl dt em h1 h2 h3 h4 h5 h6 head "
              "header hr html i img ins kbd li meta ol p pre q s samp section small span strike strong style sub summary "
              "sup table tbody td tfoot th thead title tr tt u ul var".split())
attributes = set("align alt border charset class colspan content dir href http-equiv name rel rowspan src start style "
                 "valign value width".split())
class Check(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.counts = {}
    def handle_starttag(self, tag, attrs):
        assert tag in allowed, tag
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            assert name in attributes, (tag, name)
            assert name != "href" or value.lower().startswith(("http:", "https:", "mailto:")), value
            assert name != "src" or value.startswith("data:image/png;base64,"), value
    def handle_comment(self, data):
        raise AssertionError("a comment: " + data)
check = Check()
check.feed(open(sys.argv[1], encoding="utf-8").read())
assert check.counts["style"] == 1 and check.counts["meta"] == 3 and check.counts["title"] == 1, check.counts
assert check.counts["section"] == int(sys.argv[2]), check.counts["section"]
PY
n=$((2 * $(grep -c . "$WAXSEAL_SOURCE_DIR/tests/fuzz/seeds/html_sanitizer/vectors") + 1))
/usr/bin/python3 check.py attack.html "$n" || fail "something is in the page that may not be"
grep -q "default-src 'none'" attack.html || fail "the page has a policy"
grep -q 'Verdict: <span class="other">not signed</span>' attack.html || fail "the page says the verdict"
[ "$(head -c 15 attack.html)" = '<!DOCTYPE html>' ] || fail "the page has a document type"
[ "$(grep -o 'src="data:image/png' attack.html | wc -l)" -ge 1 ] || fail "a picture of the mail is in the page"
! grep -q 'image/svg' attack.html || fail "SVG is no picture"
ok "a page made of $n attacks holds nothing that runs or loads"

expect_exit 2 "$query" show "$id" --html -o attack.html
expect_exit 1 "$query" show 77 --html
expect_exit 2 "$query" show "$id" --html --raw
ok "nothing is overwritten"

export WAXSEAL_DB=$work/sample.db
expect_exit 0 "$index" -q --keys "$sample/keys.tsv" "$sample/dump"
for id in $(sqlite3 sample.db "select id from message where level = 'verified' order by id limit 5") \
    $(sqlite3 sample.db "select id from message order by size desc limit 15"); do
    rm -f page.html
    expect_exit 0 "$query" show "$id" --html -o page.html
    /usr/bin/python3 check.py page.html 1 || fail "message $id"
    [ "$(sqlite3 sample.db "select level from message where id = $id")" != verified ] ||
        grep -q '<span class="verified">✔ verified</span>' page.html || fail "message $id: its verdict"
done
ok "pages of the sample dump"

if ! command -v chromium >/dev/null; then
    echo "ok - a browser runs nothing of it # SKIP chromium is not installed"
    exit 77
fi
# title FILE: what the page is called after its scripts have run.
title() {
    HOME=$work timeout 60 chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=3000 --dump-dom \
        "file://$work/$1" 2>/dev/null | grep -ao '<title>.*</title>'
}
[ "$(title control.html)" = '<title>RAN</title>' ] || fail "the canary works: $(title control.html)"
expected="<title>&lt;/title&gt;&lt;script&gt;document.title='RAN'&lt;/script&gt;</title>"
[ "$(title attack.html)" = "$expected" ] || fail "something ran: $(title attack.html)"
sed 's/<meta http-equiv="Content-Security-Policy"[^>]*>//' attack.html >bare.html
! grep -q 'default-src' bare.html || fail "the policy is out"
[ "$(title bare.html)" = "$expected" ] || fail "something ran without the policy: $(title bare.html)"
ok "a browser runs nothing of it, even without the policy"
