/* SPDX-License-Identifier: MIT */
/* Times queries inside one process that has the archive open: the work of a query without the
 * start of a program. Opened like waxseal-query does it, and not confined.
 *
 *     waxseal-query-timer ARCHIVE ROUNDS < LIST
 *
 * A line of the list is "page", "count", "relevance" or "facet:WHAT", a tab and a query. All
 * lines are run in turn, ROUNDS + 1 times; the first round warms the caches and is not
 * measured. Prints, a line of the list, the number of hits (or of values) and the milliseconds
 * of each round.
 */
#include <stdio.h>
#include <stdlib.h>

#include "query/facet.h"
#include "query/query_parser.h"
#include "query/search.h"
#include "query/search_output.h"
#include "schema/archive.h"

#define PAGE 50

typedef struct {
    char **words; /* what is asked, and the query */
    gint64 number;
    GArray *times_ms; /* double */
} Job;

static const struct {
    const char *word;
    FacetKind kind;
} facets[] = {
    {"sender", FACET_SENDER}, {"domain", FACET_DOMAIN}, {"recipient", FACET_RECIPIENT},
    {"year", FACET_YEAR},     {"month", FACET_MONTH},   {"day", FACET_DAY},
    {"type", FACET_TYPE},     {"dkim", FACET_DKIM},     {"signer", FACET_SIGNER},
    {"source", FACET_SOURCE}, {"folder", FACET_FOLDER}, {"language", FACET_LANGUAGE},
};

static G_NORETURN void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "waxseal-query-timer: %s: %s\n", what, why);
    exit(1);
}

static void job_clear(gpointer data)
{
    Job *job = data;
    g_strfreev(job->words);
    g_array_unref(job->times_ms);
}

static CompiledQuery *compile(sqlite3 *db, const char *text, const QueryOptions *options)
{
    g_auto(QueryParse) parse;
    g_auto(QueryFault) fault = {0};
    g_autoptr(GError) error = NULL;
    query_parse_init(&parse);
    CompiledQuery *query = query_parser_run(text, &parse, &fault)
                               ? query_compiler_run(db, parse.root, options, &fault, &error)
                               : NULL;
    if (query == NULL) {
        g_autofree char *rendered = error == NULL ? query_fault_render(&fault) : NULL;
        fail(text, error == NULL ? rendered : error->message);
    }
    return query;
}

static gint64 run_count(sqlite3 *db, const char *text)
{
    const QueryOptions options = {.count_only = true};
    g_autoptr(CompiledQuery) query = compile(db, text, &options);
    g_autoptr(GError) error = NULL;
    int64_t count = 0;
    if (!search_count(db, query, &count, &error)) {
        fail(text, error->message);
    }
    return count;
}

/* As waxseal-query search --json does: one hit more is asked for, and the page written out. */
static gint64 run_page(sqlite3 *db, const char *text, QuerySort sort)
{
    const QueryOptions options = {.sort = sort, .limit = PAGE + 1};
    g_autoptr(CompiledQuery) query = compile(db, text, &options);
    g_autoptr(GError) error = NULL;
    g_autoptr(Search) search = search_new(db, query, &error);
    g_autoptr(GString) out = g_string_new(NULL);
    const SearchLayout layout = {0};
    SearchHit hit;
    gint64 n_hits = 0;
    while (search != NULL && search_next(search, &hit, &error)) {
        n_hits++;
        search_format_json.hit(out, &hit, &layout);
    }
    if (error != NULL) {
        fail(text, error->message);
    }
    return n_hits;
}

static gint64 run_facet(sqlite3 *db, const char *text, FacetKind kind)
{
    const QueryOptions options = {.sort = QUERY_SORT_OLDEST, .limit = -1};
    g_autoptr(CompiledQuery) query = compile(db, text, &options);
    g_autoptr(GError) error = NULL;
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    g_autoptr(HitSet) hits = hit_set_read(db, g_str_equal(text, "*") ? NULL : query, &error);
    g_auto(Facet) facet = {0};
    if (hits == NULL || !facet_read(db, hits, kind, zone, &facet, &error)) {
        fail(text, error->message);
    }
    facet_sort(&facet, FACET_BY_COUNT);
    return facet.counts->len;
}

static FacetKind facet_kind(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(facets); i++) {
        if (g_str_equal(word, facets[i].word)) {
            return facets[i].kind;
        }
    }
    fail(word, "no such facet");
}

static gint64 run(sqlite3 *db, char **words)
{
    if (g_str_equal(words[0], "count")) {
        return run_count(db, words[1]);
    }
    if (g_str_has_prefix(words[0], "facet:")) {
        return run_facet(db, words[1], facet_kind(words[0] + strlen("facet:")));
    }
    QuerySort sort = g_str_equal(words[0], "page") ? QUERY_SORT_NEWEST : QUERY_SORT_RELEVANCE;
    return run_page(db, words[1], sort);
}

static GArray *read_jobs(void)
{
    GArray *jobs = g_array_new(false, false, sizeof(Job));
    g_array_set_clear_func(jobs, job_clear);
    char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        Job job = {.words = g_strsplit(g_strchomp(line), "\t", 2),
                   .times_ms = g_array_new(false, false, sizeof(double))};
        if (g_strv_length(job.words) != 2) {
            fail(line, "not a line of a list");
        }
        g_array_append_val(jobs, job);
    }
    return jobs;
}

static void run_rounds(sqlite3 *db, GArray *jobs, gint64 n_rounds)
{
    for (gint64 round = 0; round <= n_rounds; round++) {
        for (guint i = 0; i < jobs->len; i++) {
            Job *job = &g_array_index(jobs, Job, i);
            const gint64 start_us = g_get_monotonic_time();
            job->number = run(db, job->words);
            const double took_ms = (double)(g_get_monotonic_time() - start_us) / 1000;
            if (round > 0) {
                g_array_append_val(job->times_ms, took_ms);
            }
        }
    }
}

int main(int argc, char **argv)
{
    gint64 n_rounds = 0;
    g_autoptr(GError) error = NULL;
    if (argc != 3 || !g_ascii_string_to_signed(argv[2], 10, 1, G_MAXINT32, &n_rounds, &error)) {
        fail("usage", "waxseal-query-timer ARCHIVE ROUNDS < LIST");
    }
    archive_configure_process();
    g_autoptr(sqlite3) db = archive_open_readonly(argv[1], &error);
    if (db == NULL) {
        fail(argv[1], error->message);
    }
    g_autoptr(GArray) jobs = read_jobs();
    run_rounds(db, jobs, n_rounds);
    for (guint i = 0; i < jobs->len; i++) {
        const Job *job = &g_array_index(jobs, Job, i);
        printf("%" G_GINT64_FORMAT, job->number);
        for (guint n = 0; n < job->times_ms->len; n++) {
            printf("\t%.3f", g_array_index(job->times_ms, double, n));
        }
        printf("\n");
    }
    return 0;
}
