#!/usr/bin/env bash
# Counting what a query finds, by the real program on the sample dump: numbers are compared with those that search
# and plain SQL give. Prints one line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
sample=$WAXSEAL_SOURCE_DIR/data/sample
export WAXSEAL_DB=$work/sample.db LC_ALL=C.UTF-8
unset NO_COLOR

"$index" -q --keys "$sample/keys.tsv" "$sample/dump" 2>err || fail "waxseal-index: exit $?, $(cat err)"
total=$("$query" search --count '*')
verified=$("$query" search --count 'is:verified')

# json_rows FILE VALUES [WHERE]: values of the objects j, one a line in FILE.
json_rows() {
    sqlite3 -separator $'\t' :memory: "select $2 from (select value as j from json_each('[' ||
        replace(rtrim(readfile('$1'), char(10)), char(10), ',') || ']')) ${3-}"
}

# expect_searches BY PREFIX: the first values of a facet are found so often by "PREFIX:value", verified ones too.
expect_searches() {
    local n=0 value messages verified said found
    "$query" facets budget OR pluie --by "$1" --json --limit 4 --sort count >facets 2>err ||
        fail "facets --by $1: $(cat err)"
    json_rows facets "j->>'value', j->>'messages', j->>'verified'" "where j->>'value' is not null" >rows
    while IFS=$'\t' read -r value messages verified; do
        found="(budget OR pluie) $2:\"$value\""
        said="$("$query" search --count "$found") $("$query" search --count "$found is:verified" || true)"
        [ "$said" = "$messages $verified" ] || fail "$1 $value: $messages $verified, search says $said"
        n=$((n + 1))
    done <rows
    [ "$n" -ge "$3" ] || fail "only $n values by $1"
    ok "each of $n values by $1 is found so often"
}
expect_searches sender from 4
expect_searches recipient recipient 4
expect_searches domain from 4
expect_searches year date 4
expect_searches month date 4
expect_searches day date 4
expect_searches type type 3
expect_searches dkim dkim 3
expect_searches signer signed-by 2
expect_searches source source 1

# Without a query, and for one that finds a few, which are counted in another way.
for words in '' 'pluie OR conseil' 'is:limited type:pdf'; do
    "$query" facets --by dkim --json $words >facets
    [ "$(json_rows facets "sum(j->>'messages')")" -eq "$("$query" search --count "${words:-*}")" ] ||
        fail "the values of \"$words\" do not add up"
done
ok "what excludes each other adds up to all hits"

expect_exit 0 "$query" facets --by year,dkim --by type
grep -Eq "^\(all\) +$total +$verified +[0-9.]+%$" out || fail "a table ends with all hits: $(cat out)"
[ "$(grep -c '^(all)' out)" -eq 3 ] || fail "three facets are three tables"
ok "several facets are several tables"

expect_exit 0 "$query" facets --by sender --limit 2
[ "$(wc -l <out)" -eq 4 ] && grep -q '^waxseal-query: 2 of [0-9]* values by sender; --limit 0 lists all$' err ||
    fail "what is left out is said: $(cat err)"
expect_exit 0 "$query" facets --by sender --limit 2 --csv
[ "$(head -1 out)" = $'by,value,messages,verified,verified_percent\r' ] || fail "CSV has a header: $(head -1 out)"
ok "a limit leaves out, and says so"

expect_exit 2 "$query" facets budget
grep -q 'count by what' err || fail "--by is missing: $(cat err)"
expect_exit 2 "$query" facets --by sendr
grep -q 'did you mean "sender"' err || fail "the nearest word is suggested: $(cat err)"
expect_exit 2 "$query" facets --by year --sort size
expect_exit 2 "$query" facets --by year --json --csv
expect_exit 2 "$query" facets --by year --limit x
expect_exit 2 "$query" facets --by year 'form:x'
expect_exit 2 "$query" facets --by year --tz Nowhere/City
expect_exit 1 "$query" facets --by year 'nowheretobefound budget'
grep -q 'nowheretobefound 0, budget' err || fail "nothing found says why: $(cat err)"
expect_exit 3 "$query" facets -d "$work/none.db" --by year
ok "exit codes are those of search"

# timeline
for unit in day month year; do
    "$query" timeline --by $unit --json >periods
    [ "$(json_rows periods "sum(j->>'messages'), sum(j->>'verified')")" = "$total"$'\t'"$verified" ] ||
        fail "the ${unit}s add up to all messages"
done
expect_exit 0 "$query" timeline budget
grep -q '^2017-01  .*%  █*▒*$' out || fail "bars are drawn: $(cat out)"
LC_ALL=C expect_exit 0 "$query" timeline budget
! LC_ALL=C grep -q '[^ -~]' out || fail "without UTF-8 it is ASCII"
grep -q '%  #*-*$' out || fail "bars are drawn in ASCII: $(cat out)"
expect_exit 0 "$query" timeline budget --by year --svg year.svg
[ ! -s out ] && grep -q '<title>2017: [0-9]* messages, [0-9]* verified</title>' year.svg || fail "an image is written"
expect_exit 3 "$query" timeline budget --svg year.svg
grep -q 'nothing is overwritten' err || fail "an image is overwritten"
expect_exit 0 "$query" timeline '"<budget" OR budget' --by year --svg - --title 'A & <b>'
grep -q 'A &amp; &lt;b&gt;</text>' out || fail "the title is escaped: $(cat out)"
expect_exit 2 "$query" timeline --by week
expect_exit 2 "$query" timeline --svg x.svg --json
expect_exit 1 "$query" timeline nowheretobefound --svg x.svg
[ ! -e x.svg ] || fail "an image of nothing is written"
ok "timeline"

# senders, pairs, attachments: the sums are those of SQL.
sums() {
    json_rows rows.json "count(*), sum(j->>'messages'), sum(j->>'verified'), min(j->>'first_date'), max(j->>'last_date')" \
        "where coalesce(j->>'address', j->>'from', j->>'sha256') is not null"
}
expected() {
    sqlite3 -separator $'\t' "$WAXSEAL_DB" "select count(distinct v), count(*), sum(level = 'verified'),
        strftime('%Y-%m-%dT%H:%M:%SZ', min(date), 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%SZ', max(date), 'unixepoch')
        from (select distinct v, message_id from ($1)) join message m on m.id = message_id"
}
people="select address, message_id, role from message_address join address on id = address_id where address <> ''"
"$query" senders --json --limit 0 >rows.json
[ "$(sums)" = "$(expected "select address as v, message_id from ($people) where role = 'from'")" ] || fail "senders: $(sums)"
"$query" pairs --json --limit 0 >rows.json 2>err
[ "$(sums)" = "$(expected "select f.address || '>' || t.address as v, message_id from ($people) f
    join ($people) t using (message_id) where f.role = 'from' and t.role in ('to', 'cc', 'bcc')")" ] || fail "pairs: $(sums)"
"$query" attachments --json --limit 0 >rows.json
[ "$(sums)" = "$(expected "select hex(sha256) as v, message_id from attachment")" ] || fail "attachments: $(sums)"
ok "senders, pairs and attachments add up"

expect_exit 0 "$query" attachments type:pdf --limit 1
hash=$(awk 'NR == 2 { print $NF }' out)
[ "${#hash}" -eq 16 ] && [ "$("$query" search --count "hash:$hash")" -gt 0 ] || fail "a hash of the table finds mail: $hash"
expect_exit 0 "$query" pairs --max-recipients 1
grep -q 'of the messages have more than 1 recipients, of whom the first 1 count' err || fail "what is cut is said: $(cat err)"
expect_exit 1 "$query" attachments is:unsigned -has:attachment
grep -q 'none of the messages found has an attachment' err || fail "no attachment: $(cat err)"
expect_exit 0 "$query" senders --csv --limit 1
[ "$(head -1 out)" = $'address,names,messages,verified,verified_percent,first_date,last_date\r' ] || fail "CSV: $(head -1 out)"
ok "lists say what they leave out"
