/* source_collect.h - reads whole files through source_reader_next for tests, and checks that
 * their spans tile them.
 *
 * Memory: results are the caller's.
 */
#pragma once

#include "indexer/source.h"

typedef struct {
    SourceSpan span;
    char *sha256; /* hex, quoting undone; NULL for damaged spans */
    uint64_t unquoted_length;
    char *envelope;
} CollectedSpan;

/* Reads `path` as if it lay below a folder (`relative` not empty), `target` bytes a call.
 * Asserts that spans and separators follow each other from `resume_at` without gap or overlap.
 * Returns: (transfer full) array of CollectedSpan *. */
GPtrArray *source_collect(const char *path, const char *relative, size_t target,
                          uint64_t resume_at, SourceFacts *ret_facts, GError **error);
