#!/usr/bin/env bash
# waxseal-query bundle: evidence bundles of the sample dump and of real mail, checked again by their own verify.sh, whole
# and tampered with. Prints one line a check; fails at the first that fails.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query
sample=$WAXSEAL_SOURCE_DIR/data/sample
export WAXSEAL_DB=$work/sample.db

# said REGEX WHAT: the output has such a line.
said() {
    grep -qE "$1" out || { cat out err >&2; fail "$2"; }
}

# count WORD FILE: lines that begin with WORD.
count() {
    grep -c "^$1 " "$2" || true
}

# restored FOLDER: a fresh copy of the bundle, to be tampered with.
restored() {
    rm -rf tampered
    cp -r "$1" tampered
}

# flip FILE BYTE: changes the lowest bit of one byte, counted from the end.
flip() {
    python3 - "$1" "$2" <<'PY'
import sys
path, at = sys.argv[1], int(sys.argv[2])
data = bytearray(open(path, "rb").read())
data[-at] ^= 1
open(path, "wb").write(data)
PY
}

# seal FOLDER: makes SHA256SUMS true again, as a forger would.
seal() {
    (cd "$1" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum >SHA256SUMS)
}

expect_exit 0 "$index" -q --keys "$sample/keys.tsv" "$sample/dump"
expect_exit 0 "$query" bundle '*' -o all
n_messages=$(sqlite3 "$WAXSEAL_DB" "select count(*) from message")
n_signatures=$(sqlite3 "$WAXSEAL_DB" "select count(*) from signature")
n_passed=$(sqlite3 "$WAXSEAL_DB" "select count(*) from signature where result = 'pass'")
n_unchecked=$(sqlite3 "$WAXSEAL_DB" "select count(*) from signature where length(header_digest) = 0")
n_agreed=$((n_signatures - n_unchecked))
said "^all: $n_messages messages, 0 missing, $n_signatures DKIM signatures, 0 of ARC and DomainKeys$" "bundle says what it wrote"
sum=$(sed -n 's/.*stands for all of it: //p' out)

expect_exit 0 sh all/verify.sh
said "^$n_agreed signatures are as the manifest says \($n_passed of them pass\), 0 differ, $n_unchecked cannot be checked\.$" \
    "every signature is as the archive says"
said "^SHA-256 of SHA256SUMS: $sum$" "the sum is the one that was told"
said 'rsa-sha1: header as signed; body as signed; the manifest says pass$' "RSA-SHA1 passes"
said 'rsa-sha256: header as signed; body as signed; the manifest says pass$' "RSA-SHA256 passes"
said 'ed25519-sha256: header as signed; body as signed; the manifest says pass$' "Ed25519 passes"
said 'header as signed; body NOT as signed; the manifest says fail$' "an altered body"
said 'header NOT as signed; .*; the manifest says fail$' "an altered header"
said 'header not checked, no key; body as signed; the manifest says nokey$' "no key"
said '^unchecked .*: permerror, .*\(.=\)$' "a malformed signature, and why"
ok "verify.sh finds of all $n_signatures signatures what the archive found"

sqlite3 "$WAXSEAL_DB" "select lower(hex(sha256)) from message order by 1" >hashes
(cd all && sha256sum mail/*.eml) | cut -d ' ' -f 1 | sort | diff - hashes >&2 || fail "the mails have the archive's hashes"
ls all/mail all/keys all/signatures | grep -vE '^[0-9a-f-]+\.(eml|header|body|sig|pem|txt|sources\.json)$|^all/|^$' >odd || true
[ ! -s odd ] || fail "names are made of hashes and numbers: $(cat odd)"
(cd all && find . -type f ! -name SHA256SUMS | wc -l) | diff - <(wc -l <all/SHA256SUMS) >&2 || fail "every file is listed"
python3 - <<'PY' || fail "manifest.json"
import hashlib, json, os
manifest = json.load(open("all/manifest.json", encoding="utf-8"))
assert manifest["schema"] == 1 and manifest["query"] == "*", manifest["query"]
assert manifest["n_messages"] == len(manifest["messages"]) and manifest["n_missing"] == 0
for message in manifest["messages"]:
    data = open("all/" + message["file"], "rb").read()
    assert hashlib.sha256(data).hexdigest() == message["sha256"] and len(data) == message["size"]
    for signature in message["signatures"]:
        for name in signature["files"].values():
            assert name is None or os.path.exists("all/" + name), name
        assert signature["result"] != "pass" or signature["files"]["key"]
PY
ok "the mails, the names and the manifest"

# Tampering. The sums alone see a changed mail; a canonical form is also seen when the sums were made again.
expect_exit 0 "$query" bundle 'dkim:fail date:2017 OR is:verified date:2017-09' -o few
restored few
flip "tampered/$(cd few && ls mail/*.eml | head -1)" 10
expect_exit 1 sh tampered/verify.sh
said '^mail/.*\.eml: FAILED$' "the changed mail is named"
said '^Files: FILES ARE NOT AS LISTED' "a changed mail is seen"
line=$(awk -F '\t' '$10 == "pass" && $7 != "-"' few/checks.tsv | head -1)
for column in 4 6 7; do
    restored few
    file=$(cut -f "$column" <<<"$line")
    flip "tampered/$file" 9
    expect_exit 1 sh tampered/verify.sh
    said "^$file: FAILED$" "the changed $file is named"
    seal tampered
    expect_exit 1 sh tampered/verify.sh
    said '^Files: all files are as listed' "the sums were made again"
    said ', 1 differ,' "a changed $file is seen by its signature"
done
restored few
awk -F '\t' -v OFS='\t' '$10 == "fail" && !done { $10 = "pass"; $8 = "yes"; $9 = "yes"; done = 1 } { print }' few/checks.tsv >tampered/checks.tsv
seal tampered
expect_exit 1 sh tampered/verify.sh
said ', 1 differ,' "a failing signature that is told to pass is seen"
restored few
rm "tampered/$(cut -f 3 <<<"$line")"
expect_exit 1 sh tampered/verify.sh
said 'the key cannot be read' "a missing key is seen"
ok "verify.sh sees a changed mail, header, body, signature, result and a missing key"

expect_exit 0 "$query" bundle --verified --since 2017-01-01 -o one.zip
TZ=Asia/Tokyo expect_exit 0 "$query" bundle --verified --since 2017-01-01 -o two.zip
cmp one.zip two.zip || fail "a ZIP file is the same whenever and wherever it is made"
unzip -q one.zip
expect_exit 0 ./waxseal-bundle/verify.sh
said ', 0 differ, 0 cannot be checked\.$' "the ZIP file's signatures"
expect_exit 0 "$query" bundle --verified --since 2017-01-01 -o folder
diff -r folder waxseal-bundle >&2 || fail "a ZIP file has the files of a folder"
ok "a ZIP file is reproducible, and has the same files"

cp one.zip before.zip
expect_exit 2 "$query" bundle '*' -o one.zip
grep -q 'one.zip: it is there already; nothing is overwritten' err || fail "a ZIP file is not overwritten: $(cat err)"
cmp one.zip before.zip || fail "the ZIP file was touched"
expect_exit 2 "$query" bundle '*' -o folder
grep -q 'folder: the folder is not empty; nothing is overwritten' err || fail "a folder is not overwritten: $(cat err)"
ln -s nowhere.zip link.zip
expect_exit 2 "$query" bundle '*' -o link.zip
[ ! -e nowhere.zip ] || fail "a link was followed"
mkdir empty
expect_exit 0 "$query" bundle --verified --since 2017-01-01 -o empty
expect_exit 3 "$query" bundle '*' -o no/such/place.zip
expect_exit 2 "$query" bundle '*'
expect_exit 2 "$query" bundle -o x
expect_exit 2 "$query" bundle nofield:x -o x
expect_exit 1 "$query" bundle 'xyzzyplugh' -o x
[ ! -e x ] || fail "a bundle was made of nothing"
ok "nothing is overwritten, and what cannot be done is said"

# One source changed, one gone: the bundle says which messages it lacks.
cp "$(find "$sample/dump" -name '*.eml' | sort | head -1)" kept.eml
printf 'From: a@b.example\nSubject: gone\n\nx\n' >gone.eml
printf 'From: a@b.example\nSubject: changed\n\nx\n' >changed.eml
export WAXSEAL_DB=$work/missing.db
expect_exit 0 "$index" -q kept.eml gone.eml changed.eml
rm gone.eml
printf 'From: a@b.example\nSubject: changeD\n\nx\n' >changed.eml
expect_exit 4 "$query" bundle '*' -o lacking
said '^lacking: 3 messages, 2 missing,' "how many are missing"
grep -qE '^waxseal-query: message [0-9]+ is missing: .*gone\.eml' err || fail "why one is missing: $(cat err)"
grep -qE '^waxseal-query: message [0-9]+ is missing: .*changed\.eml.*SHA-256 differs' err || fail "why the other is: $(cat err)"
expect_exit 0 sh lacking/verify.sh
said '^2 messages are missing from this bundle\.$' "verify.sh says that two are missing"
[ "$(count missing out)" -eq 2 ] || fail "verify.sh names them"
ok "what is not there any more is said, with exit code 4"

# What a repaired signature is over is the mail with the damage undone, and is told to be that.
sed 's/\r*$/\r\r/' "all/$(cut -f 1 <<<"$line")" >doubled.eml
export WAXSEAL_DB=$work/repaired.db
expect_exit 0 "$index" -q --keys "$sample/keys.tsv" doubled.eml
expect_exit 0 "$query" bundle caveat:repaired -o repaired
expect_exit 0 sh repaired/verify.sh
said '^ok .* signature 1, after taking away doubled CRs before line ends, by .*: header as signed; body as signed; the manifest says pass$' \
    "a repair is said"
said '^1 signatures are as the manifest says \(1 of them pass\), 0 differ, 0 cannot be checked\.$' "and checked"
said '^1 of those that pass sign the mail with damage of the dump undone, not as it is in mail/\.$' "and told apart"
for kind in header body sig; do
    restored repaired
    flip "$(echo tampered/signatures/*-1.$kind)" 2
    seal tampered
    expect_exit 1 sh tampered/verify.sh
    said ', 1 differ,' "a changed $kind of a repaired signature is seen"
done
ok "a repaired signature is checked, and told apart"

# ARC and DomainKeys: a mail signed here, with openssl alone.
openssl genrsa -out arc.pem 2048 2>/dev/null
python3 - <<'PY'
import base64, hashlib, subprocess
fields = ["From: a@one.example", "Subject: hi", "Date: Tue, 01 Mar 2016 10:00:00 +0000"]
body = "Text\r\n"
def sign(text, digest):
    done = subprocess.run(["openssl", "dgst", "-" + digest, "-sign", "arc.pem"], input=text.encode(), capture_output=True, check=True)
    return base64.b64encode(done.stdout).decode()
def relaxed(field):
    name, _, value = field.partition(": ")
    return name.lower() + ":" + value
def lines(*all_fields):
    return "".join(field + "\r\n" for field in all_fields)
older = "DomainKey-Signature: a=rsa-sha1; q=dns; c=simple; d=one.example; s=arc; b="
older += sign(lines(*fields) + "\r\n" + body, "sha1")
hash_ = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
message = f"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=one.example; s=arc; h=from:subject:date; bh={hash_}; b="
message += sign(lines(*map(relaxed, fields)) + relaxed(message), "sha256")
results = "ARC-Authentication-Results: i=1; one.example; dkim=none"
seal = "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=one.example; s=arc; b="
seal += sign(lines(relaxed(results), relaxed(message)) + relaxed(seal), "sha256")
open("others.eml", "w", newline="").write(lines(seal, message, results, older, *fields) + "\r\n" + body)
key = subprocess.run(["openssl", "rsa", "-in", "arc.pem", "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
open("others.tsv", "w").write("arc\tone.example\tp=" + base64.b64encode(key).decode() + "\n")
PY
export WAXSEAL_DB=$work/others.db
expect_exit 0 "$index" -q --keys others.tsv others.eml
expect_exit 0 "$query" bundle '*' -o others
said '1 messages, 0 missing, 0 DKIM signatures, 3 of ARC and DomainKeys$' "the other signatures are counted"
expect_exit 0 sh others/verify.sh
said '^3 signatures are as the manifest says \(3 of them pass\), 0 differ, 0 cannot be checked\.$' "they are checked"
said '^ok .* ARC message signature 1 by one\.example, selector arc, rsa-sha256: header as signed; body as signed; the manifest says pass$' "AMS"
said '^ok .* ARC seal 1 by one\.example, selector arc, rsa-sha256: ARC fields as signed; the manifest says pass$' "seal"
said '^ok .* DomainKeys signature 1 by one\.example, selector arc, rsa-sha1: header and body as signed; the manifest says pass$' "DomainKeys"
for file in arc-message-1.header arc-message-1.body arc-message-1.sig arc-seal-1.header arc-seal-1.sig domainkeys-1.header \
    domainkeys-1.sig; do
    restored others
    flip "$(echo tampered/signatures/*-$file)" 3
    seal tampered
    expect_exit 1 sh tampered/verify.sh
    said '^2 signatures are as the manifest says .*, 1 differ,' "a changed $file is seen"
done
# A signature cannot get around its body by being told to be one of another method.
restored others
awk -F '\t' -v OFS='\t' '$12 == "arc-message" { $9 = "none"; $12 = "arc-seal" } { print }' others/checks.tsv >tampered/checks.tsv
seal tampered
expect_exit 1 sh tampered/verify.sh
said '^DIFFERS .*: its field is one of another method$' "another method is seen"
# Without the key, and with another one.
export WAXSEAL_DB=$work/nokey.db
expect_exit 0 "$index" -q --no-builtin-keys others.eml
expect_exit 0 "$query" bundle '*' -o others-nokey
expect_exit 0 sh others-nokey/verify.sh
said '^3 signatures are as the manifest says \(0 of them pass\), 0 differ, 0 cannot be checked\.$' "no key"
export WAXSEAL_DB=$work/badkey.db
sed 's/Subject: hi/Subject: ho/' others.eml >altered.eml
expect_exit 0 "$index" -q --keys others.tsv altered.eml
expect_exit 0 "$query" bundle '*' -o others-altered
expect_exit 0 sh others-altered/verify.sh
said 'ARC message signature 1 .*: header NOT as signed; body as signed; the manifest says fail$' "an altered header"
said 'ARC seal 1 .*: ARC fields as signed; the manifest says pass$' "a seal is not over it"
said 'DomainKeys signature 1 .*: header and body NOT as signed; the manifest says fail$' "DomainKeys is"
ok "ARC and DomainKeys signatures are checked, and tampering with them is seen"

data=${WAXSEAL_TEST_DATA:-}
if [ -n "$data" ] && [ -d "$data/dkim/mail-dkim" ]; then
    export WAXSEAL_DB=$work/cases.db
    expect_exit 0 "$index" -q --no-builtin-keys --keys "$data/dkim/mail-dkim/keys.tsv" "$data/dkim/mail-dkim/eml"
    expect_exit 0 "$query" bundle '*' -o cases
    expect_exit 0 sh cases/verify.sh
    n_passed=$(sqlite3 "$WAXSEAL_DB" "select count(*) from domainkey_signature where result = 'pass'")
    [ "$(grep -c 'DomainKeys signature .* header and body as signed; the manifest says pass$' out)" -eq "$n_passed" ] ||
        fail "DomainKeys signatures of cases pass"
    ok "cases of DomainKeys: $n_passed pass"
else
    echo "ok - cases of DomainKeys # SKIP WAXSEAL_TEST_DATA is not set; tests/README.md says what it names"
fi

mail=${WAXSEAL_TEST_MAIL:-}
if [ -z "$mail" ] || [ ! -d "$mail/signed" ]; then
    echo "ok - real signed mail # SKIP WAXSEAL_TEST_MAIL is not set; tests/README.md says what it names"
    exit 77
fi
export WAXSEAL_DB=$work/real.db
expect_exit 0 "$index" -q --keys "$mail/signed/keys-recovered.tsv" "$mail/signed/kasan-dev"
expect_exit 0 "$query" bundle '*' -o real.zip
unzip -q -o real.zip -d real
expect_exit 0 sh real/waxseal-bundle/verify.sh
said ', 0 differ,' "real signatures are as the archive says"
n_passed=$(sqlite3 "$WAXSEAL_DB" "select (select count(*) from signature where result = 'pass')
    + (select sum((seal_result = 'pass') + (message_result = 'pass')) from arc_set)")
[ "$(grep -c '^ok .* ARC seal .* the manifest says pass$' out)" -gt 0 ] || fail "no real seal passes"
said "\($n_passed of them pass\)" "as many real signatures pass"
ok "real signed mail: $(grep 'as the manifest says (' out)"
