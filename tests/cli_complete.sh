#!/usr/bin/env bash
# What the shells offer on a command line of either program, in bash, zsh and fish as far as they are installed. Prints one
# line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
completions=$WAXSEAL_SOURCE_DIR/data/completions
PATH=$WAXSEAL_BUILD_DIR/query:$WAXSEAL_BUILD_DIR/indexer:$PATH
export WAXSEAL_DB=$work/archive.db
expect_exit 0 waxseal-index -q "$WAXSEAL_SOURCE_DIR/data/sample/dump"
expect_exit 0 waxseal-query tag budget +press

# offers LINE-WORD... -- CANDIDATE...: exactly these.
offers() {
    local words=()
    while [ "$1" != = ]; do
        words+=("$1")
        shift
    done
    shift
    waxseal-query --complete "${words[@]}" >out
    [ "$(cat out)" = "$(printf '%s\n' "$@")" ] || fail "${words[*]} offers $(cat out)"
}
waxseal-query --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | sort >commands
waxseal-query --complete "" | sort | diff commands - >&2 || fail "every command is offered"
while read -r command; do
    waxseal-query --complete "$command" -- | sort >offered
    waxseal-query "$command" --help | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p' | sort >listed
    [ -z "$(comm -13 offered listed)" ] || fail "$command: not every option is offered: $(comm -13 offered listed)"
done <commands
ok "every command and option is offered"
offers -d archive.db tim = timeline
offers search is:veri = is:verified
offers search -dkim:body = -dkim:body-mismatch
offers search subj = subject:
offers search tag: = tag:press
offers search --has-tw = --has-twin
offers search from:odile.mercier@mairie-valm = from:odile.mercier@mairie-valmont.example
offers search --from odile.mercier@mairie-valm = odile.mercier@mairie-valmont.example
offers search --limit "" = ""
[ "$(waxseal-query --complete search to: | wc -l)" -eq 50 ] || [ "$(waxseal-query --complete search to: | wc -l)" -gt 10 ] || fail "addresses"
[ -z "$(WAXSEAL_DB=nowhere.db waxseal-query --complete search from:a)" ] || fail "without an archive"
ok "fields, their words, addresses and tags are offered"

waxseal-index --complete -- | sort >offered
waxseal-index --help | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p' | sort | diff - offered >&2 ||
    fail "every option of waxseal-index is offered"
[ -z "$(waxseal-index --complete --keys --)" ] || fail "the value of an option is the shell's matter"
ok "the options of waxseal-index are offered"

bash_offers() {
    bash -c '. "$1"; COMP_LINE=$2; COMP_POINT=${#2}; _waxseal; printf "%s\n" "${COMPREPLY[@]}"' - \
        "$completions/waxseal.bash" "$1" >out 2>err
    [ "$(cat out)" = "$2" ] || fail "bash: $1 offers $(cat out err)"
}
bash_offers "waxseal-query sea" search
bash_offers "waxseal-query search is:veri" verified
bash_offers "waxseal-query search from:odile.mercier@mairie-valm" mairie-valmont.example
bash_offers "waxseal-query search from:odile.mercier@mairie-valm" mairie-valmont.example
bash_offers "waxseal-index --no-rep" --no-repair
bash_offers "waxseal-index --keys a.tsv dum" ""
ok "bash completes"

if command -v zsh >/dev/null; then
    zsh_offers() {
        zsh -fc 'compadd() { while [ "$1" != -- ]; do shift; done; shift; print -l -- "$@" }; _files() { print files }
            words=("${@[2,-1]}"); CURRENT=$#words; source "$1"' - "$completions/_waxseal" "${@:2}" >out 2>err
        [ "$(cat out)" = "$1" ] || fail "zsh: ${*:2} offers $(cat out err)"
    }
    zsh_offers search waxseal-query sea
    zsh_offers from:odile.mercier@mairie-valmont.example waxseal-query search from:odile.mercier@mairie-valm
    zsh_offers files waxseal-query -d ""
    zsh_offers --no-repair waxseal-index --no-rep
    zsh_offers files waxseal-index dum
    ok "zsh completes"
else
    printf '# skipped: no zsh\n'
fi

if command -v fish >/dev/null; then
    fish_offers() {
        HOME=$work fish --no-config -c "source $completions/waxseal.fish; complete -C '$1'" >out 2>err
        grep -qxF -- "$2" out || fail "fish: $1 offers $(cat out err)"
    }
    fish_offers "waxseal-query sea" search
    fish_offers "waxseal-query search from:odile.mercier@mairie-valm" from:odile.mercier@mairie-valmont.example
    fish_offers "waxseal-index --no-rep" --no-repair
    ok "fish completes"
else
    printf '# skipped: no fish\n'
fi
