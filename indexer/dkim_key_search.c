/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_key_search.h"

#include "schema/dkim_public_key.h"

struct DkimKeySearch {
    const KeyStore *keys;
    GPtrArray *objects; /* DkimPublicKey by Key.index, made when first used; may hold NULL */
};

DkimKeySearch *dkim_key_search_new(const KeyStore *keys)
{
    DkimKeySearch *search = g_new0(DkimKeySearch, 1);
    search->keys = keys;
    search->objects = g_ptr_array_new_with_free_func((GDestroyNotify)dkim_public_key_free);
    return search;
}

void dkim_key_search_free(DkimKeySearch *search)
{
    if (search == NULL) {
        return;
    }
    g_ptr_array_unref(search->objects);
    g_free(search);
}

KeyRank dkim_key_search_rank(const DkimKeySearch *search, const char *selector,
                             const char *domain)
{
    if (key_store_find_normal_selector(search->keys, selector) == NULL) {
        return KEY_RANK_NONE;
    }
    return key_store_find_normal(search->keys, selector, domain) != NULL ? KEY_RANK_OWN
                                                                         : KEY_RANK_SHARED;
}

static DkimPublicKey *object_of(DkimKeySearch *search, const Key *key)
{
    if (search->objects->len <= key->index) {
        g_ptr_array_set_size(search->objects, (gint)key_store_size(search->keys));
    }
    gpointer *slot = &g_ptr_array_index(search->objects, (guint)key->index);
    if (*slot == NULL) {
        *slot = dkim_public_key_new(&key->material);
    }
    return *slot;
}

/* Why this key may not be used for this signature. Returns: NULL if it may. */
static const char *key_fault(const Key *key, const DkimKeyQuestion *question)
{
    const uint32_t flags = key->material.flags;
    const bool is_sha1 = dkim_algorithm_hash(question->algorithm) == DKIM_HASH_SHA1;
    const bool is_ed25519 = question->algorithm == DKIM_ALGORITHM_ED25519_SHA256;
    if (key->material.fault != NULL) {
        return key->material.fault;
    }
    if (is_ed25519 != (key->material.type == KEY_TYPE_ED25519)) {
        return "the key is of another type than the algorithm";
    }
    if (question->terms.demand == DKIM_KEY_DEMAND_STRICT && !is_ed25519 &&
        key->material.bits < KEY_BITS_STRONG) {
        return "the key has fewer than 1,024 bits";
    }
    if ((flags & (is_sha1 ? KEY_FLAG_NO_SHA1 : KEY_FLAG_NO_SHA256)) != 0) {
        return "the key does not allow this hash (h=)";
    }
    if ((flags & KEY_FLAG_NOT_EMAIL) != 0) {
        return "the key is not for e-mail (s=)";
    }
    if ((flags & KEY_FLAG_STRICT) != 0 && !question->identity_is_domain) {
        return "the key forbids identities below the domain (t=s)";
    }
    if (question->has_granularity &&
        !dkim_key_record_allows(slice_of_string(key->record), question->local_part)) {
        return "the key is for other addresses of the domain (g=)";
    }
    return NULL;
}

/* Keys that were tried for one signature. One key may stand there several times, with other
 * records and under other names. */
typedef struct {
    const KeyFacts *facts[DKIM_SHARED_KEYS_MAX];
    size_t n_facts;
} TriedKeys;

static bool was_tried(TriedKeys *tried, const KeyFacts *facts)
{
    for (size_t i = 0; i < tried->n_facts; i++) {
        if (tried->facts[i] == facts) {
            return true;
        }
    }
    if (tried->n_facts < G_N_ELEMENTS(tried->facts)) {
        tried->facts[tried->n_facts++] = facts;
    }
    return false;
}

static bool try_key(DkimKeySearch *search, TriedKeys *tried, const Key *key,
                    const DkimKeyQuestion *question)
{
    if (was_tried(tried, key->facts)) {
        return false; /* as before; one that verifies ends the search */
    }
    DkimPublicKey *object = object_of(search, key);
    return object != NULL && dkim_public_key_verify(object, question->algorithm,
                                                    question->digest, question->signature);
}

static bool is_of_time(const Key *key, const DkimKeyTerms *terms)
{
    return !terms->has_date || key_window_covers(&key->window, terms->date);
}

/* Whether nothing is known yet that decides. */
static bool is_open(DkimKeysOutcome outcome)
{
    return outcome == DKIM_KEYS_NONE || outcome == DKIM_KEYS_OTHER_TIME ||
           outcome == DKIM_KEYS_RECOVERED;
}

/* Takes in what a key that does not verify says; a usable key says more than others. That a
 * computed key was the only one of its name and time, nobody knows. */
static void count_against(DkimKeyAnswer *answer, const Key *key, const char *fault,
                          bool is_of_time)
{
    const bool no_answer = (key->material.flags & KEY_FLAG_NO_ANSWER) != 0;
    if (!is_of_time) {
        answer->outcome =
            answer->outcome == DKIM_KEYS_NONE ? DKIM_KEYS_OTHER_TIME : answer->outcome;
    } else if (key->origin == KEY_ORIGIN_RECOVERED) {
        answer->outcome = is_open(answer->outcome) ? DKIM_KEYS_RECOVERED : answer->outcome;
    } else if (fault == NULL && answer->outcome != DKIM_KEYS_BAD) {
        *answer = (DkimKeyAnswer){.outcome = DKIM_KEYS_BAD, .key = key};
    } else if (fault != NULL && is_open(answer->outcome)) {
        *answer = (DkimKeyAnswer){
            .outcome = no_answer ? DKIM_KEYS_NO_ANSWER : DKIM_KEYS_UNUSABLE,
            .key = key,
            .reason = fault,
        };
    }
}

/* Whether a computed key has a published record under its own name, which says more: h= of that
 * for instance, which the computed one cannot get around. */
static bool is_published_there(const Key *key)
{
    const GPtrArray *twins = key->facts->keys;
    for (guint i = 0; key->origin == KEY_ORIGIN_RECOVERED && i < twins->len; i++) {
        const Key *twin = g_ptr_array_index(twins, i);
        if (twin->origin == KEY_ORIGIN_PUBLISHED &&
            strcmp(twin->selector, key->selector) == 0 &&
            strcmp(twin->domain, key->domain) == 0) {
            return true;
        }
    }
    return false;
}

/* A key that was published comes before one that was computed: the same key may be known both
 * ways. */
static DkimKeyAnswer try_own_keys(DkimKeySearch *search, TriedKeys *tried,
                                  const DkimKeyQuestion *question)
{
    const GPtrArray *keys =
        key_store_find_normal(search->keys, question->selector, question->domain);
    const guint n_keys = keys == NULL ? 0 : keys->len;
    DkimKeyAnswer answer = {.outcome = DKIM_KEYS_NONE};
    for (guint i = 0; i < KEY_ORIGIN_COUNT * n_keys; i++) {
        const Key *key = g_ptr_array_index(keys, i % n_keys);
        if (key->origin != (KeyOrigin)(i / n_keys) || is_published_there(key)) {
            continue;
        }
        const char *fault = key_fault(key, question);
        if (fault == NULL && try_key(search, tried, key, question)) {
            return (DkimKeyAnswer){.outcome = DKIM_KEYS_GOOD, .key = key};
        }
        if (fault == NULL && (key->material.flags & KEY_FLAG_WRAPPED) != 0) {
            fault = "the key is not in the form for its type";
        }
        count_against(&answer, key, fault, is_of_time(key, &question->terms));
    }
    return answer;
}

/* Where there are recovered keys of its own, only one that was published says more. */
static DkimKeyAnswer try_shared_keys(DkimKeySearch *search, TriedKeys *tried,
                                     const DkimKeyQuestion *question, bool has_recovered)
{
    const GPtrArray *keys = key_store_find_normal_selector(search->keys, question->selector);
    size_t n_tried = 0;
    for (guint i = 0; keys != NULL && i < keys->len && n_tried < DKIM_SHARED_KEYS_MAX; i++) {
        const Key *key = g_ptr_array_index(keys, i);
        const bool fits = key->material.type == KEY_TYPE_ED25519 ||
                          key->material.modulus.len == question->signature.len;
        if (!fits || (has_recovered && key->origin == KEY_ORIGIN_RECOVERED) ||
            key_fault(key, question) != NULL) {
            continue;
        }
        n_tried++;
        if (try_key(search, tried, key, question)) {
            return (DkimKeyAnswer){
                .outcome = DKIM_KEYS_GOOD, .key = key, .caveats = CAVEAT_BIT(SHARED_KEY)};
        }
    }
    return (DkimKeyAnswer){.outcome = DKIM_KEYS_NONE};
}

/* A computed key that is published under another name has the provenance of a shared one. */
static CaveatSet key_caveats(const Key *key, const DkimKeyTerms *terms)
{
    const DkimKeyRecord *material = &key->material;
    CaveatSet caveats = 0;
    if (material->fault == NULL && material->type == KEY_TYPE_RSA &&
        material->bits < KEY_BITS_STRONG) {
        caveats |= CAVEAT_BIT(WEAK_KEY);
    }
    if ((material->flags & KEY_FLAG_TESTING) != 0) {
        caveats |= CAVEAT_BIT(TEST_MODE);
    }
    if (key_is_leaked_at(key, terms->has_date, terms->date)) {
        caveats |= CAVEAT_BIT(LEAKED_KEY);
    }
    if (key_is_recovered(key)) {
        caveats |= CAVEAT_BIT(RECOVERED_KEY);
    } else if (key->origin == KEY_ORIGIN_RECOVERED) {
        caveats |= CAVEAT_BIT(SHARED_KEY);
    }
    return caveats;
}

DkimKeyAnswer dkim_key_search_run(DkimKeySearch *search, const DkimKeyQuestion *question)
{
    TriedKeys tried = {.n_facts = 0};
    DkimKeyAnswer answer = try_own_keys(search, &tried, question);
    const bool has_published =
        answer.outcome != DKIM_KEYS_NONE && answer.outcome != DKIM_KEYS_RECOVERED;
    if (!has_published && question->terms.demand == DKIM_KEY_DEMAND_NONE) {
        const DkimKeyAnswer shared =
            try_shared_keys(search, &tried, question, answer.outcome == DKIM_KEYS_RECOVERED);
        answer = shared.outcome == DKIM_KEYS_GOOD ? shared : answer;
    }
    if (answer.key != NULL) {
        answer.caveats |= key_caveats(answer.key, &question->terms);
    }
    if (answer.outcome == DKIM_KEYS_GOOD && !is_of_time(answer.key, &question->terms)) {
        answer.caveats |= CAVEAT_BIT(OUTSIDE_KEY_WINDOW);
    }
    return answer;
}
