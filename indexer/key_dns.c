/* SPDX-License-Identifier: MIT */
#include "indexer/key_dns.h"

#include "indexer/statement_set.h"
#include "schema/dkim_domain.h"

#define LABEL "._domainkey."

/* No key has decided it, or only that the DNS did not answer once. Without a digest no key
 * will. */
#define WAITS(key, result, digest)                                                             \
    "(" key " IS NULL OR " result " = 'temperror') AND " digest " <> x''"

enum { FIND_ASKED, FIND_WAITING, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND_ASKED] = ("SELECT k.selector, k.domain FROM dkim_key k WHERE EXISTS (SELECT 1 FROM"
                    " dkim_key_observation o WHERE o.key_id = k.id AND o.channel = 'dns')"),
    [FIND_WAITING] =
        ("WITH waiting (selector, domain, message_id) AS ("
         "SELECT selector, domain, message_id FROM signature"
         " WHERE " WAITS("key_id", "result", "header_digest") //
         " UNION ALL SELECT seal_selector, seal_domain, message_id FROM arc_set"
         " WHERE " WAITS("seal_key_id", "seal_result", "seal_digest") //
         " UNION ALL SELECT message_selector, message_domain, message_id FROM arc_set"
         " WHERE " WAITS("message_key_id", "message_result", "message_digest") //
         " UNION ALL SELECT selector, domain, message_id FROM domainkey_signature"
         " WHERE result <> 'permerror' AND " WAITS("key_id", "result", "digest") //
         ") SELECT selector, domain FROM waiting GROUP BY 1, 2"
         " ORDER BY count(DISTINCT message_id) DESC, 2, 1"),
};

/* A name to ask for. */
typedef struct {
    char *selector; /* normal, as in KeyStore */
    char *domain;
} Name;

typedef struct {
    KeyStore *keys;
    const KeyDnsOptions *options;
    StatementSet statements;
    GHashTable *done;   /* "selector domain" of the names that were asked or are to be */
    GArray *names;      /* Name */
    GPtrArray *texts;   /* char *: the same as the DNS has them */
    DnsAnswer *answers; /* one a name */
    GArray *found;      /* int64_t: the keys to import */
    KeyDnsOutcome outcome;
} Run;

static void name_clear(gpointer data)
{
    Name *name = data;
    g_free(name->selector);
    g_free(name->domain);
}

static void run_clear(Run *run)
{
    for (guint i = 0; run->answers != NULL && i < run->names->len; i++) {
        dns_answer_clear(&run->answers[i]);
    }
    g_free(run->answers);
    statement_set_clear(&run->statements);
    g_hash_table_unref(run->done);
    g_array_unref(run->names);
    g_ptr_array_unref(run->texts);
    g_array_unref(run->found);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static bool load_asked(Run *run, GError **error)
{
    sqlite3_stmt *row = statement_set_get(&run->statements, FIND_ASKED);
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        g_hash_table_insert(
            run->done,
            g_strconcat(archive_column_text(row, 0), " ", archive_column_text(row, 1), NULL),
            GINT_TO_POINTER(true));
    }
    return archive_end_rows(row, code, error);
}

/* A signature's name, as the mail has it: what cannot be a name of the DNS is left out. */
static void add_name(Run *run, const char *selector, const char *domain)
{
    char normal_selector[DKIM_DOMAIN_BYTES_MAX + 1];
    char normal_domain[DKIM_DOMAIN_BYTES_MAX + 1];
    if (!dkim_domain_normalize(slice_of_string(selector), normal_selector) ||
        !dkim_domain_normalize(slice_of_string(domain), normal_domain)) {
        return;
    }
    g_autofree char *text = g_strconcat(normal_selector, LABEL, normal_domain, NULL);
    g_autofree char *key = g_strconcat(normal_selector, " ", normal_domain, NULL);
    gpointer was_asked = NULL;
    if (strlen(text) > DKIM_DOMAIN_BYTES_MAX) {
        return;
    }
    if (g_hash_table_lookup_extended(run->done, key, NULL, &was_asked)) {
        run->outcome.asked_before += GPOINTER_TO_INT(was_asked) != 0;
        g_hash_table_insert(run->done, g_steal_pointer(&key), NULL);
        return;
    }
    g_hash_table_insert(run->done, g_steal_pointer(&key), NULL);
    if (run->names->len == KEY_DNS_NAMES_MAX) {
        run->outcome.left++;
        return;
    }
    const Name name = {g_strdup(normal_selector), g_strdup(normal_domain)};
    g_array_append_val(run->names, name);
    g_ptr_array_add(run->texts, g_steal_pointer(&text));
}

static bool collect_names(Run *run, GError **error)
{
    if (!run->options->again && !load_asked(run, error)) {
        return false;
    }
    sqlite3_stmt *row = statement_set_get(&run->statements, FIND_WAITING);
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        add_name(run, archive_column_text(row, 0), archive_column_text(row, 1));
    }
    return archive_end_rows(row, code, error);
}

/* What is kept in the place of a record. Returns: NULL when there are records. */
static const char *answer_word(DnsStatus status)
{
    switch (status) {
    case DNS_STATUS_UNASKED:
    case DNS_STATUS_RECORDS:
    case DNS_STATUS_COUNT:
        return NULL;
    case DNS_STATUS_NXDOMAIN:
        return KEY_ANSWER_NXDOMAIN;
    case DNS_STATUS_NODATA:
        return KEY_ANSWER_NODATA;
    case DNS_STATUS_UNREADABLE:
        return KEY_ANSWER_UNREADABLE;
    case DNS_STATUS_SERVFAIL:
        return KEY_ANSWER_SERVFAIL;
    case DNS_STATUS_TIMEOUT:
        return KEY_ANSWER_TIMEOUT;
    case DNS_STATUS_BOGUS:
        return KEY_ANSWER_BOGUS;
    }
    return NULL;
}

static void put(Run *run, const Name *name, const char *record, const KeyObservation *seen)
{
    const Key *key = key_store_put(run->keys, name->selector, name->domain, record, seen);
    if (key != NULL) {
        g_array_append_val(run->found, key->index);
    }
}

/* The answers become keys in the order of the names, whichever came first. */
static void keep_answers(Run *run, const char *source)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *today = g_date_time_format(now, "%Y-%m-%d");
    for (guint i = 0; i < run->names->len; i++) {
        const DnsAnswer *answer = &run->answers[i];
        const Name *name = &g_array_index(run->names, Name, i);
        const char *word = answer_word(answer->status);
        const KeyObservation seen = {
            .source = source,
            .channel = "dns",
            .first_seen = today,
            .last_seen = today,
            .notes = answer->note,
            .dnssec = dnssec_word(answer->dnssec),
        };
        run->outcome.answers[answer->status]++;
        if (word != NULL) {
            put(run, name, word, &seen);
        }
        for (guint j = 0; answer->records != NULL && j < answer->records->len; j++) {
            put(run, name, g_ptr_array_index(answer->records, j), &seen);
        }
    }
}

static void tell(const KeyDnsOptions *options, const char *message)
{
    if (options->trouble != NULL) {
        options->trouble(message, options->user_data);
    }
}

/* Asks, and keeps what was answered. */
static bool ask(Run *run, GError **error)
{
    g_autoptr(GError) silence = NULL;
    g_autoptr(DnsResolver) resolver = dns_resolver_new(&run->options->dns, error);
    if (resolver == NULL) {
        return false;
    }
    if (!dns_resolver_validates(resolver) && run->options->dns.trust_anchor == NULL) {
        tell(run->options, "no DNSSEC trust anchor is there (Debian's dns-root-data); the "
                           "answers of the DNS are not validated");
    }
    if (!dns_resolver_ask(resolver, (const char *const *)run->texts->pdata, run->names->len,
                          run->answers, &silence)) {
        if (!g_error_matches(silence, DNS_ERROR, DNS_ERROR_SILENT)) {
            g_propagate_error(error, g_steal_pointer(&silence));
            return false;
        }
        run->outcome.gave_up = true;
        tell(run->options, silence->message);
    }
    keep_answers(run, dns_resolver_name(resolver));
    return true;
}

bool key_dns_check(const KeyDnsOptions *options, GError **error)
{
    g_autoptr(DnsResolver) resolver = dns_resolver_new(&options->dns, error);
    return resolver != NULL;
}

bool key_dns_run(sqlite3 *db, KeyStore *keys, const KeyDnsOptions *options,
                 KeyDnsOutcome *ret_outcome, GError **error)
{
    g_auto(Run) run = {
        .keys = keys,
        .options = options,
        .done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .names = g_array_new(false, false, sizeof(Name)),
        .texts = g_ptr_array_new_with_free_func(g_free),
        .found = g_array_new(false, false, sizeof(int64_t)),
    };
    g_array_set_clear_func(run.names, name_clear);
    if (!statement_set_init(&run.statements, db, statements_sql, N_STATEMENTS, error) ||
        !collect_names(&run, error)) {
        return false;
    }
    run.answers = g_new0(DnsAnswer, run.names->len + 1);
    if (run.names->len > 0 && !ask(&run, error)) {
        return false;
    }
    if (run.found->len > 0 &&
        !recheck_run_keys(db, keys, run.found, &run.outcome.recheck, error)) {
        return false;
    }
    *ret_outcome = run.outcome;
    return true;
}
