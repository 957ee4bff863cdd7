/* key_files.h - fills a KeyStore from where keys come from, in DESIGN's order: files named on
 * the command line, keys that the archive holds, the key archive that ships with the program.
 *
 * Memory: the caller's store. Errors: a file that cannot be read is an error; an archive that
 * does not exist yet has no keys.
 */
#pragma once

#include "indexer/key_report.h"
#include "indexer/key_store.h"

typedef struct {
    const char *const *files; /* NULL-terminated; may be NULL */
    const char *database;     /* NULL: no archive */
    bool use_builtin;
} KeyFilesOptions;

/* Called for a file with lines that are no keys, or with aliases of keys. */
typedef void (*KeyFilesWarnFunc)(const char *path, const KeyReport *report);

/* `ret_n_named`: how many keys, the first of the store, are from the files that were named.
 * Returns: false with `error`. */
bool key_files_load(KeyStore *store, const KeyFilesOptions *options, KeyFilesWarnFunc warn,
                    size_t *ret_n_named, GError **error);

/* The key archive beside the running program: ../share/waxseal/keys.tsv.
 * Returns: (transfer full) NULL when it is not there. */
char *key_files_builtin_path(void);
