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

/* The signatures of other methods, which no verdict is taken from. */
typedef enum {
    EVIDENCE_ARC_MESSAGE,
    EVIDENCE_ARC_SEAL,
    EVIDENCE_DOMAINKEYS,
    EVIDENCE_METHOD_COUNT
} EvidenceMethod;

typedef struct {
    EvidenceMethod method;
    int64_t number; /* the instance of an ARC set; from 1 */
    char *result;
    char *reason;
    char *caveats;
    char *domain;
    char *selector;
    char *algorithm;
    int body_ok;            /* of EVIDENCE_ARC_MESSAGE; 1, 0, -1 not known */
    EvidenceSignature more; /* header_digest: of what is signed */
    GBytes *listed_digest;  /* of EVIDENCE_DOMAINKEYS: in the order of h=; empty: the same */
    GArray *sightings;      /* KeySighting, what more.observations is */
} EvidenceOther;

typedef struct {
    MessageView *view;
    GArray *signatures; /* EvidenceSignature */
    GArray *others;     /* EvidenceOther: ARC sets, then DomainKeys */
    ShownFields fields;
    GBytes *bytes;     /* read again, with the SHA-256 of the archive; NULL when gone */
    char *bytes_fault; /* why not, or NULL */
    GBytes *quoted;    /* as they lie in an mbox; only when a signature was repaired so */
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
