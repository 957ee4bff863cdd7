/* facet.h - what the messages of a query have in common: how many by each sender, year, type.
 *
 * Reads the values of a few hits one by one, of many in one pass over an index.
 *
 * Memory: a Facet owns its counts. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "query/facet_counter.h"

typedef struct Facet Facet;

struct Facet {
    GArray *counts;  /* FacetCount */
    FacetCount none; /* the hits without any value; mostly no messages */
};

typedef enum {
    FACET_SENDER,
    FACET_DOMAIN, /* of the sender */
    FACET_RECIPIENT,
    FACET_YEAR,
    FACET_MONTH,
    FACET_DAY,
    FACET_TYPE, /* of attachments */
    FACET_DKIM,
    FACET_SIGNER, /* the domain of a passing signature */
    FACET_SOURCE,
    FACET_FOLDER,
    FACET_LANGUAGE,
    FACET_CONTENT, /* SHA-256 of attachments; 64 hexadecimal digits */
    FACET_KIND_COUNT
} FacetKind;

typedef enum { FACET_BY_COUNT, FACET_BY_VALUE } FacetOrder;

/* Counts the hits. Dates are in `zone`. Returns: false with `error`. */
bool facet_read(sqlite3 *db, const HitSet *hits, FacetKind kind, GTimeZone *zone,
                Facet *ret_facet, GError **error);

void facet_clear(Facet *facet);

/* Most messages first, equal numbers by value; or by value. */
void facet_sort(Facet *facet, FacetOrder order);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facet, facet_clear)
