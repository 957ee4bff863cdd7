#!/usr/bin/env bash
# waxseal-query export: what is written is indexed again, and has the same messages. Prints one line a check; fails
# at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
sample=$WAXSEAL_SOURCE_DIR/data/sample
skipped=

# hashes ARCHIVE: the SHA-256 of all its messages.
hashes() {
    sqlite3 "$1" 'select lower(hex(sha256)) from message order by 1'
}

# expect_same_again ARCHIVE NAME: exports all of it as mbox, indexes that, and compares the messages.
expect_same_again() {
    expect_exit 0 "$query" -d "$1" export '*' -f mbox -o "$2.mbox"
    local exported=("$2.mbox")
    [ ! -e "$2.mbox.other" ] || exported+=("$2.mbox.other")
    expect_exit 0 "$index" -q -d "$2-again.db" "${exported[@]}"
    diff <(hashes "$1") <(hashes "$2-again.db") >&2 || fail "$2: the messages are not the same"
}

expect_exit 0 "$index" -q -d sample.db --keys "$sample/keys.tsv" "$sample/dump"
export WAXSEAL_DB=$work/sample.db
n_messages=$(hashes sample.db | wc -l)
expect_same_again sample.db sample
expect_exit 0 "$index" -q -d keyed.db --keys "$sample/keys.tsv" sample.mbox sample.mbox.other
diff <(sqlite3 sample.db 'select hex(sha256), dkim, level from message order by 1') \
    <(sqlite3 keyed.db 'select hex(sha256), dkim, level from message order by 1') >&2 || fail "verdicts differ"
ok "an mbox of the sample dump has the same $n_messages messages and verdicts"

# What mbox files are bad at, one message a file.
mkdir odd
printf 'From: a@b.example\n\nFrom here\n>From there\n>>From far\n' >odd/quoted.eml
printf 'From: a@b.example\n\nno end' >odd/no-end.eml
printf 'From: a@b.example\nContent-Length: 3\n\nabc\n\n' >odd/short-length.eml
printf 'From: a@b.example\nContent-Length: 900\n\nabc\n' >odd/long-length.eml
printf 'From: a@b.example\r\nSubject: crlf\r\n\r\nabc\r\n\r\n' >odd/crlf.eml
printf 'From: a@b.example\n\n\nblank lines\n\n\n\n' >odd/blank.eml
printf 'From: a@b.example\n\nx\n\nFrom a@b.example Mon Jan  2 03:04:05 2006\nSubject: y\n\nz\n' >odd/separator.eml
expect_exit 0 "$index" -q -d odd.db odd
expect_same_again odd.db odd
[ "$(find odd.mbox.other/cur -type f | wc -l)" -eq 3 ] || fail "three cannot stand in an mbox"
expect_exit 0 "$query" -d odd.db export '*' -f mbox -o odd-again.mbox
grep -q '^waxseal-query: 3 of them no mbox can hold byte for byte; they are in the Maildir odd-again.mbox.other: ' err ||
    fail "they are told: $(cat err)"
ok "messages that no mbox can hold lie beside it, byte for byte"

expect_exit 0 "$query" export '*' -f maildir -o maildir
[ -d maildir/new ] && [ -d maildir/tmp ] || fail "a Maildir has cur, new and tmp"
diff <(hashes sample.db) <(sha256sum maildir/cur/* | cut -d ' ' -f 1 | sort) >&2 || fail "the Maildir's messages"
diff <(sqlite3 sample.db "select flags from file where container = 'maildir' and flags <> '' order by 1") \
    <(ls maildir/cur | sed 's/.*:2,//' | grep -v '^S\{0,1\}$' | sort) >flags.diff || true
! grep -q '^>' flags.diff || fail "flags come from the dump: $(cat flags.diff)"
expect_exit 0 "$query" export '*' -f eml -o eml
diff <(hashes sample.db) <(sha256sum eml/* | cut -d ' ' -f 1 | sort) >&2 || fail "the .eml files' messages"
ls eml | grep -qx '[0-9]* 2017-01-09 Re_ Budget de la halle _ le vrai chiffre.eml' || fail "names tell id, date, subject"
ok "a Maildir and .eml files hold the exact bytes"

expect_exit 0 "$query" export is:verified -f csv -o verified.csv
expect_exit 0 "$query" export '*' -f jsonl -o all.jsonl
/usr/bin/python3 - "$n_messages" <<'PY'
import csv, json, sys
rows = list(csv.DictReader(open("verified.csv", encoding="utf-8-sig", newline="")))
assert len(rows) == 130, len(rows)
assert all(row["level"] == "verified" and row["from"] and row["text"] and row["file"] for row in rows)
for row in rows:
    for name, cell in row.items():
        assert name in ("id", "size") or cell[:1] not in ("=", "+", "-", "@"), (name, cell)
lines = [json.loads(line) for line in open("all.jsonl", encoding="utf-8")]
assert len(lines) == int(sys.argv[1])
assert all(line["schema"] == 1 and "text" in line and "attachments" in line for line in lines)
PY
ok "CSV and JSON lines hold what the archive says"

# Text made to attack: a formula, a terminal escape, a path and a device as subject.
mkdir bad
for subject in '=HYPERLINK("http://x/";"click")' '../../../tmp/escape' 'NUL' '-rf' "$(printf 'a\033[31mred')" "$(printf 'x\342\200\256fdp.exe')"; do
    printf 'From: "=1+1" <a@b.example>\nSubject: %s\nDate: Mon, 2 Jan 2006 03:04:05 +0000\n\n@SUM(A1)\n' "$subject" \
        >"bad/$(ls bad | wc -l).eml"
done
expect_exit 0 "$index" -q -d bad.db bad
expect_exit 0 "$query" -d bad.db export '*' -f csv -o bad.csv
! grep -aqE '(^|,)"?[=+@-]' bad.csv || fail "a cell begins a formula: $(cat bad.csv)"
! grep -aq "$(printf '[\033\342\200\256]')" bad.csv || fail "control characters in CSV"
expect_exit 0 "$query" -d bad.db export '*' -f eml -o bad-eml
[ "$(find bad-eml -type f | wc -l)" -eq 6 ] || fail "six files"
[ -z "$(find bad-eml -name '*[^ -~]*' -o -name '*/*' -o -name '.?*' -o -name '-*')" ] || fail "unsafe names: $(ls bad-eml)"
ok "text from mail reaches cells and file names only when it is safe"

cp verified.csv before.csv
expect_exit 2 "$query" export '*' -f csv -o verified.csv
grep -q 'verified.csv: it is there already; nothing is overwritten' err || fail "a file is not overwritten: $(cat err)"
cmp verified.csv before.csv || fail "the file was touched"
expect_exit 2 "$query" export '*' -f eml -o eml
grep -q 'eml: the folder is not empty; nothing is overwritten' err || fail "a folder is not overwritten: $(cat err)"
ln -s nowhere link
expect_exit 2 "$query" export '*' -f mbox -o link
[ ! -e nowhere ] || fail "a link was followed"
expect_exit 3 "$query" export '*' -f mbox -o no/such/place
expect_exit 2 "$query" export '*' -f mbox
expect_exit 2 "$query" export '*' -o x
expect_exit 2 "$query" export '*' -f pst -o x
expect_exit 2 "$query" export -f mbox -o x
expect_exit 1 "$query" export xyzzyplugh -f mbox -o x
[ ! -e x ] || fail "something was written"
ok "nothing is overwritten, and what cannot be done is said"

# One source changed, one gone.
printf 'From: a@b.example\nSubject: kept\n\nx\n' >kept.eml
printf 'From: a@b.example\nSubject: gone\n\nx\n' >gone.eml
printf 'From: a@b.example\nSubject: changed\n\nx\n' >changed.eml
expect_exit 0 "$index" -q -d missing.db kept.eml gone.eml changed.eml
rm gone.eml
printf 'From: a@b.example\nSubject: changeD\n\nx\n' >changed.eml
expect_exit 4 "$query" -d missing.db export '*' -f mbox -o lacking.mbox
grep -qx 'lacking.mbox: 1 messages, 2 missing' out || fail "how many are missing: $(cat out)"
grep -qE '^waxseal-query: message [0-9]+ is missing: .*gone\.eml' err || fail "why one is missing: $(cat err)"
grep -qE '^waxseal-query: message [0-9]+ is missing: .*changed\.eml.*SHA-256 differs' err || fail "and the other"
grep -q '^Subject: kept' lacking.mbox || fail "the third is there"
ok "what is not there any more is said, with exit code 4"

# A full disk: /dev/full takes nothing; a small file system fills up.
if mkdir small && mount -t tmpfs -o size=64k none small 2>/dev/null; then
    code=0
    "$query" export '*' -f mbox -o small/full.mbox >out 2>err || code=$?
    code_eml=0
    "$query" export '*' -f eml -o small/eml >out 2>err-eml || code_eml=$?
    umount small
    [ "$code" -eq 3 ] && [ "$code_eml" -eq 3 ] || fail "a full disk: exit $code and $code_eml"
    grep -q '^waxseal-query: small/full.mbox: No space left on device$' err || fail "it is said: $(cat err)"
    grep -q '^waxseal-query: small/full.mbox: not complete$' err || fail "and that it is not complete"
    ok "a full disk is one clear line"
else
    echo "ok - a full disk is one clear line # SKIP a file system cannot be mounted here"
fi

# A disk that takes everything, and says at the end that it could not keep it.
broken_disk() {
    expect_exit 3 env LD_PRELOAD="$WAXSEAL_BUILD_DIR/tests/libread_fault.so" WAXSEAL_SYNC_FAULT=1 \
        ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "$query" "$@"
    grep -q '^waxseal-query: .*: Input/output error$' err || fail "$*: it is said: $(cat err)"
    ! grep -q '1 messages, 0 missing' out || fail "$*: not that it is there: $(cat out)"
}
for form in mbox maildir eml csv jsonl; do
    broken_disk export '*' -f $form -o "broken.$form"
done
broken_disk bundle '*' -o broken.zip
broken_disk bundle '*' -o broken
broken_disk save "$("$query" search has:attachment -n 1 --fields id 2>/dev/null)" --all -o saved
ok "nothing is said to be written before the disk has it"

# One gzip'd mbox of many messages: unpacked once, not once a message.
/usr/bin/python3 - <<'PY'
import gzip
with gzip.open("many.mbox.gz", "wb", 1) as file:
    for i in range(3000):
        file.write(b"From a@b.example Mon Jan  2 03:04:05 2006\nFrom: a@b.example\nSubject: %d\n\n%s\n\n" % (i, b"x" * 20000))
PY
expect_exit 0 "$index" -q -d many.db many.mbox.gz
expect_exit 0 timeout 20 "$query" -d many.db export '*' -f mbox -o many.mbox
expect_exit 0 timeout 20 "$query" -d many.db ledger --check-hashes
[ "$(grep -c '^Subject: ' many.mbox)" -eq 3000 ] || fail "all messages of the gzip'd mbox"
ok "a gzip'd mbox is read in one pass"

if command -v notmuch >/dev/null; then
    export NOTMUCH_CONFIG=$work/notmuch-config
    printf '[database]\npath=%s\n[user]\nname=x\nprimary_email=x@y.example\n[new]\ntags=new\n' "$work/maildir" >"$NOTMUCH_CONFIG"
    notmuch new >out 2>err || fail "notmuch new: $(cat err)"
    [ "$(notmuch count --output=files '*')" -eq "$n_messages" ] || fail "notmuch reads $(notmuch count --output=files '*') files"
    rm -r maildir/.notmuch
    ok "notmuch reads the Maildir"
else
    skipped=1
    echo "ok - notmuch reads the Maildir # SKIP notmuch is not installed"
fi
# mutt_count BOX: how many messages mutt says that it has opened.
mutt_count() {
    timeout 30 env HOME="$work" TERM=xterm script -qec "mutt -n -F /dev/null -R -f $1 \
        -e 'set quit=yes move=no folder=/' -e 'push <quit>'" /dev/null </dev/null 2>&1 |
        grep -ao 'Msgs:[0-9]*' | tail -1 | cut -d : -f 2
}
if command -v mutt >/dev/null && command -v script >/dev/null; then
    [ "$(mutt_count maildir)" = "$n_messages" ] || fail "mutt reads $(mutt_count maildir) messages of the Maildir"
    [ "$(mutt_count sample.mbox)" = "$(grep -ac '^From ' sample.mbox)" ] || fail "mutt reads $(mutt_count sample.mbox)"
    ok "mutt reads the Maildir and the mbox"
else
    skipped=1
    echo "ok - mutt reads the Maildir and the mbox # SKIP mutt is not installed"
fi

mail=${WAXSEAL_TEST_MAIL:-}
if [ -n "$mail" ] && [ -d "$mail/tricky" ]; then
    for name in tricky signed; do
        "$index" -q -d "$name.db" "$mail/$name" >out 2>err || [ $? -eq 4 ] || fail "indexing $name: $(cat err)"
        expect_same_again "$name.db" "$name"
    done
    ok "$(hashes tricky.db | wc -l) tricky and $(hashes signed.db | wc -l) signed real messages are the same again"
else
    skipped=1
    echo "ok - real mail # SKIP WAXSEAL_TEST_MAIL is not set; tests/README.md says what it names"
fi
[ -z "$skipped" ] || exit 77
