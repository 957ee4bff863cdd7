/* SPDX-License-Identifier: MIT */
#include "indexer/mail_address.h"

#include "schema/utf8_text.h"

/* RFC 2047 allows 75 characters; some mailers write one word however long the name is. */
#define ENCODED_WORD_MAX 2000

struct MailAddressReader {
    EncodedWordDecoder *words; /* borrowed */
    CharsetDecoder *charsets;  /* borrowed */
    GString *phrase;           /* text outside of brackets and comments, quotes undone */
    GString *comment;          /* the last comment, without its parentheses */
    GString *angle;            /* between < and >, comments left out */
    GString *decoded;          /* before it is kept */
};

/* One walk over a field. */
typedef struct {
    Slice rest;
    MailAddressReader *reader;
    MailRecord *record;
    AddressRole role;
    bool in_group;
    bool has_angle;
    bool no_more_quotes;   /* no closing quote is left: quotes are ordinary characters */
    bool no_more_comments; /* the same for ")" */
    bool is_phrase_quoted; /* all of the phrase was one quoted string */
} Walk;

MailAddressReader *mail_address_reader_new(EncodedWordDecoder *words, CharsetDecoder *charsets)
{
    MailAddressReader *reader = g_new0(MailAddressReader, 1);
    reader->words = words;
    reader->charsets = charsets;
    reader->phrase = g_string_sized_new(256);
    reader->comment = g_string_sized_new(256);
    reader->angle = g_string_sized_new(256);
    reader->decoded = g_string_sized_new(256);
    return reader;
}

void mail_address_reader_free(MailAddressReader *reader)
{
    if (reader == NULL) {
        return;
    }
    g_string_free(reader->phrase, true);
    g_string_free(reader->comment, true);
    g_string_free(reader->angle, true);
    g_string_free(reader->decoded, true);
    g_free(reader);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static Slice string_slice(const GString *string)
{
    return slice_of(string->str, string->len);
}

static Slice trim(Slice text)
{
    while (text.len > 0 && is_space(text.ptr[0])) {
        text = slice_from(text, 1);
    }
    while (text.len > 0 && is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

static void add_problem(Walk *walk, Problem problem)
{
    problem_set_add(&walk->record->problems, problem);
}

static Slice keep_name(Walk *walk, Slice raw)
{
    GString *decoded = walk->reader->decoded;
    g_string_truncate(decoded, 0);
    encoded_word_decoder_append(walk->reader->words, raw, decoded, &walk->record->problems);
    return mail_record_keep(walk->record,
                            utf8_text_cut(string_slice(decoded), MAIL_ADDRESS_NAME_BYTES_MAX));
}

/* addr-spec as written: white space goes, a route goes (RFC 5322 4.4), text becomes UTF-8. */
static Slice keep_address(Walk *walk, Slice raw)
{
    GString *decoded = walk->reader->decoded;
    raw = trim(raw);
    const char *colon = raw.len == 0 ? NULL : memchr(raw.ptr, ':', raw.len);
    if (raw.len > 0 && raw.ptr[0] == '@' && colon != NULL) {
        raw = slice_from(raw, (size_t)(colon + 1 - raw.ptr));
    } else if (raw.len > 7 &&
               slice_equal_nocase(slice_of(raw.ptr, 7), SLICE_LITERAL("mailto:"))) {
        raw = slice_from(raw, 7);
    }
    g_string_truncate(decoded, 0);
    if (raw.len > 0 && memmem(raw.ptr, raw.len, "=?", 2) != NULL) {
        encoded_word_decoder_append(walk->reader->words, raw, decoded, &walk->record->problems);
    } else {
        ProblemSet charset_problems = 0;
        charset_decoder_append(walk->reader->charsets, SLICE_EMPTY, raw, decoded,
                               &charset_problems);
    }
    utf8_text_make_line(decoded, 0);
    if (memchr(decoded->str, '"', decoded->len) == NULL) {
        size_t to = 0;
        for (size_t i = 0; i < decoded->len; i++) {
            if (decoded->str[i] != ' ') {
                decoded->str[to++] = decoded->str[i];
            }
        }
        g_string_truncate(decoded, to);
    }
    if (decoded->len > MAIL_ADDRESS_BYTES_MAX) {
        add_problem(walk, PROBLEM_BAD_ADDRESS);
    }
    return mail_record_keep(walk->record,
                            utf8_text_cut(string_slice(decoded), MAIL_ADDRESS_BYTES_MAX));
}

static void add_address(Walk *walk, Slice name, Slice address)
{
    if (walk->record->addresses->len >= MAIL_ADDRESS_MAX) {
        add_problem(walk, PROBLEM_TOO_MANY_ADDRESSES);
        walk->rest = SLICE_EMPTY;
        return;
    }
    const RecordAddress entry = {
        .role = walk->role,
        .name = keep_name(walk, name),
        .address = keep_address(walk, address),
    };
    if (entry.name.len > 0 || entry.address.len > 0) {
        g_array_append_val(walk->record->addresses, entry);
    }
}

/* The addr-spec in a phrase without brackets: around its last "@", white space beside the "@"
 * and the dots allowed (RFC 5322 4.4). What stands before it is the name. */
static bool split_bare_address(Slice phrase, Slice *ret_name, Slice *ret_address)
{
    const char *at_sign = phrase.len == 0 ? NULL : memrchr(phrase.ptr, '@', phrase.len);
    if (at_sign == NULL) {
        return false;
    }
    size_t begin = (size_t)(at_sign - phrase.ptr);
    while (begin > 0 && is_space(phrase.ptr[begin - 1])) {
        begin--;
    }
    const bool is_quoted = begin > 1 && phrase.ptr[begin - 1] == '"';
    const char *quote = is_quoted ? memrchr(phrase.ptr, '"', begin - 1) : NULL;
    if (quote != NULL) {
        begin = (size_t)(quote - phrase.ptr);
    }
    while (begin > 0 && !is_space(phrase.ptr[begin - 1])) {
        begin--;
    }
    size_t end = (size_t)(at_sign - phrase.ptr) + 1;
    while (end < phrase.len && is_space(phrase.ptr[end])) {
        end++;
    }
    while (end < phrase.len && !is_space(phrase.ptr[end])) {
        end++;
    }
    *ret_address = slice_of(phrase.ptr + begin, end - begin);
    *ret_name = trim(slice_of(phrase.ptr, begin));
    if (ret_name->len == 0) {
        *ret_name = trim(slice_from(phrase, end));
    }
    return true;
}

/* One atom alone, "root": a mailbox of the machine that wrote it, as RFC 733 had them. */
static bool is_local_mailbox(Slice phrase)
{
    for (size_t i = 0; i < phrase.len; i++) {
        const char byte = phrase.ptr[i];
        const bool is_mark = byte == '.' || byte == '_' || byte == '-' || byte == '+';
        if (!is_mark && !g_ascii_isalnum(byte)) {
            return false;
        }
    }
    return phrase.len > 0;
}

/* Ends a mailbox at "," ";" or the end of the field. */
static void end_mailbox(Walk *walk)
{
    MailAddressReader *reader = walk->reader;
    const Slice phrase = trim(string_slice(reader->phrase));
    const Slice comment = trim(string_slice(reader->comment));
    Slice name = phrase;
    Slice address = string_slice(reader->angle);
    if (!walk->has_angle) {
        address = SLICE_EMPTY;
        if (!walk->is_phrase_quoted || comment.len > 0) {
            split_bare_address(phrase, &name, &address);
        }
        if (address.len == 0 && !walk->is_phrase_quoted && is_local_mailbox(phrase)) {
            address = phrase;
            name = SLICE_EMPTY;
        }
    }
    if (name.len == 0) {
        name = comment;
    }
    if (name.len > 0 || address.len > 0) {
        if (trim(address).len == 0) {
            add_problem(walk, PROBLEM_BAD_ADDRESS);
        }
        add_address(walk, name, address);
    }
    g_string_truncate(reader->phrase, 0);
    g_string_truncate(reader->comment, 0);
    g_string_truncate(reader->angle, 0);
    walk->has_angle = false;
    walk->is_phrase_quoted = false;
}

/* quoted-string (RFC 5322 3.2.4). Returns: false, with nothing taken, when it never ends. */
static bool read_quoted(Walk *walk, GString *out, bool keep_quotes)
{
    const Slice text = walk->rest;
    const size_t from = out->len;
    size_t at = 1;
    if (keep_quotes) {
        g_string_append_c(out, '"');
    }
    for (; at < text.len && text.ptr[at] != '"'; at++) {
        const bool is_pair = text.ptr[at] == '\\' && at + 1 < text.len;
        if (is_pair && keep_quotes) {
            g_string_append_c(out, '\\');
        }
        at += is_pair;
        g_string_append_c(out, text.ptr[at]);
    }
    if (at == text.len) {
        g_string_truncate(out, from);
        walk->no_more_quotes = true;
        add_problem(walk, PROBLEM_BAD_ADDRESS);
        return false;
    }
    if (keep_quotes) {
        g_string_append_c(out, '"');
    }
    walk->rest = slice_from(text, at + 1);
    return true;
}

/* comment (RFC 5322 3.2.2), which may nest. Returns: as above. */
static bool read_comment(Walk *walk)
{
    const Slice text = walk->rest;
    GString *comment = walk->reader->comment;
    size_t depth = 1;
    size_t at = 1;
    g_string_truncate(comment, 0);
    for (; at < text.len; at++) {
        const char byte = text.ptr[at];
        if (byte == '\\' && at + 1 < text.len) {
            at++;
        } else if (byte == '(') {
            depth++;
        } else if (byte == ')' && --depth == 0) {
            break;
        }
        g_string_append_c(comment, text.ptr[at]);
    }
    if (at == text.len) {
        g_string_truncate(comment, 0);
        walk->no_more_comments = true;
        add_problem(walk, PROBLEM_BAD_ADDRESS);
        return false;
    }
    walk->rest = slice_from(text, at + 1);
    return true;
}

/* An encoded-word is one token, whatever characters it has: some mailers leave commas, quotes
 * and brackets in it. Returns: its length, or 0. */
static size_t encoded_word_length(Slice text)
{
    const size_t end = MIN(text.len, ENCODED_WORD_MAX);
    int n_marks = 0;
    if (!slice_starts_with(text, SLICE_LITERAL("=?"))) {
        return 0;
    }
    for (size_t i = 2; i + 1 < end && !is_space(text.ptr[i]); i++) {
        if (text.ptr[i] != '?') {
            continue;
        }
        n_marks++;
        if (n_marks > 2 && text.ptr[i + 1] == '=') {
            return i + 2;
        }
    }
    return 0;
}

static void take_byte(Walk *walk, GString *out)
{
    g_string_append_c(out, walk->rest.ptr[0]);
    walk->rest = slice_from(walk->rest, 1);
}

/* [CFWS] "<" addr-spec ">" - up to ">" or, when that is missing, "," or the end. */
static void read_angle(Walk *walk)
{
    GString *angle = walk->reader->angle;
    g_string_truncate(angle, 0);
    walk->has_angle = true;
    walk->rest = slice_from(walk->rest, 1);
    while (walk->rest.len > 0) {
        const char byte = walk->rest.ptr[0];
        if (byte == '>') {
            walk->rest = slice_from(walk->rest, 1);
            return;
        }
        const bool is_route = angle->len > 0 && angle->str[0] == '@';
        if (byte == '<') {
            /* "<<a@b>>" */
            g_string_truncate(angle, 0);
            walk->rest = slice_from(walk->rest, 1);
        } else if (byte == ',' && !is_route) {
            break;
        } else if ((byte == '"' && !walk->no_more_quotes && read_quoted(walk, angle, true)) ||
                   (byte == '(' && !walk->no_more_comments && read_comment(walk))) {
            continue;
        } else {
            take_byte(walk, angle);
        }
    }
    add_problem(walk, PROBLEM_BAD_ADDRESS);
}

/* display-name ":" - what was read is the name of a group, not of a mailbox. */
static void begin_group(Walk *walk)
{
    if (walk->in_group) {
        add_problem(walk, PROBLEM_ADDRESS_NESTING);
    }
    walk->in_group = true;
    g_string_truncate(walk->reader->phrase, 0);
    g_string_truncate(walk->reader->comment, 0);
    walk->is_phrase_quoted = false;
    walk->rest = slice_from(walk->rest, 1);
}

/* domain-literal: its colons begin no group. */
static void read_literal(Walk *walk)
{
    do {
        take_byte(walk, walk->reader->phrase);
    } while (walk->rest.len > 0 && walk->rest.ptr[0] != ']' && walk->rest.ptr[0] != ',' &&
             !is_space(walk->rest.ptr[0]));
}

static void read_phrase_quoted(Walk *walk)
{
    GString *phrase = walk->reader->phrase;
    const Slice before = walk->rest;
    const size_t from = phrase->len;
    const bool is_first = trim(string_slice(phrase)).len == 0;
    if (!read_quoted(walk, phrase, false)) {
        take_byte(walk, phrase);
        return;
    }
    /* "local part"@domain keeps its quotes; "a@b" alone is a name that looks like an address.
     */
    if (walk->rest.len > 0 && walk->rest.ptr[0] == '@') {
        walk->rest = before;
        g_string_truncate(phrase, from);
        read_quoted(walk, phrase, true);
        return;
    }
    walk->is_phrase_quoted = is_first;
}

static void read_ordinary(Walk *walk)
{
    GString *phrase = walk->reader->phrase;
    const size_t word = encoded_word_length(walk->rest);
    if (word > 0) {
        g_string_append_len(phrase, walk->rest.ptr, (gssize)word);
        walk->rest = slice_from(walk->rest, word);
        return;
    }
    if (walk->rest.ptr[0] == '\\' && walk->rest.len > 1) {
        walk->rest = slice_from(walk->rest, 1);
    }
    take_byte(walk, phrase);
}

static void read_next(Walk *walk)
{
    switch (walk->rest.ptr[0]) {
    case ',':
        end_mailbox(walk);
        break;
    case ';':
        end_mailbox(walk);
        walk->in_group = false;
        break;
    case ':':
        begin_group(walk);
        return;
    case '<':
        read_angle(walk);
        return;
    case '[':
        read_literal(walk);
        return;
    case '>':
        /* "<<a@b>>" */
        if (walk->has_angle) {
            break;
        }
        read_ordinary(walk);
        return;
    case '"':
        if (!walk->no_more_quotes) {
            read_phrase_quoted(walk);
            return;
        }
        read_ordinary(walk);
        return;
    case '(':
        if (walk->no_more_comments || !read_comment(walk)) {
            read_ordinary(walk);
        }
        return;
    default:
        read_ordinary(walk);
        return;
    }
    if (walk->rest.len > 0) {
        walk->rest = slice_from(walk->rest, 1);
    }
}

void mail_address_reader_append(MailAddressReader *reader, Slice value, AddressRole role,
                                MailRecord *record)
{
    Walk walk = {.rest = value, .reader = reader, .record = record, .role = role};
    g_string_truncate(reader->phrase, 0);
    g_string_truncate(reader->comment, 0);
    g_string_truncate(reader->angle, 0);
    while (walk.rest.len > 0) {
        read_next(&walk);
    }
    end_mailbox(&walk);
}
