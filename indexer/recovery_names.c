/* SPDX-License-Identifier: MIT */
#include "indexer/recovery_names.h"

#include "indexer/statement_set.h"
#include "schema/dkim_domain.h"

/* The most that a GStringChunk takes at once for signatures of 2,048 bits. */
#define BYTES_BLOCK 65536

typedef enum { KIND_DKIM, KIND_ARC_SEAL, KIND_ARC_MESSAGE, KIND_DOMAINKEYS, KIND_COUNT } Kind;

/* Columns of find_sql. */
enum {
    FIND_MESSAGE,
    FIND_POSITION,
    FIND_SELECTOR,
    FIND_DOMAIN,
    FIND_ALGORITHM,
    FIND_LENGTH,
    FIND_DOUBT,
    FIND_DATE
};

/* A body that was altered comes with an altered header more often than not: a list that adds a
 * footer writes Content-Type anew, and takes those who get the mail from it out of Cc.
 * It puts its name in front of a Subject that has none: "[list] ..." is not what was signed,
 * while "Re: [list] ..." was written by an author. */
#define SIGNS(field) "(instr(lower(':' || f.fields || ':'), ':" field ":') > 0)"
#define HAS_SECOND_CC                                                                          \
    "EXISTS (SELECT 1 FROM message_address a WHERE a.message_id = s.message_id"                \
    " AND a.role = 'cc' AND a.position = 1)"
#define DOUBT_OF_BODY                                                                          \
    "CASE s.body_ok WHEN 1 THEN 0 WHEN 0 THEN 2 + " SIGNS("content-type") " + (" SIGNS(        \
        "cc") " AND " HAS_SECOND_CC ") ELSE 1 END"
#define DOUBT_OF_SUBJECT "(t.subject LIKE '[%')"
#define JOIN_MESSAGE                                                                           \
    " s JOIN message m ON m.id = s.message_id JOIN message_text t ON t.id = s.message_id"      \
    " JOIN signed_fields f ON f.id = s.signed_fields_id "

static const char *const find_sql[KIND_COUNT] = {
    [KIND_DKIM] =
        ("SELECT s.message_id, s.position, s.selector, s.domain, s.algorithm,"
         " length(s.signature), " DOUBT_OF_BODY " + " DOUBT_OF_SUBJECT ", m.date"
         " FROM signature" JOIN_MESSAGE "WHERE s.key_id IS NULL AND s.header_digest <> x''"),
    /* A seal covers nothing but fields of ARC, which nobody has a reason to alter. */
    [KIND_ARC_SEAL] = ("SELECT s.message_id, s.instance, s.seal_selector, s.seal_domain,"
                       " s.seal_algorithm, length(s.seal_signature), 0, m.date FROM arc_set"
                       " s JOIN message m ON m.id = s.message_id"
                       " WHERE s.seal_key_id IS NULL AND s.seal_digest <> x''"),
    [KIND_ARC_MESSAGE] = ("SELECT s.message_id, s.instance, s.message_selector,"
                          " s.message_domain, s.message_algorithm,"
                          " length(s.message_signature), " DOUBT_OF_BODY " + " DOUBT_OF_SUBJECT
                          ", m.date FROM arc_set" JOIN_MESSAGE
                          "WHERE s.message_key_id IS NULL AND s.message_digest <> x''"),
    /* The digest is over the body, too. */
    [KIND_DOMAINKEYS] =
        ("SELECT s.message_id, s.position, s.selector, s.domain, s.algorithm,"
         " length(s.signature), 1 + " DOUBT_OF_SUBJECT ", m.date"
         " FROM domainkey_signature" JOIN_MESSAGE "WHERE s.key_id IS NULL AND s.digest <> x''"),
};

/* Columns of load_sql. */
enum { LOAD_ALGORITHM, LOAD_DIGEST, LOAD_SIGNATURE };

static const char *const load_sql[KIND_COUNT] = {
    [KIND_DKIM] = ("SELECT algorithm, header_digest, signature FROM signature"
                   " WHERE message_id = ?1 AND position = ?2 AND key_id IS NULL"),
    [KIND_ARC_SEAL] = ("SELECT seal_algorithm, seal_digest, seal_signature FROM arc_set"
                       " WHERE message_id = ?1 AND instance = ?2 AND seal_key_id IS NULL"),
    [KIND_ARC_MESSAGE] =
        ("SELECT message_algorithm, message_digest, message_signature FROM arc_set"
         " WHERE message_id = ?1 AND instance = ?2 AND message_key_id IS NULL"),
    [KIND_DOMAINKEYS] = ("SELECT algorithm, digest, signature FROM domainkey_signature"
                         " WHERE message_id = ?1 AND position = ?2 AND key_id IS NULL"),
};

/* Where a signature lies. */
typedef struct {
    int64_t message_id;
    int64_t date;
    int32_t position;
    uint8_t kind;
    uint8_t doubt;
    bool has_date;
} Place;

struct RecoveryNames {
    StatementSet loads; /* by Kind */
    GPtrArray *names;   /* RecoveryName */
};

static void name_free(gpointer data)
{
    RecoveryName *name = data;
    g_free(name->selector);
    g_free(name->domain);
    g_array_unref(name->places);
    g_free(name);
}

void recovery_names_free(RecoveryNames *names)
{
    if (names == NULL) {
        return;
    }
    statement_set_clear(&names->loads);
    g_ptr_array_unref(names->names);
    g_free(names);
}

/* While names are collected. */
typedef struct {
    RecoveryNames *names;
    GHashTable *by_name; /* "selector domain length" -> RecoveryName */
    const char *const *only;
} Collection;

static bool is_wanted(const Collection *collection, const char *selector, const char *domain)
{
    if (collection->only == NULL) {
        return true;
    }
    g_autofree char *name = g_strconcat(selector, "._domainkey.", domain, NULL);
    for (const char *const *only = collection->only; *only != NULL; only++) {
        if (g_ascii_strcasecmp(*only, name) == 0) {
            return true;
        }
    }
    return false;
}

static RecoveryName *name_of(Collection *collection, const char *selector, const char *domain,
                             size_t signature_len)
{
    g_autofree char *key = g_strdup_printf("%s %s %zu", selector, domain, signature_len);
    RecoveryName *name = g_hash_table_lookup(collection->by_name, key);
    if (name == NULL) {
        name = g_new0(RecoveryName, 1);
        name->selector = g_strdup(selector);
        name->domain = g_strdup(domain);
        name->signature_len = signature_len;
        name->places = g_array_new(false, false, sizeof(Place));
        g_ptr_array_add(collection->names->names, name);
        g_hash_table_insert(collection->by_name, g_steal_pointer(&key), name);
    }
    return name;
}

static Slice column_bytes(sqlite3_stmt *row, int column)
{
    const char *bytes = sqlite3_column_blob(row, column);
    return slice_of(bytes, (size_t)sqlite3_column_bytes(row, column));
}

static bool is_rsa(Slice word, DkimAlgorithm *ret_algorithm)
{
    return dkim_algorithm_of_word(word, ret_algorithm) &&
           *ret_algorithm != DKIM_ALGORITHM_ED25519_SHA256;
}

static void collect_row(Collection *collection, Kind kind, sqlite3_stmt *row)
{
    char selector[DKIM_DOMAIN_BYTES_MAX + 1];
    char domain[DKIM_DOMAIN_BYTES_MAX + 1];
    DkimAlgorithm algorithm;
    const size_t signature_len = (size_t)sqlite3_column_int64(row, FIND_LENGTH);
    if (!is_rsa(column_bytes(row, FIND_ALGORITHM), &algorithm) ||
        signature_len < RSA_RECOVERY_BYTES_MIN ||
        !dkim_domain_normalize(column_bytes(row, FIND_SELECTOR), selector) ||
        !dkim_domain_normalize(column_bytes(row, FIND_DOMAIN), domain) ||
        !is_wanted(collection, selector, domain)) {
        return;
    }
    const Place place = {
        .message_id = sqlite3_column_int64(row, FIND_MESSAGE),
        .date = sqlite3_column_int64(row, FIND_DATE),
        .position = sqlite3_column_int(row, FIND_POSITION),
        .kind = (uint8_t)kind,
        .doubt = (uint8_t)sqlite3_column_int(row, FIND_DOUBT),
        .has_date = sqlite3_column_type(row, FIND_DATE) != SQLITE_NULL,
    };
    RecoveryName *name = name_of(collection, selector, domain, signature_len);
    g_array_append_val(name->places, place);
}

static bool collect_kind(Collection *collection, sqlite3 *db, Kind kind, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, find_sql[kind], error);
    if (row == NULL) {
        return false;
    }
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        collect_row(collection, kind, row);
    }
    return archive_end_rows(row, code, error);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    const RecoveryName *left = *(RecoveryName *const *)a;
    const RecoveryName *right = *(RecoveryName *const *)b;
    if (left->places->len != right->places->len) {
        return left->places->len > right->places->len ? -1 : 1;
    }
    const int by_domain = strcmp(left->domain, right->domain);
    return by_domain != 0 ? by_domain : strcmp(left->selector, right->selector);
}

RecoveryNames *recovery_names_new(sqlite3 *db, const char *const *only, GError **error)
{
    g_autoptr(RecoveryNames) names = g_new0(RecoveryNames, 1);
    names->names = g_ptr_array_new_with_free_func(name_free);
    if (!statement_set_init(&names->loads, db, load_sql, KIND_COUNT, error)) {
        return NULL;
    }
    g_autoptr(GHashTable) by_name =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Collection collection = {.names = names, .by_name = by_name, .only = only};
    for (Kind kind = KIND_DKIM; kind < KIND_COUNT; kind++) {
        if (!collect_kind(&collection, db, kind, error)) {
            return NULL;
        }
    }
    g_ptr_array_sort(names->names, compare_names);
    return g_steal_pointer(&names);
}

size_t recovery_names_count(const RecoveryNames *names)
{
    return names->names->len;
}

const RecoveryName *recovery_names_get(const RecoveryNames *names, size_t index)
{
    return g_ptr_array_index(names->names, (guint)index);
}

void recovery_signatures_clear(RecoverySignatures *signatures)
{
    g_clear_pointer(&signatures->list, g_array_unref);
    g_clear_pointer(&signatures->bytes, g_string_chunk_free);
}

static Slice keep(RecoverySignatures *signatures, Slice bytes)
{
    return slice_of(g_string_chunk_insert_len(signatures->bytes, bytes.ptr, (gssize)bytes.len),
                    bytes.len);
}

/* The same mail may lie in the archive twice, with other bytes around the same signature. */
static void add_signature(RecoverySignatures *signatures, GHashTable *seen, const Place *place,
                          sqlite3_stmt *row)
{
    const Slice bytes = column_bytes(row, LOAD_SIGNATURE);
    RecoverySignature signature = {
        .doubt = place->doubt, .has_date = place->has_date, .date = place->date};
    g_autoptr(GBytes) key = g_bytes_new(bytes.ptr, bytes.len);
    if (!is_rsa(column_bytes(row, LOAD_ALGORITHM), &signature.rsa.algorithm) ||
        g_hash_table_contains(seen, key)) {
        return;
    }
    g_hash_table_add(seen, g_steal_pointer(&key));
    signature.rsa.digest = keep(signatures, column_bytes(row, LOAD_DIGEST));
    signature.rsa.signature = keep(signatures, bytes);
    g_array_append_val(signatures->list, signature);
}

static bool load_place(RecoveryNames *names, const Place *place, GHashTable *seen,
                       RecoverySignatures *signatures, GError **error)
{
    sqlite3_stmt *row = statement_set_get(&names->loads, place->kind);
    sqlite3_bind_int64(row, 1, place->message_id);
    sqlite3_bind_int(row, 2, place->position);
    int code = sqlite3_step(row);
    if (code == SQLITE_ROW) {
        add_signature(signatures, seen, place, row);
        code = SQLITE_DONE;
    }
    return archive_end_rows(row, code, error);
}

bool recovery_names_load(RecoveryNames *names, size_t index, size_t max,
                         RecoverySignatures *signatures, GError **error)
{
    signatures->list = g_array_new(false, false, sizeof(RecoverySignature));
    signatures->bytes = g_string_chunk_new(BYTES_BLOCK);
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    const GArray *places = recovery_names_get(names, index)->places;
    const size_t n_loaded = MIN((size_t)places->len, max);
    for (size_t i = 0; i < n_loaded; i++) {
        const Place *place = &g_array_index(places, Place, (guint)(i * places->len / n_loaded));
        if (!load_place(names, place, seen, signatures, error)) {
            return false;
        }
    }
    return true;
}
