/* SPDX-License-Identifier: MIT */
#include "schema/charset.h"

#include <errno.h>
#include <iconv.h>

#include "schema/utf8_text.h"

/* iconv's output is collected in blocks of this size. */
#define OUTPUT_BLOCK 4096

typedef enum {
    ENCODING_UNKNOWN,
    ENCODING_ASCII, /* says nothing about bytes above 127 */
    ENCODING_UTF_8,
    ENCODING_WINDOWS_1252,
    ENCODING_FIRST_ICONV,
    ENCODING_WINDOWS_1250 = ENCODING_FIRST_ICONV,
    ENCODING_WINDOWS_1251,
    ENCODING_WINDOWS_1253,
    ENCODING_WINDOWS_1254,
    ENCODING_WINDOWS_1255,
    ENCODING_WINDOWS_1256,
    ENCODING_WINDOWS_1257,
    ENCODING_WINDOWS_1258,
    ENCODING_WINDOWS_874,
    ENCODING_ISO_8859_2,
    ENCODING_ISO_8859_3,
    ENCODING_ISO_8859_4,
    ENCODING_ISO_8859_5,
    ENCODING_ISO_8859_6,
    ENCODING_ISO_8859_7,
    ENCODING_ISO_8859_8,
    ENCODING_ISO_8859_10,
    ENCODING_ISO_8859_13,
    ENCODING_ISO_8859_14,
    ENCODING_ISO_8859_15,
    ENCODING_ISO_8859_16,
    ENCODING_KOI8_R,
    ENCODING_KOI8_U,
    ENCODING_CP437,
    ENCODING_CP850,
    ENCODING_CP852,
    ENCODING_CP866,
    ENCODING_MACINTOSH,
    ENCODING_MAC_CYRILLIC,
    ENCODING_FIRST_MULTIBYTE,
    ENCODING_GB18030 = ENCODING_FIRST_MULTIBYTE,
    ENCODING_BIG5,
    ENCODING_EUC_JP,
    ENCODING_SHIFT_JIS,
    ENCODING_EUC_KR,
    ENCODING_FIRST_STATEFUL, /* ASCII bytes may mean something else */
    ENCODING_ISO_2022_JP = ENCODING_FIRST_STATEFUL,
    ENCODING_ISO_2022_KR,
    ENCODING_UTF_7,
    ENCODING_UTF_16,
    ENCODING_UTF_16BE,
    ENCODING_UTF_16LE,
    ENCODING_UTF_32,
    ENCODING_COUNT
} Encoding;

/* The names for iconv. A superset stands in for a charset that is often declared instead. */
static const char *const iconv_names[ENCODING_COUNT] = {
    [ENCODING_WINDOWS_1250] = "CP1250",
    [ENCODING_WINDOWS_1251] = "CP1251",
    [ENCODING_WINDOWS_1253] = "CP1253",
    [ENCODING_WINDOWS_1254] = "CP1254",
    [ENCODING_WINDOWS_1255] = "CP1255",
    [ENCODING_WINDOWS_1256] = "CP1256",
    [ENCODING_WINDOWS_1257] = "CP1257",
    [ENCODING_WINDOWS_1258] = "CP1258",
    [ENCODING_WINDOWS_874] = "CP874",
    [ENCODING_ISO_8859_2] = "ISO-8859-2",
    [ENCODING_ISO_8859_3] = "ISO-8859-3",
    [ENCODING_ISO_8859_4] = "ISO-8859-4",
    [ENCODING_ISO_8859_5] = "ISO-8859-5",
    [ENCODING_ISO_8859_6] = "ISO-8859-6",
    [ENCODING_ISO_8859_7] = "ISO-8859-7",
    [ENCODING_ISO_8859_8] = "ISO-8859-8",
    [ENCODING_ISO_8859_10] = "ISO-8859-10",
    [ENCODING_ISO_8859_13] = "ISO-8859-13",
    [ENCODING_ISO_8859_14] = "ISO-8859-14",
    [ENCODING_ISO_8859_15] = "ISO-8859-15",
    [ENCODING_ISO_8859_16] = "ISO-8859-16",
    [ENCODING_KOI8_R] = "KOI8-R",
    [ENCODING_KOI8_U] = "KOI8-U",
    [ENCODING_CP437] = "CP437",
    [ENCODING_CP850] = "CP850",
    [ENCODING_CP852] = "CP852",
    [ENCODING_CP866] = "CP866",
    [ENCODING_MACINTOSH] = "MACINTOSH",
    [ENCODING_MAC_CYRILLIC] = "MAC-CYRILLIC",
    [ENCODING_GB18030] = "GB18030",
    [ENCODING_BIG5] = "BIG5-HKSCS",
    [ENCODING_EUC_JP] = "EUC-JP-MS",
    [ENCODING_SHIFT_JIS] = "CP932",
    [ENCODING_EUC_KR] = "UHC",
    [ENCODING_ISO_2022_JP] = "ISO-2022-JP-2",
    [ENCODING_ISO_2022_KR] = "ISO-2022-KR",
    [ENCODING_UTF_7] = "UTF-7",
    [ENCODING_UTF_16] = "UTF-16",
    [ENCODING_UTF_16BE] = "UTF-16BE",
    [ENCODING_UTF_16LE] = "UTF-16LE",
    [ENCODING_UTF_32] = "UTF-32",
};

/* What GMime asks iconv for when a file name is declared in a charset that a superset stands in
 * for above: GMime reads such names itself (RFC 2231). */
static const char *const other_iconv_names[] = {
    "CP1252", "ISO-8859-1", "ISO-8859-9", "ISO-8859-11", "TIS-620", "GBK",
    "EUC-CN", "BIG5",       "EUC-JP",     "SJIS",        "EUC-KR",  "ISO-2022-JP",
};

/* Names that mails declare, in lower case, letters and digits only; sorted. */
static const struct {
    const char *name;
    Encoding encoding;
} aliases[] = {
    {"ansix341968", ENCODING_ASCII},
    {"ansix341986", ENCODING_ASCII},
    {"ascii", ENCODING_ASCII},
    {"big5", ENCODING_BIG5},
    {"big5hkscs", ENCODING_BIG5},
    {"cnbig5", ENCODING_BIG5},
    {"cngb", ENCODING_GB18030},
    {"cp1250", ENCODING_WINDOWS_1250},
    {"cp1251", ENCODING_WINDOWS_1251},
    {"cp1252", ENCODING_WINDOWS_1252},
    {"cp1253", ENCODING_WINDOWS_1253},
    {"cp1254", ENCODING_WINDOWS_1254},
    {"cp1255", ENCODING_WINDOWS_1255},
    {"cp1256", ENCODING_WINDOWS_1256},
    {"cp1257", ENCODING_WINDOWS_1257},
    {"cp1258", ENCODING_WINDOWS_1258},
    {"cp437", ENCODING_CP437},
    {"cp850", ENCODING_CP850},
    {"cp852", ENCODING_CP852},
    {"cp866", ENCODING_CP866},
    {"cp874", ENCODING_WINDOWS_874},
    {"cp932", ENCODING_SHIFT_JIS},
    {"cp936", ENCODING_GB18030},
    {"cp949", ENCODING_EUC_KR},
    {"cp950", ENCODING_BIG5},
    {"csascii", ENCODING_ASCII},
    {"csiso2022jp", ENCODING_ISO_2022_JP},
    {"csisolatin1", ENCODING_WINDOWS_1252},
    {"cskoi8r", ENCODING_KOI8_R},
    {"csshiftjis", ENCODING_SHIFT_JIS},
    {"eucjp", ENCODING_EUC_JP},
    {"euckr", ENCODING_EUC_KR},
    {"gb18030", ENCODING_GB18030},
    {"gb2312", ENCODING_GB18030},
    {"gb231280", ENCODING_GB18030},
    {"gbk", ENCODING_GB18030},
    {"ibm437", ENCODING_CP437},
    {"ibm850", ENCODING_CP850},
    {"ibm852", ENCODING_CP852},
    {"ibm866", ENCODING_CP866},
    {"iso2022jp", ENCODING_ISO_2022_JP},
    {"iso2022jp1", ENCODING_ISO_2022_JP},
    {"iso2022jp2", ENCODING_ISO_2022_JP},
    {"iso2022kr", ENCODING_ISO_2022_KR},
    {"iso646us", ENCODING_ASCII},
    {"iso88591", ENCODING_WINDOWS_1252},
    {"iso885910", ENCODING_ISO_8859_10},
    {"iso885911", ENCODING_WINDOWS_874},
    {"iso885913", ENCODING_ISO_8859_13},
    {"iso885914", ENCODING_ISO_8859_14},
    {"iso885915", ENCODING_ISO_8859_15},
    {"iso885916", ENCODING_ISO_8859_16},
    {"iso88592", ENCODING_ISO_8859_2},
    {"iso88593", ENCODING_ISO_8859_3},
    {"iso88594", ENCODING_ISO_8859_4},
    {"iso88595", ENCODING_ISO_8859_5},
    {"iso88596", ENCODING_ISO_8859_6},
    {"iso88597", ENCODING_ISO_8859_7},
    {"iso88598", ENCODING_ISO_8859_8},
    {"iso88598e", ENCODING_ISO_8859_8},
    {"iso88598i", ENCODING_ISO_8859_8},
    {"iso88599", ENCODING_WINDOWS_1254},
    {"koi8", ENCODING_KOI8_R},
    {"koi8r", ENCODING_KOI8_R},
    {"koi8u", ENCODING_KOI8_U},
    {"ksc5601", ENCODING_EUC_KR},
    {"ksc56011987", ENCODING_EUC_KR},
    {"ksc56011989", ENCODING_EUC_KR},
    {"l1", ENCODING_WINDOWS_1252},
    {"latin1", ENCODING_WINDOWS_1252},
    {"latin2", ENCODING_ISO_8859_2},
    {"latin9", ENCODING_ISO_8859_15},
    {"mac", ENCODING_MACINTOSH},
    {"maccyrillic", ENCODING_MAC_CYRILLIC},
    {"macintosh", ENCODING_MACINTOSH},
    {"macroman", ENCODING_MACINTOSH},
    {"mskanji", ENCODING_SHIFT_JIS},
    {"shiftjis", ENCODING_SHIFT_JIS},
    {"sjis", ENCODING_SHIFT_JIS},
    {"tis620", ENCODING_WINDOWS_874},
    {"ucs2", ENCODING_UTF_16},
    {"uhc", ENCODING_EUC_KR},
    {"unicode11utf7", ENCODING_UTF_7},
    {"unicode11utf8", ENCODING_UTF_8},
    {"usascii", ENCODING_ASCII},
    {"utf16", ENCODING_UTF_16},
    {"utf16be", ENCODING_UTF_16BE},
    {"utf16le", ENCODING_UTF_16LE},
    {"utf32", ENCODING_UTF_32},
    {"utf7", ENCODING_UTF_7},
    {"utf8", ENCODING_UTF_8},
    {"win1251", ENCODING_WINDOWS_1251},
    {"windows1250", ENCODING_WINDOWS_1250},
    {"windows1251", ENCODING_WINDOWS_1251},
    {"windows1252", ENCODING_WINDOWS_1252},
    {"windows1253", ENCODING_WINDOWS_1253},
    {"windows1254", ENCODING_WINDOWS_1254},
    {"windows1255", ENCODING_WINDOWS_1255},
    {"windows1256", ENCODING_WINDOWS_1256},
    {"windows1257", ENCODING_WINDOWS_1257},
    {"windows1258", ENCODING_WINDOWS_1258},
    {"windows31j", ENCODING_SHIFT_JIS},
    {"windows874", ENCODING_WINDOWS_874},
    {"windows932", ENCODING_SHIFT_JIS},
    {"windows936", ENCODING_GB18030},
    {"windows949", ENCODING_EUC_KR},
    {"xcp1251", ENCODING_WINDOWS_1251},
    {"xeucjp", ENCODING_EUC_JP},
    {"xgbk", ENCODING_GB18030},
    {"xmacroman", ENCODING_MACINTOSH},
    {"xsjis", ENCODING_SHIFT_JIS},
    {"xunicode20utf8", ENCODING_UTF_8},
};

/* windows-1252 from 0x80 to 0x9F; 0 where it has no character. */
static const uint16_t windows_1252_c1[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

struct CharsetDecoder {
    iconv_t converters[ENCODING_COUNT];
    bool has_converter[ENCODING_COUNT];
    iconv_t others[G_N_ELEMENTS(other_iconv_names)]; /* only kept, so that they stay loaded */
    GString *scratch;                                /* iconv's output, before it is checked */
};

CharsetDecoder *charset_decoder_new(void)
{
    CharsetDecoder *decoder = g_new0(CharsetDecoder, 1);
    for (int i = 0; i < ENCODING_COUNT; i++) {
        if (iconv_names[i] != NULL) {
            decoder->converters[i] = iconv_open("UTF-8", iconv_names[i]);
            decoder->has_converter[i] = (intptr_t)decoder->converters[i] != -1;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(other_iconv_names); i++) {
        decoder->others[i] = iconv_open("UTF-8", other_iconv_names[i]);
    }
    decoder->scratch = g_string_sized_new(OUTPUT_BLOCK);
    return decoder;
}

void charset_decoder_free(CharsetDecoder *decoder)
{
    if (decoder == NULL) {
        return;
    }
    for (int i = 0; i < ENCODING_COUNT; i++) {
        if (decoder->has_converter[i]) {
            iconv_close(decoder->converters[i]);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(other_iconv_names); i++) {
        if ((intptr_t)decoder->others[i] != -1) {
            iconv_close(decoder->others[i]);
        }
    }
    g_string_free(decoder->scratch, true);
    g_free(decoder);
}

/* Lower case, letters and digits only. Returns: false for a name that can be on no list. */
static bool plain_name(Slice name, char *plain)
{
    size_t length = 0;
    if (name.len > CHARSET_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        const char byte = name.ptr[i];
        if (byte == '/' || (byte & 0x80) != 0 || byte == '\0') {
            return false;
        }
        if (g_ascii_isalnum(byte)) {
            plain[length++] = g_ascii_tolower(byte);
        }
    }
    plain[length] = '\0';
    return true;
}

static Encoding find_encoding(Slice name)
{
    char plain[CHARSET_NAME_MAX + 1];
    if (!plain_name(name, plain)) {
        return ENCODING_UNKNOWN;
    }
    size_t low = 0;
    size_t high = G_N_ELEMENTS(aliases);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(plain, aliases[middle].name);
        if (order == 0) {
            return aliases[middle].encoding;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return ENCODING_UNKNOWN;
}

bool charset_is_known(Slice name)
{
    return find_encoding(name) != ENCODING_UNKNOWN;
}

static void append_windows_1252(Slice bytes, GString *out, ProblemSet *problems)
{
    size_t at = 0;
    while (at < bytes.len) {
        const size_t ascii = utf8_text_ascii_length(slice_from(bytes, at));
        utf8_text_append(out, slice_of(bytes.ptr + at, ascii));
        at += ascii;
        if (at == bytes.len) {
            return;
        }
        const uint8_t byte = (uint8_t)bytes.ptr[at++];
        const uint32_t character = byte < 0xA0 ? windows_1252_c1[byte - 0x80] : byte;
        if (character == 0) {
            problem_set_add(problems, PROBLEM_BAD_CHARSET);
        }
        utf8_text_append_char(out, character);
    }
}

/* Bytes that are not all UTF-8 and whose charset is not known, or is said to be UTF-8. Where
 * most characters are well-formed the others are damage; else it was never UTF-8. */
static void append_guessed(Slice bytes, Utf8Census census, GString *out, ProblemSet *problems)
{
    if (census.sequences > census.bad) {
        problem_set_add(problems, PROBLEM_BAD_CHARSET);
        utf8_text_append(out, bytes);
    } else {
        problem_set_add(problems, PROBLEM_CHARSET_GUESSED);
        append_windows_1252(bytes, out, problems);
    }
}

/* Runs iconv over all of `bytes` into the scratch string. Returns: the bytes it could not
 * read, each now U+FFFD. */
static size_t convert(CharsetDecoder *decoder, Encoding encoding, Slice bytes)
{
    iconv_t converter = decoder->converters[encoding];
    GString *scratch = decoder->scratch;
    char block[OUTPUT_BLOCK];
    size_t n_bad = 0;
    /* iconv's prototype lacks a const; it does not write to its input. */
    char *in;
    memcpy(&in, &bytes.ptr, sizeof in);
    size_t in_left = bytes.len;

    g_string_truncate(scratch, 0);
    iconv(converter, NULL, NULL, NULL, NULL);
    while (in_left > 0) {
        char *out = block;
        size_t out_left = sizeof block;
        const size_t done = iconv(converter, &in, &in_left, &out, &out_left);
        const int reason = done == (size_t)-1 ? errno : 0;
        g_string_append_len(scratch, block, out - block);
        if (reason == 0 || reason == E2BIG) {
            continue;
        }
        utf8_text_append_char(scratch, 0xFFFD);
        n_bad++;
        const size_t skipped = encoding >= ENCODING_UTF_16 ? 2 : 1;
        in += MIN(skipped, in_left);
        in_left -= MIN(skipped, in_left);
    }
    return n_bad;
}

static bool has_escape_or_high_bit(Encoding encoding, Slice bytes)
{
    if (encoding == ENCODING_ISO_2022_JP || encoding == ENCODING_ISO_2022_KR) {
        return memchr(bytes.ptr, '\x1B', bytes.len) != NULL ||
               memchr(bytes.ptr, '\x0E', bytes.len) != NULL;
    }
    return true;
}

/* Whether well-formed UTF-8 is read in the declared charset all the same: the stateful ones
 * hide in ASCII; a short text in a double-byte charset may look like UTF-8 by chance. */
static bool is_declared_first(CharsetDecoder *decoder, Encoding encoding, Slice bytes,
                              Utf8Census census)
{
    if (encoding >= ENCODING_FIRST_STATEFUL) {
        return census.sequences == 0 && has_escape_or_high_bit(encoding, bytes);
    }
    const size_t few_characters = 3;
    return encoding >= ENCODING_FIRST_MULTIBYTE && census.sequences > 0 &&
           census.sequences <= few_characters && convert(decoder, encoding, bytes) == 0;
}

static void append_declared(CharsetDecoder *decoder, Encoding encoding, Slice bytes,
                            GString *out, ProblemSet *problems)
{
    if (encoding == ENCODING_WINDOWS_1252) {
        append_windows_1252(bytes, out, problems);
        return;
    }
    if (convert(decoder, encoding, bytes) > 0) {
        problem_set_add(problems, PROBLEM_BAD_CHARSET);
    }
    utf8_text_append(out, slice_of(decoder->scratch->str, decoder->scratch->len));
}

void charset_decoder_append(CharsetDecoder *decoder, Slice name, Slice bytes, GString *out,
                            ProblemSet *problems)
{
    if (bytes.len == 0) {
        return;
    }
    Encoding encoding = name.len == 0 ? ENCODING_ASCII : find_encoding(name);
    if (encoding == ENCODING_UNKNOWN) {
        problem_set_add(problems, PROBLEM_BAD_CHARSET);
    } else if (encoding >= ENCODING_FIRST_ICONV && !decoder->has_converter[encoding]) {
        problem_set_add(problems, PROBLEM_BAD_CHARSET);
        encoding = ENCODING_UNKNOWN;
    }
    const Utf8Census census = utf8_text_census(bytes);
    if (census.bad == 0 && !is_declared_first(decoder, encoding, bytes, census)) {
        if (census.sequences > 0 && encoding != ENCODING_UTF_8) {
            problem_set_add(problems, PROBLEM_CHARSET_GUESSED);
        }
        utf8_text_append(out, bytes);
    } else if (encoding >= ENCODING_WINDOWS_1252) {
        append_declared(decoder, encoding, bytes, out, problems);
    } else {
        append_guessed(bytes, census, out, problems);
    }
}
