/* SPDX-License-Identifier: MIT */
#include "indexer/key_recovery.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include "indexer/key_files.h"
#include "indexer/recovery_names.h"

/* How often progress is shown and ^C looked for. */
#define TICK_US UINT64_C(200000)

/* The widest exponent that is tried. */
#define EXPONENT_MAX 65537

/* What the threads share with the caller's; the last of them frees it, since a computation
 * cannot be interrupted and the caller does not wait for it. */
typedef struct {
    GAsyncQueue *news; /* News, owned */
    GArray *known;     /* RecoveryCandidate */
    gint cancelled;
} Shared;

/* One name in work. The thread that has it owns it. */
typedef struct {
    Shared *shared;
    size_t index;
    RecoverySignatures signatures;
} Job;

/* From a thread: a key of a name, or, without a key, that the search ended. */
typedef struct {
    size_t index;
    RecoveredKey *key;
    size_t n_signatures;
    size_t n_unconfirmed;
} News;

typedef struct {
    const KeyRecoveryOptions *options;
    sqlite3 *db;
    RecoveryNames *names;
    Shared *shared;
    GThreadPool *pool;
    size_t next; /* name to begin */
    uint64_t n_running;
    uint64_t memory_budget;
    uint64_t memory; /* of what is running */
    GArray *keys_of; /* guint: keys found, by name */
    gint64 begun_us;
    KeyRecoveryOutcome outcome;
} Recovery;

static void candidate_clear(gpointer data)
{
    RecoveryCandidate *candidate = data;
    g_bytes_unref(candidate->modulus);
    g_bytes_unref(candidate->exponent);
}

static void news_free(gpointer data)
{
    News *news = data;
    recovered_key_free(news->key);
    g_free(news);
}

static GArray *candidates_of(const KeyStore *keys)
{
    GArray *known = g_array_new(false, false, sizeof(RecoveryCandidate));
    g_array_set_clear_func(known, candidate_clear);
    for (size_t i = 0; i < key_store_size(keys); i++) {
        const DkimKeyRecord *material = &key_store_get(keys, (int64_t)i)->material;
        if (material->fault == NULL && material->type == KEY_TYPE_RSA) {
            const RecoveryCandidate candidate = {
                .modulus = g_bytes_new(material->modulus.ptr, material->modulus.len),
                .exponent = g_bytes_new(material->exponent.ptr, material->exponent.len),
            };
            g_array_append_val(known, candidate);
        }
    }
    return known;
}

static Shared *shared_new(const KeyStore *keys)
{
    Shared *shared = g_atomic_rc_box_new0(Shared);
    shared->news = g_async_queue_new_full(news_free);
    shared->known = candidates_of(keys);
    return shared;
}

static void shared_clear(gpointer data)
{
    Shared *shared = data;
    g_async_queue_unref(shared->news);
    g_array_unref(shared->known);
}

static void shared_release(Shared *shared)
{
    g_atomic_rc_box_release_full(shared, shared_clear);
}

static void tell(const Job *job, RecoveredKey *key, size_t n_unconfirmed)
{
    News *news = g_new0(News, 1);
    *news = (News){job->index, key, job->signatures.list->len, n_unconfirmed};
    g_async_queue_push(job->shared->news, news);
}

static void tell_key(RecoveredKey *key, gpointer data)
{
    tell(data, key, 0);
}

static void run_job(gpointer data, gpointer user_data)
{
    (void)user_data;
    Job *job = data;
    const RecoverySearch search = {
        .signatures = (const RecoverySignature *)(const void *)job->signatures.list->data,
        .n_signatures = job->signatures.list->len,
        .known = (const RecoveryCandidate *)(const void *)job->shared->known->data,
        .n_known = job->shared->known->len,
        .cancelled = &job->shared->cancelled,
        .found = tell_key,
        .user_data = job,
    };
    tell(job, NULL, recovery_search_run(&search));
    recovery_signatures_clear(&job->signatures);
    shared_release(job->shared);
    g_free(job);
    /* The thread stays in GLib's pool, and need not keep anything of libcrypto there. */
    OPENSSL_thread_stop();
}

static bool is_doubtful_in(const KeyWindow *window, const RecoverySignature *signature)
{
    return window->is_known && signature->doubt > 0 && signature->has_date &&
           signature->date >= window->begin && signature->date <= window->end;
}

static uint64_t memory_of(const RecoveryName *name)
{
    return rsa_recovery_memory(name->signature_len, EXPONENT_MAX);
}

/* Takes out what is doubtful and of the time of a key that was computed before: it was looked
 * at then. */
static void leave_doubtful(const Recovery *recovery, const RecoveryName *name, GArray *list)
{
    const GPtrArray *keys =
        key_store_find(recovery->options->keys, slice_of_string(name->selector),
                       slice_of_string(name->domain));
    for (guint i = 0; keys != NULL && i < keys->len; i++) {
        const Key *key = g_ptr_array_index(keys, i);
        for (guint at = list->len; key->origin == KEY_ORIGIN_RECOVERED && at-- > 0;) {
            if (is_doubtful_in(&key->window, &g_array_index(list, RecoverySignature, at))) {
                g_array_remove_index(list, at);
            }
        }
    }
}

/* Gives a name to a thread, if there is anything to compute with. */
static bool begin_name(Recovery *recovery, size_t index, GError **error)
{
    const RecoveryName *name = recovery_names_get(recovery->names, index);
    if (name->signature_len > RSA_RECOVERY_BYTES_MAX) {
        recovery->outcome.too_long++;
        return true;
    }
    g_auto(RecoverySignatures) signatures = {0};
    if (!recovery_names_load(recovery->names, index, KEY_RECOVERY_SIGNATURES_MAX, &signatures,
                             error)) {
        return false;
    }
    /* None is left when a key that was found meanwhile has settled them. */
    leave_doubtful(recovery, name, signatures.list);
    if (signatures.list->len < RECOVERY_CONFIRMED_MIN) {
        recovery->outcome.too_few += signatures.list->len > 0;
        return true;
    }
    Job *job = g_new0(Job, 1);
    *job = (Job){g_atomic_rc_box_acquire(recovery->shared), index, signatures};
    signatures = (RecoverySignatures){0};
    recovery->n_running++;
    recovery->memory += memory_of(name);
    return g_thread_pool_push(recovery->pool, job, error);
}

static bool begin_names(Recovery *recovery, GError **error)
{
    while (recovery->next < recovery_names_count(recovery->names) &&
           recovery->n_running < recovery->options->n_threads) {
        const RecoveryName *name = recovery_names_get(recovery->names, recovery->next);
        if (recovery->n_running > 0 &&
            recovery->memory + memory_of(name) > recovery->memory_budget) {
            break;
        }
        if (!begin_name(recovery, recovery->next++, error)) {
            return false;
        }
    }
    return true;
}

static char *date_text(bool is_known, int64_t date)
{
    g_autoptr(GDateTime) time = is_known ? g_date_time_new_from_unix_utc(date) : NULL;
    return time == NULL ? g_strdup("") : g_date_time_format(time, "%Y-%m-%d");
}

/* A store in which the key comes first, and then all that are known. */
static KeyStore *store_with(const Recovery *recovery, const News *news, GError **error)
{
    const RecoveryName *name = recovery_names_get(recovery->names, news->index);
    const RecoveredKey *key = news->key;
    g_autofree char *first_seen = date_text(key->has_dates, key->first_date);
    g_autofree char *last_seen = date_text(key->has_dates, key->last_date);
    g_autofree char *notes =
        g_strdup_printf("recovered from signatures, record text not known; %zu of %zu verify",
                        key->n_verified, news->n_signatures);
    const KeyObservation observation = {.source = "signatures of the archived mail",
                                        .channel = "gcd",
                                        .first_seen = first_seen,
                                        .last_seen = last_seen,
                                        .notes = notes};
    const KeyFilesOptions options = {.database = recovery->options->database,
                                     .use_builtin = recovery->options->use_builtin};
    g_autoptr(KeyStore) store = key_store_new();
    size_t n_named = 0;
    key_store_add(store, name->selector, name->domain, key->record, &observation);
    return key_files_load(store, &options, NULL, &n_named, error) ? g_steal_pointer(&store)
                                                                  : NULL;
}

/* Stores a key and settles with it. */
static bool take_key(Recovery *recovery, const News *news, GError **error)
{
    RecheckOutcome recheck = {0};
    g_autoptr(KeyStore) store = store_with(recovery, news, error);
    if (store == NULL || !recheck_run(recovery->db, store, 1, &recheck, error)) {
        return false;
    }
    KeyRecoveryOutcome *outcome = &recovery->outcome;
    outcome->keys++;
    outcome->recheck.keys += recheck.keys;
    outcome->recheck.signatures += recheck.signatures;
    outcome->recheck.changed += recheck.changed;
    outcome->recheck.messages += recheck.messages;
    g_array_index(recovery->keys_of, guint, news->index)++;
    const RecoveryName *name = recovery_names_get(recovery->names, news->index);
    const KeyRecoveryFound found = {.selector = name->selector,
                                    .domain = name->domain,
                                    .bits = news->key->bits,
                                    .verified = news->key->n_verified};
    recovery->options->found(&found, recovery->options->user_data);
    return true;
}

static void end_name(Recovery *recovery, const News *news)
{
    const bool is_fruitless = g_array_index(recovery->keys_of, guint, news->index) == 0;
    recovery->n_running--;
    recovery->memory -= memory_of(recovery_names_get(recovery->names, news->index));
    recovery->outcome.names++;
    recovery->outcome.fruitless += is_fruitless;
    recovery->outcome.unconfirmed += is_fruitless && news->n_unconfirmed > 0;
}

static double seconds_of(const Recovery *recovery)
{
    return (double)(g_get_monotonic_time() - recovery->begun_us) / G_USEC_PER_SEC;
}

static void show_progress(const Recovery *recovery)
{
    const KeyRecoveryProgress progress = {
        .names = recovery_names_count(recovery->names),
        .done = recovery->next - recovery->n_running,
        .running = recovery->n_running,
        .keys = recovery->outcome.keys,
        .seconds = seconds_of(recovery),
    };
    recovery->options->progress(&progress, recovery->options->user_data);
}

/* Until all names are done, or ^C. */
static bool work(Recovery *recovery, GError **error)
{
    while (!recovery->outcome.interrupted) {
        if (!begin_names(recovery, error)) {
            return false;
        }
        if (recovery->n_running == 0) {
            return true;
        }
        News *news = g_async_queue_timeout_pop(recovery->shared->news, TICK_US);
        if (news != NULL) {
            const bool is_taken = news->key == NULL || take_key(recovery, news, error);
            if (news->key == NULL) {
                end_name(recovery, news);
            }
            news_free(news);
            if (!is_taken) {
                return false;
            }
        }
        show_progress(recovery);
        recovery->outcome.interrupted = *recovery->options->interrupted != 0;
    }
    return true;
}

/* Half of the machine's memory. */
static uint64_t memory_budget(void)
{
    const long n_pages = sysconf(_SC_PHYS_PAGES);
    const long page_size = sysconf(_SC_PAGESIZE);
    return n_pages <= 0 || page_size <= 0 ? 0 : (uint64_t)n_pages * (uint64_t)page_size / 2;
}

bool key_recovery_run(const KeyRecoveryOptions *options, KeyRecoveryOutcome *ret_outcome,
                      GError **error)
{
    g_autoptr(sqlite3) db = archive_open_writable(options->database, NULL, error);
    g_autoptr(RecoveryNames) names =
        db == NULL ? NULL : recovery_names_new(db, options->only, error);
    if (names == NULL) {
        return false;
    }
    Recovery recovery = {
        .options = options,
        .db = db,
        .names = names,
        .shared = shared_new(options->keys),
        .pool = g_thread_pool_new(run_job, NULL, (gint)options->n_threads, false, NULL),
        .memory_budget = memory_budget(),
        .keys_of = g_array_new(false, true, sizeof(guint)),
        .begun_us = g_get_monotonic_time(),
    };
    g_array_set_size(recovery.keys_of, (guint)recovery_names_count(names));
    const bool is_ok = work(&recovery, error);
    g_atomic_int_set(&recovery.shared->cancelled, 1);
    g_thread_pool_free(recovery.pool, false, recovery.n_running == 0);
    shared_release(recovery.shared);
    g_array_unref(recovery.keys_of);
    recovery.outcome.seconds = seconds_of(&recovery);
    *ret_outcome = recovery.outcome;
    return is_ok;
}
