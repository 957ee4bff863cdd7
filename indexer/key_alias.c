/* SPDX-License-Identifier: MIT */
#include "indexer/key_alias.h"

#include <string.h>

struct KeyAliases {
    GHashTable *targets; /* name -> name, lower case */
    GHashTable *names; /* where a chain ends -> GPtrArray of char *, borrowed from `targets` */
    GHashTable *settled; /* names of `targets` */
};

KeyAliases *key_aliases_new(void)
{
    KeyAliases *aliases = g_new0(KeyAliases, 1);
    aliases->targets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    aliases->names =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    aliases->settled = g_hash_table_new(g_str_hash, g_str_equal);
    return aliases;
}

void key_aliases_free(KeyAliases *aliases)
{
    if (aliases == NULL) {
        return;
    }
    g_hash_table_unref(aliases->settled);
    g_hash_table_unref(aliases->names);
    g_hash_table_unref(aliases->targets);
    g_free(aliases);
}

void key_aliases_add(KeyAliases *aliases, const char *name, const char *target)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    if (g_hash_table_size(aliases->targets) < KEY_ALIAS_MAX &&
        !g_hash_table_contains(aliases->targets, key)) {
        g_hash_table_insert(aliases->targets, g_steal_pointer(&key),
                            g_ascii_strdown(target, -1));
    }
}

/* Returns: (transfer none) NULL when the chain is too long. */
static char *end_of_chain(const KeyAliases *aliases, const char *name)
{
    char *end = NULL;
    char *next = g_hash_table_lookup(aliases->targets, name);
    for (int i = 0; next != NULL; i++) {
        if (i == KEY_ALIAS_CHAIN_MAX) {
            return NULL;
        }
        end = next;
        next = g_hash_table_lookup(aliases->targets, end);
    }
    return end;
}

size_t key_aliases_follow(KeyAliases *aliases)
{
    size_t n_names = 0;
    GHashTableIter iter;
    gpointer name = NULL;
    g_hash_table_iter_init(&iter, aliases->targets);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        char *end = strstr(name, "._domainkey.") == NULL ? NULL : end_of_chain(aliases, name);
        if (end == NULL) {
            continue;
        }
        GPtrArray *names = g_hash_table_lookup(aliases->names, end);
        if (names == NULL) {
            names = g_ptr_array_new();
            g_hash_table_insert(aliases->names, end, names);
        }
        g_ptr_array_add(names, name);
        n_names++;
    }
    return n_names;
}

const GPtrArray *key_aliases_of(const KeyAliases *aliases, const char *name)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(aliases->names, key);
}

void key_aliases_settle(KeyAliases *aliases, const char *name)
{
    gpointer own = NULL;
    if (g_hash_table_lookup_extended(aliases->targets, name, &own, NULL)) {
        g_hash_table_add(aliases->settled, own);
    }
}

size_t key_aliases_n_settled(const KeyAliases *aliases)
{
    return g_hash_table_size(aliases->settled);
}
