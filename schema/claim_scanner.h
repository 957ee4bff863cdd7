/* claim_scanner.h - the smallest pieces of fields that hold claims: white space, comments,
 * quoted strings, keywords, values (RFC 5322 section 3.2, RFC 2045 section 5.1).
 *
 * Knows no field; auth_results.c and received_spf.c do. Lenient: a comment or quoted string
 * that is never closed ends at the next ";" or at the end of the field, and values may hold any
 * byte that does not end them. Comments nest without recursion. Linear in the field.
 *
 * Memory: a scanner borrows the field's bytes.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    Slice rest;            /* what is not read yet */
    bool has_open_comment; /* a comment was never closed: the others do not nest */
    bool has_open_quote;   /* the same of quoted strings */
} ClaimScanner;

/* Steps over [CFWS]. The text of the first comment goes to `comment`, which may be NULL, if it
 * is empty. */
void claim_scanner_skip_cfws(ClaimScanner *scanner, GString *comment);

/* Takes that byte. Returns: false when another comes. */
bool claim_scanner_take_byte(ClaimScanner *scanner, char byte);

/* Takes letters, digits, "-" and "_" into `out`, lower case (Keyword, RFC 5321 Ldh-str).
 * Returns: false when there is none; `out` is then empty. */
bool claim_scanner_take_keyword(ClaimScanner *scanner, GString *out);

/* Takes quoted strings and other bytes up to white space, a comment or ";" into `out`.
 * Returns: false when there is none; `out` is then empty. */
bool claim_scanner_take_value(ClaimScanner *scanner, GString *out);

/* Steps over everything up to the next ";" that stands in no comment or quoted string. */
void claim_scanner_skip_section(ClaimScanner *scanner);

/* Whether white space, a comment, ";" or the end comes next. */
bool claim_scanner_is_at_end_of_word(const ClaimScanner *scanner);
