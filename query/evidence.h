/* evidence.h - all that the archive knows of how far a message can be trusted, for verify.
 *
 * A MessageView, and beside it what show has no room for: under which name each key was
 * published, how much of the body is signed, and which fields the exact bytes have.
 *
 * Memory: an Evidence owns all of it. Errors: ARCHIVE_ERROR. Bytes that are gone are no error.
 */
#pragma once

#include "query/message_view.h"
#include "query/shown_field.h"

/* What stands beside the ViewSignature of the same index. */
typedef struct {
    int64_t field;         /* index of the signature's field in the header, from 0 */
    GBytes *header_digest; /* of the canonicalised header; empty when it was not checked */
    int64_t body_bytes;    /* of the canonicalised body */
    bool has_key;
    char *key_selector; /* all three "" without a key */
    char *key_domain;
    char *key_record;
    bool key_is_leaked;
    int64_t key_leaked_since;   /* Unix time; -1 when not known since when */
    const GArray *observations; /* KeySighting; the view's */
} EvidenceSignature;

typedef struct {
    MessageView *view;
    GArray *signatures; /* EvidenceSignature */
    ShownFields fields;
    GBytes *bytes;     /* read again, with the SHA-256 of the archive; NULL when gone */
    char *bytes_fault; /* why not, or NULL */
} Evidence;

/* Reads a message. Returns: (transfer full), or NULL: with `error`, or without when no message
 * has this id. */
Evidence *evidence_read(sqlite3 *db, int64_t id, GError **error);

/* Accepts NULL. */
void evidence_free(Evidence *evidence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evidence, evidence_free)

/* For a person. */
void evidence_write_text(const Evidence *evidence, GString *out);

/* One JSON object and a newline. */
void evidence_write_json(const Evidence *evidence, GString *out);
