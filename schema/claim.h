/* claim.h - one result that a server claims to have found, as it wrote it.
 *
 * What Authentication-Results and its like say of a message is text that anybody can write: a
 * claim, never checked here and no part of any verdict.
 *
 * Memory: a Claim owns its strings and is filled again and again; who is handed one copies what
 * should last. Text: bytes of the mail, comments and quoting undone, not yet valid UTF-8.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    GString *authserv_id; /* who claims it; empty when the field does not say */
    GString *method;      /* "dkim", lower case; empty with a result "none" of a whole field */
    GString *result;      /* "pass", lower case */
    GString *reason;      /* reason=, else the comment behind the result */
    GString *properties;  /* "header.d=example.com; smtp.mailfrom=a@example.com" */
    GArray *begins;       /* size_t: where each property begins in `properties` */
} Claim;

/* Takes one claim of a field. */
typedef void ClaimFunc(gpointer user_data, const Claim *claim);

/* All strings, empty. */
void claim_init(Claim *claim);

/* Empties all but authserv_id, which the claims of one field share. */
void claim_reset(Claim *claim);

/* Makes one of the strings the same as `text`. */
void claim_set(GString *string, const GString *text);

/* Appends "name=value" to the properties. */
void claim_add_property(Claim *claim, const GString *name, const GString *value);

/* The value of the first property of that name, which is lower case; values may hold any byte.
 * Returns: false when there is none. */
bool claim_find_property(const Claim *claim, const char *name, Slice *ret_value);

/* Accepts a zeroed claim. */
void claim_clear(Claim *claim);
