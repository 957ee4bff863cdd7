/* key_file.h - the lines of a key file: which column is what.
 *
 * Reads the TSV forms that key_store.h describes; what a record says is dkim_key_record.h.
 * Limits: KEY_FILE_COLUMNS_MAX columns; more are not read.
 */
#pragma once

#include "indexer/key_store.h"

#define KEY_FILE_COLUMNS_MAX 16

/* Adds the keys of a whole file to `store`. `text` is NUL-terminated and is cut apart in place;
 * `path` is the source of keys whose line names none. Returns: the number of lines that are no
 * keys. */
size_t key_file_parse(char *text, const char *path, KeyStore *store);
