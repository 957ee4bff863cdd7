#!/usr/bin/env bash
# Tags and notes on the sample dump, with the real programs. Prints one line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
dump=$WAXSEAL_SOURCE_DIR/data/sample/dump
export WAXSEAL_DB=$work/archive.db
unset WAXSEAL_NOTES
expect_exit 0 "$index" -q --keys "$WAXSEAL_SOURCE_DIR/data/sample/keys.tsv" "$dump"
sum=$(sha256sum <archive.db)
ids() {
    "$query" search --sort oldest --limit 1000 -0 "$@" | tr '\0' '\n'
}
id=$(ids is:verified | head -n 1)

# Before the first tag there is no file, and nothing is tagged.
expect_exit 1 "$query" tag
expect_exit 1 "$query" note "$id"
expect_exit 1 "$query" search tag:read
expect_exit 1 "$query" search has:note
[ "$("$query" search --count -- -has:tag)" -eq 306 ] || fail "without a file nothing is tagged"
[ ! -e archive.db.notes ] || fail "reading makes a file"
ok "without a file nothing is tagged"

expect_exit 0 "$query" tag "$id" +Read +todo
[ "$(cat out)" = "+read: 1 of 1 messages changed
+todo: 1 of 1 messages changed" ] || fail "what was changed: $(cat out)"
expect_exit 0 "$query" tag budget +press/next
[ "$(ids tag:press/next)" = "$(ids budget)" ] || fail "a query is tagged"
[ "$(ids 'tag:press*')" = "$(ids budget)" ] || fail "tag: with a prefix"
[ "$(ids --tag read)" = "$id" ] || fail "--tag"
expect_exit 0 "$query" tag "$id" -todo +read
[ "$(cat out)" = "-todo: 1 of 1 messages changed
+read: 0 of 1 messages changed" ] || fail "taking away: $(cat out)"
expect_exit 1 "$query" search tag:todo
expect_exit 0 "$query" tag is:verified NOT budget +checked --json
[ "$(sqlite3 :memory: "select json_extract(readfile('out'), '$.changes[0].changed')")" -eq "$("$query" search --count 'is:verified NOT budget')" ] || fail "as JSON: $(cat out)"
expect_exit 0 "$query" tag
[ "$(sed -n 's/^ *\([0-9]*\)  read$/\1/p' out)" -eq 1 ] || fail "the list: $(cat out)"
[ "$("$query" search --count has:tag)" -eq "$(sqlite3 archive.db.notes 'select count(distinct sha256) from tag')" ] || fail has:tag
ok "tags are added, found, listed and taken away"

expect_exit 0 "$query" note "$id" "Asked the town hall:" "l'œuvre est signée"
expect_exit 0 "$query" note "$id" "$(printf 'second \033[31mline\nof =cmd()')"
[ "$(ids note:oeuvre)" = "$id" ] || fail "note: folds as words do"
[ "$(ids 'note:"town hall"')" = "$id" ] || fail "note: with a phrase"
[ "$(ids has:note)" = "$id" ] || fail has:note
expect_exit 0 "$query" show "$id"
grep -q '^Tags  *.*read' out || fail "show has the tags: $(cat out)"
grep -q "^  1  20..-..-.. ..:.. UTC  $(id -un): Asked the town hall: l'œuvre est signée$" out || fail "show has the note, who and when: $(cat out)"
! grep -q "$(printf '\033')" out || fail "a note moves the terminal"
expect_exit 0 "$query" show "$id" --json
[ "$(sqlite3 :memory: "select json_extract(readfile('out'), '$.notes[0].text')")" = "Asked the town hall: l'œuvre est signée" ] || fail "show --json: $(cat out)"
expect_exit 0 "$query" search "id:$id"
grep -q '^    \[.*read.*, 2 notes\]$' out || fail "search shows tags and notes: $(cat out)"
expect_exit 0 "$query" search "id:$id" --json
[ "$(sqlite3 :memory: "select json_extract(readfile('out'), '$.notes') || json_extract(readfile('out'), '$.tags[0]')")" = 2checked ] || fail "search --json: $(cat out)"
expect_exit 0 "$query" search "id:$id" --csv
head -n 1 out | grep -q ',tags,notes' || fail "search --csv: $(cat out)"
expect_exit 0 "$query" note "$id" --remove 1
expect_exit 1 "$query" note "$id" --remove 1
expect_exit 1 "$query" search note:oeuvre
ok "notes are kept with who and when, shown and found"

for bad in "tag $id" "tag +read" "tag $id +a,b" "tag nosuchfield:x +read" "note" "note x y" "note $id --remove x" "search tag:a,b"; do
    # shellcheck disable=SC2086
    expect_exit 2 "$query" $bad
done
expect_exit 1 "$query" tag zzzznothing +read
expect_exit 1 "$query" note 4 text
expect_exit 2 "$query" note "$id" "   "
ok "what is no tag, note or message is refused"

# The evidence is never touched; a read-only archive takes tags, and a locked folder elsewhere.
[ "$sum" = "$(sha256sum <archive.db)" ] || fail "the archive was changed"
mkdir locked
cp archive.db locked
chmod 444 locked/archive.db
expect_exit 0 "$query" -d locked/archive.db tag "$id" +read
chmod 555 locked
expect_exit 0 "$query" -d locked/archive.db search tag:read
expect_exit 0 "$query" -d locked/archive.db --notes elsewhere.db tag "$id" +mine
expect_exit 0 env WAXSEAL_NOTES=elsewhere.db "$query" -d locked/archive.db search tag:mine
expect_exit 1 "$query" -d locked/archive.db search tag:mine
chmod 755 locked
[ "$(stat -c %a archive.db.notes)" = 600 ] || fail "notes are for their owner only"
ok "the archive stays as it is, and may be read-only"

# A new index of the dump keeps them, as they go by the hash.
before=$(ids has:tag)
rm archive.db
expect_exit 0 "$index" -q "$dump/Maildir" "$dump"
[ "$before" = "$(ids has:tag)" ] || fail "a new index loses tags"
ok "a new index of the dump keeps tags"

# Several people at once.
for n in 1 2 3 4 5 6; do
    "$query" tag '*' "+many$n" >"many$n" 2>&1 &
done
wait
for n in 1 2 3 4 5 6; do
    [ "$("$query" search --count "tag:many$n")" -eq 306 ] || fail "writer $n: $(cat "many$n")"
done
ok "several write at once"

# Another file, a damaged one, one of a later version: one line and exit 3.
expect_three() {
    expect_exit 3 "$query" search tag:read
    [ "$(wc -l <err)" -eq 1 ] && grep -q 'archive.db.notes' err || fail "$1: $(cat err)"
}
cp archive.db archive.db.notes
expect_three "an archive for notes"
expect_exit 3 "$query" tag "$id" +read
printf 'no SQLite, but a text that is long enough to be read as its header %0200d' 0 >archive.db.notes
expect_three "a text"
rm archive.db.notes
expect_exit 0 "$query" tag "$id" +read
sqlite3 archive.db.notes 'pragma user_version = 9'
expect_three "a later version"
ok "a file that is none of notes is refused"

# What is handed over is evidence alone.
rm archive.db.notes
expect_exit 0 "$query" note "$id" zxremark
expect_exit 0 "$query" tag "$id" +zxtag
expect_exit 0 "$query" bundle "id:$id" -o bundle
! grep -rq zx bundle || fail "a bundle has notes"
expect_exit 0 "$query" verify "$id" --json
! grep -q zx out || fail "verify has notes"
ok "a bundle has no tags and notes"
