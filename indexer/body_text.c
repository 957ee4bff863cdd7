/* SPDX-License-Identifier: MIT */
#include "indexer/body_text.h"

#include "indexer/flowed.h"
#include "indexer/html_text.h"
#include "schema/html_tag.h"
#include "schema/utf8_text.h"
#include "schema/uu_file.h"

/* Buffers above this are given back after a message, or one giant mail would stay for ever. */
#define KEPT_BUFFER_BYTES ((size_t)1 << 20)

/* One bit a hashed word: which words the plain alternative has. */
#define WORD_BITS 65536

/* HTML is added to a plain alternative when it has more new words than this, and more than one
 * in four: link texts and footers differ a little in honest mail. */
#define NEW_WORDS_MIN   8
#define NEW_WORDS_RATIO 4

struct BodyText {
    CharsetDecoder *charsets; /* borrowed */
    GString *body;
    GString *attached;
    GString *decoded;     /* a part after its transfer encoding */
    GString *utf8;        /* after its charset */
    GString *html;        /* text of an HTML alternative */
    uint32_t alternative; /* whose words are in `words` */
    uint64_t words[WORD_BITS / 64];
};

BodyText *body_text_new(CharsetDecoder *charsets)
{
    BodyText *body = g_new0(BodyText, 1);
    body->charsets = charsets;
    body->body = g_string_sized_new(4096);
    body->attached = g_string_sized_new(4096);
    body->decoded = g_string_sized_new(4096);
    body->utf8 = g_string_sized_new(4096);
    body->html = g_string_sized_new(4096);
    return body;
}

void body_text_free(BodyText *body)
{
    if (body == NULL) {
        return;
    }
    g_string_free(body->body, true);
    g_string_free(body->attached, true);
    g_string_free(body->decoded, true);
    g_string_free(body->utf8, true);
    g_string_free(body->html, true);
    g_free(body);
}

static void empty(GString **string)
{
    if ((*string)->allocated_len > KEPT_BUFFER_BYTES) {
        g_string_free(*string, true);
        *string = g_string_sized_new(4096);
    }
    g_string_truncate(*string, 0);
}

void body_text_begin(BodyText *body)
{
    empty(&body->body);
    empty(&body->attached);
    body->alternative = 0;
}

static Slice string_slice(const GString *string)
{
    return slice_of(string->str, string->len);
}

/* The part's bytes without their transfer encoding, bounded. Borrowed from the message or from
 * `decoded`. */
static Slice decode_transfer(BodyText *body, const Part *part, ProblemSet *problems)
{
    if (part->content.encoding == TRANSFER_IDENTITY) {
        if (part->bytes.len > BODY_TEXT_MAX) {
            problem_set_add(problems, PROBLEM_TEXT_TOO_LARGE);
        }
        return slice_of(part->bytes.ptr, MIN(part->bytes.len, BODY_TEXT_MAX));
    }
    TransferDecoder decoder;
    transfer_decoder_init(&decoder, part->content.encoding);
    empty(&body->decoded);
    const Slice encoded = part->content.encoding == TRANSFER_UUENCODE
                              ? transfer_skip_uu_begin(part->bytes)
                              : part->bytes;
    if (!transfer_decoder_append_all(&decoder, encoded, BODY_TEXT_MAX, body->decoded)) {
        problem_set_add(problems, PROBLEM_TEXT_TOO_LARGE);
    }
    if (decoder.is_damaged) {
        problem_set_add(problems, PROBLEM_BAD_TRANSFER_ENCODING);
    }
    return string_slice(body->decoded);
}

/* Into `utf8`. */
static Slice decode_charset(BodyText *body, Slice charset, Slice bytes, ProblemSet *problems)
{
    empty(&body->utf8);
    charset_decoder_append(body->charsets, charset, bytes, body->utf8, problems);
    return string_slice(body->utf8);
}

/* CRLF becomes LF. */
static void append_lines(Slice text, GString *out)
{
    while (text.len > 0) {
        const char *cr = memchr(text.ptr, '\r', text.len);
        const size_t length = cr == NULL ? text.len : (size_t)(cr - text.ptr);
        g_string_append_len(out, text.ptr, (gssize)length);
        if (cr == NULL) {
            return;
        }
        text = slice_from(text, length + 1);
        if (text.len == 0 || text.ptr[0] != '\n') {
            g_string_append_c(out, '\n');
        }
    }
}

static void append_plain(BodyText *body, const ContentHeader *content, Slice bytes,
                         GString *out, ProblemSet *problems)
{
    const Slice text = decode_charset(body, string_slice(content->charset), bytes, problems);
    if (content->is_flowed) {
        flowed_append(text, content->is_delsp, out);
    } else {
        append_lines(text, out);
    }
}

static void append_html(BodyText *body, const ContentHeader *content, Slice bytes, GString *out,
                        ProblemSet *problems)
{
    Slice charset = string_slice(content->charset);
    if (charset.len == 0) {
        charset = html_tag_declared_charset(bytes);
    }
    html_text_append(decode_charset(body, charset, bytes, problems), out);
}

/* Ends the text of a part: the next one begins on a line of its own, and what is beyond the
 * limit goes. */
static void end_part(GString *out, ProblemSet *problems)
{
    if (out->len > BODY_TEXT_MAX) {
        problem_set_add(problems, PROBLEM_TEXT_TOO_LARGE);
        g_string_truncate(out, utf8_text_cut(string_slice(out), BODY_TEXT_MAX).len);
    }
    if (out->len > 0 && out->str[out->len - 1] != '\n') {
        g_string_append_c(out, '\n');
    }
}

static bool is_word_byte(char byte)
{
    return g_ascii_isalnum(byte) || (byte & 0x80) != 0;
}

/* The next word of `text`, hashed; case is ignored for ASCII. Returns: false at the end. */
static bool next_word(Slice *text, uint32_t *ret_hash)
{
    size_t at = 0;
    while (at < text->len && !is_word_byte(text->ptr[at])) {
        at++;
    }
    uint32_t hash = 2166136261U;
    const size_t begin = at;
    for (; at < text->len && is_word_byte(text->ptr[at]); at++) {
        hash = (hash ^ (uint8_t)g_ascii_tolower(text->ptr[at])) * 16777619U;
    }
    *text = slice_from(*text, at);
    *ret_hash = (hash ^ hash >> 16) % WORD_BITS;
    return at > begin;
}

static void remember_words(BodyText *body, uint32_t alternative, Slice text)
{
    uint32_t word;
    if (body->alternative != alternative) {
        memset(body->words, 0, sizeof body->words);
        body->alternative = alternative;
    }
    while (next_word(&text, &word)) {
        body->words[word / 64] |= UINT64_C(1) << (word % 64);
    }
}

/* Whether the HTML of an alternative says what its plain text does not. */
static bool has_new_words(const BodyText *body, Slice text)
{
    size_t n_words = 0;
    size_t n_new = 0;
    uint32_t word;
    while (next_word(&text, &word)) {
        n_words++;
        n_new += (body->words[word / 64] >> (word % 64) & 1) == 0;
    }
    return n_new > NEW_WORDS_MIN && NEW_WORDS_RATIO * n_new > n_words;
}

static void add_html(BodyText *body, const Part *part, Slice bytes, ProblemSet *problems)
{
    if (part->alternative == 0 || part->alternative != body->alternative) {
        append_html(body, &part->content, bytes, body->body, problems);
        return;
    }
    empty(&body->html);
    append_html(body, &part->content, bytes, body->html, problems);
    if (has_new_words(body, string_slice(body->html))) {
        g_string_append_len(body->body, body->html->str, (gssize)body->html->len);
    }
}

static void add_plain(BodyText *body, const Part *part, Slice bytes,
                      AttachmentReader *attachments, MailRecord *record)
{
    const size_t from = body->body->len;
    Slice before;
    Slice raw_name;
    Slice lines;
    if (bytes.len > 0 && memmem(bytes.ptr, bytes.len, "begin ", 6) != NULL) {
        while (uu_file_next(&bytes, &before, &raw_name, &lines)) {
            append_plain(body, &part->content, before, body->body, &record->problems);
            const Slice name = decode_charset(body, SLICE_EMPTY, raw_name, &record->problems);
            utf8_text_make_line(body->utf8, 0);
            attachment_reader_add_uuencoded(attachments, part,
                                            slice_of(name.ptr, body->utf8->len), lines, record);
        }
    }
    append_plain(body, &part->content, bytes, body->body, &record->problems);
    if (part->alternative != 0) {
        remember_words(body, part->alternative, slice_from(string_slice(body->body), from));
    }
}

void body_text_add(BodyText *body, const Part *part, AttachmentReader *attachments,
                   MailRecord *record)
{
    if (body->body->len >= BODY_TEXT_MAX) {
        problem_set_add(&record->problems, PROBLEM_TEXT_TOO_LARGE);
        return;
    }
    const Slice bytes = decode_transfer(body, part, &record->problems);
    if (content_header_is(&part->content, "text", "html")) {
        add_html(body, part, bytes, &record->problems);
    } else {
        add_plain(body, part, bytes, attachments, record);
    }
    end_part(body->body, &record->problems);
}

void body_text_add_attached(BodyText *body, const Part *part, MailRecord *record)
{
    if (body->attached->len >= BODY_TEXT_MAX) {
        problem_set_add(&record->problems, PROBLEM_TEXT_TOO_LARGE);
        return;
    }
    const Slice bytes = decode_transfer(body, part, &record->problems);
    if (content_header_is(&part->content, "text", "html")) {
        append_html(body, &part->content, bytes, body->attached, &record->problems);
    } else {
        append_plain(body, &part->content, bytes, body->attached, &record->problems);
    }
    end_part(body->attached, &record->problems);
}

GString *body_text_begin_message(BodyText *body)
{
    return body->body;
}

void body_text_end(BodyText *body, MailRecord *record)
{
    record->body = mail_record_keep(record, string_slice(body->body));
    record->attachment_text = mail_record_keep(record, string_slice(body->attached));
}
