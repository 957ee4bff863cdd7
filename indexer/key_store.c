/* SPDX-License-Identifier: MIT */
#include "indexer/key_store.h"

#include "indexer/key_reader.h"
#include "schema/dkim_domain.h"
#include "schema/dnssec.h"

#define NAME_MAX_BYTES (2 * DKIM_DOMAIN_BYTES_MAX + 2)

/* A record of a 2,048-bit key has 420 bytes. */
#define STRINGS_BLOCK_BYTES 16384

/* Of one key; real ones have a few. Keeps hostile files linear. */
#define OBSERVATIONS_MAX 256

/* The empty string of every observation, so that its pointer is always the same. */
static const char empty[] = "";

const char key_fault_name[] = "the name is no domain name";

struct KeyStore {
    GStringChunk *strings;   /* every string that is handed out */
    GPtrArray *keys;         /* Key, owned */
    GHashTable *by_name;     /* "selector domain" -> GPtrArray of Key */
    GHashTable *by_selector; /* selector -> GPtrArray of Key */
    GHashTable *by_record;   /* "selector domain record" -> Key */
    GHashTable *by_answer;   /* the same of those that are answers */
    GHashTable *by_material; /* GBytes of the key itself -> KeyFacts */
};

static void key_free(gpointer data)
{
    Key *key = data;
    g_array_unref(key->observations);
    dkim_key_record_clear(&key->material);
    g_free(key);
}

static void facts_free(gpointer data)
{
    KeyFacts *facts = data;
    g_ptr_array_unref(facts->keys);
    g_free(facts);
}

KeyStore *key_store_new(void)
{
    KeyStore *store = g_new0(KeyStore, 1);
    store->strings = g_string_chunk_new(STRINGS_BLOCK_BYTES);
    store->keys = g_ptr_array_new_with_free_func(key_free);
    store->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)g_ptr_array_unref);
    store->by_selector = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                               (GDestroyNotify)g_ptr_array_unref);
    store->by_record = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    store->by_answer = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    store->by_material = g_hash_table_new_full(g_bytes_hash, g_bytes_equal,
                                               (GDestroyNotify)g_bytes_unref, facts_free);
    return store;
}

void key_store_free(KeyStore *store)
{
    if (store == NULL) {
        return;
    }
    g_hash_table_unref(store->by_answer);
    g_hash_table_unref(store->by_record);
    g_hash_table_unref(store->by_material);
    g_hash_table_unref(store->by_selector);
    g_hash_table_unref(store->by_name);
    g_ptr_array_unref(store->keys);
    g_string_chunk_free(store->strings);
    g_free(store);
}

static void append_to(GHashTable *table, const char *name, Key *key)
{
    GPtrArray *keys = g_hash_table_lookup(table, name);
    if (keys == NULL) {
        keys = g_ptr_array_new();
        g_hash_table_insert(table, g_strdup(name), keys);
    }
    g_ptr_array_add(keys, key);
}

/* What a failed question to the DNS left in the place of a record. */
static bool is_no_answer(const char *record)
{
    return strcmp(record, KEY_ANSWER_TIMEOUT) == 0 || strcmp(record, KEY_ANSWER_SERVFAIL) == 0;
}

static bool is_answer(const char *record, const KeyObservation *observation)
{
    static const char *const words[] = {
        KEY_ANSWER_NXDOMAIN,
        KEY_ANSWER_NODATA,
        KEY_ANSWER_SERVFAIL,
        KEY_ANSWER_TIMEOUT,
        KEY_ANSWER_BOGUS,
        KEY_ANSWER_UNREADABLE,
        NULL,
    };
    return g_strcmp0(observation->channel, "dns") == 0 && g_strv_contains(words, record);
}

/* Sources, channels and domains repeat. */
static const char *keep(KeyStore *store, const char *text)
{
    return text == NULL || *text == '\0' ? empty
                                         : g_string_chunk_insert_const(store->strings, text);
}

static Key *key_new(KeyStore *store, const char *selector, const char *domain,
                    const char *record, bool is_answer)
{
    Key *key = g_new0(Key, 1);
    key->selector = keep(store, selector);
    key->domain = keep(store, domain);
    key->record = keep(store, record);
    key->origin = KEY_ORIGIN_RECOVERED; /* until an observation says better */
    key->observations = g_array_new(false, false, sizeof(KeyObservation));
    key->is_answer = is_answer;
    if (is_answer || is_no_answer(record)) {
        key->material.fault = "the DNS gave no answer";
        key->material.flags = KEY_FLAG_NO_ANSWER;
    } else {
        dkim_key_record_parse(slice_of_string(record), &key->material);
    }
    return key;
}

/* What makes two records the same key, however they write it. A record without a usable key is
 * like no other. */
static GBytes *material_of(const Key *key)
{
    GByteArray *bytes = g_byte_array_new();
    const DkimKeyRecord *material = &key->material;
    const Slice parts[] = {material->modulus, material->exponent, material->point};
    g_byte_array_append(bytes, (const guint8 *)&key->index,
                        material->fault == NULL ? 0 : sizeof(key->index));
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_byte_array_append(bytes, (const guint8 *)parts[i].ptr, (guint)parts[i].len);
    }
    return g_byte_array_free_to_bytes(bytes);
}

static KeyFacts *facts_of(KeyStore *store, Key *key)
{
    g_autoptr(GBytes) material = material_of(key);
    KeyFacts *facts = g_hash_table_lookup(store->by_material, material);
    if (facts == NULL) {
        facts = g_new0(KeyFacts, 1);
        facts->keys = g_ptr_array_new();
        g_hash_table_insert(store->by_material, g_steal_pointer(&material), facts);
    }
    g_ptr_array_add(facts->keys, key);
    return facts;
}

/* Takes in what the notes say of the private half: "private key published" with the date behind
 * it, perhaps after "since", or for all time. */
static void note_leak(KeyFacts *facts, const char *notes)
{
    static const char phrase[] = "private key published";
    static const char since_word[] = "since ";
    const char *at = strstr(notes, phrase);
    if (at == NULL) {
        return;
    }
    at += strlen(phrase);
    at += strspn(at, " ");
    at += g_str_has_prefix(at, since_word) ? strlen(since_word) : 0;
    int64_t since = INT64_MIN;
    key_window_read_date(at, &since);
    facts->leaked_since = facts->is_leaked ? MIN(facts->leaked_since, since) : since;
    facts->is_leaked = true;
}

static Key *find_or_add(KeyStore *store, const char *selector, const char *domain,
                        const char *record, bool is_answer)
{
    GHashTable *table = is_answer ? store->by_answer : store->by_record;
    g_autofree char *name = g_strconcat(selector, " ", domain, NULL);
    g_autofree char *full = g_strconcat(name, " ", record, NULL);
    Key *key = g_hash_table_lookup(table, full);
    if (key == NULL) {
        key = key_new(store, selector, domain, record, is_answer);
        key->index = store->keys->len;
        key->facts = facts_of(store, key);
        g_ptr_array_add(store->keys, key);
        g_hash_table_insert(table, g_steal_pointer(&full), key);
        if (!is_answer) {
            append_to(store->by_name, name, key);
            append_to(store->by_selector, selector, key);
        }
    }
    return key;
}

/* "gcd", alone or in a list: the record was computed from signatures, whoever keeps it. */
static bool is_recovered(const char *channel)
{
    g_auto(GStrv) words = g_strsplit(channel, ",", -1);
    return g_strv_contains((const char *const *)words, "gcd");
}

/* Kept strings are one copy each, so that their pointers can be compared. */
static bool has_observation(const Key *key, const KeyObservation *wanted)
{
    for (guint i = 0; i < key->observations->len; i++) {
        const KeyObservation *other = &g_array_index(key->observations, KeyObservation, i);
        if (other->source == wanted->source && other->channel == wanted->channel &&
            other->first_seen == wanted->first_seen && other->last_seen == wanted->last_seen &&
            other->notes == wanted->notes && other->dnssec == wanted->dnssec) {
            return true;
        }
    }
    return false;
}

static void add_observation(KeyStore *store, Key *key, const KeyObservation *observation)
{
    const KeyObservation copy = {
        .source = keep(store, observation->source),
        .channel = keep(store, observation->channel),
        .first_seen = keep(store, observation->first_seen),
        .last_seen = keep(store, observation->last_seen),
        .notes = keep(store, observation->notes),
        .dnssec = keep(store, dnssec_word(dnssec_of_word(observation->dnssec))),
    };
    if (key->observations->len < OBSERVATIONS_MAX && !has_observation(key, &copy)) {
        g_array_append_val(key->observations, copy);
    }
    key_window_widen(&key->window, copy.first_seen, copy.last_seen);
    if (!is_recovered(copy.channel)) {
        key->origin = KEY_ORIGIN_PUBLISHED;
        key->facts->is_published = true;
    }
    note_leak(key->facts, copy.notes);
}

/* A wildcard's "*" label is kept: nothing is ever looked up by it, the selector is. */
static bool normalize_domain(const char *domain, char *out)
{
    const bool is_wildcard = g_str_has_prefix(domain, "*.");
    Slice text = slice_of_string(is_wildcard ? domain + 2 : domain);
    if (text.len > 1 && text.ptr[text.len - 1] == '.') {
        text.len--;
    }
    char name[DKIM_DOMAIN_BYTES_MAX + 1];
    if (!dkim_domain_normalize(text, name) ||
        strlen(name) + 2 > (size_t)DKIM_DOMAIN_BYTES_MAX) {
        return false;
    }
    g_snprintf(out, DKIM_DOMAIN_BYTES_MAX + 1, "%s%s", is_wildcard ? "*." : "", name);
    return true;
}

static bool add(KeyStore *store, const char *selector, const char *domain, const char *record,
                const KeyObservation *observation, const Key **ret_key)
{
    static const KeyObservation given = {.channel = "file"};
    const KeyObservation *seen = observation == NULL ? &given : observation;
    char selector_name[DKIM_DOMAIN_BYTES_MAX + 1];
    char domain_name[DKIM_DOMAIN_BYTES_MAX + 1];
    if (!dkim_domain_normalize(slice_of_string(selector), selector_name) ||
        !normalize_domain(domain, domain_name)) {
        return false;
    }
    const bool is_kept_answer = is_answer(record, seen);
    *ret_key = NULL;
    if (is_kept_answer || strcmp(record, KEY_ANSWER_NXDOMAIN) != 0) {
        Key *key = find_or_add(store, selector_name, domain_name, record, is_kept_answer);
        add_observation(store, key, seen);
        *ret_key = key;
    }
    return true;
}

bool key_store_add(KeyStore *store, const char *selector, const char *domain,
                   const char *record, const KeyObservation *observation)
{
    const Key *key = NULL;
    return add(store, selector, domain, record, observation, &key);
}

const Key *key_store_put(KeyStore *store, const char *selector, const char *domain,
                         const char *record, const KeyObservation *observation)
{
    const Key *key = NULL;
    return add(store, selector, domain, record, observation, &key) ? key : NULL;
}

const char *key_store_add_named(KeyStore *store, const char *name, const char *record,
                                const KeyObservation *observation)
{
    static const char label[] = "._domainkey.";
    const char *at = strcasestr(name, label);
    if (at == NULL) {
        return "no name selector._domainkey.domain";
    }
    g_autofree char *selector = g_strndup(name, (size_t)(at - name));
    return key_store_add(store, selector, at + strlen(label), record, observation)
               ? NULL
               : key_fault_name;
}

bool key_is_leaked_at(const Key *key, bool has_date, int64_t date)
{
    return key->facts->is_leaked && (!has_date || date >= key->facts->leaked_since);
}

bool key_is_recovered(const Key *key)
{
    return key->origin == KEY_ORIGIN_RECOVERED && !key->facts->is_published;
}

size_t key_store_size(const KeyStore *store)
{
    return store->keys->len;
}

const Key *key_store_get(const KeyStore *store, int64_t index)
{
    g_assert(index >= 0 && index < store->keys->len);
    return g_ptr_array_index(store->keys, (guint)index);
}

const GPtrArray *key_store_find(const KeyStore *store, Slice selector, Slice domain)
{
    char selector_name[DKIM_DOMAIN_BYTES_MAX + 1];
    char domain_name[DKIM_DOMAIN_BYTES_MAX + 1];
    if (!dkim_domain_normalize(selector, selector_name) ||
        !dkim_domain_normalize(domain, domain_name)) {
        return NULL;
    }
    return key_store_find_normal(store, selector_name, domain_name);
}

const GPtrArray *key_store_find_normal(const KeyStore *store, const char *selector,
                                       const char *domain)
{
    char name[NAME_MAX_BYTES];
    const size_t len = g_strlcpy(name, selector, sizeof name);
    g_assert(len + 1 < sizeof name);
    name[len] = ' ';
    g_strlcpy(name + len + 1, domain, sizeof name - len - 1);
    return g_hash_table_lookup(store->by_name, name);
}

const GPtrArray *key_store_find_selector(const KeyStore *store, Slice selector)
{
    char name[DKIM_DOMAIN_BYTES_MAX + 1];
    if (!dkim_domain_normalize(selector, name)) {
        return NULL;
    }
    return key_store_find_normal_selector(store, name);
}

const GPtrArray *key_store_find_normal_selector(const KeyStore *store, const char *selector)
{
    return g_hash_table_lookup(store->by_selector, selector);
}

bool key_store_read_file(KeyStore *store, const char *path, size_t *ret_bad_lines,
                         GError **error)
{
    KeyReport report;
    if (!key_reader_read(store, path, &report, error)) {
        return false;
    }
    if (ret_bad_lines != NULL) {
        *ret_bad_lines = report.n_faults;
    }
    return true;
}
