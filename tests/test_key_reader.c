/* SPDX-License-Identifier: MIT */
#include "indexer/key_reader.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "indexer/key_json.h"
#include "indexer/key_zone.h"

/* RFC 8463 appendix A.2. */
#define ED25519 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define RECORD  "v=DKIM1; k=ed25519; p=" ED25519

/* A name and what its record is. */
typedef struct {
    const char *selector;
    const char *domain;
    const char *record;
} Expected;

typedef struct {
    const char *name;
    const char *text;
    Expected keys[4];
    size_t n_faults;
    size_t fault_line; /* of the first */
    size_t n_aliases;
    size_t n_others;
} TextCase;

static const TextCase zone_cases[] = {
    {"an_answer_of_dig",
     "\n; <<>> DiG 9.18 <<>> TXT s._domainkey.e.org\n;; QUESTION SECTION:\n"
     ";s._domainkey.e.org.\tIN\tTXT\n\n"
     "s._domainkey.e.org.\t3600\tIN\tTXT\t\"v=DKIM1; k=ed25519; \" \"p=" ED25519 "\"\r\n"
     "\n;; WHEN: Sat May 06 12:00:00 CEST 2017\n",
     {{"s", "e.org", RECORD}},
     0,
     0,
     0,
     0},
    {"names_are_relative_to_the_origin",
     "$ORIGIN e.org.\n$TTL 1h\ns._domainkey TXT \"" RECORD "\"\n$ORIGIN sub\n"
     "t._domainkey 1h30m IN TXT \"p=\"\nu._domainkey.e.net. IN 5 TXT \"p=\"\n",
     {{"s", "e.org", RECORD}, {"t", "sub.e.org", "p="}, {"u", "e.net", "p="}},
     0,
     0,
     0,
     0},
    {"the_origin_may_be_the_key_domain",
     "$ORIGIN _domainkey.e.org\ns IN TXT \"p=\"\n\tTXT \"" RECORD "\"\n",
     {{"s", "e.org", "p="}, {"s", "e.org", RECORD}},
     0,
     0,
     0,
     0},
    {"without_an_origin_names_are_taken_as_complete",
     "s._domainkey.e.org IN TXT \"p=\"\nt._domainkey IN TXT \"p=\"\n",
     {{"s", "e.org", "p="}},
     1,
     2,
     0,
     0},
    {"parentheses_go_over_lines",
     "s._domainkey.e.org. IN TXT ( \"v=DKIM1; k=ed25519; \" ; one\n\n"
     "\t\"p=11qYAYKxCrfVS/7TyWQHOg7hcv\"\n\"PapiMlrwIaaPcHURo=\")\nt._domainkey.e.org. TXT "
     "\"p=\"\n",
     {{"s", "e.org", RECORD}, {"t", "e.org", "p="}},
     0,
     0,
     0,
     0},
    {"escapes_are_undone",
     "s._domainkey.e.org. TXT \"n=\\\"\\\\\\195\\169\\;\\\" p=\"\n"
     "t._domainkey.e.org. TXT v=DKIM1\\;\\032p= ; unquoted\n",
     {{"s", "e.org", "n=\"\\\xC3\xA9;\" p="}, {"t", "e.org", "v=DKIM1; p="}},
     0,
     0,
     0,
     0},
    {"other_records_are_passed_over",
     "$ORIGIN e.org.\n@ IN SOA ns host ( 1 2\n 3 4 5 )\n  IN NS ns\n  TXT \"v=spf1 -all\"\n"
     "s._domainkey CNAME s.e.net.\nwww A 192.0.2.1\nx TYPE65280 \\# 1 00\n"
     "t._domainkey TXT \"p=\"\n",
     {{"t", "e.org", "p="}},
     0,
     0,
     1,
     5},
    {"aliases_are_followed_inside_the_file",
     "$ORIGIN e.org.\ns._domainkey CNAME S.KEYS.e.net.\n_domainkey NS ns\n"
     "t._domainkey 60 IN CNAME hop\nhop CNAME s.keys.e.net.\n"
     "s.keys.e.net. TXT \"" RECORD "\"\nother.e.net. TXT \"p=\"\n",
     {{"s", "e.org", RECORD}, {"t", "e.org", RECORD}},
     0,
     0,
     0,
     4},
    {"the_key_of_an_alias_may_stand_before_it",
     "k._domainkey.e.net. TXT \"" RECORD "\"\ns._domainkey.e.org. CNAME k._domainkey.e.net.\n",
     {{"k", "e.net", RECORD}, {"s", "e.org", RECORD}},
     0,
     0,
     0,
     0},
    {"aliases_in_a_loop_end",
     "a._domainkey.e.org. CNAME b._domainkey.e.org.\nb._domainkey.e.org. CNAME "
     "a._domainkey.e.org.\nc._domainkey.e.org. CNAME c._domainkey.e.org.\n"
     "a._domainkey.e.net. TXT \"p=\"\n",
     {{"a", "e.net", "p="}},
     0,
     0,
     3,
     0},
    {"a_chain_of_aliases_has_a_limit",
     "a._domainkey.e.org. CNAME 1.e.org.\n1.e.org. CNAME 2.e.org.\n2.e.org. CNAME 3.e.org.\n"
     "3.e.org. CNAME 4.e.org.\n4.e.org. CNAME 5.e.org.\n5.e.org. CNAME 6.e.org.\n"
     "6.e.org. CNAME 7.e.org.\n7.e.org. CNAME 8.e.org.\n8.e.org. CNAME 9.e.org.\n"
     "9.e.org. TXT \"p=\"\nb._domainkey.e.org. CNAME 2.e.org.\n",
     {{"b", "e.org", "p="}},
     0,
     0,
     1,
     9},
    {"an_open_quote_ends_with_its_line",
     "s._domainkey.e.org. TXT \"v=DKIM1; p=\n  TXT \"p=\"\nt._domainkey.e.org. TXT \"p=\"\n",
     {{"t", "e.org", "p="}},
     2,
     1,
     0,
     0},
    {"a_record_after_a_broken_one_is_not_the_one_before",
     "s._domainkey.e.org. TXT \"p=\"\nt._domainkey.e.org. TXT \"open\n\tTXT \"" RECORD "\"\n",
     {{"s", "e.org", "p="}},
     2,
     2,
     0,
     0},
    {"an_open_parenthesis_is_a_fault",
     "t._domainkey.e.org. TXT \"p=\"\ns._domainkey.e.org. TXT ( \"p=\"\n",
     {{"t", "e.org", "p="}},
     1,
     2,
     0,
     0},
    {"bytes_that_are_no_text_are_a_fault",
     "s._domainkey.e.org. TXT \"p=\\000\"\nt._domainkey.e.org. TXT \"\\255\"\n"
     "u\\000._domainkey.e.org. TXT \"p=\"\nv._domainkey.e.org. TXT\n",
     {{NULL}},
     4,
     1,
     0,
     0},
    {"directives_that_are_not_followed_are_faults",
     "$INCLUDE /etc/passwd\n$GENERATE 1-9 s$._domainkey TXT p=\ns._domainkey.e.org. TXT "
     "\"p=\"\n",
     {{"s", "e.org", "p="}},
     2,
     1,
     0,
     0},
    {"what_is_no_record_is_a_fault",
     "# a comment\ns._domainkey.e.org. TXT \"p=\"\nHello\n\\",
     {{"s", "e.org", "p="}},
     2,
     3,
     0,
     0},
};

static const TextCase json_cases[] = {
    {"an_array_of_objects",
     "[{\"domain\": \"e.org\", \"selector\": \"s\", \"value\": \"" RECORD "\", \"x\": [1]},\n"
     " {\"domain\": \"e.net\", \"selector\": \"t\", \"value\": \"p\\u003d\"}]",
     {{"s", "e.org", RECORD}, {"t", "e.net", "p="}},
     0,
     0,
     0,
     0},
    {"an_object_of_names",
     "{\"s._domainkey.e.org\": \"" RECORD "\",\n\"t._DomainKey.e.net.\": [\"p=\", \"k=rsa\"]}",
     {{"s", "e.org", RECORD}, {"t", "e.net", "p="}, {"t", "e.net", "k=rsa"}},
     0,
     0,
     0,
     0},
    {"an_object_a_line",
     "{\"domain\": \"e.org\", \"selector\": \"s\", \"value\": \"p=\"}\n"
     "{\"domain\": \"e.org\", \"selector\": \"t\", \"record\": \"p=\"}\n",
     {{"s", "e.org", "p="}, {"t", "e.org", "p="}},
     0,
     0,
     0,
     0},
    {"bad_entries_are_told_by_line",
     "[\n{\"domain\": \"e.org\"},\n1, null, \"x\", [],\n"
     "{\"domain\": \"e.org\", \"selector\": \"s\\u0000\", \"value\": \"p=\"},\n"
     "{\"domain\": \"e.org\", \"selector\": \"s\", \"value\": \"p=\"},\n"
     "{\"domain\": \"e(\", \"selector\": \"s\", \"value\": \"p=\"}]\n",
     {{"s", "e.org", "p="}},
     7,
     2,
     0,
     0},
    {"bad_members_are_told_by_line",
     "{\"s._domainkey.e.org\": \"p=\",\n\"e.org\": \"p=\", \"t._domainkey.e.org\": 1,\n"
     "\"u._domainkey.e.org\": [2, \"p=\"], \"\\u0000\": {}}",
     {{"s", "e.org", "p="}, {"u", "e.org", "p="}},
     4,
     2,
     0,
     0},
    {"what_is_read_before_a_break_is_kept",
     "[{\"domain\": \"e.org\", \"selector\": \"s\", \"value\": \"p=\"},\n{\"domain\": \"e.o",
     {{"s", "e.org", "p="}},
     1,
     2,
     0,
     0},
    {"a_missing_comma_ends_the_reading",
     "{\"s._domainkey.e.org\": \"p=\"\n\"t._domainkey.e.org\": \"p=\"}",
     {{"s", "e.org", "p="}},
     1,
     2,
     0,
     0},
    {"a_missing_bracket_is_a_fault",
     "[{\"domain\": \"e.org\", \"selector\": \"s\", \"value\": \"p=\"}",
     {{"s", "e.org", "p="}},
     1,
     1,
     0,
     0},
    {"what_follows_must_be_json", "[]\n{} \nx", {{NULL}}, 1, 3, 0, 0},
    {"bytes_that_are_no_utf8_end_the_reading",
     "{\"s._domainkey.e.org\":\n\"\xFF\"}",
     {{NULL}},
     1,
     2,
     0,
     0},
};

static void assert_keys(const KeyStore *store, const Expected *expected, size_t n_expected)
{
    size_t n_keys = 0;
    while (n_keys < n_expected && expected[n_keys].selector != NULL) {
        g_assert_cmpuint(n_keys, <, key_store_size(store));
        const Key *key = key_store_get(store, (int64_t)n_keys);
        g_assert_cmpstr(key->selector, ==, expected[n_keys].selector);
        g_assert_cmpstr(key->domain, ==, expected[n_keys].domain);
        g_assert_cmpstr(key->record, ==, expected[n_keys].record);
        n_keys++;
    }
    g_assert_cmpuint(key_store_size(store), ==, n_keys);
}

static void test_text(const TextCase *test,
                      void (*parse)(Slice, const char *, KeyStore *, KeyReport *))
{
    const size_t len = strlen(test->text);
    g_autofree char *copy = g_memdup2(test->text, len);
    g_autoptr(KeyStore) store = key_store_new();
    KeyReport report = {.n_records = 0};
    parse(slice_of(copy, len), "keys", store, &report);
    assert_keys(store, test->keys, G_N_ELEMENTS(test->keys));
    g_assert_cmpuint(report.n_faults, ==, test->n_faults);
    g_assert_cmpuint(report.faults[0].line, ==, test->fault_line);
    g_assert_cmpuint(report.n_aliases, ==, test->n_aliases);
    g_assert_cmpuint(report.n_others, ==, test->n_others);
}

static void test_zone(gconstpointer data)
{
    test_text(data, key_zone_parse);
}

static void test_json(gconstpointer data)
{
    test_text(data, key_json_parse);
}

static void test_observations_of_json(void)
{
    static const char text[] =
        "[{\"domain\": \"e.org\", \"selector\": \"s\", \"value\": \"p=\","
        " \"firstSeenAt\": \"2023-05-10T00:00:00Z\", \"lastSeenAt\": \"2024-01-02\"},"
        " {\"domain\": \"e.org\", \"selector\": \"s\", \"value\": \"p=\", \"source\": \"web\","
        " \"channel\": \"gcd\", \"firstSeenAt\": null, \"lastSeenAt\": \"yesterday\"}]";
    g_autoptr(KeyStore) store = key_store_new();
    KeyReport report = {.n_records = 0};
    key_json_parse(slice_of_string(text), "keys.json", store, &report);
    g_assert_cmpuint(report.n_records, ==, 2);
    g_assert_cmpuint(key_store_size(store), ==, 1);
    const GArray *seen = key_store_get(store, 0)->observations;
    g_assert_cmpuint(seen->len, ==, 2);
    const KeyObservation first = g_array_index(seen, KeyObservation, 0);
    g_assert_cmpstr(first.source, ==, "keys.json");
    g_assert_cmpstr(first.channel, ==, "file");
    g_assert_cmpstr(first.first_seen, ==, "2023-05-10");
    g_assert_cmpstr(first.last_seen, ==, "2024-01-02");
    const KeyObservation second = g_array_index(seen, KeyObservation, 1);
    g_assert_cmpstr(second.source, ==, "web");
    g_assert_cmpstr(second.channel, ==, "gcd");
    g_assert_cmpstr(second.first_seen, ==, "");
    g_assert_cmpstr(second.last_seen, ==, "");
}

static void test_forms_are_told_by_content(void)
{
    static const struct {
        const char *text;
        KeyForm form;
    } cases[] = {
        {"", KEY_FORM_TSV},
        {"# comment\ns\te.org\tp=\n", KEY_FORM_TSV},
        {"s\te.org\tp=\nthis is a mail\n", KEY_FORM_TSV},
        {"name\ttxt\tfirst seen\ns._domainkey.e.org\tp=\n", KEY_FORM_TSV},
        {"s\t163.com\tv=DKIM1; p=\n", KEY_FORM_TSV},
        {"s._domainkey.e.org\tTIMEOUT\n", KEY_FORM_TSV},
        {"s._domainkey.e.org\tTXT\n", KEY_FORM_TSV},
        {" \n [", KEY_FORM_JSON},
        {"\xEF\xBB\xBF{", KEY_FORM_JSON},
        {"\n; <<>> DiG", KEY_FORM_ZONE},
        {"$ORIGIN e.org.", KEY_FORM_ZONE},
        {"s._domainkey.e.org.\t3600\tIN\tTXT\t\"p=\"", KEY_FORM_ZONE},
        {"# comment\ns._domainkey.e.org. txt p=", KEY_FORM_ZONE},
        {"@ IN 1d SOA ns host (", KEY_FORM_ZONE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        g_assert_cmpint(key_reader_form(slice_of_string(cases[i].text)), ==, cases[i].form);
    }
}

/* Reads `text` from a file. Returns: whether that was no error. */
static bool read_bytes(GBytes *bytes, KeyStore *store, KeyReport *ret_report, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) failed = NULL;
    const int fd = g_file_open_tmp("keys-XXXXXX", &path, &failed);
    g_assert_no_error(failed);
    g_close(fd, NULL);
    gsize len = 0;
    const char *data = g_bytes_get_data(bytes, &len);
    g_file_set_contents(path, data, (gssize)len, &failed);
    g_assert_no_error(failed);
    const bool is_read = key_reader_read(store, path, ret_report, error);
    g_remove(path);
    return is_read;
}

static GBytes *gzip(const char *text)
{
    g_autoptr(GConverter) converter =
        G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, converter);
    g_assert_true(g_output_stream_write_all(stream, text, strlen(text), NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(stream, NULL, NULL));
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

static void test_every_form_may_be_gzipped(void)
{
    static const char *const texts[] = {
        "s\te.org\tp=\n",
        "s._domainkey.e.org. IN TXT \"p=\"\n",
        "{\"s._domainkey.e.org\": \"p=\"}",
        "\xEF\xBB\xBFs\te.org\tp=\n",
    };
    static const Expected expected = {"s", "e.org", "p="};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GBytes) plain = g_bytes_new_static(texts[i], strlen(texts[i]));
        g_autoptr(GBytes) packed = gzip(texts[i]);
        GBytes *const both[] = {plain, packed};
        for (size_t j = 0; j < G_N_ELEMENTS(both); j++) {
            g_autoptr(KeyStore) store = key_store_new();
            g_autoptr(GError) error = NULL;
            g_assert_true(read_bytes(both[j], store, NULL, &error));
            g_assert_no_error(error);
            assert_keys(store, &expected, 1);
        }
    }
}

static void test_files_without_a_key(void)
{
    static const struct {
        const char *text;
        bool is_error;
    } cases[] = {
        {"", false},
        {"# nothing yet\n", false},
        {"; nothing yet\n", false},
        {"[]", false},
        {"s._domainkey.e.org\tNXDOMAIN\n", false},
        {"s._domainkey.e(\tp=\n", false}, /* an entry, under an impossible name */
        {"Dear all,\n", true},
        {"\"v=DKIM1; p=\"\n", true}, /* dig +short */
        {"www.e.org. IN A 192.0.2.1\n", true},
        {"s._domainkey.e.org. CNAME s.e.net.\n", true},
        {"{\"e.org\": \"p=\"}", true},
        {"{", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i].text, strlen(cases[i].text));
        g_autoptr(KeyStore) store = key_store_new();
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(read_bytes(bytes, store, NULL, &error), ==, !cases[i].is_error);
        g_assert_cmpint(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA), ==,
                        cases[i].is_error);
    }
}

/* A text of `n` copies of `piece` between `head` and `tail`. */
static GBytes *repeated(const char *head, const char *piece, size_t n, const char *tail)
{
    g_autoptr(GString) text = g_string_new(head);
    for (size_t i = 0; i < n; i++) {
        g_string_append(text, piece);
    }
    g_string_append(text, tail);
    return g_string_free_to_bytes(g_steal_pointer(&text));
}

static void test_hostile_files_are_bounded(void)
{
    static const char good_zone[] = "\nz._domainkey.e.org. TXT \"p=\"\n";
    static const struct {
        const char *name;
        const char *head;
        const char *piece;
        size_t n;
        const char *tail;
        size_t n_keys;
        bool has_faults;
    } cases[] = {
        {"a line of a megabyte in TSV", "s\te.org\tp=\n", "x", 1 << 20, "\nz\te.org\tp=\n", 2,
         true},
        {"a string of a megabyte", "s._domainkey.e.org. TXT \"", "x", 1 << 20, "\"\n", 0, true},
        {"a million strings", "s._domainkey.e.org. TXT ", "\"x\" ", 1 << 20, good_zone, 1,
         true},
        {"a word of a megabyte", "; zone\n", "x", 1 << 20, good_zone, 1, true},
        {"a million open quotes", "; zone\n", "s._domainkey.e.org. TXT \"\n", 1 << 18,
         good_zone, 1, true},
        {"a million open parentheses", "; zone\n", "(\n", 1 << 20, ")\n", 0, true},
        {"a million NULs in a zone", "; zone\n", "\\000", 1 << 20, good_zone, 1, true},
        {"deep nesting", "[", "[", 1 << 20, "", 0, true},
        {"deep nesting of objects", "", "{\"a\":", 1 << 20, "", 0, true},
        {"a string of a megabyte in JSON", "{\"s._domainkey.e.org\": \"p=\", \"", "x", 1 << 20,
         "\": 1}", 1, true},
        {"a million bad entries", "[", "1,\n", 1 << 20,
         "{\"domain\":\"e.org\",\"selector\":\"s\",\"value\":\"p=\"}]", 1, true},
        {"a million empty arrays", "", "[]", 1 << 20, "{\"s._domainkey.e.org\": \"p=\"}", 1,
         false},
        {"a million open strings", "{", "\"", 1 << 20, "", 0, true},
        {"one name with many records", "{\"s._domainkey.e.org\": [\"p=\"", ",\"p=\"", 1 << 15,
         "]}", 1, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        g_autoptr(GBytes) bytes =
            repeated(cases[i].head, cases[i].piece, cases[i].n, cases[i].tail);
        g_autoptr(KeyStore) store = key_store_new();
        KeyReport report;
        const gint64 start = g_get_monotonic_time();
        read_bytes(bytes, store, &report, NULL);
        g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_TIME_SPAN_SECOND);
        g_assert_cmpuint(key_store_size(store), ==, cases[i].n_keys);
        g_assert_cmpint(report.n_faults > 0, ==, cases[i].has_faults);
    }
}

static void test_nul_bytes_spoil_their_entry_only(void)
{
    static const char zone[] =
        "s\0._domainkey.e.org. TXT \"p=\"\n; \0\nt._domainkey.e.org. TXT "
        "\"p\0=\"\nz._domainkey.e.org. TXT \"p=\"\n";
    static const char json[] = "{\"z._domainkey.e.org\": \"p=\", \"s\0\": 1}";
    static const char tail[] = "{\"z._domainkey.e.org\": \"p=\"}\0\0";
    static const Expected expected = {"z", "e.org", "p="};
    const struct {
        const char *text;
        size_t len;
        size_t n_faults;
    } cases[] = {
        {zone, sizeof zone - 1, 2}, {json, sizeof json - 1, 1}, {tail, sizeof tail - 1, 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i].text, cases[i].len);
        g_autoptr(KeyStore) store = key_store_new();
        KeyReport report;
        g_assert_true(read_bytes(bytes, store, &report, NULL));
        assert_keys(store, &expected, 1);
        g_assert_cmpuint(report.n_faults, ==, cases[i].n_faults);
    }
}

static void add_cases(const char *prefix, const TextCase *cases, size_t n_cases,
                      GTestDataFunc test)
{
    for (size_t i = 0; i < n_cases; i++) {
        g_autofree char *path = g_strconcat(prefix, cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases("/key_zone/", zone_cases, G_N_ELEMENTS(zone_cases), test_zone);
    add_cases("/key_json/", json_cases, G_N_ELEMENTS(json_cases), test_json);
    g_test_add_func("/key_json/observations_are_kept", test_observations_of_json);
    g_test_add_func("/key_reader/forms_are_told_by_content", test_forms_are_told_by_content);
    g_test_add_func("/key_reader/every_form_may_be_gzipped", test_every_form_may_be_gzipped);
    g_test_add_func("/key_reader/files_without_a_key", test_files_without_a_key);
    g_test_add_func("/key_reader/hostile_files_are_bounded", test_hostile_files_are_bounded);
    g_test_add_func("/key_reader/nul_bytes_spoil_their_entry_only",
                    test_nul_bytes_spoil_their_entry_only);
    return g_test_run();
}
