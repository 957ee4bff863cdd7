/* SPDX-License-Identifier: MIT */
/* Runs the real program: exit codes, what stands on which stream, and what reaches a terminal.
 */
#include <gio/gio.h>

#include "query_fixture.h"

#define MAX_ARGUMENTS 8

typedef struct {
    int code;
    char *out;
    char *errors;
} Result;

static QueryFixture *fixture;

static void result_clear(Result *result)
{
    g_free(result->out);
    g_free(result->errors);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Result, result_clear)

static char *string_of(GBytes *bytes)
{
    gsize size = 0;
    const char *data = g_bytes_get_data(bytes, &size);
    return g_strndup(data == NULL ? "" : data, size);
}

/* Runs waxseal-query with a NULL-terminated list of arguments on `archive`. */
static Result run_on(const char *archive, const char *const *arguments)
{
    const char *folder = g_getenv("WAXSEAL_BUILD_DIR");
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(
        argv, g_build_filename(folder == NULL ? "." : folder, "query", "waxseal-query", NULL));
    for (int i = 0; i < MAX_ARGUMENTS && arguments[i] != NULL; i++) {
        g_ptr_array_add(argv, g_strdup(arguments[i]));
    }
    g_ptr_array_add(argv, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_setenv(launcher, "WAXSEAL_DB", archive, true);
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) out = NULL;
    g_autoptr(GBytes) errors = NULL;
    g_subprocess_communicate(process, NULL, NULL, &out, &errors, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(process));
    return (Result){g_subprocess_get_exit_status(process), string_of(out), string_of(errors)};
}

typedef struct {
    const char *name;
    const char *arguments[MAX_ARGUMENTS];
    int code;
    const char *out;    /* what stdout must contain; NULL: it must be empty */
    const char *errors; /* the same of stderr */
} Case;

static const Case cases[] = {
    {"hits_exit_0", {"search", "budget"}, 0, "Budget 2017", NULL},
    {"no_hits_exit_1", {"search", "zzzz"}, 1, NULL, "nothing found"},
    {"no_hits_say_what_each_term_has", {"search", "zzzz budget"}, 1, NULL, "zzzz 0, budget 2"},
    {"bad_field_exits_2_with_a_caret", {"search", "x form:y"}, 2, NULL, "\n    ^^^^\n"},
    {"open_quote_exits_2_with_a_caret", {"search", "a \"b"}, 2, NULL, "\n    ^\n"},
    {"bad_date_exits_2_with_a_caret", {"search", "date:05/06/2017"}, 2, NULL, "\n  ^^^^^"},
    {"bad_zone_exits_2", {"search", "x", "--tz", "Mars/Base"}, 2, NULL, "time zone"},
    {"query_that_begins_with_minus", {"search", "-budget", "--count"}, 0, "31\n", NULL},
    {"query_of_one_letter_after_minus", {"search", "-x", "budget", "--count"}, 0, "2\n", NULL},
    {"double_dash_ends_options", {"search", "--", "--budget"}, 0, "2017", NULL},
    {"words_are_joined", {"search", "annual", "budget", "--count"}, 0, "1\n", NULL},
    {"field_flag", {"search", "--from", "alice", "--count"}, 0, "1\n", NULL},
    {"field_flag_with_equals", {"search", "--from=alice", "--count"}, 0, "1\n", NULL},
    {"alias_flag", {"search", "--since", "2017-02-10", "--count"}, 0, "4\n", NULL},
    {"word_flag", {"search", "--verified", "--count"}, 0, "1\n", NULL},
    {"has_flag_of_a_kind", {"search", "--has-image", "--count"}, 0, "1\n", NULL},
    {"key_flag", {"search", "--key", "good", "--count"}, 0, "6\n", NULL},
    {"has_flag", {"search", "--has-attachment", "--count"}, 0, "2\n", NULL},
    {"flag_and_query_are_joined",
     {"search", "budget", "--verified", "--count"},
     0,
     "1\n",
     NULL},
    {"bad_flag_value_has_a_caret", {"search", "--since", "x"}, 2, NULL, "\n  ^\n"},
    {"unknown_option_exits_2", {"search", "--vrified", "x"}, 2, NULL, "unknown option"},
    {"misspelt_option_is_suggested", {"search", "--limt", "5"}, 2, NULL, "--limit"},
    {"option_joined_to_its_number_is_a_word_with_a_hint",
     {"search", "annual", "-n1"},
     0,
     "annual",
     "written -n 1"},
    {"option_without_value_exits_2", {"search", "x", "--limit"}, 2, NULL, "needs a value"},
    {"limit_must_be_a_number", {"search", "x", "--limit", "-5"}, 2, NULL, "needs a number"},
    {"formats_exclude_each_other", {"search", "x", "--csv", "--json"}, 2, NULL, "exclude"},
    {"nothing_to_search_exits_2", {"search"}, 2, NULL, "what should be searched"},
    {"no_command_exits_2", {NULL}, 2, NULL, "a command is missing"},
    {"unknown_command_is_suggested", {"serch", "x"}, 2, NULL, "\"search\""},
    {"help_is_on_stdout", {"--help"}, 0, "Exit codes", NULL},
    {"help_of_a_command", {"search", "--help"}, 0, "--limit", NULL},
    {"version", {"--version"}, 0, "waxseal-query ", NULL},
    {"fields_are_listed", {"search", "--help-fields"}, 0, "from:WHO", NULL},
    {"explain_shows_tree_and_sql",
     {"search", "budget -report", "--explain"},
     0,
     "tree: (and budget (not report))",
     NULL},
    {"lower_case_or_earns_a_hint", {"search", "cats or dogs", "--count"}, 0, "1\n", "OR"},
    {"ignored_term_earns_a_hint", {"search", "budget ++", "--count"}, 0, "2\n", "ignored"},
    {"count_of_nothing_exits_1", {"search", "zzzz", "--count"}, 1, "0\n", NULL},
    {"json_has_a_schema",
     {"search", "annual", "--json"},
     0,
     "{\"schema\":1,\"id\":1485950400",
     NULL},
    {"json_count",
     {"search", "annual", "--json", "--count"},
     0,
     "{\"schema\":1,\"count\":1}",
     NULL},
    {"csv_cells_are_no_formulas",
     {"search", "hostile", "--csv"},
     0,
     ",\"'=cmd|'/C calc'!A0 ",
     NULL},
    {"table_shows_the_verdict", {"search", "annual"}, 0, "✔ verified", NULL},
    {"table_shows_the_snippet", {"search", "annual"}, 0, "The annual budget report", NULL},
    {"show_prints_the_verdict", {"show", "1485950400"}, 0, "Verdict      ✔ verified", NULL},
    {"show_says_not_signed",
     {"show", "1486728000"},
     0,
     "Verdict      not signed (dkim:none)",
     NULL},
    {"show_prints_caveats", {"show", "1486036800"}, 0, "partial-body: l= leaves", NULL},
    {"show_tells_what_a_sealer_claims",
     {"show", "1485950400"},
     0,
     "Set 1: sealer.example says that DKIM passed for bank.example and SPF gave softfail for "
     "spf.example on arrival; the seal verifies, but no signature that verifies ties it to",
     NULL},
    {"show_tells_when_a_claim_is_not_sealed",
     {"show", "1485950400"},
     0,
     "Set 2: it is claimed in the name of second.example that nothing was checked on arrival; "
     "no key is known",
     NULL},
    {"show_prints_no_arc_where_there_is_none",
     {"show", "1486036800", "--json"},
     0,
     "\"arc\":\"none\",\"arc_reason\":\"\",\"arc_sets\":[]",
     NULL},
    {"show_json_takes_a_claim_apart",
     {"show", "1485950400", "--json"},
     0,
     "\"results\":[{\"method\":\"dkim\",\"result\":\"pass\",\"domain\":\"bank.example\"}",
     NULL},
    {"show_prints_places", {"show", "1485950400"}, 0, "mail.mbox at 32, 100 bytes", NULL},
    {"show_prints_problems", {"show", "1486728000"}, 0, "bad-mime: the MIME structure", NULL},
    {"show_indents_the_text", {"show", "1486728000"}, 0, "\n    Verdict: ✔ verified", NULL},
    {"show_json",
     {"show", "1485950400", "--json"},
     0,
     "\"signatures\":[{\"result\":\"pass\"",
     NULL},
    {"show_prints_domainkeys_apart",
     {"show", "1485950400"},
     0,
     "\nOlder signatures (not part of the verdict)\n  DomainKeys 1: pass (the signature "
     "verifies): header and body are as they were signed\n    domain bank.example",
     NULL},
    {"show_json_has_domainkeys",
     {"show", "1486036800", "--json"},
     0,
     "\"domainkeys\":[{\"result\":\"permerror\",\"reason\":\"bad domain (d=)\"",
     NULL},
    {"show_prints_claims_as_claims",
     {"show", "1485950400"},
     0,
     "\nClaims (not checked)\n  mx.bank.example: dkim=pass (2048-bit key) "
     "header.d=bank.example\n  mx.bank.example: spf=softfail\n",
     NULL},
    {"show_json_has_claims",
     {"show", "1486036800", "--json"},
     0,
     "\"claims\":[{\"field\":\"authentication-results\",\"authserv_id\":\"\",\"method\":"
     "\"dkim\"",
     NULL},
    {"show_raw_is_exact",
     {"show", "1485950400", "--raw"},
     0,
     "From: alice@bank.example\nSubject: Budget 2017\n\nThe annual",
     NULL},
    {"show_of_no_message_exits_1", {"show", "77"}, 1, NULL, "no message has the id 77"},
    {"show_raw_of_no_message_exits_1", {"show", "77", "--raw"}, 1, NULL, "no message"},
    {"show_needs_an_id", {"show"}, 2, NULL, "needs one id"},
    {"show_needs_a_number", {"show", "abc"}, 2, NULL, "needs one id"},
    {"show_says_in_two_lines_what_a_signature_is_worth",
     {"show", "1485950400"},
     0,
     "\n  1. The domain bank.example signed this message on 2017-02-01. What was signed is "
     "unchanged.\n     pass, by the author's domain, key of 2048 bits (verifies mail of "
     "2017-02-01 "
     "to 2017-02-03); signs From, Subject, Date\n  waxseal-query verify 1485950400 says more",
     NULL},
    {"verify_says_what_mail_the_key_verifies",
     {"verify", "1485950400"},
     0,
     "verifies mail of this archive dated 2017-02-01 to 2017-02-03\n",
     NULL},
    {"verify_says_so_as_json",
     {"verify", "--json", "1485950400"},
     0,
     "\"leaked\":false,\"leaked_since\":null,\"verified_mail\":{\"first_date\":"
     "\"2017-02-01T12:00:00Z\",\"last_date\":\"2017-02-03T12:00:00Z\"}",
     NULL},
    {"verify_says_who_signed",
     {"verify", "1485950400"},
     0,
     "\nSignature 1: pass (a reason)\n  The domain bank.example signed this message on "
     "2017-02-01. What was signed is unchanged.\n  Made by     bank.example, the author's "
     "domain; for @x\n  When        2017-02-01 11:53:20 UTC\n",
     NULL},
    {"verify_says_what_the_verdict_means",
     {"verify", "1485950400"},
     0,
     "Verdict     ✔ verified (dkim:pass)\n            What is shown of this message is what "
     "the author's domain signed. This proves which domain sent it, not which person.\n",
     NULL},
    {"verify_says_where_the_key_is_from",
     {"verify", "1485950400"},
     0,
     "\n  Key         sel2017._domainkey.bank.example, rsa-sha256, 2048 bits\n"
     "              verifies mail of this archive dated 2017-02-01 to 2017-02-03\n"
     "              known from a repository (repo), seen in use from 2016-11 to 2017-10-01; a "
     "note\n              known from DNS by 192.0.2.53 (dns, DNSSEC secure), seen on "
     "2026-11-28\n                DNSSEC secure: a chain of signatures proves that the domain "
     "answered this\n              known from keys.tsv (file), no word of when it was in use\n",
     NULL},
    {"verify_says_what_is_covered",
     {"verify", "1485950400"},
     0,
     "\n  Signed      from, subject, date\n  Not signed  none of the fields that are shown\n"
     "  Body        all 100 bytes are signed\n",
     NULL},
    {"verify_reads_the_bytes_again",
     {"verify", "1485950400"},
     0,
     "\n            read again from the source and the same\n",
     NULL},
    {"verify_tells_caveats_in_sentences",
     {"verify", "1486036800"},
     0,
     "  Caveats\n    partial-body: l= leaves a part of the body unsigned\n",
     NULL},
    {"verify_tells_a_key_of_another_name",
     {"verify", "1486036800"},
     0,
     "published under another name, sel2017._domainkey.bank.example\n",
     NULL},
    {"verify_tells_the_arc_chain", {"verify", "1485950400"}, 0, "\nARC          ", NULL},
    {"verify_json_tells_the_arc_chain",
     {"verify", "1485950400", "--json"},
     0,
     "\"arc\":{\"result\":\"nokey\",\"reason\":\"a key is not known\"}",
     NULL},
    {"verify_tells_older_signatures",
     {"verify", "1485950400"},
     0,
     "\nOlder signatures (not part of the verdict)\n  DomainKeys 1: pass (the signature "
     "verifies)",
     NULL},
    {"verify_json_tells_older_signatures",
     {"verify", "1486036800", "--json"},
     0,
     "\"domainkeys\":[{\"result\":\"permerror\",\"reason\":\"bad domain (d=)\",\"domain\":\"\"",
     NULL},
    {"verify_of_an_unsigned_message",
     {"verify", "1486728000"},
     0,
     "Verdict     not signed (dkim:none)\n            Nobody signed this message.",
     NULL},
    {"verify_json",
     {"verify", "1485950400", "--json"},
     0,
     "\"shown_fields\":[{\"name\":\"From\",\"present\":1,\"signed\":1},",
     NULL},
    {"verify_json_has_the_observations",
     {"verify", "1485950400", "--json"},
     0,
     "\"observations\":[{\"source\":\"a repository\",\"channel\":\"repo\",\"first_seen\":"
     "\"2016-11\",\"last_seen\":\"2017-10-01\",\"notes\":\"a note\",\"dnssec\":\"\"}",
     NULL},
    {"show_json_says_what_dnssec_says_of_the_key",
     {"show", "1485950400", "--json"},
     0,
     "{\"source\":\"DNS by 192.0.2.53\",\"channel\":\"dns\",\"first_seen\":\"2026-11-28\","
     "\"last_seen\":\"2026-11-28\",\"notes\":\"\",\"dnssec\":\"secure\"}",
     NULL},
    {"keys_say_what_dnssec_says",
     {"keys"},
     0,
     "seen 2026-11-28..2026-11-28 by DNS by 192.0.2.53 (dns, DNSSEC secure)\n",
     NULL},
    {"keys_say_what_the_dns_said_instead",
     {"keys"},
     0,
     "no-answer  gone._domainkey.bank.example: NXDOMAIN\n",
     NULL},
    {"keys_that_are_no_answers_are_no_conflict",
     {"keys", "--conflicts"},
     1,
     NULL,
     "no name has several keys"},
    {"verify_of_no_message_exits_1", {"verify", "77"}, 1, NULL, "no message has the id 77"},
    {"verify_needs_an_id", {"verify"}, 2, NULL, "needs one id"},
    {"twins_are_compared_with_the_one_that_verifies",
     {"twins"},
     0,
     "<twin@list.example>  Weekly digest\n  1486123200  pass        2017-02-03  93 bytes  ",
     NULL},
    {"twins_say_what_differs",
     {"twins"},
     0,
     "\n      differs from 1486123200 in header (changed subject); body\n"
     "  only 1486123200 verifies\n\n2 messages share 1 Message-ID\n",
     NULL},
    {"twins_json", {"twins", "--json"}, 0, "\"verifies\":false,", NULL},
    {"twins_json_names_the_fields",
     {"twins", "--json"},
     0,
     "\"bytes_compared\":true,\"differs\":[\"header\",\"body\"],\"header_fields\":"
     "[{\"name\":\"subject\",\"change\":\"changed\"}],\"footer_bytes\":0}]}\n",
     NULL},
    {"twins_of_one_message", {"twins", "1486123201"}, 0, "2 messages share 1", NULL},
    {"twins_of_a_message_without_any", {"twins", "1485950400"}, 1, NULL, "no other message"},
    {"twins_needs_a_number", {"twins", "x"}, 2, NULL, "one id at most"},
    {"twins_limit_of_none", {"twins", "--limit", "0"}, 2, NULL, "above 0"},
    {"thread_is_a_tree_with_what_is_missing",
     {"thread", "1486900800"},
     0,
     "1486814400  2017-02-11  -           Dev: Re: C++ and std::string\n"
     "                        missing     └ <lost@dom.fr>\n"
     "1486900800  2017-02-12  -             └ Bob: Photos\n"
     "1486987200  2017-02-13  -               └ Carol: From a sub-domain\n"
     "3 messages; 1 more is not in this archive\n",
     NULL},
    {"thread_shows_the_verdict", {"thread", "1485950400"}, 0, "  ✔ verified  Alice", NULL},
    {"thread_json",
     {"thread", "1486814400", "--json"},
     0,
     "\n{\"schema\":1,\"thread\":1486814400,\"id\":null,\"msgid\":\"lost@dom.fr\",\"missing\":"
     "true,"
     "\"depth\":1,\"parent\":1486814400,\"parent_msgid\":\"code@dev.example\"}\n",
     NULL},
    {"thread_is_cut_and_said",
     {"thread", "1486814400", "--limit", "2"},
     0,
     "3 messages",
     "only the oldest 2 messages of 3 are shown"},
    {"what_the_limit_leaves_out_is_not_missing",
     {"thread", "1486814400", "-n", "0"},
     0,
     "3 messages\n",
     "only the oldest 0 messages of 3 are shown"},
    {"thread_of_no_message_exits_1", {"thread", "77"}, 1, NULL, "no message has the id 77"},
    {"thread_needs_an_id", {"thread"}, 2, NULL, "needs one id"},
    {"thread_field_by_number", {"search", "thread:1486987200", "--count"}, 0, "3\n", NULL},
    {"thread_field_by_msgid", {"search", "thread:<photo@dom.fr>", "--count"}, 0, "3\n", NULL},
    {"thread_field_of_what_is_missing",
     {"search", "thread:lost@dom.fr subject:photos", "--count"},
     0,
     "1\n",
     NULL},
    {"thread_field_negated", {"search", "-thread:1486987200", "--count"}, 0, "30\n", NULL},
    {"thread_field_of_nothing", {"search", "thread:nowhere@x"}, 1, NULL, "nothing found"},
    {"a_mark_in_a_name_is_no_verdict",
     {"search", "from:evil"},
     0,
     "  -           \\x1b[32m\\u2714 verifi",
     NULL},
    {"stats_json",
     {"stats", "--json"},
     0,
     "{\"schema\":1,\"messages\":33,\"occurrences\":33,\"senders\":11,\"attachments\":2,"
     "\"first_date\":\"2009-12-31T23:59:59Z\",\"last_date\":\"2017-02-13T12:00:00Z\","
     "\"bytes\":2638,\"problems\":3,\"verified\":1,\"limited\":1,\"dkim\":{\"pass\":3,"
     "\"nokey\":1,\"fail\":1,\"error\":1,\"none\":27}}\n",
     NULL},
    {"stats_text", {"stats"}, 0, "bad-mime", NULL},
    {"ledger_adds_up", {"ledger", "--check-hashes"}, 0, "Every byte is accounted for.", NULL},
    {"ledger_json", {"ledger", "--json"}, 0, "\"adds_up\":true", NULL},
};

static void check_stream(const char *text, const char *wanted)
{
    if (wanted == NULL) {
        g_assert_cmpstr(text, ==, "");
    } else if (strstr(text, wanted) == NULL) {
        g_error("not in the output: %s\n%s", wanted, text);
    }
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_auto(Result) result = run_on(fixture->path, test->arguments);
    check_stream(result.errors, test->errors);
    check_stream(result.out, test->out);
    g_assert_cmpint(result.code, ==, test->code);
}

static void test_no_control_characters(void)
{
    static const char *const commands[][MAX_ARGUMENTS] = {
        {"search", "*"},
        {"search", "*", "--csv"},
        {"search", "*", "--json"},
        {"show", "1486728000"},
        {"show", "1486728000", "--json"},
        {"show", "1485950400"},
        {"show", "1485950400", "--json"},
        {"verify", "1486728000"},
        {"verify", "1486728000", "--json"},
        {"search", "a\x1b[31m:b"},
        {"search", "zzz\xE2\x80\xAE"
                   "gpj"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_auto(Result) result = run_on(fixture->path, commands[i]);
        g_assert_null(strpbrk(result.out, "\x1b\x07\x7F"));
        g_assert_null(strpbrk(result.errors, "\x1b\x07\x7F"));
        g_assert_null(strstr(result.out, "\xE2\x80\xAE"));
        g_assert_null(strstr(result.errors, "\xE2\x80\xAE"));
        g_assert_null(strstr(result.out, "\xC2\x9B"));
    }
}

static void test_null_ids(void)
{
    const char *folder = g_getenv("WAXSEAL_BUILD_DIR");
    g_autofree char *program =
        g_build_filename(folder == NULL ? "." : folder, "query", "waxseal-query", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "-d", fixture->path,
                         "search", "annual", "-0", NULL);
    g_assert_no_error(error);
    g_autoptr(GBytes) out = NULL;
    g_subprocess_communicate(process, NULL, NULL, &out, NULL, &error);
    g_assert_no_error(error);
    gsize size = 0;
    const char *data = g_bytes_get_data(out, &size);
    g_assert_cmpuint(size, ==, 11);
    g_assert_cmpint(memcmp(data, "1485950400", 11), ==, 0);
}

static void check_no_archive(const char *path, const char *words)
{
    static const char *const commands[][MAX_ARGUMENTS] = {
        {"search", "x"}, {"show", "1"}, {"verify", "1"}, {"twins"}, {"stats"}, {"ledger"}};
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_auto(Result) result = run_on(path, commands[i]);
        g_assert_cmpint(result.code, ==, 3);
        g_assert_cmpstr(result.out, ==, "");
        g_assert_nonnull(strstr(result.errors, words));
        g_auto(GStrv) lines = g_strsplit(result.errors, "\n", -1);
        g_assert_cmpuint(g_strv_length(lines), ==, 2);
    }
}

static void test_no_archive(void)
{
    g_autofree char *other = g_build_filename(fixture->folder, "other.db", NULL);
    g_autoptr(GError) error = NULL;
    check_no_archive("/nonexistent/archive.db", "No such file");
    check_no_archive(fixture->source, "mail.mbox");
    check_no_archive(fixture->folder, "not a regular file");
    g_file_set_contents(other, "", 0, &error);
    g_assert_no_error(error);
    check_no_archive(other, "not a Waxseal archive");
    g_assert_cmpint(remove(other), ==, 0);
}

static void test_newer_version(void)
{
    g_autoptr(QueryFixture) newer = query_fixture_new();
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(newer->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL), ==, 0);
    sqlite3_close(db);
    check_no_archive(newer->path, "999");
}

/* Pages of the file overwritten: one line and exit 3, whatever SQLite meets. */
static void test_damaged_archive(void)
{
    g_autoptr(QueryFixture) damaged = query_fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_file_get_contents(damaged->path, &bytes, &size, &error);
    g_assert_no_error(error);
    memset(bytes + 8192, 0xA5, size - 8192);
    g_file_set_contents(damaged->path, bytes, (gssize)size, &error);
    g_assert_no_error(error);
    static const char *const arguments[] = {"search", "budget", NULL};
    g_auto(Result) result = run_on(damaged->path, arguments);
    g_assert_cmpint(result.code, ==, 3);
}

/* The dump is gone, which is what an archive is for. */
static void test_verify_without_the_source(void)
{
    g_autoptr(QueryFixture) bare = query_fixture_new();
    g_assert_cmpint(remove(bare->source), ==, 0);
    static const char *const arguments[] = {"verify", "1486123200", NULL};
    g_auto(Result) result = run_on(bare->path, arguments);
    g_assert_cmpint(result.code, ==, 0);
    check_stream(result.out, "could not be read again: ");
    check_stream(result.out,
                 "  Not signed  Sender, To, Message-ID, Content-Type (if there is one), "
                 "MIME-Version (if there is one): anyone could have changed");
}

static void test_raw_of_changed_source(void)
{
    g_autoptr(QueryFixture) changed = query_fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_file_get_contents(changed->source, &bytes, &size, &error);
    g_assert_no_error(error);
    bytes[40] ^= 1;
    g_file_set_contents(changed->source, bytes, (gssize)size, &error);
    g_assert_no_error(error);
    static const char *const arguments[] = {"show", "1485950400", "--raw", NULL};
    g_auto(Result) result = run_on(changed->path, arguments);
    g_assert_cmpint(result.code, ==, 1);
    g_assert_cmpstr(result.out, ==, "");
    g_assert_nonnull(strstr(result.errors, "SHA-256 differs"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = query_fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/cli_query/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/cli_query/no_control_character_is_sent", test_no_control_characters);
    g_test_add_func("/cli_query/null_ends_each_id", test_null_ids);
    g_test_add_func("/cli_query/no_archive_exits_3", test_no_archive);
    g_test_add_func("/cli_query/newer_archive_exits_3", test_newer_version);
    g_test_add_func("/cli_query/damaged_archive_exits_3", test_damaged_archive);
    g_test_add_func("/cli_query/verify_without_the_source", test_verify_without_the_source);
    g_test_add_func("/cli_query/raw_of_a_changed_source_prints_nothing",
                    test_raw_of_changed_source);
    int code = g_test_run();
    query_fixture_free(fixture);
    return code;
}
