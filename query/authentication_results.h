/* authentication_results.h - what a mail server says it saw, taken apart for people.
 *
 * Reads the text of an Authentication-Results field (RFC 8601 section 2.2), leniently: comments
 * are dropped, what cannot be read is left out. These are claims: no verdict follows from them.
 *
 * Memory: results own their strings. Limits: AUTHENTICATION_RESULTS_MAX results.
 */
#pragma once

#include <glib.h>

/* Real fields have below 10. */
#define AUTHENTICATION_RESULTS_MAX 64

typedef struct {
    char *method; /* "dkim", lower case */
    char *result; /* "pass", lower case */
    char *domain; /* whom it is about; "" when it does not say */
} AuthenticationResult;

/* Returns: (transfer full) an array of AuthenticationResult. */
GArray *authentication_results_parse(const char *text);
