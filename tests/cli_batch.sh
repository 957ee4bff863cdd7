#!/usr/bin/env bash
# Lists of queries on the sample dump, with the real programs. Prints one line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
export WAXSEAL_DB=$work/archive.db
expect_exit 0 "$WAXSEAL_BUILD_DIR/indexer/waxseal-index" -q --keys "$WAXSEAL_SOURCE_DIR/data/sample/keys.tsv" "$WAXSEAL_SOURCE_DIR/data/sample/dump"

# expect_result TEXT: of the last command, without the CR.
expect_result() {
    diff <(printf '%s\n' "$1") <(tr -d '\r' <out) >&2 || fail "$2"
    ok "$2"
}
# numbers QUERY: what the result must have for it, by search itself.
numbers() {
    printf '%s,%s,%s,' "$("$query" search --count "$1" || true)" "$("$query" search --count "($1) is:verified" || true)" \
        "$("$query" search --limit 1 --csv "$1" 2>/dev/null | sed -n '2s/^[^,]*,\([0-9-]*\)T.*/\1/p')"
}

printf 'budget\nfrom:mercier\nzzzz\n' >list.csv
expect_exit 0 "$query" batch list.csv
expect_result "query,hits,verified,newest,error
budget,$(numbers budget)
from:mercier,$(numbers from:mercier)
zzzz,0,0,," "a list of queries has the numbers that search finds"

printf '\357\273\277name;Query;town\r\n"Mercier; O.";"from:mercier ""le budget""";Valmont\r\nx;;\r\n\r\n' >list.csv
expect_exit 0 "$query" batch - <list.csv
expect_result "name,Query,town,hits,verified,newest,error
\"Mercier; O.\",\"from:mercier \"\"le budget\"\"\",Valmont,$(numbers 'from:mercier "le budget"')
x,,,,,,
,,,,,," "columns are kept, the one named query has the queries"

printf 'person\nbudget\n' | "$query" batch - --header >out
expect_result "person,hits,verified,newest,error
budget,$(numbers budget)" "--header takes any names for names"

printf 'budget\nnosuch:x\n"open\n' >list.csv
expect_exit 4 "$query" batch list.csv -o result.csv
grep -q '^waxseal-query: 2 of 3 queries are wrong' err || fail "wrong queries are counted: $(cat err)"
tr -d '\r' <result.csv >out
grep -q '^budget,[1-9]' out || fail "a wrong query is not the end"
grep -q '^nosuch:x,,,,.*unknown field' out || fail "it says what is wrong: $(cat out)"
grep -q 'a quote is not closed$' out || grep -q 'a quote is not closed"$' out || fail "an open quote: $(cat out)"
ok "wrong queries are told in their lines"

cp result.csv before
expect_exit 3 "$query" batch list.csv -o result.csv
cmp -s before result.csv || fail "a file was overwritten"
ln -s target link.csv
expect_exit 3 "$query" batch list.csv -o link.csv
[ ! -e target ] || fail "a link was followed"
ok "nothing is overwritten"

printf '=budget\n-draft budget\n@x\n' >list.csv
expect_exit 0 "$query" batch list.csv -o formulas.csv
! grep -q '^"\{0,1\}[-=+@]' formulas.csv || fail "a cell is a formula: $(cat formulas.csv)"
expect_exit 0 "$query" batch formulas.csv
[ "$(tr -d '\r' <out | sed -n '3s/.*draft budget",\([0-9]*\),.*/\1/p')" -eq "$("$query" search --count -- -draft budget)" ] || fail "its own result can be a list: $(cat out)"
ok "no cell is a formula, and a result can be a list again"

printf 'a\nb,c\n' >list.csv
expect_exit 4 "$query" batch list.csv
grep -q 'more columns than the first row' out || fail "a name with a comma: $(cat out)"
printf 'r\351union\n' >list.csv
expect_exit 0 "$query" batch list.csv
grep -q "^réunion,$(numbers réunion)" out && grep -q 'read as Windows-1252' err || fail "Windows-1252: $(cat out err)"
printf '\377\376a\0b\0' >list.csv
expect_exit 2 "$query" batch list.csv
grep -q 'save the list as' err || fail "UTF-16: $(cat err)"
expect_exit 1 "$query" batch - < <(printf 'zzzz\n')
expect_exit 2 "$query" batch
expect_exit 2 "$query" batch nowhere.csv
: >list.csv
expect_exit 1 "$query" batch list.csv
ok "lists that are none, or in another encoding"
