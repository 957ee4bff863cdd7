#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/query-language.md's table and the manual page are what the program's table of fields makes of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$WAXSEAL_SOURCE_DIR/docs/query-language.md" "$folder"
"$WAXSEAL_BUILD_DIR/query/waxseal-reference" "$folder"
for file in query-language.md waxseal-query-syntax.7; do
    if ! cmp "$WAXSEAL_SOURCE_DIR/docs/$file" "$folder/$file"; then
        echo "docs/$file is not up to date: run build/dev/query/waxseal-reference docs" >&2
        exit 1
    fi
done
# The page keeps to the macros that every man knows.
if command -v man > /dev/null; then
    warnings=$(LC_ALL=C.UTF-8 man --warnings=w -l "$folder/waxseal-query-syntax.7" 2>&1 > /dev/null)
    [ -z "$warnings" ] || { echo "$warnings" >&2; exit 1; }
fi
