# What the script tests share; sourced by them. A script prints one line a check, and fails at the first that
# fails. It works in a folder of its own, which is removed at its end.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

ok() {
    printf 'ok - %s\n' "$1"
}

fail() {
    printf 'not ok - %s\n' "$1" >&2
    exit 1
}

# expect_exit CODE COMMAND...: runs it, output in out and err.
expect_exit() {
    local expected=$1 code=0
    shift
    "$@" >out 2>err || code=$?
    if [ "$code" -ne "$expected" ]; then
        cat out err >&2
        fail "exit $code instead of $expected: $*"
    fi
}
