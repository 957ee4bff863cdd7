/* bundle_manifest.h - manifest.json of an evidence bundle: what is in it and what was found.
 *
 * One JSON object, a line a message. Text from mail is escaped by json_writer.
 *
 * Memory: borrows all. Errors: none.
 */
#pragma once

#include "query/evidence.h"
#include "schema/json_writer.h"

/* The files that belong to one signature; NULL where there is none. */
typedef struct {
    const char *obstacle; /* why verify.sh cannot check it, NULL when it can */
    const char *header;
    const char *field; /* the signature's own, when it is not signed */
    const char *body;
    const char *signature;
    const char *key_pem;
    const char *key_record;
    const char *key_sources;
} BundleFiles;

/* Begins the manifest; the messages follow. */
void bundle_manifest_begin(JsonWriter *writer, const char *query);

/* Begins a message; its signatures follow. `eml` is NULL when its bytes are gone. */
void bundle_manifest_begin_message(JsonWriter *writer, const Evidence *evidence,
                                   const char *eml);

/* Signature number `at`, from 0. */
void bundle_manifest_signature(JsonWriter *writer, const Evidence *evidence, guint at,
                               const BundleFiles *files);

/* Ends the DKIM signatures; those of other methods follow. */
void bundle_manifest_begin_others(JsonWriter *writer);

/* "arc-message", "arc-seal", "domainkeys". Returns: (transfer none) a constant. */
const char *bundle_manifest_method(EvidenceMethod method);

void bundle_manifest_other(JsonWriter *writer, const EvidenceOther *other,
                           const BundleFiles *files);

void bundle_manifest_end_message(JsonWriter *writer);

/* Ends the manifest. */
void bundle_manifest_end(JsonWriter *writer, int64_t n_messages, int64_t n_missing);

/* Appends who had the key of a signature, and when, as one JSON object and a newline. */
void bundle_manifest_key_sources(const EvidenceSignature *signature, GString *out);
