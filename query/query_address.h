/* query_address.h - from:, to: and their kin: a name, an address, or a domain.
 *
 *     from:word, from:"two words"   in the display name or the address
 *     from:x@y.fr                   exactly this address
 *     from:@dom.fr                  this domain and its sub-domains
 *
 * The index columns sender and recipients hold more than one address field each, so what they
 * find is checked against the tables address and message_address.
 */
#pragma once

#include "query/query_compiler.h"

typedef enum {
    QUERY_ADDRESS_FROM,
    QUERY_ADDRESS_TO,
    QUERY_ADDRESS_CC,
    QUERY_ADDRESS_BCC,
    QUERY_ADDRESS_RECIPIENT, /* to, cc, bcc */
    QUERY_ADDRESS_WITH       /* from, to, cc, bcc */
} QueryAddressRoles;

/* field->argument is a QueryAddressRoles. */
QueryFieldCompile query_field_compile_address;

/* Gives `db` the SQL function address_has(name, address, text, is_prefix).
 * Returns: false with `error`. */
bool query_address_register(sqlite3 *db, TextTokenizer *tokenizer, GError **error);
