/* SPDX-License-Identifier: MIT */
#include "schema/sniff.h"

#define BYTES(text)                                                                            \
    {                                                                                          \
        (text), sizeof(text) - 1                                                               \
    }

static const struct {
    const char *name;
    Slice begin;
    const char *type;
} cases[] = {
    {"pdf", BYTES("%PDF-1.4\n"), "application/pdf"},
    {"png", BYTES("\x89PNG\r\n\x1A\n\0"), "image/png"},
    {"jpeg", BYTES("\xFF\xD8\xFF\xE0"), "image/jpeg"},
    {"gif", BYTES("GIF89a"), "image/gif"},
    {"webp", BYTES("RIFF\0\0\0\0WEBPVP8 "), "image/webp"},
    {"zip", BYTES("PK\x03\x04\x14\0a.txt"), "application/zip"},
    {"docx", BYTES("PK\x03\x04[Content_Types].xml word/document.xml"),
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"odt", BYTES("PK\x03\x04...mimetypeapplication/vnd.oasis.opendocument.textPK"),
     "application/vnd.oasis.opendocument.text"},
    {"doc", BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1..W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0"),
     "application/msword"},
    {"gzip", BYTES("\x1F\x8B\x08"), "application/gzip"},
    {"rtf", BYTES("{\\rtf1"), "application/rtf"},
    {"tnef", BYTES("\x78\x9F\x3E\x22\x01"), "application/vnd.ms-tnef"},
    {"mp4",
     BYTES("\0\0\0\x18"
           "ftypmp42"),
     "video/mp4"},
    {"mp3_frame", BYTES("\xFF\xFB\x90\x64"), "audio/mpeg"},
    {"html", BYTES("  <!DOCTYPE HTML>"), "text/html"},
    {"mail", BYTES("Received: from a"), "message/rfc822"},
    {"text", BYTES("Just words.\r\n"), "text/plain"},
    {"latin1_text", BYTES("caf\351 et th\351, voil\340"), "text/plain"},
    {"white_space_only", BYTES(" \n"), NULL},
    {"binary", BYTES("\1\2\3\4"), NULL},
    {"one_byte", BYTES("P"), "text/plain"},
    {"nothing", {"", 0}, NULL},
};

static void test_case(gconstpointer data)
{
    const size_t i = GPOINTER_TO_SIZE(data);
    g_autofree char *begin = g_memdup2(cases[i].begin.ptr, cases[i].begin.len);
    g_assert_cmpstr(sniff_type(slice_of(begin, cases[i].begin.len), true), ==, cases[i].type);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/sniff/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_case);
    }
    return g_test_run();
}
