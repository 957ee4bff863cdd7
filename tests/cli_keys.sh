#!/usr/bin/env bash
# Keys that turn up later: imported into an archive they must make the rows that an archive has which was made with
# them. On the sample dump and on the mail with ARC chains and DomainKeys that the fuzzers start from. Prints one
# line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
sample=$WAXSEAL_SOURCE_DIR/data/sample
seeds=$WAXSEAL_SOURCE_DIR/tests/fuzz/seeds

# rows ARCHIVE: all that depends on keys, and the keys.
rows() {
    sqlite3 "$1" "
        select 'message', lower(hex(sha256)), dkim, level, caveats, arc, arc_reason from message order by 2;
        select 'signature', * from signature order by message_id, position;
        select 'arc_set', * from arc_set order by message_id, instance;
        select 'domainkey', * from domainkey_signature order by message_id, position;
        select 'key', * from dkim_key order by id;
        select 'observation', * from dkim_key_observation order by 2, 3, 4, 5, 6;"
}

# expect_rows WHAT ARCHIVE ARCHIVE
expect_rows() {
    rows "$2" >left
    rows "$3" >right
    diff left right >&2 || fail "$1"
    ok "$1"
}

count() {
    sqlite3 "$1" "select count(*) from message where $2"
}

keys=$sample/keys.tsv
expect_exit 0 "$index" -q --no-builtin-keys -d with.db --keys "$keys" "$sample/dump"
expect_exit 0 "$index" -q --no-builtin-keys -d later.db "$sample/dump"
[ "$(count later.db "dkim = 'pass'")" -eq 0 ] || fail "without keys something passes"
expect_exit 0 "$index" --no-builtin-keys -d later.db --keys "$keys"
grep -q 'messages with another verdict' out || fail "the summary says what changed"
[ "$(count later.db "level = 'verified'")" -gt 100 ] || fail "keys that turn up later verify mail"
expect_rows "keys imported later give the rows of an archive made with them" with.db later.db

rows later.db >before
expect_exit 0 "$index" --no-builtin-keys -d later.db --keys "$keys"
grep -q ' 0 keys new' out || fail "the same keys are news: $(cat out)"
rows later.db | diff before - >&2 || fail "importing the same keys again changes something"
ok "importing the same keys again does nothing"

# One key a run, in any order.
expect_exit 0 "$index" -q --no-builtin-keys -d steps.db "$sample/dump"
grep -v '^#' "$keys" | tac >lines
while IFS= read -r line; do
    printf '%s\n' "$line" >one.tsv
    expect_exit 0 "$index" -q --no-builtin-keys -d steps.db --keys one.tsv
done <lines
for archive in with steps; do
    sqlite3 "$archive.db" "select sha256, m.dkim, m.level, m.caveats, position, result, reason, s.caveats, k.record
        from message m left join signature s on s.message_id = m.id left join dkim_key k on k.id = s.key_id
        order by hex(sha256), position" >"$archive.verdicts"
done
diff with.verdicts steps.verdicts >&2 || fail "keys imported one by one give other verdicts"
ok "keys imported one by one, last first, give the same verdicts"

# Keys that were given with mail are there for later mail.
half=$sample/dump/Maildir
expect_exit 0 "$index" -q --no-builtin-keys -d half.db --keys "$keys" "$half"
expect_exit 0 "$index" -q --no-builtin-keys -d half.db "$sample/dump"
for archive in with half; do
    sqlite3 "$archive.db" "select lower(hex(sha256)), dkim, level, caveats from message order by 1" >"$archive.verdicts"
done
diff with.verdicts half.verdicts >&2 || fail "keys given with mail are not used for later mail"
ok "keys given with mail are kept for later mail"

expect_exit 0 "$index" -q --no-builtin-keys -d both.db "$sample/dump"
printf 'From: a@b.example\n\nnew\n' >new.eml
expect_exit 0 "$index" -q --no-builtin-keys -d both.db --keys "$keys" new.eml
[ "$(count both.db "level = 'verified'")" -eq "$(count with.db "level = 'verified'")" ] || fail "keys given with new mail settle the old mail, too"
ok "keys given with new mail settle the old mail, too"

# ARC chains and DomainKeys: the mail of the fuzzers' seeds, with each key that they need.
mkdir mail
n=0
for seed in "$seeds"/arc/* "$seeds"/domainkeys/* "$seeds"/dkim/*; do
    n=$((n + 1))
    cp "$seed" "mail/$n.eml"
done
{
    printf 'brisbane\tfootball.example.com\tk=ed25519; p=%s\n' 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
    grep -v '^#' "$WAXSEAL_SOURCE_DIR/data/keys.tsv"
} >arc.tsv
code=0
"$index" -q --no-builtin-keys -d arc-with.db --keys arc.tsv mail >out 2>err || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 4 ] || fail "the seeds: exit $code, $(cat err)"
"$index" -q --no-builtin-keys -d arc-later.db mail >out 2>err || true
expect_exit 0 "$index" -q --no-builtin-keys -d arc-later.db --keys arc.tsv
[ "$(sqlite3 arc-later.db "select count(*) > 0 from arc_set where seal_result = 'pass'")" -eq 1 ] || fail "a seal is settled"
expect_rows "so it is with ARC chains and DomainKeys" arc-with.db arc-later.db

# An imported notice that a private key is public reaches the mail that it verified.
awk -F '\t' -v OFS='\t' '$1 == "mail2011" { $9 = "private key published"; print }' "$keys" >leak.tsv
verified=$(count later.db "level = 'verified'")
expect_exit 0 "$index" -q --no-builtin-keys -d later.db --keys leak.tsv
[ "$(count later.db "level = 'verified'")" -lt "$verified" ] || fail "a leaked key still verifies"
[ "$(sqlite3 later.db "select state from dkim_key where selector = 'mail2011'")" = leaked ] || fail "the key's state is leaked"
ok "mail of a key that turns out to be public loses the green mark"

# The notice may stand beside a sighting that is known already; the file without it takes nothing back.
cp "$keys" same.tsv
expect_exit 0 "$index" -q --no-builtin-keys -d noticed.db --keys same.tsv "$sample/dump"
cp leak.tsv same.tsv
expect_exit 0 "$index" -q --no-builtin-keys -d noticed.db --keys same.tsv
cp "$keys" same.tsv
expect_exit 0 "$index" -q --no-builtin-keys -d noticed.db --keys same.tsv
[ "$(sqlite3 noticed.db "select state from dkim_key where selector = 'mail2011'")" = leaked ] || fail "a notice is forgotten"
[ "$(count noticed.db "level = 'verified'")" -eq "$(count later.db "level = 'verified'")" ] || fail "a forgotten notice gives the mark back"
ok "a notice that a key is public is not forgotten"

# waxseal-query keys, against the story of the sample dump.
expect_exit 0 "$query" keys -d with.db
grep -q 'messages .* 2048 bits  good .*val2014._domainkey.mairie-valmont.example' out || fail "a key is listed: $(cat out)"
grep -q 'seen 2014-01-06..2018-12-31 by data/sample/make_sample.py (suite)' out || fail "who saw it is listed"
expect_exit 0 "$query" keys -d with.db --json
[ "$(sqlite3 :memory: "select sum(json_extract(value, '$.messages')) from json_each('[' || replace(trim(readfile('out'), char(10)), char(10), ',') || ']')")" -eq \
    "$(sqlite3 with.db "select count(*) from (select distinct message_id, key_id from signature where result = 'pass')")" ] || fail "the counts of the keys"
ok "keys lists what each key verified"

expect_exit 0 "$query" keys -d with.db --conflicts
[ "$(grep -c _domainkey out)" -eq "$(grep -c cl._domainkey.courriel-libre.example out)" ] || fail "another name than cl has conflicts: $(cat out)"
[ "$(grep -c _domainkey out)" -eq 2 ] || fail "cl has two keys"
ok "keys --conflicts lists the name that has two keys"

expect_exit 0 "$query" keys -d with.db --missing --json
head -n 1 out >first
most=$(sqlite3 with.db "select count(distinct message_id) n from signature where result = 'nokey' group by selector, domain order by n desc limit 1")
[ "$(sqlite3 :memory: "select json_extract(readfile('first'), '$.messages')")" -eq "$most" ] || fail "the most wanted key is first: $(cat out)"
expect_exit 0 "$query" keys -d with.db --missing
grep -q "^ *$most messages" out || fail "as text: $(cat out)"
ok "keys --missing ranks what to look for"

# Two archives' keys are merged by export and import.
printf 'other\tother.example\tk=rsa; p=\t2019\t2020\t0\tsomebody\tdocs\trevoked: "quoted"\n' >other.tsv
expect_exit 0 "$index" -q --no-builtin-keys -d other.db --keys other.tsv new.eml
expect_exit 0 "$query" keys -d with.db --export
cp out with.tsv
expect_exit 0 "$query" keys -d other.db --export
cp out other-again.tsv
expect_exit 0 "$index" -q --no-builtin-keys -d merged.db new.eml
expect_exit 0 "$index" -q --no-builtin-keys -d merged.db --keys with.tsv --keys other-again.tsv
for archive in with other merged; do
    sqlite3 "$archive.db" "select selector, domain, record, bits, hex(spki_sha256), state, source, channel, first_seen,
        last_seen, notes from dkim_key k left join dkim_key_observation o on o.key_id = k.id" >"$archive.keys"
done
sort with.keys other.keys >expected
sort merged.keys | diff expected - >&2 || fail "export and import merge the keys of two archives"
ok "export and import merge the keys of two archives"

expect_exit 2 "$query" keys -d with.db --missing --export
expect_exit 2 "$query" keys -d with.db --export --json
expect_exit 2 "$query" keys -d with.db val2014
printf 'From: a@b.example\n\nno keys\n' >none.eml
expect_exit 0 "$index" -q -d none.db none.eml
expect_exit 1 "$query" keys -d none.db
expect_exit 1 "$query" keys -d none.db --missing
ok "keys: usage, and archives without any"

expect_exit 1 "$index" -d nowhere.db --keys "$keys"
grep -q 'no such archive' err || fail "a missing archive is named"
[ ! -e nowhere.db ] || fail "an archive was made for keys alone"
expect_exit 2 "$index" -d later.db
expect_exit 2 "$index" -d later.db --no-dkim --keys "$keys"
ok "keys alone need an archive"
