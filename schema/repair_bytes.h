/* repair_bytes.h - a message with one kind of damage of the dump undone.
 *
 * What each repair of repair.h does to bytes and fields. When one is tried, and what it is
 * worth, is decided in indexer/dkim_repair.
 *
 * Memory: copies are made in an array of the caller's, and are valid until it is used again.
 * Errors: none. Linear.
 */
#pragma once

#include "schema/occurrence.h"
#include "schema/raw_message.h"
#include "schema/repair.h"

/* Whether mailboxes and mail programs add a field of that name to what was delivered. */
bool repair_is_client_field(Slice name);

/* Makes `fields` those RawFields of `message` that no client adds. */
void repair_leave_client_fields(const RawMessage *message, GArray *fields);

/* Undoes the quoting of a copy of `bytes`. Returns: (transfer none) in `copy`. */
Slice repair_unquote(GByteArray *copy, Slice bytes, Quoting quoting);

/* Copies `bytes` with its CRs changed. REPAIR_EXTRA_CR: of several before an LF one is left;
 * REPAIR_LONE_CR: one that has no LF gets it. Returns: (transfer none) in `copy`. */
Slice repair_change_crs(GByteArray *copy, Slice bytes, Repair repair);
