/* key_alias.h - names that are aliases of other names (CNAME), inside one file of DNS records.
 *
 * Providers of mail have their customers point s._domainkey.example.org at a name of their own,
 * under which the key lies. Nothing is asked of the DNS: what the file does not hold is open.
 *
 * Memory: an alias owns copies of its names. Errors: none.
 * Limits: KEY_ALIAS_MAX aliases, the rest are not followed; chains of KEY_ALIAS_CHAIN_MAX,
 * which ends loops, too.
 */
#pragma once

#include <glib.h>

/* Of a file; a zone has a few hundred. */
#define KEY_ALIAS_MAX 4096

/* Resolvers follow 8 to 16; real chains have one or two. */
#define KEY_ALIAS_CHAIN_MAX 8

typedef struct KeyAliases KeyAliases;

/* Returns: (transfer full). */
KeyAliases *key_aliases_new(void);

/* Accepts NULL. */
void key_aliases_free(KeyAliases *aliases);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyAliases, key_aliases_free)

/* Adds a CNAME record: `name` stands for `target`. Case is ignored; the first of a name counts.
 */
void key_aliases_add(KeyAliases *aliases, const char *name, const char *target);

/* Follows the chains of all names of keys, once all aliases are added.
 * Returns: how many names of keys have a chain. */
size_t key_aliases_follow(KeyAliases *aliases);

/* The names of keys whose chain ends at `name`. Returns: (transfer none) char *, or NULL. */
const GPtrArray *key_aliases_of(const KeyAliases *aliases, const char *name);

/* Notes that a key was found for a name that key_aliases_of gave. */
void key_aliases_settle(KeyAliases *aliases, const char *name);

/* How many names were settled. */
size_t key_aliases_n_settled(const KeyAliases *aliases);
