/* SPDX-License-Identifier: MIT */
#include "query/query_parser.h"
#include "query/search.h"
#include "query/zero_hits.h"
#include "tests/query_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any string gives hits or a fault inside it, never an error of SQL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sqlite3 *db;
    db = db == NULL ? query_fixture_in_memory() : db;
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_auto(QueryFault) fault = {0};
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    if (query_parser_run(text, &parse, &fault)) {
        const QueryOptions options = {.sort = (QuerySort)(size % 3), .limit = 9};
        g_autoptr(CompiledQuery) query =
            query_compiler_run(db, parse.root, &options, &fault, &error);
        g_assert_no_error(error);
        g_assert((query == NULL) == (fault.message != NULL));
        g_autoptr(Search) search = query == NULL ? NULL : search_new(db, query, &error);
        SearchHit hit;
        while (search != NULL && search_next(search, &hit, &error)) {
        }
        g_assert_no_error(error);
        g_free(zero_hits_report(db, parse.root, &options));
    }
    g_assert(fault.offset + fault.length <= strlen(text));
    return 0;
}
