#!/usr/bin/env bash
# waxseal-query save, and show of single parts and header fields. Prints one line a check; fails at the first that
# fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
sample=$WAXSEAL_SOURCE_DIR/data/sample
export WAXSEAL_DB=$work/sample.db

# on_terminal COMMAND...: runs it with a terminal as standard output; what came is in out.
on_terminal() {
    python3 - "$@" >out <<'PY'
import os, pty, sys
os.environ.update(TERM="xterm", PAGER="cat")
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
PY
}

expect_exit 0 "$index" -q --keys "$sample/keys.tsv" "$sample/dump"
mkdir sample
for id in $(sqlite3 sample.db 'select distinct message_id from attachment'); do
    expect_exit 0 "$query" save "$id" --all -o "sample/$id"
    n=$(sqlite3 sample.db "select count(*) from attachment where message_id = $id")
    [ "$(find "sample/$id" -type f | wc -l)" -eq "$n" ] || fail "$id: $n files"
done
diff <(find sample -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort) \
    <(sqlite3 sample.db 'select lower(hex(sha256)) from attachment order by 1') >&2 || fail "the files are not the same"
ok "every attachment of the sample dump is written, with the archive's SHA-256"

# A message whose attachments attack: names, and two files in uuencode that have the number of their text.
/usr/bin/python3 - <<'PY'
import base64, os
names = ["../../escape.txt", "/etc/passwd", ".bashrc", "CON.txt", "com1", "a\u202egnp.exe", "plan.pdf", "PLAN.pdf",
         "plan.pdf", "x" * 300 + ".pdf", "trailing. . .", "a\\b\\c.txt", "-rf", "nul\x00byte.txt", "", "tab\tline\n.txt"]
def word(name):
    return "" if name == "" else '; filename="=?utf-8?b?%s?="' % base64.b64encode(name.encode()).decode()
mail = "From: a@b.example\nTo: =?utf-8?q?Zo=C3=A9?= <z@b.example>\nSubject: =?utf-8?q?Pi=C3=A8ces?= \n =?utf-8?q?_=1B[31mjointes?=\n"
mail += 'X-Note: folded\n line\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
mail += "--b\nContent-Type: text/plain\n\ntext \x1b[31mred\nbegin 644 one.txt\n#86)C\n`\nend\nbegin 644 two.txt\n#9&5F\n`\nend\n"
for i, name in enumerate(names):
    mail += "--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment%s\n\n%s\n" % (
        word(name), base64.b64encode(b"\x00\x01file %d" % i).decode())
inner = "Subject: inner\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: image/gif; name=in.gif\n\nGIF89a\n--c--\n"
mail += "--b\nContent-Type: message/rfc822; name=inner.eml\nContent-Transfer-Encoding: base64\n\n%s\n" % base64.b64encode(inner.encode()).decode()
mail += "--b--\n"
open("attack.eml", "w", newline="").write(mail)
PY
export WAXSEAL_DB=$work/attack.db
expect_exit 0 "$index" -q attack.eml
id=$(sqlite3 attack.db 'select id from message')
n=$(sqlite3 attack.db 'select count(*) from attachment')
mkdir -p deep/er
ln -s "$work/outside" deep/er/passwd
expect_exit 0 "$query" save "$id" --all -o deep/er
[ ! -e outside ] || fail "a link was followed"
[ "$(find deep -type f | wc -l)" -eq "$n" ] || fail "all $n are written: $(cat out)"
[ "$(find . -newer attack.eml -type f -name '*escape*')" = ./deep/er/escape.txt ] || fail "written outside of the folder"
[ -z "$(find deep/er -mindepth 1 \( -name '.*' -o -name '-*' -o -iname 'con*' -o -iname 'com1' -o -name '*[. ]' \))" ] ||
    fail "unsafe names: $(ls -a deep/er)"
ls deep/er | LC_ALL=C grep -q "$(printf '[\001-\037\342\200\256]')" && fail "invisible characters: $(ls deep/er)"
for name in plan.pdf 'PLAN (2).pdf' 'plan (3).pdf' 'passwd (2)' _CON.txt _com1 bashrc agnp.exe c.txt rf one.txt two.txt in.gif; do
    [ -f "deep/er/$name" ] || fail "$name is there: $(ls deep/er)"
done
[ "$(cat deep/er/one.txt deep/er/two.txt)" = abcdef ] || fail "uuencoded files"
grep -q '^deep/er/PLAN (2).pdf  part ' out || fail "it says what it wrote: $(cat out)"
grep -q '^  the mail calls it "../../escape.txt": path removed$' out || fail "and why a name is another: $(cat out)"
grep -q '^  there is a file of that name already$' out || fail "and that a name was taken"
! grep -q "$(printf '\033')" out || fail "an escape reached the terminal"
expect_exit 0 "$query" save "$id" --all -o deep/er
[ "$(find deep -type f | wc -l)" -eq $((2 * n)) ] || fail "nothing is overwritten"
ok "names made to attack become safe ones, and nothing is overwritten"

expect_exit 0 "$query" show "$id"
position=$(sed -n 's/^  \(@[0-9]*\)  part .*  two\.txt$/\1/p' out)
expect_exit 0 "$query" show "$id" --part "$position"
[ "$(cat out)" = def ] || fail "show --part $position: $(cat out)"
expect_exit 2 "$query" show "$id" --part 1
grep -q 'part 1 holds 2 attachments: say which, as @N' err || fail "a number that names two: $(cat err)"
expect_exit 2 "$query" show "$id" --part '@99'
expect_exit 2 "$query" show "$id" --part two.txt
expect_exit 1 "$query" show "$id" --part 77
expect_exit 2 "$query" show "$id" --part 2 --raw
expect_exit 0 "$query" show "$id" --part 2 -o part.bin
cmp part.bin deep/er/escape.txt || fail "show --part -o"
expect_exit 2 "$query" show "$id" --part 2 -o part.bin
grep -q 'part.bin: it is there already; nothing is overwritten' err || fail "$(cat err)"
expect_exit 0 "$query" save "$id" 2 "$position" -o some
[ "$(ls some | wc -l)" -eq 2 ] || fail "single parts are saved"
expect_exit 2 "$query" save "$id"
expect_exit 2 "$query" save x --all
expect_exit 1 "$query" save 77 --all
ok "single parts by number and by place"

code=0
on_terminal "$query" show "$id" --part 2 || code=$?
[ "$code" -eq 2 ] && grep -q 'part 2 is no text' out || fail "bytes are kept from the terminal: $(cat -v out)"
on_terminal "$query" show "$id" --part 18.1.1 || true
expect_exit 0 "$query" show "$id" --headers
grep -q '^To: Zoé <z@b.example>$' out && grep -q '^X-Note: folded line$' out || fail "fields are decoded: $(cat out)"
! grep -q "$(printf '\033')" out || fail "an escape in a header field"
printf 'Subject: q\n\nmine\n> yours\n' >quote.eml
expect_exit 0 "$index" -q -d quote.db quote.eml
on_terminal "$query" -d quote.db show "$(sqlite3 quote.db 'select id from message')"
grep -q "$(printf '    \033\\[2m> yours\033\\[0m')" out || fail "quoted text is dimmed: $(cat -v out)"
NO_COLOR=1 on_terminal "$query" -d quote.db show "$(sqlite3 quote.db 'select id from message')"
! grep -q "$(printf '\033')" out || fail "NO_COLOR"
ok "a terminal gets text, made safe"

# Bytes that are not what was indexed are not written.
sqlite3 attack.db "update attachment set sha256 = zeroblob(32) where name = '-rf'"
expect_exit 4 "$query" save "$id" --all -o altered
[ ! -e altered/rf ] || fail "an attachment with another SHA-256 is not written"
grep -q 'is not there with the SHA-256 that the archive knows: not written' err || fail "it is said: $(cat err)"
rm attack.eml
expect_exit 4 "$query" save "$id" --all -o gone
[ ! -e gone ] || fail "nothing is made of nothing"
ok "what is not what was indexed is not written"
