/* SPDX-License-Identifier: MIT */
#include "schema/sniff.h"

#include "schema/utf8_text.h"

/* For tables: SLICE_LITERAL is no constant expression. */
#define BYTES(text)                                                                            \
    {                                                                                          \
        (text), sizeof(text) - 1                                                               \
    }

/* Files that begin with fixed bytes at a fixed place. */
static const struct {
    size_t at;
    Slice bytes;
    const char *type;
} signatures[] = {
    {0, BYTES("%PDF-"), "application/pdf"},
    {0, BYTES("\x89PNG\r\n\x1A\n"), "image/png"},
    {0, BYTES("\xFF\xD8\xFF"), "image/jpeg"},
    {0, BYTES("GIF87a"), "image/gif"},
    {0, BYTES("GIF89a"), "image/gif"},
    {0, BYTES("II*\0"), "image/tiff"},
    {0, BYTES("MM\0*"), "image/tiff"},
    {8, BYTES("WEBP"), "image/webp"},
    {8, BYTES("WAVE"), "audio/wav"},
    {8, BYTES("AVI "), "video/x-msvideo"},
    {0, BYTES("\x1F\x8B"), "application/gzip"},
    {0, BYTES("BZh"), "application/x-bzip2"},
    {0,
     {"\xFD"
      "7zXZ\0",
      6},
     "application/x-xz"},
    {0, BYTES("\x28\xB5\x2F\xFD"), "application/zstd"},
    {0, BYTES("Rar!\x1A\x07"), "application/vnd.rar"},
    {0, BYTES("7z\xBC\xAF\x27\x1C"), "application/x-7z-compressed"},
    {257, BYTES("ustar"), "application/x-tar"},
    {0, BYTES("MSCF"), "application/vnd.ms-cab-compressed"},
    {0, BYTES("{\\rtf"), "application/rtf"},
    {0, BYTES("\x78\x9F\x3E\x22"), "application/vnd.ms-tnef"},
    {0, BYTES("!BDN"), "application/vnd.ms-outlook-pst"},
    {0, BYTES("ID3"), "audio/mpeg"},
    {0, BYTES("OggS"), "application/ogg"},
    {0, BYTES("fLaC"), "audio/flac"},
    {4, BYTES("ftypM4A"), "audio/mp4"},
    {4, BYTES("ftypqt"), "video/quicktime"},
    {4, BYTES("ftyphei"), "image/heic"},
    {4, BYTES("ftyp"), "video/mp4"},
    {0, BYTES("\x1A\x45\xDF\xA3"), "video/x-matroska"},
    {0, BYTES("%!PS"), "application/postscript"},
    {0, BYTES("MZ"), "application/vnd.microsoft.portable-executable"},
    {0,
     {"\x7F"
      "ELF",
      4},
     "application/x-elf"},
    {0, BYTES("SQLite format 3\0"), "application/vnd.sqlite3"},
    {0, BYTES("BEGIN:VCARD"), "text/vcard"},
    {0, BYTES("BEGIN:VCALENDAR"), "text/calendar"},
    {0, BYTES("-----BEGIN PGP MESSAGE"), "application/pgp-encrypted"},
    {0, BYTES("-----BEGIN PGP SIGNATURE"), "application/pgp-signature"},
    {0, BYTES("-----BEGIN PGP PUBLIC KEY"), "application/pgp-keys"},
    {0, BYTES("<?xml"), "application/xml"},
};

static bool contains(Slice text, const char *wanted)
{
    return memmem(text.ptr, text.len, wanted, strlen(wanted)) != NULL;
}

static bool has_at(Slice text, size_t at, Slice wanted)
{
    return text.len >= at + wanted.len && memcmp(text.ptr + at, wanted.ptr, wanted.len) == 0;
}

/* The office formats are ZIP files whose first members tell them apart. */
static const char *sniff_zip(Slice begin)
{
    static const struct {
        const char *member;
        const char *type;
    } members[] = {
        {"mimetypeapplication/vnd.oasis.opendocument.text",
         "application/vnd.oasis.opendocument.text"},
        {"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
         "application/vnd.oasis.opendocument.spreadsheet"},
        {"mimetypeapplication/vnd.oasis.opendocument.presentation",
         "application/vnd.oasis.opendocument.presentation"},
        {"mimetypeapplication/epub+zip", "application/epub+zip"},
        {"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {"META-INF/MANIFEST.MF", "application/java-archive"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        if (contains(begin, members[i].member)) {
            return members[i].type;
        }
    }
    return "application/zip";
}

/* Compound files (MS-CFB): stream names are UTF-16, in a directory that is often near. */
static const char *sniff_ole(Slice begin)
{
    static const struct {
        Slice name;
        const char *type;
    } streams[] = {
        {BYTES("W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t"), "application/msword"},
        {BYTES("W\0o\0r\0k\0b\0o\0o\0k"), "application/vnd.ms-excel"},
        {BYTES("P\0o\0w\0e\0r\0P\0o\0i\0n\0t"), "application/vnd.ms-powerpoint"},
        {BYTES("_\0_\0s\0u\0b\0s\0t\0g\0"), "application/vnd.ms-outlook"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++) {
        if (memmem(begin.ptr, begin.len, streams[i].name.ptr, streams[i].name.len) != NULL) {
            return streams[i].type;
        }
    }
    return "application/x-ole-storage";
}

static Slice skip_space(Slice text)
{
    if (slice_starts_with(text, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        text = slice_from(text, 3);
    }
    while (text.len > 0 &&
           (text.ptr[0] == ' ' || (text.ptr[0] >= '\t' && text.ptr[0] <= '\r'))) {
        text = slice_from(text, 1);
    }
    return text;
}

static bool starts_nocase(Slice text, Slice wanted)
{
    return text.len >= wanted.len && slice_equal_nocase(slice_of(text.ptr, wanted.len), wanted);
}

/* Text has no control characters but white space, escape and form feed. */
static bool is_text(Slice begin, bool is_whole)
{
    for (size_t i = 0; i < begin.len; i++) {
        const uint8_t byte = (uint8_t)begin.ptr[i];
        if (byte < ' ' && !(byte >= '\t' && byte <= '\r') && byte != 0x1B) {
            return false;
        }
    }
    const Utf8Census census = utf8_text_census(begin);
    /* The last character may be cut; text in an 8-bit charset is mostly ASCII all the same. */
    const size_t allowed = (is_whole ? 0 : 3) + begin.len / 4;
    return census.bad <= allowed;
}

static bool is_mail(Slice text)
{
    static const Slice fields[] = {
        BYTES("Return-Path:"),  BYTES("Received:"),     BYTES("From:"),
        BYTES("Date:"),         BYTES("Message-ID:"),   BYTES("Subject:"),
        BYTES("Delivered-To:"), BYTES("MIME-Version:"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (starts_nocase(text, fields[i])) {
            return true;
        }
    }
    return false;
}

static const char *sniff_text(Slice begin, bool is_whole)
{
    const Slice text = skip_space(begin);
    if (!is_text(begin, is_whole) || text.len == 0) {
        return NULL;
    }
    if (starts_nocase(text, SLICE_LITERAL("<!doctype html")) ||
        starts_nocase(text, SLICE_LITERAL("<html")) ||
        starts_nocase(text, SLICE_LITERAL("<head"))) {
        return "text/html";
    }
    return is_mail(text) ? "message/rfc822" : "text/plain";
}

/* An MPEG audio frame: eleven bits set, then no reserved version, layer or rate. */
static bool is_mpeg_audio(Slice begin)
{
    const uint8_t *bytes = (const uint8_t *)begin.ptr;
    return begin.len > 2 && bytes[0] == 0xFF && (bytes[1] & 0xE0) == 0xE0 &&
           (bytes[1] & 0x18) != 0x08 && (bytes[1] & 0x06) != 0 && (bytes[2] & 0xF0) != 0xF0;
}

const char *sniff_type(Slice begin, bool is_whole)
{
    if (begin.len == 0) {
        return NULL;
    }
    if (has_at(begin, 0, SLICE_LITERAL("PK\x03\x04"))) {
        return sniff_zip(begin);
    }
    if (has_at(begin, 0, SLICE_LITERAL("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) {
        return sniff_ole(begin);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++) {
        if (has_at(begin, signatures[i].at, signatures[i].bytes)) {
            return signatures[i].type;
        }
    }
    return is_mpeg_audio(begin) ? "audio/mpeg" : sniff_text(begin, is_whole);
}
