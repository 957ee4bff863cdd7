/* SPDX-License-Identifier: MIT */
#include "query/facet.h"

#include "query/facet_time.h"
#include "query/query_field_part.h"
#include "schema/archive.h"

/* Values are counted in bunches: hit_set_find_all. */
#define BUNCH 64

typedef struct {
    const HitSet *hits;
    FacetCounter *counter;
    GHashTable *kinds; /* types and extension of an attachment: GArray of guint, its values */
    guint n;
    int64_t ids[BUNCH];
    guint values[BUNCH]; /* of those messages */
} Adder;

/* Adds what one row says of its message, which may be no hit. */
typedef void AddRow(Adder *adder, sqlite3_stmt *row);

/* Rows of a message id, a value, and what else `add` reads. */
typedef struct {
    const char *all; /* value after value, or message after message */
    const char *one; /* of message ?1 */
    AddRow *add;
} FacetRows;

static AddRow add_value;
static AddRow add_type;

/* The addresses of a role, by an index that has them together. */
#define ADDRESSES(value, roles)                                                                \
    {                                                                                          \
        .all = "SELECT ma.message_id, a." value " FROM address a CROSS JOIN message_address "  \
               "ma WHERE ma.address_id = a.id AND ma.role IN (" roles ") ORDER BY a." value,   \
        .one = "SELECT ma.message_id, a." value " FROM message_address ma JOIN address a "     \
               "ON a.id = ma.address_id WHERE ma.message_id = ?1 AND ma.role IN (" roles ")",  \
        .add = add_value                                                                       \
    }

/* Where messages lie. */
#define PLACES(value)                                                                          \
    {                                                                                          \
        .all = "SELECT o.message_id, " value " FROM source r CROSS JOIN file l "               \
               "CROSS JOIN occurrence o WHERE l.source_id = r.id AND o.file_id = l.id "        \
               "ORDER BY " value,                                                              \
        .one = "SELECT o.message_id, " value " FROM occurrence o JOIN file l "                 \
               "ON l.id = o.file_id JOIN source r ON r.id = l.source_id "                      \
               "WHERE o.message_id = ?1",                                                      \
        .add = add_value                                                                       \
    }

#define ATTACHMENTS "SELECT message_id, declared_type, sniffed_type, name FROM attachment"

static const FacetRows rows_of[FACET_KIND_COUNT] = {
    [FACET_SENDER] = ADDRESSES("address", "'from'"),
    [FACET_DOMAIN] = ADDRESSES("domain", "'from'"),
    [FACET_RECIPIENT] = ADDRESSES("address", "'to', 'cc', 'bcc'"),
    [FACET_TYPE] = {ATTACHMENTS, ATTACHMENTS " WHERE message_id = ?1", add_type},
    [FACET_DKIM] = {"SELECT id, dkim FROM message ORDER BY dkim",
                    "SELECT id, dkim FROM message WHERE id = ?1", add_value},
    [FACET_SIGNER] = {"SELECT message_id, domain FROM signature WHERE result = 'pass' "
                      "ORDER BY domain",
                      "SELECT message_id, domain FROM signature WHERE message_id = ?1 "
                      "AND result = 'pass'",
                      add_value},
    [FACET_SOURCE] = PLACES("r.path"),
    [FACET_FOLDER] = PLACES("l.folder"),
    [FACET_LANGUAGE] =
        {"SELECT id, language FROM message WHERE language <> '' ORDER BY language",
         "SELECT id, language FROM message WHERE id = ?1", add_value},
    [FACET_CONTENT] = {"SELECT message_id, lower(hex(sha256)) FROM attachment ORDER BY sha256",
                       "SELECT message_id, lower(hex(sha256)) FROM attachment "
                       "WHERE message_id = ?1",
                       add_value},
};

static Slice column_slice(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return slice_of(text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(row, column));
}

static void count_bunch(Adder *adder)
{
    guint hits[BUNCH];
    hit_set_find_all(adder->hits, adder->ids, adder->n, hits);
    facet_counter_add_all(adder->counter, adder->values, hits, adder->n);
    adder->n = 0;
}

static void add(Adder *adder, sqlite3_stmt *row, guint value)
{
    adder->ids[adder->n] = sqlite3_column_int64(row, 0);
    adder->values[adder->n] = value;
    adder->n++;
    if (adder->n == BUNCH) {
        count_bunch(adder);
    }
}

static void add_value(Adder *adder, sqlite3_stmt *row)
{
    const Slice value = column_slice(row, 1);
    if (value.len > 0) {
        add(adder, row, facet_counter_value(adder->counter, value));
    }
}

/* Behind the last dot; "" without. */
static const char *extension_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL ? "" : dot;
}

/* The numbers of the kinds that an attachment is of: what type: finds it by. */
static GArray *kinds_of(FacetCounter *counter, const char *declared, const char *sniffed,
                        const char *extension)
{
    GArray *kinds = g_array_new(false, false, sizeof(guint));
    const char *word = NULL;
    for (size_t n = 0; (word = query_field_nth_type(n)) != NULL; n++) {
        if (query_field_type_fits(n, declared, sniffed, extension)) {
            const guint kind = facet_counter_value(counter, slice_of_string(word));
            g_array_append_val(kinds, kind);
        }
    }
    if (kinds->len == 0) {
        const char *type = *sniffed != '\0' ? sniffed : declared;
        const guint kind = facet_counter_value(
            counter, slice_of_string(*type != '\0' ? type : "application/octet-stream"));
        g_array_append_val(kinds, kind);
    }
    return kinds;
}

/* Patterns are tried once for each combination of types and extension. */
static void add_type(Adder *adder, sqlite3_stmt *row)
{
    const char *declared = archive_column_text(row, 1);
    const char *sniffed = archive_column_text(row, 2);
    const char *extension = extension_of(archive_column_text(row, 3));
    g_autofree char *key = g_strdup_printf("%s\n%s\n%s", declared, sniffed, extension);
    GArray *kinds = g_hash_table_lookup(adder->kinds, key);
    if (kinds == NULL) {
        kinds = kinds_of(adder->counter, declared, sniffed, extension);
        g_hash_table_insert(adder->kinds, g_steal_pointer(&key), kinds);
    }
    for (guint i = 0; i < kinds->len; i++) {
        add(adder, row, g_array_index(kinds, guint, i));
    }
}

static bool add_rows(Adder *adder, sqlite3_stmt *rows, AddRow *add_row, GError **error)
{
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        add_row(adder, rows);
    }
    return archive_end_rows(rows, code, error);
}

static bool add_all_rows(Adder *adder, sqlite3 *db, const FacetRows *rows, GError **error)
{
    const bool is_sparse = hit_set_is_sparse(adder->hits);
    g_autoptr(sqlite3_stmt) statement =
        archive_prepare(db, is_sparse ? rows->one : rows->all, error);
    if (statement == NULL) {
        return false;
    }
    if (!is_sparse) {
        return add_rows(adder, statement, rows->add, error);
    }
    for (guint n = 0; n < hit_set_size(adder->hits); n++) {
        sqlite3_bind_int64(statement, 1, hit_set_id(adder->hits, n));
        if (!add_rows(adder, statement, rows->add, error)) {
            return false;
        }
    }
    return true;
}

static bool count_rows(sqlite3 *db, const HitSet *hits, const FacetRows *rows,
                       FacetCounter *counter, GError **error)
{
    g_autoptr(GHashTable) kinds =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    Adder adder = {.hits = hits, .counter = counter, .kinds = kinds};
    if (!add_all_rows(&adder, db, rows, error)) {
        return false;
    }
    count_bunch(&adder);
    return true;
}

static bool count_hits(sqlite3 *db, const HitSet *hits, FacetKind kind, GTimeZone *zone,
                       FacetCounter *counter, GError **error)
{
    switch (kind) {
    case FACET_YEAR:
        return facet_time_count(db, hits, FACET_TIME_YEAR, zone, counter, error);
    case FACET_MONTH:
        return facet_time_count(db, hits, FACET_TIME_MONTH, zone, counter, error);
    case FACET_DAY:
        return facet_time_count(db, hits, FACET_TIME_DAY, zone, counter, error);
    case FACET_SENDER:
    case FACET_DOMAIN:
    case FACET_RECIPIENT:
    case FACET_TYPE:
    case FACET_DKIM:
    case FACET_SIGNER:
    case FACET_SOURCE:
    case FACET_FOLDER:
    case FACET_LANGUAGE:
    case FACET_CONTENT:
    case FACET_KIND_COUNT:
        return count_rows(db, hits, &rows_of[kind], counter, error);
    }
    g_assert_not_reached();
}

/* A type is known before a message has it: values that none has go. */
static void remove_empty(GArray *counts)
{
    for (guint i = counts->len; i > 0; i--) {
        if (g_array_index(counts, FacetCount, i - 1).messages == 0) {
            g_array_remove_index_fast(counts, i - 1);
        }
    }
}

bool facet_read(sqlite3 *db, const HitSet *hits, FacetKind kind, GTimeZone *zone,
                Facet *ret_facet, GError **error)
{
    g_autoptr(FacetCounter) counter = facet_counter_new(hits);
    if (!count_hits(db, hits, kind, zone, counter, error)) {
        return false;
    }
    facet_counter_without(counter, &ret_facet->none);
    ret_facet->counts = facet_counter_steal(counter);
    remove_empty(ret_facet->counts);
    return true;
}

void facet_clear(Facet *facet)
{
    g_clear_pointer(&facet->counts, g_array_unref);
}

static int compare_values(gconstpointer a, gconstpointer b)
{
    const FacetCount *left = a;
    const FacetCount *right = b;
    return strcmp(left->value, right->value);
}

static int compare_counts(gconstpointer a, gconstpointer b)
{
    const FacetCount *left = a;
    const FacetCount *right = b;
    if (left->messages != right->messages) {
        return left->messages < right->messages ? 1 : -1;
    }
    return compare_values(a, b);
}

void facet_sort(Facet *facet, FacetOrder order)
{
    g_array_sort(facet->counts, order == FACET_BY_COUNT ? compare_counts : compare_values);
}
