/* bundle_repair.h - what a repaired DKIM-Signature is over: the message with one kind of damage
 * of the dump undone.
 *
 * Memory and errors: as bundle_input.h. docs/dkim-repair.md has the repairs.
 */
#pragma once

#include "query/bundle_input.h"
#include "schema/repair.h"

/* Makes the bytes of DKIM-Signature number `at`, from 0, of the repaired message. They are only
 * given out when the header has the digest that was judged and the body the hash that is
 * signed. Always fills `ret_input`. */
void bundle_repair_make(const Evidence *evidence, guint at, Repair repair,
                        BundleInput *ret_input);
