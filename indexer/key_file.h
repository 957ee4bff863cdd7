/* key_file.h - the lines of a key file in TSV: which column is what.
 *
 * `selector domain record [first-seen [last-seen [bits [source [channel [notes [dnssec]]]]]]]`,
 * or `selector._domainkey.domain record [...]`; '#' begins a comment line. A first line that
 * names the columns (selector, domain or name, record or txt or dns_txt, ...) rules instead.
 *
 * Limits: KEY_FILE_COLUMNS_MAX columns; more are not read.
 */
#pragma once

#include "indexer/key_report.h"
#include "indexer/key_store.h"

#define KEY_FILE_COLUMNS_MAX 16

/* Adds the keys of a whole file to `store` and counts into `report`. `text` is NUL-terminated
 * and is cut apart in place; `path` is the source of keys whose line names none. */
void key_file_parse(char *text, const char *path, KeyStore *store, KeyReport *report);

/* Whether a line names the columns. */
bool key_file_is_header(const char *line);
