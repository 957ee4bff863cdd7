#!/usr/bin/env bash
# Indexes mail and runs the commands of waxseal-query while something watches the programs' memory or threads; any
# report fails.
#
#   watch.sh valgrind     build/release under memcheck, all child processes too
#   watch.sh tsan         build/tsan (cmake --preset tsan && cmake --build --preset tsan), with ThreadSanitizer
#
# The mail is the sample dump and, below $WAXSEAL_TEST_MAIL, `signed`, `tricky`, `containers` and the first megabytes of
# the mailing list (WAXSEAL_WATCH_LIST_BYTES, 20 MB unless said otherwise: about 2,000 mails). A few minutes on a quiet machine.
# Reports are in build/watch.
set -euo pipefail
cd "$(dirname "$0")/.."

here=$PWD/tests
work=$PWD/build/watch/${1:-}
case ${1:-} in
valgrind)
    build=$PWD/build/release
    # Leaks are found by the sanitizer build; a worker would look for them in gigabytes of shared address space.
    wrapper=(valgrind -q --trace-children=yes --error-exitcode=99 --leak-check=no
        "--suppressions=$here/valgrind.supp" "--log-file=$work/logs/%p")
    ;;
tsan)
    build=$PWD/build/tsan
    wrapper=(env "TSAN_OPTIONS=log_path=$work/logs/report:exitcode=99")
    # Its shadow memory needs the addresses that randomness may take.
    wrapper+=(setarch -R)
    ;;
*)
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
rm -rf "$work"
mkdir -p "$work/logs"
archive=$work/archive.db
list_bytes=${WAXSEAL_WATCH_LIST_BYTES:-20000000}

# watched EXPECTED PROGRAM ARGUMENT...: the exit codes that are right, as a pattern.
watched() {
    local expected=$1 program=$2 code=0
    shift 2
    "${wrapper[@]}" "$build/$program" "$@" </dev/null >"$work/out" 2>"$work/err" || code=$?
    if [[ ! $code =~ ^($expected)$ ]]; then
        cat "$work/err" >&2
        echo "not ok - $program $* ended with $code"
        exit 1
    fi
    # Other lines are warnings: valgrind does not know the system calls of the sandbox.
    if grep -rq '^==' "$work/logs"; then
        grep -rh '^==' "$work/logs" | head -n 60
        echo "not ok - $program $*: reports in $work/logs"
        exit 1
    fi
    echo "ok - $program $*"
}

# index PROGRAM SOURCE...: with so many workers that several batches are indexed at once.
index() {
    watched '0|4' "$1" --no-sandbox -q -j8 -d "$archive" --keys data/sample/keys.tsv "${@:2}"
}

query() {
    watched '0|1' query/waxseal-query --no-sandbox -d "$archive" "$@"
}

index indexer/waxseal-index data/sample/dump
if [ -d "${WAXSEAL_TEST_MAIL:-}" ]; then
    head -c "$list_bytes" "$WAXSEAL_TEST_MAIL/lists/ltp.mbox" >"$work/list.mbox"
    index tests/waxseal-index-small-batches "$work/list.mbox"
    for folder in signed tricky containers; do
        index indexer/waxseal-index "$WAXSEAL_TEST_MAIL/$folder"
    done
else
    echo "ok - real mail # SKIP WAXSEAL_TEST_MAIL names no folder"
fi
watched '0|4' indexer/waxseal-index --no-sandbox -q --verify-only --json --keys data/sample/keys.tsv data/sample/dump

query search --limit 200 --json budget
query search --limit 50 'subject:(a OR re*) -is:verified date:2010..2020 has:attachment'
query search --sort relevance 'the NEAR/5 patch'
query search --count from:@valmont.example
query search '"une phrase" OR l’élection'
newest=$("$build/query/waxseal-query" -d "$archive" search --limit 1 --csv has:attachment 2>/dev/null | sed -n '2s/,.*//p')
for command in show 'show --html' 'show --headers' 'show --raw' verify thread; do
    # shellcheck disable=SC2086
    query $command "$newest"
done
query twins
query stats
query ledger
query keys
query keys --missing
query facets --by sender
query facets --by type budget
query timeline budget
query senders is:verified
query pairs
query attachments
query check
query tag budget +press
query note "$newest" 'read this'
query save "$newest" --all -o "$work/saved"
query bundle 'is:verified date:2017' -o "$work/bundle.zip"
for form in mbox eml csv jsonl maildir; do
    query export 'is:verified date:2016' -f "$form" -o "$work/export.$form"
done
printf 'query\nbudget\nfrom:mercier\n' >"$work/list.csv"
query batch "$work/list.csv" -o "$work/hits.csv"
echo "no reports"
