/* key_json.h - keys in the JSON that public key archives give out.
 *
 * Reads an array of objects with domain, selector and value, and perhaps firstSeenAt,
 * lastSeenAt, source, channel and notes; such objects one after the other without an array; and
 * an object of names selector._domainkey.domain with a record, or an array of records, each.
 * Entries are read one at a time, by jansson, so that a large file costs no more memory than
 * its text.
 *
 * Limits: KEY_JSON_ENTRY_MAX bytes an entry, jansson's depth of nesting. What is no JSON ends
 * the reading with a fault; what was read before is kept.
 */
#pragma once

#include "indexer/key_report.h"
#include "indexer/key_store.h"

/* Room for a few hundred records of one name. */
#define KEY_JSON_ENTRY_MAX ((size_t)1 << 18)

/* Adds the keys of a text to `store`, with `path` as the source of those that name none, and
 * counts into `report`. */
void key_json_parse(Slice text, const char *path, KeyStore *store, KeyReport *report);
