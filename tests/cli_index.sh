#!/usr/bin/env bash
# The real waxseal-index on dumps made here: exit codes, repeated and interrupted runs, several workers,
# bad sources, a locked archive, a full disk. Prints one line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
skipped=

# make_mbox COUNT TAG: messages with dates that repeat, some without a date.
make_mbox() {
    awk -v count="$1" -v tag="$2" 'BEGIN {
        for (i = 0; i < count; i++) {
            printf "From a@b.example Thu Mar  2 10:00:00 2017\n"
            printf "From: Writer %d <writer%d@valmont.example>\n", i % 37, i % 37
            printf "To: desk@valmont.example\nSubject: %s number %d\n", tag, i
            printf "Message-ID: <%s-%d@valmont.example>\n", tag, i
            # Threads of ten, some of both tags, in which answers come before what they answer.
            if (i % 10 != 7)
                printf "References: <lost-%d@valmont.example> <%s-%d@valmont.example>\n", i / 10, tag, i - i % 10 + 7
            if (i % 100 == 0)
                printf "In-Reply-To: <first-%d@valmont.example>\n", i + 50
            if (i % 11 != 0)
                printf "Date: Thu, %d Mar 2017 10:%02d:00 +0100\n", i % 28 + 1, i % 7
            printf "\nBody of message %d, budget and election.\n>From here on it is quoted.\n", i
            if (i % 13 == 0)
                printf "会议纪要%d\n", i
            for (j = 0; j < 40; j++)
                printf "line %d of %d with some words that differ: w%d x%d\n", j, i, i * j, i + j
            printf "\n"
        }
    }'
}

# What the archive says, without what depends on when and in how many batches it was made.
canonical() {
    sqlite3 "$1" "
        select 'file', source_id, path, kind, compression, dialect, folder, size, done, state from file order by 2, 3;
        select 'message', * from message order by id;
        select 'text', * from message_text order by id;
        select 'pairs', * from message_pairs order by id;
        select 'missing_message', * from missing_message order by 2;
        select 'occurrence', * from occurrence order by file_id, offset;
        select 'address', * from address order by id;
        select 'message_address', * from message_address order by 2, 3, 4;
        select 'signature', * from signature order by message_id, position;
        select 'arc_set', * from arc_set order by message_id, instance;
        select 'domainkey_signature', * from domainkey_signature order by message_id, position;
        select 'claim', * from claim order by message_id, position;
        select 'problem', * from problem order by 2, 3;
        select 'property', * from archive_property order by name;
        select 'index', name from sqlite_schema where type = 'index' order by name;" | sha256sum
    sqlite3 "$1" "insert into message_fts(message_fts, rank) values('integrity-check', 1);
        select count(*) from message_fts where message_fts match 'election AND budget';
        select count(*) from message_fts where message_fts match '\"会议 议纪\"';
        pragma integrity_check;"
}

make_mbox 3000 first >first.mbox
make_mbox 1500 second | gzip -n >second.mbox.gz
mkdir -p tree/cur tree/new tree/.Sent/cur tree/.Sent/new
for i in 1 2 3; do
    printf 'Subject: maildir %s\nFrom: a@b.example\n\ntext\n' "$i" >"tree/cur/$i.host:2,RS"
done

expect_exit 0 "$index" -d one.db first.mbox second.mbox.gz tree
grep -q 'none unaccounted for' out || fail "the summary accounts for every byte"
ok "three kinds of source in one call"

canonical one.db >reference
[ "$(sqlite3 one.db "select count(*), count(distinct thread_id), min(thread_id) = min(id) from message")" = '4503|273|1' ] || fail "threads: $(sqlite3 one.db "select count(*), count(distinct thread_id) from message")"
[ "$(sqlite3 one.db "select count(*) from missing_message where msgid like 'lost-%'")" -eq 300 ] || fail "messages that are missing are named"
ok "messages are threaded, and missing ones named"

for workers in 1 3; do
    expect_exit 0 "$index" -d "workers$workers.db" "-j$workers" first.mbox second.mbox.gz tree
    canonical "workers$workers.db" | cmp -s - reference || fail "$workers workers give another archive"
done
ok "the archive does not depend on the number of workers"

# Many batches; 8 workers have three threads that index. With the same batches also the pages of the text index are the same.
everything() {
    sqlite3 "$1" .dump | grep -v '^INSERT INTO source'
}
small=$WAXSEAL_BUILD_DIR/tests/waxseal-index-small-batches
for workers in 1 8; do
    expect_exit 0 "$small" -d "threads$workers.db" "-j$workers" first.mbox second.mbox.gz tree
    canonical "threads$workers.db" | cmp -s - reference || fail "small batches of $workers workers give another archive"
done
[ "$(sqlite3 threads1.db 'select count(distinct segid) < 16 and max(segid) > 16 from message_fts_idx')" -eq 1 ] || fail "the segments of small batches are merged"
everything threads1.db >everything
everything threads8.db | cmp -s - everything || fail "threads that index make another archive than one"
ok "nor on the number of batches, or of those that are indexed at once"

cp one.db again.db
expect_exit 0 "$index" -d again.db first.mbox second.mbox.gz tree
grep -q '; 0 new' out || fail "a second run adds something"
canonical again.db | cmp -s - reference || fail "a second run changes the archive"
ok "a second run adds nothing"

expect_exit 0 "$index" -d steps.db first.mbox
expect_exit 0 "$index" -d steps.db second.mbox.gz
expect_exit 0 "$index" -d steps.db first.mbox second.mbox.gz tree
canonical steps.db | cmp -s - reference || fail "three runs give another archive than one"
ok "sources may be added in further runs"

for delay in 0.01 0.03 0.05 0.08 0.12 0.2; do
    rm -f killed.db*
    "$index" -d killed.db first.mbox second.mbox.gz tree >/dev/null 2>&1 &
    sleep "$delay"
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    expect_exit 0 "$index" -d killed.db first.mbox second.mbox.gz tree
    canonical killed.db | cmp -s - reference || fail "killed after $delay s and run again: another archive"
done
ok "killed and run again gives the same archive"

rm -f stopped.db
"$index" -d stopped.db first.mbox second.mbox.gz tree >out 2>err &
sleep 0.1
kill -INT $! 2>/dev/null || true
wait $! || true
expect_exit 0 "$index" -d stopped.db first.mbox second.mbox.gz tree
canonical stopped.db | cmp -s - reference || fail "interrupted and run again: another archive"
ok "interrupted and run again gives the same archive"

expect_exit 1 "$index" -d missing.db nowhere.mbox first.mbox
[ "$(grep -c 'nowhere.mbox' err)" -eq 1 ] || fail "one clear line names the missing source"
[ "$(sqlite3 missing.db 'select count(*) from message')" -eq 3000 ] || fail "the other source is done"
ok "a missing source is one line and exit 1, the others are done"

expect_exit 2 "$index"
expect_exit 2 "$index" --no-such-option first.mbox
expect_exit 1 "$index" -d first.mbox second.mbox.gz
grep -q 'first.mbox: ' err || fail "what is no archive is named"
make_mbox 3000 first | cmp -s - first.mbox || fail "a file that is no archive was written to"
ok "usage errors, and a file that is no archive"

sqlite3 locked.db <one.db 2>/dev/null || true
cp one.db locked.db
mkfifo hold
(printf 'begin immediate;\n'; cat hold) | sqlite3 locked.db &
holder=$!
sleep 0.3
make_mbox 5 third >third.mbox
expect_exit 1 "$index" -d locked.db third.mbox
grep -q 'locked.db: another program is writing' err || fail "a locked archive is named"
echo 'rollback;' >hold
wait $holder
canonical locked.db | cmp -s - reference || fail "a locked archive has changed"
ok "an archive locked by another writer is one line and exit 1"

cp one.db shared.db
cat >reader.py <<'END'
import sqlite3, sys
db = sqlite3.connect('shared.db', isolation_level=None)
db.execute('pragma journal_mode = wal')
db.execute('begin')
for line in sys.stdin:
    print(db.execute('select count(*) from message').fetchone()[0], flush=True)
END
coproc reader { python3 reader.py; }
reader_pid=$!
echo >&"${reader[1]}"
read -r before <&"${reader[0]}"
expect_exit 0 "$index" -d shared.db third.mbox
grep -q '; 5 new' out || fail "mail is added while somebody reads"
echo >&"${reader[1]}"
read -r during <&"${reader[0]}"
[ "$during" -eq "$before" ] || fail "a reader sees what it saw before"
exec {reader[1]}>&-
wait $reader_pid
[ "$(sqlite3 shared.db 'pragma journal_mode')" = wal ] || fail "the archive was not left for shared writing"
expect_exit 0 "$query" -d shared.db check --no-sources
mkdir frozen
cp shared.db frozen
chmod a+rx . frozen
chmod 0444 frozen/shared.db
chmod 0555 frozen
as_nobody=()
[ "$(id -u)" -ne 0 ] || as_nobody=(setpriv --reuid=65534 --clear-groups)
if "${as_nobody[@]}" test -x "$query"; then
    expect_exit 0 "${as_nobody[@]}" "$query" -d frozen/shared.db search --count '*'
    [ "$(cat out)" -eq $((before + 5)) ] || fail "an archive where nothing can be written is not read"
else
    echo "skip - $query cannot be run by somebody without rights"
    skipped=1
fi
chmod 0755 frozen
expect_exit 0 "$index" -d shared.db third.mbox
[ "$(sqlite3 shared.db 'pragma journal_mode')" = delete ] || fail "the archive is not one file again"
ok "a reader and an ingest do not wait for each other"

head -c 20000 second.mbox.gz >cut.mbox.gz
expect_exit 4 "$index" -d cut.db cut.mbox.gz
grep -q 'cut.mbox.gz: damaged gzip data' err || fail "damage is named"
[ "$(sqlite3 cut.db "select state from file")" = damaged ] || fail "damage is recorded"
[ "$(sqlite3 cut.db 'select count(*) > 10 from message')" -eq 1 ] || fail "what could be read is kept"
ok "a truncated gzip file gives what it has, and exit 4"

cp first.mbox grows.mbox
expect_exit 0 "$index" -d grows.db grows.mbox
make_mbox 10 grown >>grows.mbox
expect_exit 0 "$index" -d grows.db grows.mbox
grep -q '; 10 new' out || fail "new mail of a file that grew is added"
[ "$(sqlite3 grows.db "select count(*) from file where state = 'replaced'")" -eq 1 ] || fail "the older reading is kept"
ok "a file that grew is read again"

mkdir arc
cp "$WAXSEAL_SOURCE_DIR/tests/fuzz/seeds/arc/two_sets" arc/two.eml
printf 'From: a@b.example\n\nno chain\n' >arc/none.eml
printf 'brisbane\tfootball.example.com\tk=ed25519; p=%s\n' 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= >ed25519.tsv
expect_exit 0 "$index" -d arc.db --keys ed25519.tsv arc
[ "$(sqlite3 arc.db 'select group_concat(arc) from (select arc from message order by arc)')" = nokey,none ] || fail "a chain whose first key is missing is nokey"
[ "$(sqlite3 arc.db 'select group_concat(instance || seal_result || message_result || length(seal_digest)) from arc_set')" = 1nokeynokey32,2passpass32 ] || fail "both sets are kept"
[ "$(sqlite3 arc.db 'select sealed_by, claimed_by, key_bits from mail_arc where instance = 2')" = 'football.example.com|football.example.com|256' ] || fail "mail_arc says who sealed"
ok "ARC sets are kept, and what their seals come to"

if [ "$(id -u)" -eq 0 ] && mkdir full && mount -t tmpfs -o size=3m tmpfs full 2>/dev/null; then
    code=0
    "$index" -d full/archive.db first.mbox second.mbox.gz >out 2>err || code=$?
    state=$(sqlite3 full/archive.db 'pragma integrity_check' 2>&1 || true)
    umount full
    [ "$code" -eq 1 ] || fail "a full disk gives exit $code"
    grep -q 'the disk is full' err || fail "a full disk is said: $(cat err)"
    [ "$state" = ok ] || fail "after a full disk the archive is: $state"
    ok "a full disk is one line and exit 1, and the archive is whole"
else
    ok "a full disk # SKIP needs the right to mount a tmpfs"
fi

[ -z "$skipped" ] || exit 77
