/* SPDX-License-Identifier: MIT */
#include "indexer/sniff.h"

#include "indexer/utf8_text.h"

/* Files that begin with fixed bytes at a fixed place. */
static const struct {
    size_t at;
    Slice bytes;
    const char *type;
} signatures[] = {
    {0, {"%PDF-", 5}, "application/pdf"},
    {0, {"\x89PNG\r\n\x1A\n", 8}, "image/png"},
    {0, {"\xFF\xD8\xFF", 3}, "image/jpeg"},
    {0, {"GIF87a", 6}, "image/gif"},
    {0, {"GIF89a", 6}, "image/gif"},
    {0, {"II*\0", 4}, "image/tiff"},
    {0, {"MM\0*", 4}, "image/tiff"},
    {8, {"WEBP", 4}, "image/webp"},
    {8, {"WAVE", 4}, "audio/wav"},
    {8, {"AVI ", 4}, "video/x-msvideo"},
    {0, {"\x1F\x8B", 2}, "application/gzip"},
    {0, {"BZh", 3}, "application/x-bzip2"},
    {0,
     {"\xFD"
      "7zXZ\0",
      6},
     "application/x-xz"},
    {0, {"\x28\xB5\x2F\xFD", 4}, "application/zstd"},
    {0, {"Rar!\x1A\x07", 6}, "application/vnd.rar"},
    {0, {"7z\xBC\xAF\x27\x1C", 6}, "application/x-7z-compressed"},
    {257, {"ustar", 5}, "application/x-tar"},
    {0, {"MSCF", 4}, "application/vnd.ms-cab-compressed"},
    {0, {"{\\rtf", 5}, "application/rtf"},
    {0, {"\x78\x9F\x3E\x22", 4}, "application/vnd.ms-tnef"},
    {0, {"!BDN", 4}, "application/vnd.ms-outlook-pst"},
    {0, {"ID3", 3}, "audio/mpeg"},
    {0, {"OggS", 4}, "application/ogg"},
    {0, {"fLaC", 4}, "audio/flac"},
    {4, {"ftypM4A", 7}, "audio/mp4"},
    {4, {"ftypqt", 6}, "video/quicktime"},
    {4, {"ftyphei", 7}, "image/heic"},
    {4, {"ftyp", 4}, "video/mp4"},
    {0, {"\x1A\x45\xDF\xA3", 4}, "video/x-matroska"},
    {0, {"%!PS", 4}, "application/postscript"},
    {0, {"MZ", 2}, "application/vnd.microsoft.portable-executable"},
    {0,
     {"\x7F"
      "ELF",
      4},
     "application/x-elf"},
    {0, {"SQLite format 3\0", 16}, "application/vnd.sqlite3"},
    {0, {"BEGIN:VCARD", 11}, "text/vcard"},
    {0, {"BEGIN:VCALENDAR", 15}, "text/calendar"},
    {0, {"-----BEGIN PGP MESSAGE", 22}, "application/pgp-encrypted"},
    {0, {"-----BEGIN PGP SIGNATURE", 24}, "application/pgp-signature"},
    {0, {"-----BEGIN PGP PUBLIC KEY", 25}, "application/pgp-keys"},
    {0, {"<?xml", 5}, "application/xml"},
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
        {{"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t", 23}, "application/msword"},
        {{"W\0o\0r\0k\0b\0o\0o\0k", 15}, "application/vnd.ms-excel"},
        {{"P\0o\0w\0e\0r\0P\0o\0i\0n\0t", 19}, "application/vnd.ms-powerpoint"},
        {{"_\0_\0s\0u\0b\0s\0t\0g\0"
          "1\0.\0"
          "0",
          23},
         "application/vnd.ms-outlook"},
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
        {"Return-Path:", 12}, {"Received:", 9}, {"From:", 5},          {"Date:", 5},
        {"Message-ID:", 11},  {"Subject:", 8},  {"Delivered-To:", 13}, {"MIME-Version:", 13},
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
