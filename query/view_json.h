/* view_json.h - the values that the JSON of several commands has in common.
 *
 * Knows how a date, a fact and a mailbox look in JSON, not which command writes them.
 *
 * Memory: borrows all. Errors: none.
 */
#pragma once

#include "query/message_view.h"
#include "schema/json_writer.h"

/* ISO 8601 in UTC; null without a date. */
void view_json_date(JsonWriter *writer, const char *key, bool has_date, int64_t time);

/* true or false; null below 0: not known. */
void view_json_known(JsonWriter *writer, const char *key, int value);

/* A number; null below 0: not there. */
void view_json_number(JsonWriter *writer, const char *key, int64_t value);

/* The mailboxes of one role, as an array of name and address. */
void view_json_addresses(JsonWriter *writer, const MessageView *view, const char *role,
                         const char *key);

/* What was checked of a DKIM signature, and its tags that say who signed what, and how. */
void view_json_signature_checks(JsonWriter *writer, const ViewSignature *signature);

/* When it was made and when it expires; null when it does not say. */
void view_json_signature_dates(JsonWriter *writer, const ViewSignature *signature);
