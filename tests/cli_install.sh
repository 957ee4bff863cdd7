#!/usr/bin/env bash
# Installs to a folder of its own and works from there; the manual pages have every command and option, and each help fits
# a screen. Prints one line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
cmake --install "$WAXSEAL_BUILD_DIR" --prefix "$work/usr" >log 2>&1 || fail "cmake --install: $(cat log)"
PATH=$work/usr/bin:$PATH
expect_exit 0 waxseal-index -q -d archive.db "$WAXSEAL_SOURCE_DIR/data/sample/dump/Maildir"
expect_exit 0 waxseal-query -d archive.db stats
[ -s usr/share/waxseal/keys.tsv ] || fail "the key archive is installed"
# The key archive is looked for beside the program, not in the build.
printf 'no key at all\n' >usr/share/waxseal/keys.tsv
waxseal-index -q -d other.db "$WAXSEAL_SOURCE_DIR/data/sample/dump/Maildir" >out 2>err || true
grep -q "$work/usr/.*keys.tsv:1: no key" err || fail "the keys of another place are used: $(cat err)"
for file in share/bash-completion/completions/waxseal-{index,query} share/zsh/site-functions/_waxseal \
    share/fish/vendor_completions.d/waxseal-{index,query}.fish share/man/man7/waxseal-query-syntax.7; do
    [ -s "usr/$file" ] || fail "$file is missing"
done
ok "what is installed works without the build"

page=usr/share/man/man1/waxseal-query.1
while read -r command; do
    grep -qx "\.Ss $command" "$page" || fail "the manual has no $command"
    sed -n "/^\.Ss $command\$/,/^\.S[sh] /p" "$page" | sed 's/\\-/-/g' >section
    waxseal-query "$command" --help >help
    [ "$(wc -l <help)" -le 24 ] && [ "$(wc -L <help)" -le 80 ] || fail "$command --help does not fit a screen of 80 x 24"
    sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p' help >listed
    [ -s listed ] || fail "$command --help has no options"
    while read -r option; do
        grep -q "^\.It .*$option\( \|\$\)" section || fail "the manual of $command has no $option"
    done <listed
done < <(waxseal-query --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
page=usr/share/man/man1/waxseal-index.1
sed 's/\\-/-/g' "$page" >section
while read -r option; do
    grep -q "^\.It .*$option\( \|\$\)" section || fail "the manual of waxseal-index has no $option"
done < <(waxseal-index --help | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p')
for words in "waxseal-query --help" "waxseal-query search --help-fields" "waxseal-index --help"; do
    $words >help
    [ "$(wc -L <help)" -le 80 ] || fail "$words is wider than 80 columns"
done
ok "the manual pages have every command and option, and each help fits a screen"

if command -v mandoc >/dev/null; then
    for page in usr/share/man/man1/*.1; do
        mandoc -T lint -W warning "$page" | grep -v 'new sentence, new line' >faults || true
        [ ! -s faults ] || fail "$(cat faults)"
    done
    ok "mandoc finds no fault in them"
else
    printf '# skipped: no mandoc\n'
fi

if command -v dpkg-shlibdeps >/dev/null; then
    (cd "$WAXSEAL_BUILD_DIR" && cpack -G DEB -B "$work/package" -D CPACK_DEBIAN_PACKAGE_MAINTAINER='A Packager <packager@localhost>') \
        >log 2>&1 || fail "cpack: $(cat log)"
    package=$(echo package/*.deb)
    mkdir root
    dpkg-deb -x "$package" root
    PATH=$work/root/usr/bin:$PATH
    expect_exit 0 waxseal-index -q -d packed.db "$WAXSEAL_SOURCE_DIR/data/sample/dump/Maildir"
    expect_exit 0 waxseal-query -d packed.db stats
    for name in waxseal-index.1 waxseal-query.1; do
        gzip -dc "root/usr/share/man/man1/$name.gz" | diff - "usr/share/man/man1/$name" >&2 || fail "$name in the package"
    done
    gzip -dc root/usr/share/doc/waxseal/changelog.gz | grep -q '^ -- A Packager <packager@localhost>  ' || fail "the changelog"
    dpkg-deb -f "$package" Maintainer | grep -qx 'A Packager <packager@localhost>' || fail "the maintainer"
    ok "the Debian package works where it is unpacked"
    # The address is that of who builds it. Sanitizers need what a package must not have.
    if ! command -v lintian >/dev/null; then
        printf '# skipped: no lintian\n'
    elif waxseal-index --version | grep -q sanitizer; then
        printf '# skipped: lintian on a build with a sanitizer\n'
    else
        lintian --allow-root --fail-on error,warning --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog \
            "$package" >faults 2>&1 || fail "lintian: $(cat faults)"
        ok "lintian has nothing to say against it"
    fi
else
    printf '# skipped: no dpkg-shlibdeps\n'
fi
