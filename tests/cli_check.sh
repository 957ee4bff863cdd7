#!/usr/bin/env bash
# Damages an archive of the sample dump in many ways: waxseal-query check finds each and names where, every other command
# says so in one line and exits with 3. Prints one line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
cp -r "$WAXSEAL_SOURCE_DIR/data/sample/dump" dump
printf 'From: a@x.example\nTo: b@x.example\nMessage-ID: <answer-1@x.example>\nReferences: <question-1@x.example>\n\nYes.\n' >dump/answer.eml
expect_exit 0 "$WAXSEAL_BUILD_DIR/indexer/waxseal-index" -q -d whole.db --keys "$WAXSEAL_SOURCE_DIR/data/sample/keys.tsv" dump

expect_exit 0 "$query" check -d whole.db
[ "$(grep -c '^ok ' out)" -eq 8 ] || fail "eight checks are ok: $(cat out)"
[ "$(wc -l <out)" -eq 8 ] || fail "one line a check: $(cat out)"
[ ! -s err ] || fail "nothing on stderr: $(cat err)"
grep -q '^ok  *sources  *323 places .*, 0 missing, 0 changed$' out || fail "each place of each message is read: $(cat out)"
expect_exit 0 "$query" check -d whole.db --json
[ "$(sqlite3 :memory: "select count(*) from json_each('[' || replace(trim(readfile('out'), char(10)), char(10), ',') || ']')
    where json_extract(value, '$.state') = 'ok' and json_extract(value, '$.schema') = 1")" -eq 8 ] || fail "as JSON: $(cat out)"
expect_exit 0 "$query" check -d whole.db --no-sources
grep -q '^left out  *sources' out || fail "--no-sources: $(cat out)"
expect_exit 2 "$query" check -d whole.db now
ok "a whole archive passes every check"

# Nothing is written, so it works where nothing can be.
before=$(stat -c '%Y %Z %s' whole.db; sha256sum <whole.db)
mkdir locked
cp whole.db locked
chmod 444 locked/whole.db
chmod 555 locked
expect_exit 0 "$query" check -d locked/whole.db --no-sources
chmod 755 locked
[ "$(ls -A locked)" = whole.db ] || fail "a file was left beside the archive"
[ "$before" = "$(stat -c '%Y %Z %s' whole.db; sha256sum <whole.db)" ] || fail "the archive was touched"
ok "the archive is not touched"

# expect_failed CHECK WHAT: in damaged.db.
expect_failed() {
    expect_exit 3 "$query" check -d damaged.db --no-sources
    grep -q "^FAILED  *$1 " out || fail "$2 is found by \"$1\": $(cat out)"
}

# after_sql CHECK SQL: what SQL can do to an archive.
after_sql() {
    cp whole.db damaged.db
    sqlite3 damaged.db "pragma synchronous = off; pragma foreign_keys = off; pragma ignore_check_constraints = on; $2"
    expect_failed "$1" "$2"
}
one="(select id from message where attachments > 0 and dkim = 'pass' limit 1)"
after_sql "full text" "update message_text set body = body || ' more' where id = $one"
after_sql "full text" "update message_text set subject = 'another' where id = $one"
after_sql "full text" "delete from message_text where id = $one"
after_sql "full text" "delete from message_fts_docsize where id = $one"
after_sql "full text" "delete from message_fts_data where id > 100"
after_sql "full text" "update message_fts_data set block = zeroblob(length(block)) where id = 10"
after_sql references "delete from message where id = $one"
after_sql references "delete from address where id = 3"
after_sql references "delete from dkim_key"
after_sql references "delete from source"
after_sql counts "delete from message_text where id = $one"
after_sql counts "delete from message_fts_docsize where id = $one"
after_sql counts "delete from occurrence where message_id = $one"
after_sql counts "delete from attachment where message_id = $one"
after_sql counts "update message set attachments = attachments + 1 where id = $one"
after_sql counts "delete from signature where message_id = $one"
after_sql counts "update signature set position = 7 where message_id = $one"
after_sql counts "delete from message_address where message_id = $one and role = 'to' and position = 0;
    update message_address set position = position + 1 where message_id = $one"
after_sql counts "update signature set result = 'fail' where message_id = $one"
after_sql counts "update message set dkim = 'pass' where dkim = 'none'"
after_sql counts "update message set level = 'verified' where dkim = 'fail'"
after_sql counts "update message set date = date + 1000000 where id = $one"
after_sql counts "update message set sha256 = x'00' where id = $one"
after_sql counts "update message set size = size + 1 where id = $one"
after_sql threads "update message set thread_id = thread_id + 1 where id = $one"
after_sql threads "update message set thread_id = (select max(thread_id) from message) where id = $one"
after_sql threads "update message set refs = '' , in_reply_to = '' where refs <> ''"
after_sql threads "delete from missing_message"
after_sql threads "insert into missing_message values ('nobody@x.example', $one)"
after_sql threads "insert into missing_message select msgid, thread_id from message where id = $one"
after_sql threads "update missing_message set thread_id = thread_id + 1"
after_sql ledger "delete from occurrence where message_id = $one"
after_sql ledger "update occurrence set length = length - 1 where message_id = $one"
after_sql ledger "update file set done = done - 1 where id = 1"
after_sql ledger "insert into damaged_span values (1, 0, 10, 'twice')"
after_sql pages "insert into message select id + 1, zeroblob(32), size, date, 'guess', 0, 0, '', '', '', dkim, level, '', 0, 0, arc, '', id + 1, '' from message where id = $one"
after_sql schema "drop index message_by_dkim"
after_sql schema "create view more as select 1"
after_sql schema "create trigger t before delete on message begin select 1; end"
after_sql schema "drop view mail"
ok "rows that were deleted, added or changed are found"

# The bytes of the file. Every third page loses its beginning; the check of pages must see it.
page_size=$(sqlite3 whole.db "pragma page_size")
n_pages=$(sqlite3 whole.db "pragma page_count")
for ((page = 2; page <= n_pages; page += 3)); do
    cp whole.db damaged.db
    dd if=/dev/urandom of=damaged.db bs=1 seek=$(((page - 1) * page_size)) count=64 conv=notrunc status=none
    expect_exit 3 "$query" check -d damaged.db --no-sources
    grep -q '^FAILED  *pages ' out || fail "page $page: $(cat out)"
done
ok "overwritten pages are found"

# flip_at OFFSET: changes one byte.
flip_at() {
    local byte
    byte=$(od -An -tu1 -j "$1" -N 1 whole.db)
    cp whole.db damaged.db
    printf "\\x$(printf %02x $((byte ^ 1)))" | dd of=damaged.db bs=1 seek="$1" conv=notrunc status=none
    cmp -s whole.db damaged.db && fail "no byte was changed"
    return 0
}

# flip TABLE OFFSET: changes a byte so far before the end of its fullest leaf.
flip() {
    local page
    page=$(sqlite3 whole.db "select pageno from dbstat where name = '$1' and pagetype = 'leaf' order by payload desc limit 1")
    flip_at $((page * page_size - $2))
}
# Not the lowest bit of a size: it says that an older entry is replaced, and there is none.
for offset in 300 1000 2001; do
    flip message_fts_data "$offset"
    expect_failed "full text" "a byte of the full-text index at -$offset"
done
flip_at $(($(grep -abo 'Le budget ' whole.db | head -n 1 | cut -d : -f 1) + 4))
expect_failed "full text" "a letter of a text"
flip message_by_sha256 30
expect_failed pages "a byte of an index"
head -c $((n_pages / 2 * page_size)) whole.db >damaged.db
expect_exit 3 "$query" check -d damaged.db --no-sources
grep -q 'damaged.db: this archive is damaged' err || fail "half a file: $(cat err)"
ok "single bytes and a cut file are found"

# The dump behind it.
cp whole.db damaged.db
mbox=$(find "$work/dump" -name 'Boite*.mbox')
cp "$mbox" kept.mbox
printf 'X' | dd of="$mbox" bs=1 seek=5000 conv=notrunc status=none
expect_exit 3 "$query" check -d damaged.db
grep -q '^FAILED  *sources .*, 0 missing, 1 changed$' out || fail "a byte of the dump: $(cat out)"
grep -q 'Boite.*SHA-256 differs' out || fail "the place is named: $(cat out)"
mv "$mbox" away
expect_exit 4 "$query" check -d damaged.db
grep -q '^missing  *sources .* [1-9][0-9]* missing, 0 changed$' out || fail "a file of the dump is gone: $(cat out)"
[ "$(grep -vc '^ok ' out)" -ge 2 ] && grep -q '\.\.\. [0-9]* in all' out || fail "the first are named: $(cat out)"
expect_exit 0 "$query" check -d damaged.db --no-sources
expect_exit 1 "$query" ledger -d damaged.db --check-hashes
grep -q ' 0 not, [1-9][0-9]* in files that cannot be opened' out || fail "the ledger tells, too: $(cat out)"
mv kept.mbox "$mbox"
expect_exit 0 "$query" check -d damaged.db
ok "a changed and a missing source are told apart"

# Every command on damaged archives: a result, or one line and exit 3. Never a crash or two lines.
id=$(sqlite3 whole.db "select $one")
arguments_of() {
    case $1 in
    batch) echo - ;;
    bundle) echo "budget -o bundle.zip" ;;
    facets) echo "budget --by sender" ;;
    *) case $2 in
        *ID*) echo "$id" ;;
        *QUERY*) echo budget ;;
        esac ;;
    esac
}
run_all() {
    local name rest code
    while read -r name _; do
        rest=$("$query" "$name" --help | sed -n '1s/.*\[OPTION...\] //p')
        code=0
        rm -rf bundle.zip
        # shellcheck disable=SC2046
        "$query" "$name" $(arguments_of "$name" "$rest") -d damaged.db >out 2>err </dev/null || code=$?
        if [ "$code" -eq 2 ]; then
            printf '# not tried: %s needs other arguments\n' "$name"
            continue
        fi
        [ "$code" -eq 3 ] || { [ "$1" = may ] && [ "$code" -le 4 ]; } || fail "$name on $2: exit $code, $(cat err)"
        if [ "$name" != check ] && [ "$code" -eq 3 ] && [ "$(grep -vc "not a complete bundle" err)" -ne 1 ]; then
            fail "$name on $2: one line, not $(cat err)"
        fi
    done < <("$query" --help | sed -n 's/^  \([a-z]\)/\1/p')
}
for table in message message_text message_fts_data occurrence signature address; do
    flip "$table" 1000
    page=$(sqlite3 whole.db "select rootpage from sqlite_schema where name = '$table'")
    dd if=/dev/zero of=damaged.db bs=1 seek=$(((page - 1) * page_size)) count=200 conv=notrunc status=none
    run_all may "damage in $table"
done
cp whole.db damaged.db
dd if=/dev/zero of=damaged.db bs=1 seek=100 count=400 conv=notrunc status=none
run_all must "damage to the schema"
printf 'not SQLite at all, but long enough to look like a file of some kind %0500d' 0 >damaged.db
run_all must "another file"
: >damaged.db
run_all must "an empty file"
rm damaged.db
run_all must "no file"
ok "every command says in one line that an archive is damaged"
