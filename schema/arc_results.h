/* arc_results.h - what one ARC-Authentication-Results field says.
 *
 * Reads the instance (RFC 8617 section 4.1.1). What follows is that of Authentication-Results
 * (auth_results.h): the claim of the sealer, from which no verdict is taken.
 *
 * Memory: borrows from the field.
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    bool has_instance;
    unsigned instance; /* 0 to 99; only with has_instance */
    Slice payload;     /* all behind the instance, authserv-id included, folding still in */
} ArcResults;

/* Reads the value of the field. */
void arc_results_parse(Slice value, ArcResults *results);
