/* slot_record.h - takes the record of one message out of a finished slot, believing nothing.
 *
 * A worker may have died on the message, or have been taken over by it: what it wrote is
 * checked as input, and replaced by size and hash when it is no record. It may still be writing
 * there, so it is copied first, and nothing but the copy is looked at.
 *
 * Memory: the copy is in the record's own.
 * Errors: none; whatever the worker did there is a record.
 */
#pragma once

#include "indexer/reader.h"

/* Fills `record` (initialised) with the message of `event`, an EVENT_MESSAGE of `slot`; what
 * the reader of the file saw belongs to it, too. `keys` is what the workers were given.
 * `ret_flat`, which may be NULL, is the record as the worker wrote it, until `record`
 * is cleared; empty when it is of no use.
 * Returns: false when the worker left no usable record and only size and hash are known. */
bool slot_record_read(const JobSlot *slot, const ReaderEvent *event, const KeyStore *keys,
                      MailRecord *record, Slice *ret_flat);
