/* SPDX-License-Identifier: MIT */
#include "indexer/recheck.h"

#include "indexer/dkim_finding.h"
#include "indexer/key_rows.h"
#include "indexer/recheck_message.h"
#include "indexer/statement_set.h"
#include "schema/dkim_domain.h"
#include "schema/repair.h"

/* What depends on the key alone. */
#define KEY_CAVEATS                                                                            \
    (CAVEAT_BIT(WEAK_KEY) | CAVEAT_BIT(TEST_MODE) | CAVEAT_BIT(LEAKED_KEY) |                   \
     CAVEAT_BIT(RECOVERED_KEY) | CAVEAT_BIT(SHARED_KEY) | CAVEAT_BIT(OUTSIDE_KEY_WINDOW))

/* The signatures that the archive holds; the rows of ARC hold two. */
typedef enum { KIND_DKIM, KIND_ARC_SEAL, KIND_ARC_MESSAGE, KIND_DOMAINKEYS, KIND_COUNT } Kind;

/* The columns of every select. */
enum {
    COLUMN_MESSAGE,
    COLUMN_POSITION, /* or instance */
    COLUMN_DOMAIN,
    COLUMN_SELECTOR,
    COLUMN_ALGORITHM,
    COLUMN_IDENTITY,
    COLUMN_DIGEST,
    COLUMN_OTHER_DIGEST, /* either may be signed; '' when there is one only */
    COLUMN_SIGNATURE,
    COLUMN_BODY_OK,
    COLUMN_BODY_IS_SHORT,
    COLUMN_RESULT,
    COLUMN_REASON,
    COLUMN_CAVEATS,
    COLUMN_KEY,
    COLUMN_DATE,
    COLUMN_REPAIR, /* what was undone; '' nothing */
};

/* Without a digest a field could not be checked, and no key changes that; nor that a DomainKeys
 * signature has no sender in its domain. */
static const char *const select_sql[KIND_COUNT] = {
    [KIND_DKIM] = "SELECT s.message_id, s.position, s.domain, s.selector, s.algorithm,"
                  " s.identity, s.header_digest, '', s.signature, s.body_ok,"
                  " ifnull(s.body_length > s.body_bytes, 0), s.result, s.reason, s.caveats,"
                  " s.key_id, m.date, s.repair FROM signature s"
                  " JOIN message m ON m.id = s.message_id WHERE s.header_digest <> x'' ORDER "
                  "BY s.message_id, s.position",
    [KIND_ARC_SEAL] = "SELECT s.message_id, s.instance, s.seal_domain, s.seal_selector,"
                      " s.seal_algorithm, '', s.seal_digest, '', s.seal_signature, NULL, 0,"
                      " s.seal_result, s.seal_reason, s.seal_caveats, s.seal_key_id, m.date,"
                      " ''"
                      " FROM arc_set s JOIN message m ON m.id = s.message_id"
                      " WHERE s.seal_digest <> x'' ORDER BY s.message_id, s.instance",
    [KIND_ARC_MESSAGE] = "SELECT s.message_id, s.instance, s.message_domain,"
                         " s.message_selector, s.message_algorithm, '', s.message_digest, '',"
                         " s.message_signature, s.body_ok,"
                         " ifnull(s.body_length > s.body_bytes, 0), s.message_result,"
                         " s.message_reason, s.message_caveats, s.message_key_id, m.date, ''"
                         " FROM arc_set s JOIN message m ON m.id = s.message_id"
                         " WHERE s.message_digest <> x'' ORDER BY s.message_id, s.instance",
    [KIND_DOMAINKEYS] = "SELECT s.message_id, s.position, s.domain, s.selector, s.algorithm,"
                        " s.sender, s.digest, s.listed_digest, s.signature, NULL, 0, s.result,"
                        " s.reason, s.caveats, s.key_id, m.date, '' FROM domainkey_signature s"
                        " JOIN message m ON m.id = s.message_id WHERE s.digest <> x''"
                        " AND (s.result <> 'permerror' OR s.key_id IS NOT NULL)"
                        " ORDER BY s.message_id, s.position",
};

static const char *const update_sql[KIND_COUNT] = {
    [KIND_DKIM] = "UPDATE signature SET result = ?3, reason = ?4, caveats = ?5, key_id = ?6,"
                  " header_ok = ?7 WHERE message_id = ?1 AND position = ?2",
    [KIND_ARC_SEAL] = "UPDATE arc_set SET seal_result = ?3, seal_reason = ?4,"
                      " seal_caveats = ?5, seal_key_id = ?6 WHERE message_id = ?1"
                      " AND instance = ?2",
    [KIND_ARC_MESSAGE] = "UPDATE arc_set SET message_result = ?3, message_reason = ?4,"
                         " message_caveats = ?5, message_key_id = ?6 WHERE message_id = ?1"
                         " AND instance = ?2",
    [KIND_DOMAINKEYS] = "UPDATE domainkey_signature SET result = ?3, reason = ?4,"
                        " caveats = ?5, key_id = ?6 WHERE message_id = ?1 AND position = ?2",
};

/* What a signature comes to now. */
typedef struct {
    int64_t message_id;
    int64_t position;
    int64_t key_id;     /* 0 without */
    const char *reason; /* constant words */
    DkimResult result;
    CaveatSet caveats;
    Tri header_ok;
} Change;

typedef struct {
    sqlite3 *db;
    const KeyStore *keys;
    KeyRows *key_rows;
    DkimKeySearch *search;
    GHashTable *selectors; /* of the keys that are new or changed */
    GHashTable *names;     /* "selector domain" of them */
    StatementSet selects;  /* by Kind */
    StatementSet updates;
    GArray *changes[KIND_COUNT]; /* Change, by message and position */
    RecheckOutcome outcome;
} Recheck;

static void recheck_clear(Recheck *recheck)
{
    key_rows_free(recheck->key_rows);
    dkim_key_search_free(recheck->search);
    g_hash_table_unref(recheck->selectors);
    g_hash_table_unref(recheck->names);
    statement_set_clear(&recheck->selects);
    statement_set_clear(&recheck->updates);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        g_array_unref(recheck->changes[kind]);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Recheck, recheck_clear)

static Slice column_bytes(sqlite3_stmt *row, int column)
{
    const char *bytes = sqlite3_column_blob(row, column);
    return slice_of(bytes, (size_t)sqlite3_column_bytes(row, column));
}

static void concern(Recheck *recheck, const Key *key)
{
    g_hash_table_add(recheck->selectors, g_strdup(key->selector));
    g_hash_table_add(recheck->names, g_strconcat(key->selector, " ", key->domain, NULL));
}

/* The same key under other names may be worth something else now: published, or leaked. */
static bool concern_twins(Recheck *recheck, const Key *key, GError **error)
{
    const GPtrArray *twins = key->facts->keys;
    for (guint i = 0; i < twins->len; i++) {
        const Key *twin = g_ptr_array_index(twins, i);
        bool changed = false;
        if (!key_rows_refresh(recheck->key_rows, twin->index, &changed, error)) {
            return false;
        }
        if (changed) {
            concern(recheck, twin);
        }
    }
    return true;
}

static bool import_keys(Recheck *recheck, const GArray *indexes, GError **error)
{
    for (guint i = 0; i < indexes->len; i++) {
        const int64_t index = g_array_index(indexes, int64_t, i);
        const Key *key = key_store_get(recheck->keys, index);
        bool changed = false;
        if (!key_rows_import(recheck->key_rows, index, &changed, error)) {
            return false;
        }
        if (changed && !key->is_answer) {
            recheck->outcome.keys++;
            concern(recheck, key);
            if (!concern_twins(recheck, key, error)) {
                return false;
            }
        }
    }
    return true;
}

/* The names to look keys up by. */
typedef struct {
    char selector[DKIM_DOMAIN_BYTES_MAX + 1];
    char domain[DKIM_DOMAIN_BYTES_MAX + 1];
} Names;

/* Whether the keys that are new or changed can say anything of this signature. */
static bool is_concerned(const Recheck *recheck, sqlite3_stmt *row, Names *names)
{
    if (!dkim_domain_normalize(column_bytes(row, COLUMN_SELECTOR), names->selector) ||
        !dkim_domain_normalize(column_bytes(row, COLUMN_DOMAIN), names->domain) ||
        !g_hash_table_contains(recheck->selectors, names->selector)) {
        return false;
    }
    const CaveatSet caveats = caveat_set_of_words(archive_column_text(row, COLUMN_CAVEATS));
    if (sqlite3_column_type(row, COLUMN_KEY) == SQLITE_NULL ||
        (caveats & CAVEAT_BIT(SHARED_KEY)) != 0) {
        return true;
    }
    char name[sizeof(Names) + 1];
    g_snprintf(name, sizeof name, "%s %s", names->selector, names->domain);
    return g_hash_table_contains(recheck->names, name);
}

static Slice local_part_of(Slice address)
{
    const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);
    return at == NULL ? SLICE_EMPTY : slice_of(address.ptr, (size_t)(at - address.ptr));
}

static bool make_question(Kind kind, sqlite3_stmt *row, const Names *names,
                          DkimKeyQuestion *question)
{
    const Slice identity = column_bytes(row, COLUMN_IDENTITY);
    *question = (DkimKeyQuestion){
        .selector = names->selector,
        .domain = names->domain,
        .terms = {.demand = kind == KIND_ARC_SEAL || kind == KIND_ARC_MESSAGE
                                ? DKIM_KEY_DEMAND_STRICT
                                : DKIM_KEY_DEMAND_NONE,
                  .has_date = sqlite3_column_type(row, COLUMN_DATE) != SQLITE_NULL,
                  .date = sqlite3_column_int64(row, COLUMN_DATE)},
        .identity_is_domain = dkim_identity_is_domain(identity, names->domain),
        .digest = column_bytes(row, COLUMN_DIGEST),
        .signature = column_bytes(row, COLUMN_SIGNATURE),
        .has_granularity = kind == KIND_DOMAINKEYS,
        .local_part = local_part_of(identity),
    };
    return dkim_algorithm_of_word(column_bytes(row, COLUMN_ALGORITHM), &question->algorithm);
}

static DkimFinding find_again(Recheck *recheck, sqlite3_stmt *row, DkimKeyQuestion *question)
{
    const Slice other = column_bytes(row, COLUMN_OTHER_DIGEST);
    DkimKeyAnswer answer = dkim_key_search_run(recheck->search, question);
    if (answer.outcome != DKIM_KEYS_GOOD && other.len > 0) {
        question->digest = other;
        answer = dkim_key_search_run(recheck->search, question);
    }
    const Tri body_ok = sqlite3_column_type(row, COLUMN_BODY_OK) == SQLITE_NULL ? TRI_UNKNOWN
                        : sqlite3_column_int(row, COLUMN_BODY_OK) != 0          ? TRI_YES
                                                                                : TRI_NO;
    return dkim_finding_of_answer(&answer, body_ok,
                                  sqlite3_column_int(row, COLUMN_BODY_IS_SHORT) != 0);
}

static bool is_same(const Change *change, sqlite3_stmt *row)
{
    g_autofree char *caveats = caveat_set_words(change->caveats);
    return change->key_id == sqlite3_column_int64(row, COLUMN_KEY) &&
           strcmp(dkim_result_word(change->result), archive_column_text(row, COLUMN_RESULT)) ==
               0 &&
           strcmp(change->reason, archive_column_text(row, COLUMN_REASON)) == 0 &&
           strcmp(caveats, archive_column_text(row, COLUMN_CAVEATS)) == 0;
}

static bool try_row(Recheck *recheck, Kind kind, sqlite3_stmt *row, GError **error)
{
    Names names;
    DkimKeyQuestion question;
    if (!is_concerned(recheck, row, &names) || !make_question(kind, row, &names, &question)) {
        return true;
    }
    recheck->outcome.signatures++;
    const DkimFinding finding = find_again(recheck, row, &question);
    const CaveatSet known = caveat_set_of_words(archive_column_text(row, COLUMN_CAVEATS));
    const Repair repair = repair_of_word(archive_column_text(row, COLUMN_REPAIR));
    const bool is_mended = repair != REPAIR_NONE && finding.result == DKIM_RESULT_PASS;
    Change change = {
        .message_id = sqlite3_column_int64(row, COLUMN_MESSAGE),
        .position = sqlite3_column_int64(row, COLUMN_POSITION),
        .reason = is_mended ? repair_sentence(repair) : finding.reason,
        .result = finding.result,
        .caveats = (known & ~KEY_CAVEATS) | finding.caveats,
        .header_ok = finding.header_ok,
    };
    if (finding.key >= 0 &&
        !key_rows_id(recheck->key_rows, finding.key, &change.key_id, error)) {
        return false;
    }
    if (!is_same(&change, row)) {
        g_array_append_val(recheck->changes[kind], change);
        recheck->outcome.changed++;
    }
    return true;
}

static bool try_kind(Recheck *recheck, Kind kind, GError **error)
{
    sqlite3_stmt *row = statement_set_get(&recheck->selects, kind);
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        if (!try_row(recheck, kind, row, error)) {
            return false;
        }
    }
    return archive_end_rows(row, code, error);
}

static bool apply(Recheck *recheck, Kind kind, const Change *change, GError **error)
{
    g_autofree char *caveats = caveat_set_words(change->caveats);
    sqlite3_stmt *update = statement_set_get(&recheck->updates, kind);
    sqlite3_bind_int64(update, 1, change->message_id);
    sqlite3_bind_int64(update, 2, change->position);
    statement_bind_text(update, 3, slice_of_string(dkim_result_word(change->result)));
    statement_bind_text(update, 4, slice_of_string(change->reason));
    statement_bind_text(update, 5, slice_of_string(caveats));
    sqlite3_bind_null(update, 6);
    if (change->key_id != 0) {
        sqlite3_bind_int64(update, 6, change->key_id);
    }
    if (kind == KIND_DKIM) {
        sqlite3_bind_null(update, 7);
        if (change->header_ok != TRI_UNKNOWN) {
            sqlite3_bind_int(update, 7, change->header_ok == TRI_YES);
        }
    }
    return statement_run(update, error);
}

static bool apply_kind(Recheck *recheck, Kind kind, GError **error)
{
    const GArray *changes = recheck->changes[kind];
    for (guint i = 0; i < changes->len; i++) {
        if (!apply(recheck, kind, &g_array_index(changes, Change, i), error)) {
            return false;
        }
    }
    return true;
}

/* The distinct messages of the changes. Returns: (transfer full) int64_t. */
static GArray *messages_of(const GArray *changes)
{
    GArray *ids = g_array_new(false, false, sizeof(int64_t));
    for (guint i = 0; i < changes->len; i++) {
        const int64_t id = g_array_index(changes, Change, i).message_id;
        if (ids->len == 0 || g_array_index(ids, int64_t, ids->len - 1) != id) {
            g_array_append_val(ids, id);
        }
    }
    return ids;
}

static bool derive(const GArray *ids, RecheckMessage *message,
                   bool (*func)(RecheckMessage *message, int64_t id, GError **error),
                   GError **error)
{
    for (guint i = 0; i < ids->len; i++) {
        if (!func(message, g_array_index(ids, int64_t, i), error)) {
            return false;
        }
    }
    return true;
}

/* Writes what changed, and what follows from it for the messages. Which chains are judged by
 * their sets is asked while the old results are there. */
static bool write_changes(Recheck *recheck, GError **error)
{
    g_autoptr(RecheckMessage) message = recheck_message_new(recheck->db, error);
    g_autoptr(GArray) signed_ids = messages_of(recheck->changes[KIND_DKIM]);
    g_autoptr(GArray) seal_ids = messages_of(recheck->changes[KIND_ARC_SEAL]);
    g_autoptr(GArray) arc_ids = messages_of(recheck->changes[KIND_ARC_MESSAGE]);
    g_array_append_vals(arc_ids, seal_ids->data, seal_ids->len);
    if (message == NULL || !derive(arc_ids, message, recheck_message_note_chain, error)) {
        return false;
    }
    for (Kind kind = KIND_DKIM; kind < KIND_COUNT; kind++) {
        if (!apply_kind(recheck, kind, error)) {
            return false;
        }
    }
    if (!derive(signed_ids, message, recheck_message_judge, error) ||
        !recheck_message_judge_chains(message, error)) {
        return false;
    }
    recheck->outcome.messages = recheck_message_count(message);
    return true;
}

static bool run(Recheck *recheck, const GArray *indexes, GError **error)
{
    if (!import_keys(recheck, indexes, error)) {
        return false;
    }
    if (recheck->outcome.keys == 0) {
        return true;
    }
    for (Kind kind = KIND_DKIM; kind < KIND_COUNT; kind++) {
        if (!try_kind(recheck, kind, error)) {
            return false;
        }
    }
    return write_changes(recheck, error);
}

bool recheck_run_keys(sqlite3 *db, const KeyStore *keys, const GArray *indexes,
                      RecheckOutcome *ret_outcome, GError **error)
{
    g_auto(Recheck) recheck = {
        .db = db,
        .keys = keys,
        .search = dkim_key_search_new(keys),
        .selectors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        recheck.changes[kind] = g_array_new(false, false, sizeof(Change));
    }
    recheck.key_rows = key_rows_new(db, keys, error);
    if (recheck.key_rows == NULL ||
        !statement_set_init(&recheck.selects, db, select_sql, KIND_COUNT, error) ||
        !statement_set_init(&recheck.updates, db, update_sql, KIND_COUNT, error) ||
        !archive_exec(db, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    if (!archive_end_transaction(db, run(&recheck, indexes, error), error)) {
        return false;
    }
    *ret_outcome = recheck.outcome;
    return true;
}

bool recheck_run(sqlite3 *db, const KeyStore *keys, size_t n_imported,
                 RecheckOutcome *ret_outcome, GError **error)
{
    g_autoptr(GArray) indexes = g_array_new(false, false, sizeof(int64_t));
    for (size_t i = 0; i < n_imported; i++) {
        const int64_t index = (int64_t)i;
        g_array_append_val(indexes, index);
    }
    return recheck_run_keys(db, keys, indexes, ret_outcome, error);
}
