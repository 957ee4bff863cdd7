/* bundle.h - an evidence bundle: mails, what their signatures are over (DKIM, ARC, DomainKeys),
 * keys, and a script that checks it all again.
 *
 * docs/evidence-bundle.md describes the files. Their names are made from ids and hashes, never
 * from mail.
 *
 * Errors: those of bundle_writer. A message whose bytes are gone is no error: the bundle says
 * what it lacks.
 */
#pragma once

#include "query/bundle_writer.h"
#include "query/evidence.h"

typedef struct Bundle Bundle;

typedef struct {
    int64_t n_messages;   /* the missing ones included */
    int64_t n_missing;    /* their bytes are gone */
    int64_t n_signatures; /* DKIM, of the messages that are there */
    int64_t n_others;     /* of ARC and DomainKeys */
} BundleCounts;

/* Starts a bundle in `writer`, which is borrowed; `query` is told in the manifest.
 * Returns: (transfer full). */
Bundle *bundle_new(BundleWriter *writer, const char *query);

/* Accepts NULL. */
void bundle_free(Bundle *bundle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bundle, bundle_free)

/* Adds a message. Returns: false with `error`. */
bool bundle_add(Bundle *bundle, const Evidence *evidence, GError **error);

/* Adds the manifest, the list for verify.sh, verify.sh and README.txt. The writer is left to be
 * finished. Returns: false with `error`. */
bool bundle_finish(Bundle *bundle, BundleCounts *ret_counts, GError **error);
