/* SPDX-License-Identifier: MIT */
#include "schema/encoded_word.h"

#include "schema/transfer_decoder.h"
#include "schema/utf8_text.h"

struct EncodedWordDecoder {
    CharsetDecoder *charsets; /* borrowed */
    GString *pending;         /* decoded bytes of adjacent words, one charset */
};

/* One encoded-word, in the terms of RFC 2047 section 2. */
typedef struct {
    Slice charset; /* without the language */
    bool is_base64;
    Slice text;
    size_t length; /* of the whole word */
    bool is_cut;   /* no "?=" at its end */
} EncodedWord;

/* The words that stand one after the other, with only white space between. */
typedef struct {
    Slice charset;
    TransferDecoder base64; /* goes on over words: some mailers cut between two groups */
    bool has_words;
} WordRun;

EncodedWordDecoder *encoded_word_decoder_new(CharsetDecoder *charsets)
{
    EncodedWordDecoder *decoder = g_new0(EncodedWordDecoder, 1);
    decoder->charsets = charsets;
    decoder->pending = g_string_sized_new(256);
    return decoder;
}

void encoded_word_decoder_free(EncodedWordDecoder *decoder)
{
    if (decoder == NULL) {
        return;
    }
    g_string_free(decoder->pending, true);
    g_free(decoder);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Whether the "?=" at `at` is not the end of a Q word but a literal "?" before an escape, as
 * bad encoders write it: two hexadecimal digits follow, and the true end before any white
 * space or new word. */
static bool is_literal_question_mark(Slice text, size_t at)
{
    if (text.len - at < 4 || !g_ascii_isxdigit(text.ptr[at + 2]) ||
        !g_ascii_isxdigit(text.ptr[at + 3])) {
        return false;
    }
    /* RFC 2047 section 2 allows 75 characters a word; no need to look further. */
    const size_t end = MIN(text.len, at + 80);
    for (size_t i = at + 4; i + 1 < end && !is_space(text.ptr[i]); i++) {
        if (text.ptr[i] == '?' && text.ptr[i + 1] == '=') {
            return true;
        }
        if (text.ptr[i] == '=' && text.ptr[i + 1] == '?') {
            return false;
        }
    }
    return false;
}

/* Finds the "?=" that ends a word's text. `text` begins after the second "?". A new "=?" with
 * no end before it means that the word was cut there. */
static void find_word_end(Slice text, EncodedWord *word)
{
    size_t at = 0;
    while (at + 1 < text.len) {
        if (text.ptr[at] == '?' && text.ptr[at + 1] == '=' &&
            (word->is_base64 || !is_literal_question_mark(text, at))) {
            word->text = slice_of(text.ptr, at);
            word->length += at + 2;
            return;
        }
        /* "=?=" is the end after base64 padding. */
        const bool is_end_next = at + 2 < text.len && text.ptr[at + 2] == '=';
        if (text.ptr[at] == '=' && text.ptr[at + 1] == '?' && !is_end_next) {
            break;
        }
        at++;
    }
    word->is_cut = true;
    at = at + 1 < text.len ? at : text.len;
    word->text = slice_of(text.ptr, at);
    word->length += at;
}

/* charset ["*" language] "?" encoding "?" - what follows "=?" (RFC 2231 section 5). */
static bool parse_word(Slice text, EncodedWord *word)
{
    size_t at = 2;
    while (at < text.len && at <= CHARSET_NAME_MAX && text.ptr[at] != '?' &&
           !is_space(text.ptr[at])) {
        at++;
    }
    if (text.len - at < 3 || text.ptr[at] != '?' || text.ptr[at + 2] != '?') {
        return false;
    }
    const char encoding = g_ascii_toupper(text.ptr[at + 1]);
    if (encoding != 'B' && encoding != 'Q') {
        return false;
    }
    const Slice charset = slice_of(text.ptr + 2, at - 2);
    const char *language = charset.len == 0 ? NULL : memchr(charset.ptr, '*', charset.len);
    *word = (EncodedWord){
        .charset = language == NULL ? charset
                                    : slice_of(charset.ptr, (size_t)(language - charset.ptr)),
        .is_base64 = encoding == 'B',
        .length = at + 3,
    };
    find_word_end(slice_from(text, at + 3), word);
    return true;
}

/* The Q encoding (RFC 2047 section 4.2). */
static void append_q(Slice text, GString *out, ProblemSet *problems)
{
    for (size_t i = 0; i < text.len; i++) {
        const char byte = text.ptr[i];
        if (byte == '_') {
            g_string_append_c(out, ' ');
        } else if (byte == '=' && text.len - i > 2 && g_ascii_isxdigit(text.ptr[i + 1]) &&
                   g_ascii_isxdigit(text.ptr[i + 2])) {
            const int value = g_ascii_xdigit_value(text.ptr[i + 1]) << 4 |
                              g_ascii_xdigit_value(text.ptr[i + 2]);
            g_string_append_c(out, (char)value);
            i += 2;
        } else {
            if (byte == '=') {
                problem_set_add(problems, PROBLEM_BAD_ENCODED_WORD);
            }
            g_string_append_c(out, byte);
        }
    }
}

static void flush_words(EncodedWordDecoder *decoder, WordRun *run, GString *out,
                        ProblemSet *problems)
{
    if (run->has_words) {
        charset_decoder_append(decoder->charsets, run->charset,
                               slice_of(decoder->pending->str, decoder->pending->len), out,
                               problems);
        g_string_truncate(decoder->pending, 0);
        run->has_words = false;
    }
}

static void take_word(EncodedWordDecoder *decoder, WordRun *run, const EncodedWord *word,
                      GString *out, ProblemSet *problems)
{
    if (run->has_words && !slice_equal_nocase(run->charset, word->charset)) {
        flush_words(decoder, run, out, problems);
    }
    if (!run->has_words) {
        run->has_words = true;
        run->charset = word->charset;
        transfer_decoder_init(&run->base64, TRANSFER_BASE64);
    }
    if (word->is_cut) {
        problem_set_add(problems, PROBLEM_BAD_ENCODED_WORD);
    }
    if (!word->is_base64) {
        append_q(word->text, decoder->pending, problems);
        return;
    }
    transfer_decoder_append_all(&run->base64, word->text, word->text.len, decoder->pending);
    if (run->base64.is_damaged) {
        problem_set_add(problems, PROBLEM_BAD_ENCODED_WORD);
        transfer_decoder_init(&run->base64, TRANSFER_BASE64);
    }
}

/* Text between the words. */
static void append_plain(EncodedWordDecoder *decoder, Slice text, GString *out,
                         ProblemSet *problems)
{
    if (utf8_text_ascii_length(text) < text.len) {
        ProblemSet found = 0;
        charset_decoder_append(decoder->charsets, SLICE_EMPTY, text, out, &found);
        if (utf8_text_census(text).bad > 0) {
            problem_set_add(problems, PROBLEM_RAW_8BIT_HEADER);
        }
    } else {
        utf8_text_append(out, text);
    }
}

/* The offset of the next "=?" from `at` on, or the length. */
static size_t find_word_begin(Slice value, size_t at)
{
    while (at < value.len) {
        const char *equals = memchr(value.ptr + at, '=', value.len - at);
        if (equals == NULL) {
            break;
        }
        at = (size_t)(equals - value.ptr);
        if (at + 1 < value.len && value.ptr[at + 1] == '?') {
            return at;
        }
        at++;
    }
    return value.len;
}

static bool is_all_space(Slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_space(text.ptr[i])) {
            return false;
        }
    }
    return true;
}

void encoded_word_decoder_append(EncodedWordDecoder *decoder, Slice value, GString *out,
                                 ProblemSet *problems)
{
    const size_t from = out->len;
    WordRun run = {.has_words = false};
    size_t plain_from = 0;
    size_t at = find_word_begin(value, 0);
    while (at < value.len) {
        EncodedWord word;
        if (!parse_word(slice_from(value, at), &word)) {
            at = find_word_begin(value, at + 2);
            continue;
        }
        const Slice plain = slice_of(value.ptr + plain_from, at - plain_from);
        if (!run.has_words || !is_all_space(plain)) {
            flush_words(decoder, &run, out, problems);
            append_plain(decoder, plain, out, problems);
        }
        take_word(decoder, &run, &word, out, problems);
        plain_from = at + word.length;
        at = find_word_begin(value, plain_from);
    }
    flush_words(decoder, &run, out, problems);
    if (plain_from < value.len) {
        append_plain(decoder, slice_from(value, plain_from), out, problems);
    }
    utf8_text_make_line(out, from);
}
