/* record.h - everything that is known of one message, as plain data.
 *
 * The workers fill it (mime, dkim), the writer stores it; between the two it travels as one
 * flat run of bytes (record_codec.h). Nothing in it points at GMime, OpenSSL or SQLite.
 *
 * Memory: a MailRecord owns an arena; every slice in it must borrow from that arena
 * (mail_record_keep) or from memory that outlives the record. mail_record_clear empties both,
 * and keeps the memory for the next message. Text: every Slice is valid UTF-8 without NUL
 * unless its comment says "raw bytes".
 */
#pragma once

#include "schema/arc_verdict.h"
#include "schema/language.h"
#include "schema/problem.h"
#include "schema/repair.h"
#include "schema/slice.h"
#include "schema/verdict.h"

#define SHA256_BYTES 32

typedef enum {
    ADDRESS_FROM,
    ADDRESS_SENDER,
    ADDRESS_REPLY_TO,
    ADDRESS_TO,
    ADDRESS_CC,
    ADDRESS_BCC,
    ADDRESS_ROLE_COUNT
} AddressRole;

/* One mailbox of an address field (RFC 5322 section 3.4), in the order of the message. */
typedef struct {
    AddressRole role;
    Slice name;    /* display name, decoded; empty if none */
    Slice address; /* addr-spec as written, decoded to UTF-8; empty if there is only a name */
} RecordAddress;

/* One attachment: any leaf that is not shown as the message's text, or that has a file name. */
typedef struct {
    Slice part;                   /* IMAP part number, "1.2" (RFC 3501 section 6.4.5) */
    Slice name;                   /* file name, decoded; empty if none */
    Slice declared_type;          /* "application/pdf", lower case; empty if none */
    Slice sniffed_type;           /* by its first bytes; empty if not recognised */
    Slice content_id;             /* without < >; empty if none */
    uint64_t size;                /* decoded bytes */
    uint8_t sha256[SHA256_BYTES]; /* of the decoded bytes */
    bool is_inline;               /* Content-Disposition: inline, or referred to by the HTML */
} RecordAttachment;

/* One DKIM-Signature field and what was found of it. Fields of the signature are as written. */
typedef struct {
    uint32_t field;         /* index of the field in the message's header, from 0 at the top */
    Slice version;          /* v= */
    Slice algorithm;        /* a=, lower case */
    Slice domain;           /* d=, lower case */
    Slice identity;         /* i= */
    Slice selector;         /* s= */
    Slice canonicalization; /* c=, filled in: "relaxed/simple" */
    Slice signed_fields;    /* h=, white space removed */
    int64_t body_length;    /* l=; -1 without */
    int64_t signed_at;      /* t=, Unix time; -1 without */
    int64_t expires_at;     /* x=, Unix time; -1 without */
    uint64_t body_bytes;    /* bytes of the canonicalised body */
    Slice header_digest; /* raw bytes: hash of the canonicalised header fields; may be empty */
    Slice signature;     /* raw bytes of b=, decoded */
    DkimResult result;
    Slice reason;  /* constant words, e.g. "body hash did not verify" */
    Tri header_ok; /* the signature over the header fields holds */
    Tri body_ok;   /* the body hash holds */
    bool aligned;  /* d= and the From domain, relaxed (RFC 7489 section 3.1.1) */
    CaveatSet caveats;
    int64_t key;   /* index in the KeyStore of the key that decided; -1 without */
    Repair repair; /* what was undone before all this was found */
} RecordSignature;

/* One of the two signatures of an ARC set, with what is found of it. */
typedef struct {
    Slice algorithm;   /* a=, lower case */
    Slice domain;      /* d=, lower case */
    Slice selector;    /* s= */
    int64_t signed_at; /* t=, Unix time; -1 without */
    Slice digest;      /* raw bytes: hash of what is signed; empty when it could not be made */
    Slice signature;   /* raw bytes of b=, decoded */
    DkimResult result;
    Slice reason; /* constant words */
    CaveatSet caveats;
    int64_t key; /* index in the KeyStore of the key that decided; -1 without */
} RecordArcSignature;

/* One set of ARC fields, those with the same instance (RFC 8617 section 4.2). */
typedef struct {
    uint32_t instance; /* i= */
    ArcCv cv;          /* cv= of the seal */
    Slice authserv_id; /* who says he saw the results that follow; empty if unreadable */
    Slice results;     /* ARC-Authentication-Results behind i=, unfolded: the sealer's claim */
    RecordArcSignature seal;    /* ARC-Seal: over the fields of this set and those before it */
    RecordArcSignature message; /* ARC-Message-Signature: over header fields and body */
    Slice canonicalization;     /* c= of the message signature, filled in */
    Slice signed_fields;        /* h=, white space removed */
    int64_t body_length;        /* l=; -1 without */
    uint64_t body_bytes;        /* bytes of the canonicalised body */
    Tri body_ok;                /* its body hash holds */
} RecordArcSet;

/* One DomainKey-Signature field (RFC 4870) and what was found of it. Never part of the verdict.
 */
typedef struct {
    uint32_t field;         /* index of the field in the message's header, from 0 at the top */
    Slice algorithm;        /* a=, lower case */
    Slice domain;           /* d=, lower case */
    Slice selector;         /* s= */
    Slice sender;           /* the signed address that d= must fit; empty if there is none */
    Slice canonicalization; /* c= */
    Slice signed_fields;    /* h=, white space removed; empty: all fields below */
    Slice digest;           /* raw bytes: SHA-1 of fields and body; empty if not computed */
    Slice listed_digest; /* raw bytes: the same, fields in the order of h=; empty if the same */
    Slice signature;     /* raw bytes of b=, decoded */
    DkimResult result;
    Slice reason; /* constant words */
    bool aligned; /* d= and the From domain, relaxed */
    CaveatSet caveats;
    int64_t key; /* index in the KeyStore of the key that decided; -1 without */
} RecordDomainKeys;

typedef enum { CLAIM_AUTHENTICATION_RESULTS, CLAIM_RECEIVED_SPF, CLAIM_FIELD_COUNT } ClaimField;

/* One result that a field claims. Never believed, never part of the verdict. */
typedef struct {
    ClaimField field;
    Slice authserv_id; /* who claims it; empty when the field does not say */
    Slice method;      /* "dkim"; empty with a result "none" of a whole field */
    Slice result;      /* "pass" */
    Slice reason;      /* reason=, else the comment behind the result */
    Slice properties;  /* "header.d=example.com; smtp.mailfrom=a@example.com" */
} RecordClaim;

typedef enum {
    DATE_SOURCE_NONE,
    DATE_SOURCE_DATE,     /* the Date field */
    DATE_SOURCE_RECEIVED, /* the oldest plausible Received field */
    DATE_SOURCE_ENVELOPE, /* the mbox From_ line */
    DATE_SOURCE_COUNT
} DateSource;

typedef struct {
    uint8_t sha256[SHA256_BYTES]; /* of the exact bytes, after undoing mbox quoting */
    uint64_t size;                /* of those bytes */

    bool has_date;
    int64_t date; /* Unix time; only with has_date */
    DateSource date_source;
    int32_t date_offset_minutes; /* the time zone of the field that gave the date */
    bool has_received_at;
    int64_t received_at; /* Unix time of the newest plausible Received field */

    Slice message_id;  /* without < > */
    Slice in_reply_to; /* message ids without < >, separated by one space */
    Slice references;  /* the same; oldest first */
    Slice subject;
    Slice body;            /* text of the message, nested messages included */
    Slice attachment_text; /* text of attached text files */
    Language language;     /* of the body */

    GArray *addresses;   /* RecordAddress */
    GArray *attachments; /* RecordAttachment */
    GArray *signatures;  /* RecordSignature, top to bottom */
    Verdict verdict;
    GArray *arc_sets; /* RecordArcSet, by rising instance */
    ArcResult arc;
    Slice arc_reason;   /* constant words; empty without ARC fields */
    GArray *domainkeys; /* RecordDomainKeys, top to bottom */
    GArray *claims;     /* RecordClaim, top to bottom */
    ProblemSet problems;

    struct RecordArena *arena; /* what mail_record_keep copies into */
} MailRecord;

/* Makes `record` empty; its arrays exist. */
void mail_record_init(MailRecord *record);

/* Forgets the message but keeps the memory. All slices of the record become invalid. */
void mail_record_clear(MailRecord *record);

/* Frees what mail_record_init made. Accepts a zeroed record. */
void mail_record_destroy(MailRecord *record);

/* Copies bytes into the record's own memory. Returns: a slice valid until mail_record_clear. */
Slice mail_record_keep(MailRecord *record, Slice bytes);

/* "from", "sender", "reply-to", "to", "cc", "bcc". Returns: (transfer none) a constant. */
const char *address_role_word(AddressRole role);

/* "authentication-results", "received-spf". Returns: (transfer none) a constant. */
const char *claim_field_word(ClaimField field);

/* "none", "date", "received", "envelope". Returns: (transfer none) a constant. */
const char *date_source_word(DateSource source);
