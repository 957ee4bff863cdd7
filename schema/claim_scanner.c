/* SPDX-License-Identifier: MIT */
#include "schema/claim_scanner.h"

#include "schema/comment.h"

#define NOT_FOUND SIZE_MAX

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool comes(const ClaimScanner *scanner, char byte)
{
    return scanner->rest.len > 0 && scanner->rest.ptr[0] == byte;
}

static void step(ClaimScanner *scanner, size_t n_bytes)
{
    scanner->rest = slice_from(scanner->rest, n_bytes);
}

/* Appends bytes, without the backslashes of quoted-pairs. */
static void append_unquoted(GString *out, Slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && i + 1 < text.len) {
            i++;
        }
        g_string_append_c(out, text.ptr[i]);
    }
}

/* Where the next ";" is, or the end. */
static size_t find_semicolon(Slice text)
{
    const char *at = text.len == 0 ? NULL : memchr(text.ptr, ';', text.len);
    return at == NULL ? text.len : (size_t)(at - text.ptr);
}

/* The end of a comment where they do not nest: ")" or ";". */
static size_t find_flat_comment_end(Slice text)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != ')' && text.ptr[at] != ';') {
        at++;
    }
    return at;
}

static void skip_comment(ClaimScanner *scanner, GString *comment)
{
    const size_t length = scanner->has_open_comment ? 0 : comment_length(scanner->rest);
    scanner->has_open_comment = length == 0;
    const size_t end = length == 0 ? find_flat_comment_end(scanner->rest) : length - 1;
    if (comment != NULL && comment->len == 0) {
        append_unquoted(comment, slice_of(scanner->rest.ptr + 1, end - 1));
    }
    step(scanner, end);
    claim_scanner_take_byte(scanner, ')');
}

void claim_scanner_skip_cfws(ClaimScanner *scanner, GString *comment)
{
    while (scanner->rest.len > 0) {
        if (comes(scanner, '(')) {
            skip_comment(scanner, comment);
        } else if (is_space(scanner->rest.ptr[0])) {
            step(scanner, 1);
        } else {
            return;
        }
    }
}

bool claim_scanner_take_byte(ClaimScanner *scanner, char byte)
{
    if (!comes(scanner, byte)) {
        return false;
    }
    step(scanner, 1);
    return true;
}

bool claim_scanner_take_keyword(ClaimScanner *scanner, GString *out)
{
    g_string_truncate(out, 0);
    while (scanner->rest.len > 0) {
        const char c = scanner->rest.ptr[0];
        if (!g_ascii_isalnum(c) && c != '-' && c != '_') {
            break;
        }
        g_string_append_c(out, g_ascii_tolower(c));
        step(scanner, 1);
    }
    return out->len > 0;
}

/* quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE. Returns: the place of the second. */
static size_t find_quote_end(Slice text)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] == '\\') {
            i++;
        } else if (text.ptr[i] == '"') {
            return i;
        }
    }
    return NOT_FOUND;
}

static void take_quoted_string(ClaimScanner *scanner, GString *out)
{
    size_t end = scanner->has_open_quote ? NOT_FOUND : find_quote_end(scanner->rest);
    if (end == NOT_FOUND) {
        scanner->has_open_quote = true;
        end = find_semicolon(scanner->rest);
    }
    append_unquoted(out, slice_of(scanner->rest.ptr + 1, end - 1));
    step(scanner, end);
    claim_scanner_take_byte(scanner, '"');
}

bool claim_scanner_is_at_end_of_word(const ClaimScanner *scanner)
{
    return scanner->rest.len == 0 || is_space(scanner->rest.ptr[0]) || comes(scanner, '(') ||
           comes(scanner, ';');
}

bool claim_scanner_take_value(ClaimScanner *scanner, GString *out)
{
    const size_t before = scanner->rest.len;
    g_string_truncate(out, 0);
    while (!claim_scanner_is_at_end_of_word(scanner)) {
        if (comes(scanner, '"')) {
            take_quoted_string(scanner, out);
        } else {
            g_string_append_c(out, scanner->rest.ptr[0]);
            step(scanner, 1);
        }
    }
    return scanner->rest.len < before;
}

void claim_scanner_skip_section(ClaimScanner *scanner)
{
    g_autoptr(GString) ignored = g_string_new(NULL);
    while (scanner->rest.len > 0 && !comes(scanner, ';')) {
        claim_scanner_skip_cfws(scanner, NULL);
        claim_scanner_take_value(scanner, ignored);
    }
}
