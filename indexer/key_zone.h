/* key_zone.h - keys in zone files and in the output of dig.
 *
 * Reads the master file format of RFC 1035 section 5.1: $ORIGIN and $TTL, "@", names relative
 * to the origin, records that repeat the name before them, several quoted strings, parentheses
 * over lines, comments, the escapes \X and \DDD. TXT records of names with a label _domainkey
 * are keys; a CNAME of such a name is followed inside the text (key_alias.h), and counted when
 * the key is not there; other records are passed over. dig's header lines are comments.
 * $INCLUDE and $GENERATE are not followed. Without an origin a name that has a domain behind
 * _domainkey is taken as complete.
 *
 * Limits: KEY_ZONE_ENTRY_MAX bytes a record; more is a fault. A quoted string ends with its
 * line at the latest; a parenthesis that is never closed costs the records up to the limit.
 */
#pragma once

#include "indexer/key_report.h"
#include "indexer/key_store.h"

/* RFC 1035 section 3.2.1: RDATA has up to 65,535 bytes, of which a name and quotes are few. */
#define KEY_ZONE_ENTRY_MAX ((size_t)1 << 16)

/* Adds the keys of a zone to `store`, with `path` as their source, and counts into `report`. */
void key_zone_parse(Slice text, const char *path, KeyStore *store, KeyReport *report);

/* Whether a line looks like one of a zone file: a comment, a directive or a record with its
 * type. */
bool key_zone_is_line(Slice line);
