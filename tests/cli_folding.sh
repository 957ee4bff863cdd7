#!/usr/bin/env bash
# What a person types finds what was written, through the real programs: accents, ligatures, apostrophes, file
# names, addresses, and scripts without spaces; also in the stock sqlite3 shell.
set -euo pipefail
. "$WAXSEAL_SOURCE_DIR/tests/checks.sh"
index=$WAXSEAL_BUILD_DIR/indexer/waxseal-index
query=$WAXSEAL_BUILD_DIR/query/waxseal-query

# mail NUMBER SUBJECT BODY [NAME]: a mail with that subject; the body is UTF-8, NAME an attachment.
mail() {
    printf 'From a@b.example Thu Mar  2 10:00:00 2017\n'
    printf 'From: Writer %d <writer%d@writers.example>\nTo: desk@valmont.example\n' "$1" "$1"
    printf 'Date: Thu, 2 Mar 2017 10:%02d:00 +0000\nMessage-ID: <%d@writers.example>\n' "$1" "$1"
    printf 'Subject: =?utf-8?B?%s?=\nMIME-Version: 1.0\n' "$(printf '%s' "$2" | base64 -w0)"
    if [ $# -lt 4 ]; then
        printf 'Content-Type: text/plain; charset=utf-8\n\n%s\n\n' "$3"
        return
    fi
    printf 'Content-Type: multipart/mixed; boundary=cut\n\n--cut\n'
    printf 'Content-Type: text/plain; charset=utf-8\n\n%s\n--cut\n' "$3"
    printf 'Content-Type: application/octet-stream\nContent-Disposition: attachment;\n'
    printf " filename*=utf-8''%s\n\nbytes\n--cut--\n\n" "$4"
}

{
    mail 1 'Une œuvre' 'Straße'
    mail 2 'L’élection' 'jour de vote'
    mail 3 "l'élection" 'droite'
    mail 4 'lʼélection' 'lettre modificative'
    mail 5 'l＇élection' 'pleine chasse'
    mail 6 'l`élection' 'accent grave'
    mail 7 'l´élection' 'accent aigu'
    mail 8 'budget' 'in a file' 'budget_2017.pdf'
    mail 9 'address' 'write to x.y@city.example.fr or jean-philippe'
    mail 10 '会议纪要' '用iPhone手機拍的照片，2017年預算。会、议'
    mail 11 '日本語メールテスト' 'ｶﾞｲﾄﾞ (half-width) 東京都知事'
    mail 12 '한국어 메일' '예산안을 보냅니다' '%E1%84%8B%E1%85%A8%E1%84%89%E1%85%A1%E1%86%AB.pdf'
    mail 13 'ข่าว' 'งบประมาณประจำปี'
} >mails.mbox
sed 's/^From: Writer 9 <.*/From: =?utf-8?B?546L5bCP5piO?= <wang.xm@city.example.fr>/' mails.mbox >folding.mbox
"$index" -d folding.db -q folding.mbox >out 2>err || { cat out err >&2; fail "the mails are indexed"; }

# finds QUERY NUMBER...: the mails that it finds, newest first.
finds() {
    local asked=$1 found expected
    shift
    found=$("$query" -d folding.db search --json -- "$asked" 2>err | sed 's/.*"msgid":"\([0-9]*\)@.*/\1/' | sort -n | tr '\n' ' ') ||
        true
    expected=$(printf '%s ' "$@")
    expected=${expected# }
    [ "$found" = "$expected" ] || { cat err >&2; fail "$asked finds '$found' instead of '$expected'"; }
}

finds oeuvre 1
finds œuvre 1
finds ŒUVRE 1
finds strasse 1
finds Straße 1
finds STRASSE 1
ok "ligatures"

for mark in "'" ’ ʼ ＇ '`' ´; do
    finds "l${mark}election" 2 3 4 5 6 7
    finds "L${mark}Élection" 2 3 4 5 6 7
done
finds election 2 3 4 5 6 7
finds élection 2 3 4 5 6 7
finds 'subject:élection -droite' 2 4 5 6 7
ok "every apostrophe"

finds budget 8
finds attachment:budget 8
finds budget_2017.pdf 8
finds attachment:2017 8
finds type:pdf 8 12
ok "file names"

finds x.y@city.example.fr 9
finds x.y 9
finds city.example.fr 9
finds example.fr 9
finds from:wang.xm@city.example.fr 9
finds from:wang.xm 9
finds from:@example.fr 9
finds from:@ample.fr
finds from:writer1@writers.example 1
finds from:writer1 1
finds jean-philippe 9
finds '"jean philippe"' 9
finds philippe 9
ok "addresses"

finds 会议 10
finds 议纪 10
finds 会议纪要 10
finds 会议要
finds 纪会
finds 会 10
finds 要 10
finds '会*' 10
finds '"会 议"' 10
finds subject:会议 10
finds body:会议
finds iphone 10
finds iPhone手機 10
finds 手機拍的照片 10
finds 2017年 10
finds 2017年預 10
finds '会议 NEAR/5 纪要' 10
finds '会议 OR 東京' 10 11
finds '-会议 照片'
finds from:王小 9
finds from:小明 9
finds from:明 9
finds from:王明
ok "Chinese"

finds 日本 11
finds 本語メ 11
finds テスト 11
finds ﾃｽﾄ 11
finds ガイド 11
finds ガイ 11
finds 知事 11
finds 京都 11
ok "Japanese, half-width as well"

finds 한국 12
finds 예산 12
finds 산안 12
finds attachment:예산 12
finds 메일 12
ok "Korean, a decomposed file name as well"

finds ประมาณ 13
finds ข่าว 13
ok "Thai"

"$query" -d folding.db search --json 手機拍 | grep -q '用iPhone手機拍的照片' || fail "the snippet is the text as it was written"
sqlite3 folding.db "insert into message_fts(message_fts, rank) values('integrity-check', 1)"
sqlite3 folding.db "insert into message_fts(message_fts) values('rebuild')"
finds 会议纪 10
finds 产
finds 예산 12
finds oeuvre 1
[ "$(sqlite3 folding.db "select count(*) from message_fts where message_fts match '\"会议 议纪\"'")" -eq 1 ] ||
    fail "the sqlite3 shell finds pairs"
[ "$(sqlite3 folding.db 'select count(*) from message_pairs')" -eq 5 ] || fail "only mails with such text have a row of pairs"
ok "the sqlite3 shell checks, rebuilds and queries the index"
