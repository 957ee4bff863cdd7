/* SPDX-License-Identifier: MIT */
#include "indexer/key_store.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "indexer/key_state.h"

/* RFC 6376 appendix C; RFC 8463 appendix A.2. */
#define RSA_1024                                                                               \
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC" \
    "jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9" \
    "tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
#define ED25519 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

typedef struct {
    const char *name;
    const char *record;
    const char *fault; /* NULL: usable */
    int bits;
    uint32_t flags;
} RecordCase;

static const RecordCase record_cases[] = {
    {"only_p_is_an_rsa_key", "p=" RSA_1024, NULL, 1024, 0},
    {"all_tags", "v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=y:s; n=note; p=" RSA_1024, NULL,
     1024, KEY_FLAG_TESTING | KEY_FLAG_STRICT},
    {"white_space_inside_p", "v=DKIM1; p=" ED25519 " ; k=ed25519", NULL, 256, 0},
    {"k_ignores_case", "k=RSA; p=" RSA_1024, NULL, 1024, 0},
    {"ed25519", "v=DKIM1; k=ed25519; p=" ED25519, NULL, 256, 0},
    {"ed25519_as_subject_public_key_info",
     "k=ed25519; p=MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", NULL, 256,
     KEY_FLAG_WRAPPED},
    {"h_names_the_hashes", "h=sha1; p=" RSA_1024, NULL, 1024, KEY_FLAG_NO_SHA256},
    {"an_empty_h_allows_no_hash", "h=; p=" RSA_1024, NULL, 1024,
     KEY_FLAG_NO_SHA1 | KEY_FLAG_NO_SHA256},
    {"s_may_be_a_star", "s=tlsrpt:*; p=" RSA_1024, NULL, 1024, 0},
    {"s_may_exclude_email", "s=tlsrpt; p=" RSA_1024, NULL, 1024, KEY_FLAG_NOT_EMAIL},
    {"unknown_flags_and_tags_are_ignored", "g=*; t=q; x=1; p=" RSA_1024, NULL, 1024, 0},
    {"an_empty_p_is_a_revoked_key", "v=DKIM1; p=", "the key was revoked", 0, 0},
    {"p_of_white_space_is_a_revoked_key", "v=DKIM1; p=  ", "the key was revoked", 0, 0},
    {"p_is_required", "v=DKIM1; k=rsa", "the key record has no p=", 0, 0},
    {"an_empty_record_has_no_p", "", "the key record has no p=", 0, 0},
    {"v_must_come_first", "p=" RSA_1024 "; v=DKIM1", "not a DKIM key record", 0, 0},
    {"v_must_be_dkim1", "v=DKIM2; p=" RSA_1024, "not a DKIM key record", 0, 0},
    {"an_spf_record_is_no_key", "v=spf1 -all", "not a DKIM key record", 0, 0},
    {"a_duplicate_tag_is_a_fault", "p=" RSA_1024 "; p=" RSA_1024,
     "the key record is not a tag list", 0, 0},
    {"k_must_be_known", "k=ecdsa; p=" RSA_1024, "unknown key type", 0, 0},
    {"p_must_be_base64", "p=MIG*", "p= is not base64", 0, 0},
    {"p_must_be_der", "p=QUJD", "the key cannot be read", 0, 0},
    {"a_truncated_key_cannot_be_read", "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB",
     "the key cannot be read", 0, 0},
    {"ed25519_bytes_are_no_rsa_key", "p=" ED25519, "the key cannot be read", 0, 0},
    {"an_rsa_key_is_no_ed25519_key", "k=ed25519; p=" RSA_1024, "the key is not an Ed25519 key",
     0, 0},
    {"a_point_of_small_order_is_no_key",
     "k=ed25519; p=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
     "anyone can sign for this key", 0, 0},
    /* SEQUENCE { INTEGER 15, INTEGER 1 }, { INTEGER 16, INTEGER 3 }, { INTEGER -1, INTEGER 3 }
     */
    {"an_exponent_of_one_is_no_key", "p=MAYCAQ8CAQE=", "the key is not an RSA key", 0, 0},
    {"an_even_modulus_is_no_key", "p=MAYCARACAQM=", "the key is not an RSA key", 0, 0},
    {"a_negative_modulus_is_no_key", "p=MAYCAf8CAQM=", "the key cannot be read", 0, 0},
    {"a_bare_rsa_public_key_is_taken", "p=MAYCAQ8CAQM=", NULL, 4, 0},
};

static void test_record(gconstpointer data)
{
    const RecordCase *test = data;
    const size_t len = strlen(test->record);
    g_autofree char *copy = g_memdup2(test->record, len);
    DkimKeyRecord record;
    dkim_key_record_parse(slice_of(copy, len), &record);
    g_assert_cmpstr(record.fault, ==, test->fault);
    g_assert_cmpint(record.bits, ==, test->bits);
    if (test->fault == NULL) {
        g_assert_cmphex(record.flags, ==, test->flags);
    }
    dkim_key_record_clear(&record);
}

static void test_granularity(void)
{
    static const struct {
        const char *record;
        const char *local_part;
        bool is_allowed;
    } cases[] = {
        {"p=x", "joe", true},
        {"g=; p=x", "joe", true},
        {"g=*; p=x", "joe", true},
        {"g=*; p=x", "", true},
        {"g=joe; p=x", "joe", true},
        {"g= joe ; p=x", "joe", true},
        {"g=joe; p=x", "Joe", false},
        {"g=joe; p=x", "joey", false},
        {"g=jo*; p=x", "joe", true},
        {"g=*oe; p=x", "joe", true},
        {"g=j*e; p=x", "joe", true},
        {"g=j*e; p=x", "je", true},
        {"g=joe*joe; p=x", "joe", false},
        {"g=j*x; p=x", "joe", false},
        {"g=x*; p=x", "joe", false},
        {"g=joe; p=x", "", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s for %s", cases[i].record, cases[i].local_part);
        g_assert_cmpint(dkim_key_record_allows(slice_of_string(cases[i].record),
                                               slice_of_string(cases[i].local_part)),
                        ==, cases[i].is_allowed);
    }
}

static char *der_key(size_t modulus_len, size_t exponent_len)
{
    g_autoptr(GByteArray) der = g_byte_array_new();
    const size_t inner = 4 + modulus_len + 4 + exponent_len;
    const uint8_t head[] = {0x30, 0x82, (uint8_t)(inner >> 8), (uint8_t)inner};
    const uint8_t modulus[] = {0x02, 0x82, (uint8_t)(modulus_len >> 8), (uint8_t)modulus_len};
    const uint8_t exponent[] = {0x02, 0x82, (uint8_t)(exponent_len >> 8),
                                (uint8_t)exponent_len};
    g_byte_array_append(der, head, sizeof head);
    for (int part = 0; part < 2; part++) {
        const size_t len = part == 0 ? modulus_len : exponent_len;
        g_byte_array_append(der, part == 0 ? modulus : exponent, 4);
        for (size_t i = 0; i < len; i++) {
            g_byte_array_append(der, (const uint8_t *)"\x7f", 1);
        }
    }
    g_autofree char *text = g_base64_encode(der->data, der->len);
    return g_strconcat("p=", text, NULL);
}

static void test_sizes_have_limits(void)
{
    static const struct {
        size_t modulus_len;
        size_t exponent_len;
        const char *fault;
    } sizes[] = {
        {KEY_BITS_MAX / 8, 3, NULL},
        {KEY_BITS_MAX / 8 + 1, 3, "the key is too large"},
        {128, KEY_EXPONENT_BITS_MAX / 8, NULL},
        {128, KEY_EXPONENT_BITS_MAX / 8 + 1, "the key is too large"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *text = der_key(sizes[i].modulus_len, sizes[i].exponent_len);
        DkimKeyRecord record;
        dkim_key_record_parse(slice_of_string(text), &record);
        g_assert_cmpstr(record.fault, ==, sizes[i].fault);
        dkim_key_record_clear(&record);
    }
}

static KeyStore *store_of(const char *text, size_t len, size_t *ret_bad_lines)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    const int fd = g_file_open_tmp("keys-XXXXXX", &path, &error);
    g_assert_no_error(error);
    g_close(fd, NULL);
    g_file_set_contents(path, text, (gssize)len, &error);
    g_assert_no_error(error);
    KeyStore *store = key_store_new();
    key_store_read_file(store, path, ret_bad_lines, &error);
    g_assert_no_error(error);
    g_remove(path);
    return store;
}

static const Key *only_key(const KeyStore *store, const char *selector, const char *domain)
{
    const GPtrArray *keys =
        key_store_find(store, slice_of_string(selector), slice_of_string(domain));
    g_assert_nonnull(keys);
    g_assert_cmpuint(keys->len, ==, 1);
    return g_ptr_array_index(keys, 0);
}

static KeyObservation observation_of(const Key *key, guint at)
{
    return g_array_index(key->observations, KeyObservation, at);
}

static void test_columns_by_position(void)
{
    static const char text[] =
        "# selector\tdomain\n"
        "Sel\tExample.ORG\tp=" RSA_1024
        "\t2010-01\t2012-02-03\t1024\tsome repository\trepo\ta note\n"
        "\n"
        "two._domainkey.example.org.\tp=" RSA_1024 "\r\n"
        "three._DOMAINKEY.example.org\tp=" RSA_1024 "\t2001\t2002\t1024\tx\n"
        "empty._domainkey.example.org\t\n"
        "not a key\n"
        "a\tb(\tp=" RSA_1024 "\n";
    size_t n_bad_lines = 0;
    g_autoptr(KeyStore) store = store_of(text, strlen(text), &n_bad_lines);
    g_assert_cmpuint(n_bad_lines, ==, 2);
    g_assert_cmpuint(key_store_size(store), ==, 4);
    const Key *key = only_key(store, "sEL", "example.org");
    g_assert_true(key == key_store_get(store, key->index));
    g_assert_cmpstr(key->selector, ==, "sel");
    g_assert_cmpint(key->material.bits, ==, 1024);
    g_assert_cmpint(key->origin, ==, KEY_ORIGIN_PUBLISHED);
    const KeyObservation observation = observation_of(key, 0);
    g_assert_cmpstr(observation.first_seen, ==, "2010-01");
    g_assert_cmpstr(observation.last_seen, ==, "2012-02-03");
    g_assert_cmpstr(observation.source, ==, "some repository");
    g_assert_cmpstr(observation.channel, ==, "repo");
    g_assert_cmpstr(observation.notes, ==, "a note");
    g_assert_cmpstr(observation_of(only_key(store, "two", "example.org"), 0).channel, ==,
                    "file");
    g_assert_cmpstr(observation_of(only_key(store, "three", "example.org"), 0).last_seen, ==,
                    "2002");
    g_assert_cmpstr(only_key(store, "empty", "example.org")->material.fault, ==,
                    "the key record has no p=");
}

static void test_columns_by_name(void)
{
    static const char text[] = "domain\tselector\tbits\tchecked_ok\tdns_txt\n"
                               "example.org\tsel\t1024\t6/6\tp=" RSA_1024 "\n";
    size_t n_bad_lines = 0;
    g_autoptr(KeyStore) store = store_of(text, strlen(text), &n_bad_lines);
    g_assert_cmpuint(n_bad_lines, ==, 0);
    const Key *key = only_key(store, "sel", "example.org");
    /* Nothing but key recovery says on how many mails it checked. */
    g_assert_cmpint(key->origin, ==, KEY_ORIGIN_RECOVERED);
    g_assert_cmpstr(observation_of(key, 0).channel, ==, "gcd");
}

static void test_one_record_is_one_key_with_observations(void)
{
    static const char text[] = "s\te.org\tp=" RSA_1024 "\t\t\t\tx\tgcd\n"
                               "s\te.org\tp=" RSA_1024 "\t\t\t\ty\trepo\n"
                               "s\te.org\tp=" RSA_1024 "\t\t\t\ty\trepo\n"
                               "s\te.org\tk=ed25519; p=" ED25519 "\n";
    g_autoptr(KeyStore) store = store_of(text, strlen(text), NULL);
    g_assert_cmpuint(key_store_size(store), ==, 2);
    const Key *key = key_store_get(store, 0);
    g_assert_cmpuint(key->observations->len, ==, 2);
    g_assert_cmpint(key->origin, ==, KEY_ORIGIN_PUBLISHED);
    const GPtrArray *keys = key_store_find(store, SLICE_LITERAL("s"), SLICE_LITERAL("e.org"));
    g_assert_cmpuint(keys->len, ==, 2);
    g_assert_true(g_ptr_array_index(keys, 0) == key);
}

static void test_answers_of_the_dns(void)
{
    static const char text[] = "a._domainkey.e.org\tNXDOMAIN\nb._domainkey.e.org\tSERVFAIL\n"
                               "c._domainkey.e.org\tTIMEOUT\n";
    size_t n_bad_lines = 0;
    g_autoptr(KeyStore) store = store_of(text, strlen(text), &n_bad_lines);
    g_assert_cmpuint(n_bad_lines, ==, 0);
    g_assert_null(key_store_find(store, SLICE_LITERAL("a"), SLICE_LITERAL("e.org")));
    g_assert_cmphex(only_key(store, "b", "e.org")->material.flags, ==, KEY_FLAG_NO_ANSWER);
    g_assert_cmphex(only_key(store, "c", "e.org")->material.flags, ==, KEY_FLAG_NO_ANSWER);
}

/* How the DNS answers long after the mail says nothing of the mail. */
static void test_later_answers_are_kept_and_found_by_no_name(void)
{
    static const char text[] = "a\te.org\tNXDOMAIN\t\t\t0\tDNS\tdns\tnote\tsecure\n"
                               "a\te.org\tTIMEOUT\t\t\t0\tDNS\tdns\n"
                               "b\te.org\tTIMEOUT\t\t\t0\tDNS\tdns\n"
                               "b\te.org\tTIMEOUT\n"
                               "a\te.org\tNXDOMAIN\t\t\t0\tDNS\tdns\tnote\tperhaps\n";
    g_autoptr(KeyStore) store = store_of(text, strlen(text), NULL);
    g_assert_cmpuint(key_store_size(store), ==, 4);
    g_assert_null(key_store_find(store, SLICE_LITERAL("a"), SLICE_LITERAL("e.org")));
    g_assert_null(key_store_find_selector(store, SLICE_LITERAL("a")));
    const Key *answer = key_store_get(store, 0);
    g_assert_true(answer->is_answer);
    g_assert_cmpstr(key_state_word(answer), ==, "no-answer");
    g_assert_cmpuint(answer->observations->len, ==, 2);
    g_assert_cmpstr(observation_of(answer, 0).dnssec, ==, "secure");
    g_assert_cmpstr(observation_of(answer, 1).dnssec, ==, "");
    g_assert_false(only_key(store, "b", "e.org")->is_answer);
}

static void test_lines_that_are_no_text_are_counted(void)
{
    static const char text[] = "a._domainkey.e.org\tp=\xFF\n"
                               "b._domai\0nkey.e.org\tp=x\n"
                               "c._domainkey.e.org\tp=" RSA_1024;
    size_t n_bad_lines = 0;
    g_autoptr(KeyStore) store = store_of(text, sizeof text - 1, &n_bad_lines);
    g_assert_cmpuint(n_bad_lines, ==, 2);
    g_assert_nonnull(only_key(store, "c", "e.org"));
}

static void test_lookups_by_selector_and_of_nothing(void)
{
    g_autoptr(KeyStore) store = key_store_new();
    g_assert_true(key_store_add(store, "s", "a.org", "p=" RSA_1024, NULL));
    g_assert_true(key_store_add(store, "s", "*.b.org", "p=" RSA_1024, NULL));
    g_assert_true(key_store_add(store, "s", "bücher.example", "p=" RSA_1024, NULL));
    g_assert_false(key_store_add(store, "s", "a b", "p=" RSA_1024, NULL));
    g_assert_cmpuint(key_store_find_selector(store, SLICE_LITERAL("S"))->len, ==, 3);
    g_assert_null(key_store_find_selector(store, SLICE_LITERAL("t")));
    g_assert_null(key_store_find(store, SLICE_LITERAL("s"), SLICE_LITERAL("x.b.org")));
    g_assert_nonnull(only_key(store, "s", "xn--bcher-kva.example"));
    g_assert_null(key_store_find(store, SLICE_EMPTY, SLICE_EMPTY));
}

/* The key archive that ships with the program. */
static void test_the_shipped_keys_are_all_read(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("WAXSEAL_SOURCE_DIR"), "data", "keys.tsv", NULL);
    g_autoptr(KeyStore) store = key_store_new();
    g_autoptr(GError) error = NULL;
    size_t n_bad_lines = 0;
    key_store_read_file(store, path, &n_bad_lines, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(n_bad_lines, ==, 0);
    g_assert_cmpuint(key_store_size(store), >, 100);
    for (size_t i = 0; i < key_store_size(store); i++) {
        const Key *key = key_store_get(store, (int64_t)i);
        g_assert_cmpstr(key->material.fault, ==, NULL);
        g_assert_cmpstr(observation_of(key, 0).source, !=, "");
    }
    const Key *key = only_key(store, "20120113", "gmail.com");
    g_assert_cmpint(key->origin, ==, KEY_ORIGIN_PUBLISHED);
    g_assert_cmpint(only_key(store, "susede2_rsa", "suse.cz")->origin, ==,
                    KEY_ORIGIN_RECOVERED);
}

static void test_a_missing_file_is_an_error(void)
{
    g_autoptr(KeyStore) store = key_store_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(key_store_read_file(store, "/nonexistent/keys.tsv", NULL, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_assert_true(g_str_has_prefix(error->message, "/nonexistent/keys.tsv: "));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(record_cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_key_record/", record_cases[i].name, NULL);
        g_test_add_data_func(path, &record_cases[i], test_record);
    }
    g_test_add_func("/dkim_key_record/sizes_have_limits", test_sizes_have_limits);
    g_test_add_func("/dkim_key_record/g_names_the_senders", test_granularity);
    g_test_add_func("/key_store/columns_by_position", test_columns_by_position);
    g_test_add_func("/key_store/columns_by_name", test_columns_by_name);
    g_test_add_func("/key_store/one_record_is_one_key_with_observations",
                    test_one_record_is_one_key_with_observations);
    g_test_add_func("/key_store/answers_of_the_dns", test_answers_of_the_dns);
    g_test_add_func("/key_store/later_answers_are_kept_and_found_by_no_name",
                    test_later_answers_are_kept_and_found_by_no_name);
    g_test_add_func("/key_store/lines_that_are_no_text_are_counted",
                    test_lines_that_are_no_text_are_counted);
    g_test_add_func("/key_store/lookups_by_selector_and_of_nothing",
                    test_lookups_by_selector_and_of_nothing);
    g_test_add_func("/key_store/the_shipped_keys_are_all_read",
                    test_the_shipped_keys_are_all_read);
    g_test_add_func("/key_store/a_missing_file_is_an_error", test_a_missing_file_is_an_error);
    return g_test_run();
}
