#!/bin/sh
# Checks this bundle again, with openssl, sha256sum and the tools of any POSIX system: that every file is as it
# was when the bundle was made, that every signature (DKIM, ARC, DomainKeys) is or is not one of its key over the
# header, and that the body has or has not the hash that the signature names. One line a signature, then a summary.
#
# Exit code: 0 all is as manifest.json says, 1 something is not, 2 it could not be checked.
set -u
LC_ALL=C
export LC_ALL
case $0 in
*/*) cd "${0%/*}" || exit 2 ;;
esac
tab=$(printf '\t')

for tool in openssl sha256sum; do
    command -v "$tool" >/dev/null || {
        echo "verify.sh needs $tool" >&2
        exit 2
    }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# tag NAME: a tag of the signature's field in $work/field, without white space.
tag() {
    tr -d ' \t\r\n' <"$work/field" | sed 's/^[^:]*://' | tr ';' '\n' | sed -n "s/^$1=//p"
}

# plain: text of a mail on its way to a terminal.
plain() {
    tr -c 'A-Za-z0-9._\n-' '?'
}

# header_holds KEY HEADER SIGNATURE ALGORITHM: prints yes, no or unknown.
header_holds() {
    if [ "$1" = - ]; then
        echo unknown
        return
    fi
    openssl pkey -pubin -in "$1" -noout 2>/dev/null || {
        echo "unreadable"
        return
    }
    case $4 in
    rsa-sha256) openssl dgst -sha256 -verify "$1" -signature "$3" "$2" >"$work/said" 2>&1 ;;
    rsa-sha1) openssl dgst -sha1 -verify "$1" -signature "$3" "$2" >"$work/said" 2>&1 ;;
    ed25519-sha256)
        # RFC 8463 section 3: the signature is over the SHA-256 of the header.
        openssl dgst -sha256 -binary "$2" >"$work/digest" &&
            openssl pkeyutl -verify -pubin -inkey "$1" -rawin -in "$work/digest" -sigfile "$3" >"$work/said" 2>&1
        ;;
    *) false ;;
    esac && echo yes || echo no
}

# body_matches BODY ALGORITHM: compares the hash of the body with bh=. Prints yes or no.
body_matches() {
    hash=$(openssl dgst "-${2##*-}" -binary "$1" | openssl base64 -A | tr -d =)
    if [ -n "$hash" ] && [ "$hash" = "$(tag bh | tr -d =)" ]; then
        echo yes
    else
        echo no
    fi
}

# says_header FOUND METHOD: DomainKeys signs header and body as one.
says_header() {
    what="header"
    [ "$2" != domainkeys ] || what="header and body"
    [ "$2" != arc-seal ] || what="ARC fields"
    case $1 in
    yes) echo "$what as signed" ;;
    no) echo "$what NOT as signed" ;;
    unknown) echo "$what not checked, no key" ;;
    *) echo "the key cannot be read" ;;
    esac
}

says_body() {
    case $1 in
    yes) echo "body as signed; " ;;
    no) echo "body NOT as signed; " ;;
    none) ;;
    *) echo "body shorter than signed; " ;;
    esac
}

# agrees HEADER BODY EXPECTED-HEADER EXPECTED-BODY RESULT: a body is none where the method has no hash of it.
agrees() {
    [ "$1" = "$3" ] || return 1
    [ "$2" = "$4" ] || return 1
    case $1,$2,$5 in
    yes,yes,pass | yes,none,pass) return 0 ;;
    yes,yes,* | yes,none,* | *,pass) return 1 ;;
    esac
}

# name_of METHOD: how people call such a signature.
name_of() {
    case $1 in
    dkim) echo "signature" ;;
    arc-message) echo "ARC message signature" ;;
    arc-seal) echo "ARC seal" ;;
    domainkeys) echo "DomainKeys signature" ;;
    *) echo "signature of an unknown method" ;;
    esac
}

# is_field_of METHOD: whether the field in $work/field is one of that method.
is_field_of() {
    field_name=$(sed -n '1s/[[:space:]]*:.*//p' "$work/field" | tr '[:upper:]' '[:lower:]')
    case $1,$field_name in
    dkim,dkim-signature | arc-message,arc-message-signature | arc-seal,arc-seal | domainkeys,domainkey-signature) ;;
    *) return 1 ;;
    esac
}

# body_of METHOD EXPECTED BODY ALGORITHM: prints yes, no, short, or none where the method has no hash of the body.
body_of() {
    case $1,$2 in
    arc-seal,* | domainkeys,*) echo none ;;
    *,short) echo short ;;
    *) body_matches "$3" "$4" ;;
    esac
}

if sha256sum -c SHA256SUMS >"$work/sums" 2>&1; then
    files="all files are as listed in SHA256SUMS"
    files_ok=yes
else
    files="FILES ARE NOT AS LISTED in SHA256SUMS"
    files_ok=no
    grep -v ': OK$' "$work/sums"
fi

agreed=0
passed=0
mended=0
differing=0
unchecked=0
missing=0
while IFS=$tab read -r mail number key header field_at body signature header_ok body_ok result why method field \
    after; do
    case $mail in
    '#'*) continue ;;
    missing)
        missing=$((missing + 1))
        echo "missing    message $number, SHA-256 $key"
        continue
        ;;
    esac
    name="$(name_of "$method") $number"
    if [ "$why" != - ]; then
        unchecked=$((unchecked + 1))
        echo "unchecked  $mail $name: $result, $why"
        continue
    fi
    if ! tail -c "+$field_at" "$field" >"$work/field"; then
        differing=$((differing + 1))
        echo "DIFFERS    $mail $name: its files cannot be read"
        continue
    fi
    if ! is_field_of "$method"; then
        differing=$((differing + 1))
        echo "DIFFERS    $mail $name: its field is one of another method"
        continue
    fi
    algorithm=$(tag a | plain)
    # RFC 4870 has no other.
    [ "$method" != domainkeys ] || algorithm=rsa-sha1
    found_header=unknown
    if [ "$header_ok" != unknown ]; then
        found_header=$(header_holds "$key" "$header" "$signature" "$algorithm")
    fi
    found_body=$(body_of "$method" "$body_ok" "$body" "$algorithm")
    if agrees "$found_header" "$found_body" "$header_ok" "$body_ok" "$result"; then
        agreed=$((agreed + 1))
        said=ok
        if [ "$result" = pass ]; then
            passed=$((passed + 1))
            [ "$after" = - ] || mended=$((mended + 1))
        fi
    else
        differing=$((differing + 1))
        said=DIFFERS
    fi
    [ "$after" = - ] || name="$name, after $after,"
    printf '%-10s %s %s by %s, selector %s, %s: %s; %sthe manifest says %s\n' "$said" "$mail" "$name" \
        "$(tag d | plain)" "$(tag s | plain)" "$algorithm" "$(says_header "$found_header" "$method")" \
        "$(says_body "$found_body")" "$result"
done <checks.tsv || exit 2

echo
printf '%s signatures are as the manifest says (%s of them pass), %s differ, %s cannot be checked.\n' \
    "$agreed" "$passed" "$differing" "$unchecked"
[ "$mended" -eq 0 ] || \
    echo "$mended of those that pass sign the mail with damage of the dump undone, not as it is in mail/."
[ "$missing" -eq 0 ] || echo "$missing messages are missing from this bundle."
echo "Files: $files."
echo "SHA-256 of SHA256SUMS: $(sha256sum <SHA256SUMS | sed 's/ .*//')"
[ "$differing" -eq 0 ] && [ "$files_ok" = yes ]
