/* SPDX-License-Identifier: MIT */
#include "query/query_compiler.h"

#include "query/query_parser.h"
#include "query/search.h"
#include "query_fixture.h"
#include "schema/archive.h"

static QueryFixture *fixture;

/* Compiles `text`; the caller says what it expects to go wrong. */
static CompiledQuery *compile(sqlite3 *db, const char *text, const QueryOptions *options,
                              QueryFault *fault)
{
    g_autoptr(GError) error = NULL;
    g_auto(QueryParse) parse;
    query_parse_init(&parse);
    CompiledQuery *query = NULL;
    if (query_parser_run(text, &parse, fault)) {
        query = query_compiler_run(db, parse.root, options, fault, &error);
    }
    g_assert_no_error(error);
    return query;
}

static int64_t count(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_auto(QueryFault) fault = {0};
    QueryOptions options = {.count_only = true};
    g_autoptr(CompiledQuery) query = compile(db, text, &options, &fault);
    g_assert_cmpstr(fault.message, ==, NULL);
    int64_t result = 0;
    g_assert_true(search_count(db, query, &result, &error));
    g_assert_no_error(error);
    return result;
}

typedef struct {
    const char *query;
    int64_t count;
} CountCase;

static const CountCase counts[] = {
    {"*", 33},
    {"", 33},
    {"budget", 2},
    {"BUDGET", 2},
    {"budget report", 1},
    {"budget OR election", 3},
    {"budget -alice", 1},
    {"-budget", 31},
    {"NOT (budget OR common)", 11},
    {"budget -(alice OR undated)", 0},
    {"* -common", 13},
    {"common OR *", 33},
    {"\"annual budget\"", 1},
    {"\"budget annual\"", 0},
    {"bud*", 2},
    {"\"annual bud\"*", 1},
    {"l'élection", 1},
    {"l’election", 1},
    {"élection", 1},
    {"oeuvre", 1},
    {"œuvre", 1},
    {"strasse", 1},
    {"coeur", 1},
    {"jean-philippe", 1},
    {"C++", 2},
    {"http://example.org/x/y", 1},
    {"10:30", 1},
    {"std::string", 1},
    {"budget_2017.pdf", 1},
    {"cats NEAR/1 dogs", 2},
    {"cats NEAR/5 lyon", 1},
    {"cats NEAR/1 lyon", 0},
    {"subject:(weekly NEAR/1 digest)", 2},
    {"! budget", 2},
    {"from:alice", 1},
    {"from:alice@bank.example", 1},
    {"from:ALICE@Bank.Example", 1},
    {"from:lice@bank.example", 0},
    {"from:@dom.fr", 3},
    {"from:@sub.dom.fr", 1},
    {"from:@om.fr", 0},
    {"to:@dom.fr", 25},
    {"cc:@dom.fr", 1},
    {"from:bounces", 0},
    {"from:robot", 2},
    {"to:carol", 0},
    {"cc:carol", 1},
    {"recipient:carol", 1},
    {"with:carol", 2},
    {"with:alice", 4},
    {"from:\"alice martin\"", 1},
    {"from:\"martin alice\"", 1},
    {"from:ali*", 1},
    {"from:(alice OR robot)", 3},
    {"from:(alice OR robot) OR election", 4},
    {"from:(list robot)", 2},
    {"-from:filler", 13},
    {"-from:@dom.fr", 30},
    {"NOT from:filler@fill.example", 13},
    {"subject:budget", 1},
    {"body:budget", 2},
    {"subject:(budget 2017)", 1},
    {"attachment:budget", 1},
    {"attachment:pdf", 1},
    {"attachment:jpg", 1},
    {"has:attachment", 2},
    {"is:attachment", 2},
    {"-has:attachment", 31},
    {"has:pdf", 1},
    {"has:image", 1},
    {"arc:nokey", 1},
    {"arc:no-key", 1},
    {"arc:pass", 0},
    {"arc:none", 32},
    {"-arc:none", 1},
    {"type:pdf", 1},
    {"type:image", 1},
    {"type:jpg", 1},
    {"type:docx", 0},
    {"mime:application/pdf", 1},
    {"mime:application/*", 2},
    {"has:twin", 2},
    {"has:problem", 3},
    {"date:2017", 9},
    {"date:2017-02-03", 3},
    {"date:2017-02-03T12:00:00", 3},
    {"date:2017-02-03T12:00:01", 0},
    {"date:2010", 1},
    {"date:2009", 1},
    {"date:2009..2010", 2},
    {"date:1970", 0},
    {"-date:1970", 33},
    {"date:..2016", 22},
    {"date:2017-02-10..", 4},
    {"after:2017-02-10", 4},
    {"since:2017-02-10", 4},
    {"before:2017-02-10", 27},
    {"until:2017-02-10", 28},
    {"on:2017-02-10", 1},
    {"NOT date:2017", 24},
    {"date:2017 OR date:2010", 10},
    {"date:2015 date:2016", 0},
    {"common date:2015-01-01..2015-01-10", 10},
    {"common after:2015-01-03 before:2015-01-05", 2},
    {"collision date:2017-02-03", 1},
    {"collision -date:2017-02-04", 1},
    {"size:>1", 33},
    {"size:<1", 0},
    {"larger:1k", 0},
    {"smaller:1k", 33},
    {"is:verified", 1},
    {"is:limited", 1},
    {"is:unverified", 32},
    {"is:signed", 6},
    {"is:unsigned", 27},
    {"-is:verified", 32},
    {"budget is:verified", 1},
    {"budget -is:verified", 1},
    {"budget OR is:limited", 3},
    {"dkim:pass", 3},
    {"dkim:fail", 1},
    {"dkim:nokey", 1},
    {"dkim:no-key", 1},
    {"dkim:error", 1},
    {"dkim:none", 27},
    {"dkim:body-mismatch", 1},
    {"domainkeys:pass", 1},
    {"domainkeys:fail", 0},
    {"domainkeys:nokey", 1},
    {"domainkeys:no-key", 1},
    {"domainkeys:error", 0},
    {"domainkeys:none", 31},
    {"-domainkeys:none", 2},
    {"budget domainkeys:pass", 1},
    {"claims:dkim=pass", 1},
    {"claims:DKIM", 2},
    {"claims:spf=softfail", 1},
    {"claims:spf=pass", 0},
    {"claims:x-own=pass", 0},
    {"claims:none", 31},
    {"budget -claims:dkim=pass", 1},
    {"signed-by:bank.example", 1},
    {"signed-by:example", 2},
    {"signed-by:list.example", 0},
    {"claims-by:list.example", 1},
    {"claims-by:@example", 5},
    {"signed-by:ank.example", 0},
    {"selector:SEL2017", 6},
    {"key:28795a16", 6},
    {"key:28795A16E9FCB96C21CC8BA72358A2A1665D43925332877C9FCB98212142D92D", 6},
    {"key:28795a17", 0},
    {"key:SEL2017._domainkey.bank.example", 6},
    {"key:sel2017._domainkey.other.example", 0},
    {"key:2048", 6},
    {"key:<2048", 0},
    {"key:<=2048", 6},
    {"key:>1024", 6},
    {"key:good", 6},
    {"key:recovered", 0},
    {"alice key:good", 2},
    {"-key:good", 27},
    {"alg:rsa-sha256", 6},
    {"alg:rsa-sha1", 0},
    {"caveat:partial-body", 1},
    {"caveat:weak-key", 0},
    {"msgid:<budget@bank.example>", 1},
    {"msgid:twin@list.example", 2},
    {"id:1485950400", 1},
    {"id:1", 1},
    {"id:-1", 0},
    {"hash:001122", 2},
    {"hash:00112", 2},
    {"hash:0011223", 2},
    {"hash:abcdef0123", 0},
    {"source:mail.mbox", 33},
    {"source:*.mbox", 33},
    {"source:mail", 0},
    {"folder:Inbox", 33},
    {"folder:inbox/news", 33},
    {"folder:New*", 33},
    {"folder:Outbox", 0},
    {"is:verified OR dkim:fail OR has:problem", 5},
    {"(budget OR from:@dom.fr) -has:attachment date:..2018", 2},
};

static void test_count(gconstpointer data)
{
    const CountCase *test = data;
    g_assert_cmpint(count(test->query), ==, test->count);
}

typedef struct {
    const char *query;
    const char *message;
    size_t offset;
} FaultCase;

static const FaultCase faults[] = {
    {"x date:05/06/2017", "ambiguous date", 2},
    {"date:2017-02-30", "no day 30", 0},
    {"after:2016..2017", "not a date", 0},
    {"size:big", "not a size", 0},
    {"x is:verifed", "is:verified", 2},
    {"is:nonsense", "knows", 0},
    {"dkim:passed", "dkim:pass", 0},
    {"has:nothing", "knows", 0},
    {"claims:dkmi=pass", "unknown method \"dkmi\", did you mean \"dkim\"?", 0},
    {"claims:dkim=passed", "unknown result \"passed\", did you mean \"pass\"?", 0},
    {"claims:dkim=", "unknown result", 0},
    {"claims:=pass", "unknown method", 0},
    {"domainkeys:passed", "domainkeys:pass", 0},
    {"caveat:weakkey", "weak-key", 0},
    {"key:28795a1", "8 or more digits", 0},
    {"key:<", "8 or more digits", 0},
    {"x key:1024bits", "8 or more digits", 2},
    {"id:abc", "number", 0},
    {"hash:xyz", "hexadecimal", 0},
    {"hash:ab", "hexadecimal", 0},
    {"msgid:<>", "missing", 0},
    {"signed-by:@", "missing", 0},
    {"folder:*a*b*c*d*e*", "too many *", 0},
    {"a*", "at least 2 letters", 0},
    {"é*", "at least 2 letters", 0},
    {"++", "no letter or digit", 0},
    {"! -?", "no letter or digit", 0},
    {"from:(a NEAR/3 b)", "NEAR works in text", 8},
};

static void test_fault(gconstpointer data)
{
    const FaultCase *test = data;
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_auto(QueryFault) fault = {0};
    QueryOptions options = {.limit = 10};
    g_autoptr(CompiledQuery) query = compile(db, test->query, &options, &fault);
    g_assert_null(query);
    g_assert_nonnull(fault.message);
    g_assert_nonnull(strstr(fault.message, test->message));
    g_assert_cmpuint(fault.offset, ==, test->offset);
}

/* Repeats `piece` in a query that begins with `start` and ends with `end`; `message` is the
 * fault, NULL when there is none. */
static void check_limit(const char *start, const char *piece, int times, const char *end,
                        const char *message)
{
    g_autoptr(GString) text = g_string_new(start);
    for (int i = 0; i < times; i++) {
        g_string_append(text, piece);
    }
    g_string_append(text, end);
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_auto(QueryFault) fault = {0};
    QueryOptions options = {.limit = 10};
    g_autoptr(CompiledQuery) query = compile(db, text->str, &options, &fault);
    g_assert_cmpint(query == NULL, ==, message != NULL);
    g_assert_true(message == NULL || strstr(fault.message, message) != NULL);
}

static void test_limits(void)
{
    check_limit("\"", "word ", QUERY_MAX_PHRASE_TOKENS, "\"", NULL);
    check_limit("\"", "word ", QUERY_MAX_PHRASE_TOKENS + 1, "\"", "has 65 words");
    check_limit("\"", "word ", 1000, "\"", "has 1000 words");
    check_limit("\"", "会", QUERY_MAX_PHRASE_TOKENS + 1, "\"", NULL);
    check_limit("\"", "会", QUERY_MAX_PHRASE_TOKENS + 2, "\"", "has 65 words");
    check_limit("", "\"a b c d e f g h\" ", QUERY_MAX_TOKENS / 8, "", NULL);
    check_limit("", "\"a b c d e f g h\" ", QUERY_MAX_TOKENS / 8, "x", "too many words");
    check_limit("", "pre* OR ", QUERY_MAX_PREFIXES - 1, "pre*", NULL);
    check_limit("", "pre* OR ", QUERY_MAX_PREFIXES, "pre*", "too many prefixes");
    check_limit("", "会 ", QUERY_MAX_PREFIXES + 1, "", "too many prefixes");
    check_limit("", "from:pre* ", QUERY_MAX_PREFIXES + 1, "", "too many prefixes");
    check_limit("", "(a NEAR b) ", QUERY_MAX_NEARS, "", NULL);
    check_limit("", "(a NEAR b) ", QUERY_MAX_NEARS + 1, "", "too many NEAR");
}

/* The plan of a query, all its lines. */
static char *plan_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_auto(QueryFault) fault = {0};
    QueryOptions options = {.limit = 50};
    g_autoptr(CompiledQuery) query = compile(db, text, &options, &fault);
    g_assert_nonnull(query);
    g_autoptr(SqlBuilder) explain = sql_builder_new();
    sql_builder_add(explain, "EXPLAIN QUERY PLAN ");
    sql_builder_append(explain, query->statement);
    g_autoptr(sqlite3_stmt) statement = sql_builder_prepare(explain, db, &error);
    g_assert_no_error(error);
    GString *plan = g_string_new(NULL);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        g_string_append_printf(plan, "%s\n", (const char *)sqlite3_column_text(statement, 3));
    }
    return g_string_free(plan, false);
}

typedef struct {
    const char *query;
    const char *wanted; /* in the first line of the plan */
} PlanCase;

static const PlanCase plans[] = {
    {"budget", "SCAN message_fts VIRTUAL TABLE"},
    {"budget OR report", "SCAN message_fts VIRTUAL TABLE"},
    {"budget -report", "SCAN message_fts VIRTUAL TABLE"},
    {"budget date:2017", "SCAN message_fts VIRTUAL TABLE"},
    {"budget date:2017", "M6><"}, /* the range is FTS5's own */
    {"budget is:verified", "message_by_level"},
    {"budget -from:bob is:limited date:2017", "message_by_level"},
    {"budget dkim:nokey", "message_by_dkim"},
    {"budget arc:nokey", "message_by_arc"},
    {"budget language:fr", "message_by_language"},
    {"budget msgid:a@b", "message_by_msgid"},
    {"budget is:signed", "SCAN message_fts VIRTUAL TABLE"},
    {"(budget OR from:bob) -is:verified", "SCAN message_fts VIRTUAL TABLE"},
    {"from:alice", "SCAN message_fts VIRTUAL TABLE"},
    {"from:alice@bank.example", "SCAN message_fts VIRTUAL TABLE"},
    {"from:@bank.example", "SCAN message_fts VIRTUAL TABLE"},
    {"from:(alice@bank.example OR bob@dom.fr)", "SCAN message_fts VIRTUAL TABLE"},
    {"to:bob", "SCAN message_fts VIRTUAL TABLE"},
    {"date:2017", "SEARCH m USING INTEGER PRIMARY KEY"},
    {"is:verified", "message_by_level"},
    {"is:limited", "message_by_level"},
    {"dkim:pass", "message_by_dkim"},
    {"has:attachment", "message_with_attachments"},
    {"type:pdf", "message_with_attachments"},
    {"msgid:a@b", "message_by_msgid"},
    {"id:5", "SEARCH m USING INTEGER PRIMARY KEY"},
    {"*", "SCAN m"},
};

/* Rows come in the order of ids from the first table: nothing is sorted. */
static void test_plan(gconstpointer data)
{
    const PlanCase *test = data;
    g_autofree char *plan = plan_of(test->query);
    g_autofree char *first = g_strndup(plan, strcspn(plan, "\n"));
    if (strstr(first, test->wanted) == NULL || strstr(plan, "FOR ORDER BY") != NULL) {
        g_error("plan of %s:\n%s", test->query, plan);
    }
}

/* What is about words, whatever the columns, is one expression of FTS5. */
static void test_one_match(void)
{
    static const char *const queries[] = {
        "subject:a body:b word from:martin",
        "(a OR subject:\"b c\") -attachment:pdf pre* body:(x NEAR/3 y)",
        "from:alice@bank.example to:@dom.fr with:carol budget",
        "from:(alice OR bob) budget date:2017 is:signed",
        "会议 subject:budget -手機",
        "(a b) OR (c -d) OR body:(e OR f)",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autofree char *plan = plan_of(queries[i]);
        g_auto(GStrv) pieces = g_strsplit(plan, "VIRTUAL TABLE", -1);
        bool is_one = g_strv_length(pieces) == 2;
        /* Alternatives of different columns and conditions look again at what was found. */
        if (!is_one && strstr(queries[i], "from:(") == NULL) {
            g_error("plan of %s:\n%s", queries[i], plan);
        }
        g_assert_true(g_str_has_prefix(plan, "SCAN message_fts"));
    }
}

static GArray *ids_of(const char *text, const QueryOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_auto(QueryFault) fault = {0};
    g_autoptr(CompiledQuery) query = compile(db, text, options, &fault);
    g_assert_cmpstr(fault.message, ==, NULL);
    g_autoptr(Search) search = search_new(db, query, &error);
    g_assert_no_error(error);
    GArray *ids = g_array_new(false, false, sizeof(int64_t));
    SearchHit hit;
    while (search_next(search, &hit, &error)) {
        g_array_append_val(ids, hit.id);
    }
    g_assert_no_error(error);
    return ids;
}

static void check_order(const char *text, QuerySort sort)
{
    QueryOptions options = {.sort = sort, .limit = -1};
    g_autoptr(GArray) ids = ids_of(text, &options);
    g_assert_cmpuint(ids->len, >, 1);
    for (guint i = 1; i < ids->len; i++) {
        int64_t before = g_array_index(ids, int64_t, i - 1);
        int64_t id = g_array_index(ids, int64_t, i);
        g_assert_true(sort == QUERY_SORT_NEWEST ? id < before : id > before);
    }
}

static void test_order(void)
{
    check_order("common", QUERY_SORT_NEWEST);
    check_order("common", QUERY_SORT_OLDEST);
    check_order("is:unsigned", QUERY_SORT_NEWEST);
    check_order("is:unsigned", QUERY_SORT_OLDEST);
    check_order("*", QUERY_SORT_NEWEST);
}

static void test_relevance(void)
{
    QueryOptions options = {.sort = QUERY_SORT_RELEVANCE, .limit = 10};
    g_autoptr(GArray) ids = ids_of("budget", &options);
    g_assert_cmpuint(ids->len, ==, 2);
    g_assert_cmpint(g_array_index(ids, int64_t, 0), ==, FIXTURE_BUDGET);
}

static char *explain(const char *text, const QueryOptions *options)
{
    g_autoptr(sqlite3) db = query_fixture_open(fixture);
    g_auto(QueryFault) fault = {0};
    g_autoptr(CompiledQuery) query = compile(db, text, options, &fault);
    g_assert_nonnull(query);
    return sql_builder_explain(query->statement);
}

/* A first page goes through the words of a prefix; all else lets FTS5 merge them. */
static void test_prefix(void)
{
    static const struct {
        const char *query;
        QueryOptions options;
        bool has_words;
    } cases[] = {
        {"bud*", {.limit = 51}, true},
        {"subject:bud*", {.limit = 51}, true},
        {"bud*", {.limit = 51, .sort = QUERY_SORT_OLDEST}, true},
        {"bud*", {.limit = 51, .offset = 949}, true},
        {"bud*", {.limit = 51, .offset = 950}, false},
        {"bud*", {.limit = -1}, false},
        {"bud*", {.count_only = true}, false},
        {"bud*", {.limit = 51, .by_thread = true}, false},
        {"bud*", {.limit = 51, .sort = QUERY_SORT_RELEVANCE}, false},
        {"bud* report", {.limit = 51}, false},
        {"\"annual bud\"*", {.limit = 51}, false},
        {"from:ali*", {.limit = 51}, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *explained = explain(cases[i].query, &cases[i].options);
        g_assert_cmpint(strstr(explained, "\" *") == NULL, ==, cases[i].has_words);
    }
    const QueryOptions page = {.limit = 51};
    g_autoptr(GArray) words = ids_of("bud*", &page);
    g_autoptr(GArray) in_subject = ids_of("subject:bud*", &page);
    g_assert_cmpuint(words->len, ==, 2);
    g_assert_cmpuint(in_subject->len, ==, 1);
}

/* A first page of words and other things reads each by itself, and gives the same. */
static void test_alternatives(void)
{
    static const char *const queries[] = {
        "budget OR is:verified",
        "is:verified OR election OR budget OR date:2017",
        "common OR is:signed OR has:attachment",
        "(from:alice OR subject:digest) OR dkim:fail",
        "is:limited budget OR is:verified OR -common",
        "budget OR *",
        "zzz OR is:unsigned",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        const QueryOptions everything = {.limit = -1};
        const QueryOptions oldest = {.limit = 100, .sort = QUERY_SORT_OLDEST};
        g_autoptr(GArray) all = ids_of(queries[i], &everything);
        g_autoptr(GArray) from_oldest = ids_of(queries[i], &oldest);
        g_assert_cmpuint(all->len, ==, count(queries[i]));
        g_assert_cmpuint(from_oldest->len, ==, all->len);
        QueryOptions page = {.limit = 3};
        for (guint n = 0; n < all->len; n++) {
            const int64_t id = g_array_index(all, int64_t, n);
            g_assert_cmpint(g_array_index(from_oldest, int64_t, all->len - 1 - n), ==, id);
            page.offset = n;
            g_autoptr(GArray) ids = ids_of(queries[i], &page);
            g_assert_cmpuint(ids->len, ==, MIN(3, all->len - n));
            g_assert_cmpint(g_array_index(ids, int64_t, 0), ==, id);
        }
        g_autofree char *by_itself = explain(queries[i], &page);
        g_assert_nonnull(strstr(by_itself, " UNION "));
        page.has_after = true;
        page.after = g_array_index(all, int64_t, 0);
        page.offset = 0;
        g_autoptr(GArray) behind = ids_of(queries[i], &page);
        g_assert_cmpuint(behind->len, ==, MIN(3, all->len - 1));
        g_assert_cmpint(g_array_index(behind, int64_t, 0), ==, g_array_index(all, int64_t, 1));
    }
}

/* An archive with so many verified messages, each with the word "all". */
static sqlite3 *open_verified(unsigned n_messages)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    g_assert_true(archive_make_schema(db, &error));
    g_autofree char *rows = g_strdup_printf(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT %u) "
        "INSERT INTO message (id, sha256, size, date_source, date_offset, msgid, in_reply_to, "
        "refs, dkim, level, caveats, signatures, attachments, thread_id) "
        "SELECT i, CAST(i AS BLOB), 1, 'none', 0, '', '', '', 'pass', 'verified', '', 1, 0, i "
        "FROM n; "
        "INSERT INTO message_fts (rowid, body) SELECT id, 'all' FROM message",
        n_messages);
    archive_exec(db, rows, &error);
    g_assert_no_error(error);
    return db;
}

/* A statement begins with the condition when few messages meet it: the hits are the same. */
static void test_few(void)
{
    static const struct {
        const char *query;
        QueryOptions options;
        unsigned n_messages;
        bool begins_with_condition;
    } cases[] = {
        {"all is:verified", {.count_only = true}, 1000, true},
        {"all is:verified", {.count_only = true}, 1001, false},
        {"all is:verified", {.limit = 51}, 1000, true},
        {"all is:verified", {.limit = 51, .by_thread = true}, 1000, true},
        {"all is:verified", {.limit = 51, .sort = QUERY_SORT_RELEVANCE}, 1000, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(sqlite3) db = open_verified(cases[i].n_messages);
        g_auto(QueryFault) fault = {0};
        g_autoptr(CompiledQuery) query = compile(db, cases[i].query, &cases[i].options, &fault);
        g_autofree char *explained = sql_builder_explain(query->statement);
        g_assert_cmpint(strstr(explained, "message_matches") != NULL, ==,
                        cases[i].begins_with_condition);
        g_autoptr(sqlite3_stmt) rows = sql_builder_prepare(query->statement, db, &error);
        g_assert_no_error(error);
        g_assert_cmpint(sqlite3_step(rows), ==, SQLITE_ROW);
        if (cases[i].options.sort == QUERY_SORT_NEWEST) {
            g_assert_cmpint(sqlite3_column_int64(rows, 0), ==, cases[i].n_messages);
        }
    }
}

static void test_pages(void)
{
    QueryOptions options = {.limit = 7};
    g_autoptr(GArray) all = g_array_new(false, false, sizeof(int64_t));
    for (;;) {
        g_autoptr(GArray) page = ids_of("common", &options);
        if (page->len == 0) {
            break;
        }
        g_array_append_vals(all, page->data, page->len);
        options.offset += options.limit;
    }
    g_assert_cmpuint(all->len, ==, 20);
}

static void test_time_zone(void)
{
    QueryOptions utc = {.limit = 10};
    QueryOptions paris = {.limit = 10, .time_zone = "Europe/Paris"};
    g_autoptr(GArray) in_utc = ids_of("date:2009", &utc);
    g_autoptr(GArray) in_paris = ids_of("date:2009", &paris);
    g_assert_cmpuint(in_utc->len, ==, 1);
    g_assert_cmpuint(in_paris->len, ==, 0); /* 2009-12-31 23:59:59 UTC is 2010 there */
}

static void test_explain_binds_values(void)
{
    QueryOptions options = {.limit = 10};
    g_autofree char *explained =
        explain("from:o'brien@x.example subject:\"x' OR 1\"", &options);
    g_autofree char *statement = g_strndup(explained, strcspn(explained, "\n"));
    g_assert_null(strstr(statement, "brien"));
    g_assert_null(strchr(statement, '"'));
    g_assert_nonnull(strstr(explained, "'o'brien@x.example'"));
}

#define ADD_CASES(kind, table, function)                                                       \
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {                                         \
        g_autofree char *path = g_strdup_printf("/query_compiler/" kind "/%02zu", i);          \
        g_test_add_data_func(path, &(table)[i], function);                                     \
    }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = query_fixture_new();
    ADD_CASES("finds", counts, test_count)
    ADD_CASES("fault", faults, test_fault)
    g_test_add_func("/query_compiler/limits_end_in_a_message", test_limits);
    ADD_CASES("plan_sorts_nothing", plans, test_plan)
    g_test_add_func("/query_compiler/words_are_one_match", test_one_match);
    g_test_add_func("/query_compiler/order_is_that_of_ids", test_order);
    g_test_add_func("/query_compiler/subject_weighs_more_in_relevance", test_relevance);
    g_test_add_func("/query_compiler/first_page_goes_through_the_words_of_a_prefix",
                    test_prefix);
    g_test_add_func("/query_compiler/first_page_reads_alternatives_by_themselves",
                    test_alternatives);
    g_test_add_func("/query_compiler/begins_with_what_few_messages_have", test_few);
    g_test_add_func("/query_compiler/pages_cover_everything_once", test_pages);
    g_test_add_func("/query_compiler/dates_follow_the_time_zone", test_time_zone);
    g_test_add_func("/query_compiler/what_was_typed_is_bound", test_explain_binds_values);
    int code = g_test_run();
    query_fixture_free(fixture);
    return code;
}
