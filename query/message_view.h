/* message_view.h - everything that the archive says of one message, for show.
 *
 * Memory: a view owns all of it; strings are from mail: valid UTF-8, otherwise anything.
 * Errors: ARCHIVE_ERROR.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "query/key_sighting.h"
#include "query/key_span.h"
#include "query/notes.h"

typedef struct {
    char *role;
    char *name;
    char *address;
} ViewAddress;

typedef struct {
    char *result;
    char *reason;
    char *domain;
    char *selector;
    char *identity;
    char *algorithm;
    char *canonicalization;
    char *signed_fields;
    char *caveats;
    int header_ok; /* 1, 0, -1 not known */
    int body_ok;
    bool aligned;
    int64_t key_bits;    /* -1 without a key */
    int64_t body_length; /* l=; -1 without */
    int64_t signed_at;   /* -1 without */
    int64_t expires_at;
    char *repair;          /* a word of schema/repair.h, or "" */
    int64_t key_id;        /* -1 without a key */
    GArray *key_sightings; /* KeySighting */
    KeySpan key_span;      /* of all mail that the key verified */
} ViewSignature;

/* One of the two signatures of an ARC set. */
typedef struct {
    char *result;
    char *reason;
    char *caveats;
    char *domain;
    char *selector;
    char *algorithm;
    int64_t signed_at; /* -1 without */
    int64_t key_bits;  /* -1 without a key */
} ViewArcSignature;

typedef struct {
    int64_t instance;
    char *cv;
    char *authserv_id;
    char *results; /* the sealer's claim */
    ViewArcSignature seal;
    ViewArcSignature message;
    char *canonicalization;
    char *signed_fields;
    int64_t body_length; /* l=; -1 without */
    int body_ok;         /* 1, 0, -1 not known */
} ViewArcSet;

/* A DomainKey-Signature: evidence beside the verdict. */
typedef struct {
    char *result;
    char *reason;
    char *domain;
    char *selector;
    char *sender;
    char *algorithm;
    char *canonicalization;
    char *signed_fields; /* "": all fields below it */
    char *caveats;
    bool aligned;
    int64_t key_bits; /* -1 without a key */
} ViewDomainKeys;

/* What a field of the message says that others have checked. */
typedef struct {
    char *field;
    char *authserv_id;
    char *method; /* "": the whole field says "none" */
    char *result;
    char *reason;
    char *properties;
} ViewClaim;

typedef struct {
    char *part;
    char *name;
    char *declared_type;
    char *sniffed_type;
    char *sha256; /* hexadecimal */
    int64_t size;
    bool is_inline;
} ViewAttachment;

typedef struct {
    char *path; /* of the file */
    char *folder;
    char *state;
    int64_t offset;
    int64_t length;
} ViewPlace;

typedef struct {
    int64_t id;
    bool has_date;
    int64_t date;
    int64_t date_offset_minutes;
    char *date_source;
    char *msgid;
    char *in_reply_to;
    char *refs;
    char *dkim;
    char *level;
    char *caveats;
    int64_t size;
    char *sha256; /* hexadecimal */
    char *subject;
    char *body;
    GArray *addresses;  /* ViewAddress */
    GArray *signatures; /* ViewSignature */
    char *arc;
    char *arc_reason;
    GArray *arc_sets;    /* ViewArcSet */
    GArray *domainkeys;  /* ViewDomainKeys */
    GArray *claims;      /* ViewClaim */
    GArray *attachments; /* ViewAttachment */
    GArray *places;      /* ViewPlace */
    GPtrArray *problems; /* char * */
    int64_t twins;       /* other messages with this Message-ID */
    MessageNotes notes;  /* of whoever reads the archive; no part of the evidence */
} MessageView;

/* Reads a message. Returns: (transfer full), or NULL: with `error`, or without when no message
 * has this id. */
MessageView *message_view_read(sqlite3 *db, int64_t id, GError **error);

void message_view_free(MessageView *view);

/* The view as text for people; `color` allows escape sequences. */
void message_view_write_text(const MessageView *view, GString *out, bool color);

/* The view as one JSON object and a newline. */
void message_view_write_json(const MessageView *view, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageView, message_view_free)
