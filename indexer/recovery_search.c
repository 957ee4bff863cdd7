/* SPDX-License-Identifier: MIT */
#include "indexer/recovery_search.h"

#include "schema/dkim_public_key.h"

/* Public exponents that signers have used. The small ones cost nothing, so they come first. */
static const unsigned exponents[] = {3, 17, 65537};

typedef struct {
    const RecoverySearch *search;
    GArray *order; /* size_t: the signatures that no key explains yet, least doubtful first */
    GHashTable *pivots; /* size_t as pointer: tried with the present exponent */
    size_t n_keys;
    size_t n_unconfirmed;
} State;

void recovered_key_free(RecoveredKey *key)
{
    if (key != NULL) {
        g_free(key->record);
        g_free(key);
    }
}

static const RecoverySignature *signature_at(const State *state, guint place)
{
    return &state->search->signatures[g_array_index(state->order, size_t, place)];
}

static bool is_cancelled(const State *state)
{
    return state->search->cancelled != NULL && g_atomic_int_get(state->search->cancelled) != 0;
}

static int compare_signatures(gconstpointer a, gconstpointer b, gpointer data)
{
    const RecoverySignature *signatures = ((const RecoverySearch *)data)->signatures;
    const RecoverySignature *left = &signatures[*(const size_t *)a];
    const RecoverySignature *right = &signatures[*(const size_t *)b];
    if (left->doubt != right->doubt) {
        return left->doubt < right->doubt ? -1 : 1;
    }
    return left->date < right->date ? -1 : left->date > right->date;
}

static GArray *order_of(const RecoverySearch *search)
{
    GArray *order = g_array_new(false, false, sizeof(size_t));
    for (size_t i = 0; i < search->n_signatures; i++) {
        g_array_append_val(order, i);
    }
    RecoverySearch by = *search;
    g_array_sort_with_data(order, compare_signatures, &by);
    return order;
}

static Slice slice_of_bytes(GBytes *bytes)
{
    gsize len = 0;
    const char *data = g_bytes_get_data(bytes, &len);
    return slice_of(data, len);
}

static DkimKeyRecord material_of(const RecoveryCandidate *candidate)
{
    return (DkimKeyRecord){.type = KEY_TYPE_RSA,
                           .modulus = slice_of_bytes(candidate->modulus),
                           .exponent = slice_of_bytes(candidate->exponent)};
}

static bool verifies(DkimPublicKey *key, const RecoverySignature *signature)
{
    return dkim_public_key_verify(key, signature->rsa.algorithm, signature->rsa.digest,
                                  signature->rsa.signature);
}

static void count_date(RecoveredKey *key, const RecoverySignature *signature)
{
    if (!signature->has_date) {
        return;
    }
    key->first_date = key->has_dates ? MIN(key->first_date, signature->date) : signature->date;
    key->last_date = key->has_dates ? MAX(key->last_date, signature->date) : signature->date;
    key->has_dates = true;
}

static int bit_length(Slice number)
{
    return (int)(number.len - 1) * 8 + (int)g_bit_storage((uint8_t)number.ptr[0]);
}

/* Whether a signature that the key does not verify may be one of another key of the name. */
static bool may_be_of_another(const RecoveredKey *key, const RecoverySignature *signature)
{
    const bool is_of_its_time = key->has_dates && signature->has_date &&
                                signature->date >= key->first_date &&
                                signature->date <= key->last_date;
    return signature->doubt == 0 || !is_of_its_time;
}

/* Takes out of the order what the key explains. */
static void leave_rest(State *state, const RecoveredKey *key, const GArray *others)
{
    g_array_set_size(state->order, 0);
    for (guint i = 0; i < others->len; i++) {
        const size_t index = g_array_index(others, size_t, i);
        if (may_be_of_another(key, &state->search->signatures[index])) {
            g_array_append_val(state->order, index);
        }
    }
}

/* Asks every signature that is not explained. Returns: whether enough of them verify; they are
 * explained then, and the key is handed on. */
static bool confirm(State *state, const RecoveryCandidate *candidate)
{
    const DkimKeyRecord material = material_of(candidate);
    g_autoptr(DkimPublicKey) object = dkim_public_key_new(&material);
    g_autofree char *text = object == NULL ? NULL : dkim_public_key_base64(object);
    if (text == NULL) {
        return false;
    }
    g_autoptr(RecoveredKey) key = g_new0(RecoveredKey, 1);
    g_autoptr(GArray) others = g_array_new(false, false, sizeof(size_t));
    for (guint i = 0; i < state->order->len; i++) {
        if (verifies(object, signature_at(state, i))) {
            key->n_verified++;
            count_date(key, signature_at(state, i));
        } else {
            g_array_append_val(others, g_array_index(state->order, size_t, i));
        }
    }
    if (key->n_verified < RECOVERY_CONFIRMED_MIN) {
        return false;
    }
    key->record = g_strconcat("v=DKIM1; k=rsa; p=", text, NULL);
    key->bits = bit_length(material.modulus);
    leave_rest(state, key, others);
    state->n_keys++;
    state->search->found(g_steal_pointer(&key), state->search->user_data);
    return true;
}

/* Whether the key verifies any of a few signatures, evenly chosen. */
static bool verifies_sample(const State *state, const RecoveryCandidate *candidate)
{
    const DkimKeyRecord material = material_of(candidate);
    g_autoptr(DkimPublicKey) object = dkim_public_key_new(&material);
    const guint n_samples = MIN(state->order->len, (guint)RECOVERY_SAMPLES_MAX);
    for (guint i = 0; object != NULL && i < n_samples; i++) {
        if (verifies(object, signature_at(state, i * state->order->len / n_samples))) {
            return true;
        }
    }
    return false;
}

/* A key that is known under another name need not be computed. */
static void try_known(State *state)
{
    const RecoverySearch *search = state->search;
    const size_t len = search->signatures[0].rsa.signature.len;
    size_t n_tried = 0;
    for (size_t i = 0; i < search->n_known && n_tried < RECOVERY_KNOWN_MAX &&
                       state->order->len >= RECOVERY_CONFIRMED_MIN && !is_cancelled(state);
         i++) {
        if (g_bytes_get_size(search->known[i].modulus) == len) {
            n_tried++;
            if (verifies_sample(state, &search->known[i])) {
                confirm(state, &search->known[i]);
            }
        }
    }
}

static bool was_pivot(const State *state, guint place)
{
    const size_t index = g_array_index(state->order, size_t, place);
    return g_hash_table_contains(state->pivots, GSIZE_TO_POINTER(index));
}

/* The place of the signature to compare others with. The first attempts are with the least
 * doubtful, later ones with all, in case that doubt misjudges; and spread over time, in case
 * that keys changed. Returns: false when all have been tried. */
static bool choose_pivot(const State *state, unsigned attempt, unsigned n_attempts,
                         guint *ret_place)
{
    g_autoptr(GArray) places = g_array_new(false, false, sizeof(guint));
    unsigned least = UINT_MAX;
    for (guint i = 0; i < state->order->len; i++) {
        const unsigned doubt = signature_at(state, i)->doubt;
        if (was_pivot(state, i)) {
            continue;
        }
        least = MIN(least, doubt);
        if (2 * attempt < n_attempts && doubt > least) {
            break;
        }
        g_array_append_val(places, i);
    }
    if (places->len == 0) {
        return false;
    }
    const guint at = places->len * (2 * attempt + 1) / (2 * n_attempts);
    *ret_place = g_array_index(places, guint, at);
    return true;
}

typedef struct {
    guint place;
    unsigned doubt;
    uint64_t distance; /* in time, from the pivot */
} Partner;

static int compare_partners(gconstpointer a, gconstpointer b)
{
    const Partner *left = a;
    const Partner *right = b;
    if (left->doubt != right->doubt) {
        return left->doubt < right->doubt ? -1 : 1;
    }
    return left->distance < right->distance ? -1 : left->distance > right->distance;
}

static uint64_t distance_of(int64_t a, int64_t b)
{
    return a < b ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b;
}

/* Writes up to RECOVERY_DOUBTFUL_PARTNERS_MAX signatures for the pivot; one is enough at first
 * when many are beyond doubt. Returns: how many. */
static size_t choose_partners(const State *state, guint pivot_place, unsigned attempt,
                              RsaSignature *out)
{
    const RecoverySignature *pivot = signature_at(state, pivot_place);
    g_autoptr(GArray) partners = g_array_new(false, false, sizeof(Partner));
    for (guint i = 0; i < state->order->len; i++) {
        const RecoverySignature *other = signature_at(state, i);
        if (i != pivot_place) {
            const Partner partner = {i, other->doubt, distance_of(pivot->date, other->date)};
            g_array_append_val(partners, partner);
        }
    }
    g_array_sort(partners, compare_partners);
    const Partner *first = &g_array_index(partners, Partner, 0);
    const bool is_clean = attempt == 0 && pivot->doubt == 0 && first->doubt == 0 &&
                          partners->len > RECOVERY_PARTNERS_MAX;
    const size_t most =
        pivot->doubt == 0 ? RECOVERY_PARTNERS_MAX : RECOVERY_DOUBTFUL_PARTNERS_MAX;
    const size_t n_partners = is_clean ? 1 : MIN(partners->len, most);
    for (size_t i = 0; i < n_partners; i++) {
        out[i] = signature_at(state, g_array_index(partners, Partner, i).place)->rsa;
    }
    return n_partners;
}

static GBytes *bytes_of_number(unsigned number)
{
    const uint32_t big_endian = GUINT32_TO_BE(number);
    const uint8_t *bytes = (const uint8_t *)&big_endian;
    size_t n_zeros = 0;
    while (bytes[n_zeros] == 0) {
        n_zeros++;
    }
    return g_bytes_new(bytes + n_zeros, sizeof(big_endian) - n_zeros);
}

/* Computes with one pivot. Returns: whether that gave a key. */
static bool attempt_one(State *state, guint pivot_place, unsigned attempt, unsigned exponent)
{
    RsaSignature partners[RECOVERY_DOUBTFUL_PARTNERS_MAX];
    const RsaSignature pivot = signature_at(state, pivot_place)->rsa;
    const size_t index = g_array_index(state->order, size_t, pivot_place);
    const size_t n_partners = choose_partners(state, pivot_place, attempt, partners);
    g_hash_table_add(state->pivots, GSIZE_TO_POINTER(index));
    g_autoptr(GBytes) modulus = rsa_recovery_run(&pivot, partners, n_partners, exponent);
    if (modulus == NULL) {
        return false;
    }
    g_autoptr(GBytes) exponent_bytes = bytes_of_number(exponent);
    if (confirm(state, &(RecoveryCandidate){modulus, exponent_bytes})) {
        return true;
    }
    state->n_unconfirmed++;
    return false;
}

/* When all but two have been compared with others, there are no three of one key. */
static bool find_key_of(State *state, unsigned exponent)
{
    const unsigned most =
        state->n_keys == 0 ? RECOVERY_ATTEMPTS_MAX : RECOVERY_MORE_ATTEMPTS_MAX;
    const unsigned n_attempts = MIN(most, state->order->len - (RECOVERY_CONFIRMED_MIN - 1));
    g_hash_table_remove_all(state->pivots);
    for (unsigned attempt = 0; attempt < n_attempts; attempt++) {
        guint place = 0;
        if (is_cancelled(state) || !choose_pivot(state, attempt, n_attempts, &place)) {
            return false;
        }
        if (attempt_one(state, place, attempt, exponent)) {
            return true;
        }
    }
    return false;
}

/* Finds the next key among the signatures that are left. Returns: whether there is one. */
static bool find_key(State *state)
{
    const unsigned max = state->search->exponent_max;
    for (size_t i = 0; i < G_N_ELEMENTS(exponents); i++) {
        if ((max == 0 || exponents[i] <= max) && find_key_of(state, exponents[i])) {
            return true;
        }
    }
    return false;
}

size_t recovery_search_run(const RecoverySearch *search)
{
    if (search->n_signatures < RECOVERY_CONFIRMED_MIN) {
        return 0;
    }
    State state = {
        .search = search,
        .order = order_of(search),
        .pivots = g_hash_table_new(g_direct_hash, g_direct_equal),
    };
    try_known(&state);
    while (state.order->len >= RECOVERY_CONFIRMED_MIN && state.n_keys < RECOVERY_KEYS_MAX &&
           find_key(&state)) {
    }
    g_array_unref(state.order);
    g_hash_table_unref(state.pivots);
    return state.n_unconfirmed;
}
