/* arc_results.h - what one ARC-Authentication-Results field says.
 *
 * Reads the instance and the authserv-id (RFC 8617 section 4.1.1, RFC 8601 section 2.2). The
 * results behind them are kept as text: they are the claim of the sealer, and no verdict is
 * taken from them.
 *
 * Memory: borrows from the field.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    bool has_instance;
    unsigned instance; /* 0 to 99; only with has_instance */
    Slice authserv_id; /* without quotation marks; empty when there is none */
    Slice payload;     /* all behind the instance, authserv-id included, folding still in */
} ArcResults;

/* Reads the value of the field. */
void arc_results_parse(Slice value, ArcResults *results);
