/* SPDX-License-Identifier: MIT */
/* Replays hostile queries (query_corpus.txt) on a real archive: each gives a fault with a
 * caret, or just the messages that a naive reading of it gives. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <locale.h>

#include "query/query_parser.h"
#include "query/search.h"
#include "schema/archive.h"
#include "tests/naive_query.h"

/* Fewer and the corpus, or the naive reading, has lost its teeth. */
#define MIN_QUERIES  900
#define MIN_COMPARED 700
#define MIN_FOUND    300

typedef struct {
    unsigned n_queries;
    unsigned n_compared;
    unsigned n_found; /* compared, and not empty */
} Tally;

/* Indexes the sample dump and this folder's query_corpus.mbox with the real program. */
static sqlite3 *make_archive(const char *folder)
{
    const char *source = g_getenv("WAXSEAL_SOURCE_DIR");
    const char *build = g_getenv("WAXSEAL_BUILD_DIR");
    g_assert_true(source != NULL && build != NULL);
    g_autofree char *path = g_build_filename(folder, "corpus.db", NULL);
    g_autofree char *program = g_build_filename(build, "indexer", "waxseal-index", NULL);
    g_autofree char *dump = g_build_filename(source, "data", "sample", "dump", NULL);
    g_autofree char *mails = g_build_filename(source, "tests", "query_corpus.mbox", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error, program, "-d", path, dump, mails, NULL);
    g_assert_no_error(error);
    g_subprocess_wait(process, NULL, &error);
    g_assert_no_error(error);
    sqlite3 *db = archive_open_readonly(path, &error);
    g_assert_no_error(error);
    return db;
}

/* Three lines: message, the query, the caret. */
static void check_fault(const QueryFault *fault, const char *line)
{
    g_autofree char *rendered = query_fault_render(fault);
    g_auto(GStrv) lines = g_strsplit(rendered, "\n", -1);
    if (g_strv_length(lines) != 3 || strchr(lines[2], '^') == NULL ||
        !g_utf8_validate(rendered, -1, NULL)) {
        g_error("%s:\n%s", line, rendered);
    }
}

/* The ids as the program finds them. */
static GArray *find(sqlite3 *db, const CompiledQuery *query, const char *line)
{
    g_autoptr(GError) error = NULL;
    GArray *ids = g_array_new(false, false, sizeof(int64_t));
    g_autoptr(sqlite3_stmt) rows = sql_builder_prepare(query->statement, db, &error);
    int code = SQLITE_ERROR;
    while (rows != NULL && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(rows, 0);
        g_array_append_val(ids, id);
    }
    if (code != SQLITE_DONE) {
        g_error("%s: %s", line, sqlite3_errmsg(db));
    }
    return ids;
}

static char *list_of(const GArray *ids)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < ids->len; i++) {
        g_string_append_printf(list, "%" G_GINT64_FORMAT " ", g_array_index(ids, int64_t, i));
    }
    return g_string_free(list, false);
}

static void compare(sqlite3 *db, const NaiveArchive *archive, const QueryNode *tree,
                    const CompiledQuery *query, const char *line, Tally *tally)
{
    g_autoptr(GArray) found = find(db, query, line);
    g_autoptr(GArray) expected = naive_archive_find(archive, tree);
    if (expected == NULL) {
        return;
    }
    g_autofree char *found_list = list_of(found);
    g_autofree char *expected_list = list_of(expected);
    if (!g_str_equal(found_list, expected_list)) {
        g_autofree char *printed = query_node_to_string(tree);
        g_autofree char *sql = sql_builder_explain(query->statement);
        g_printerr("%s\n%s\n%s\nfinds    %s\nnaively  %s\n", line, printed, sql, found_list,
                   expected_list);
        g_test_fail();
    }
    tally->n_compared++;
    tally->n_found += found->len > 0;
}

static void replay(sqlite3 *db, const NaiveArchive *archive, const char *line, Tally *tally)
{
    g_autofree char *text = g_strcompress(line);
    g_autoptr(GError) error = NULL;
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    tally->n_queries++;
    if (!query_parser_run(text, &parse, &fault)) {
        check_fault(&fault, line);
        return;
    }
    const QueryOptions options = {.sort = QUERY_SORT_NEWEST, .limit = -1};
    g_autoptr(CompiledQuery) query =
        query_compiler_run(db, parse.root, &options, &fault, &error);
    if (error != NULL) {
        g_error("%s: %s", line, error->message);
    }
    if (query == NULL) {
        check_fault(&fault, line);
        return;
    }
    compare(db, archive, parse.root, query, line, tally);
}

static void test_corpus(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("waxseal-corpus-XXXXXX", &error);
    g_assert_no_error(error);
    sqlite3 *db = make_archive(folder);
    g_autoptr(NaiveArchive) archive = naive_archive_new(db);
    g_autofree char *path =
        g_build_filename(g_getenv("WAXSEAL_SOURCE_DIR"), "tests", "query_corpus.txt", NULL);
    g_autofree char *corpus = NULL;
    g_file_get_contents(path, &corpus, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(corpus, "\n", -1);
    Tally tally = {0};
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (*lines[i] != '\0') {
            replay(db, archive, lines[i], &tally);
        }
    }
    g_test_message("%u queries, %u compared, %u of them find something", tally.n_queries,
                   tally.n_compared, tally.n_found);
    g_assert_cmpuint(tally.n_queries, >=, MIN_QUERIES);
    g_assert_cmpuint(tally.n_compared, >=, MIN_COMPARED);
    g_assert_cmpuint(tally.n_found, >=, MIN_FOUND);
    sqlite3_close(db);
    g_autofree char *database = g_build_filename(folder, "corpus.db", NULL);
    g_remove(database);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/query_corpus/hits_or_a_caret_and_the_right_set", test_corpus);
    return g_test_run();
}
