/* key_reader.h - reads a key file of any form: TSV, zone file or dig output, JSON; gzip undone.
 *
 * Told apart by what stands in it (key_file.h, key_zone.h, key_json.h say what each form is):
 * JSON begins with a bracket, a zone file with a comment, a directive or a resource record; the
 * rest is TSV.
 *
 * Errors: a file that cannot be read, and one with lines but no key. An empty file, or one of
 * comments only, is no error. Limits: KEY_READER_BYTES_MAX.
 */
#pragma once

#include "indexer/key_report.h"
#include "indexer/key_store.h"

/* A million keys, and a bound on what a gzip'd file can become. */
#define KEY_READER_BYTES_MAX ((size_t)1 << 30)

typedef enum { KEY_FORM_TSV, KEY_FORM_ZONE, KEY_FORM_JSON } KeyForm;

/* Adds the keys of a file to `store`. Returns: false with `error`; `ret_report`, which may be
 * NULL, is filled unless the file cannot be read. */
bool key_reader_read(KeyStore *store, const char *path, KeyReport *ret_report, GError **error);

/* The form of a text. */
KeyForm key_reader_form(Slice text);
