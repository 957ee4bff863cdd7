/* SPDX-License-Identifier: MIT */
#include "indexer/domainkeys.h"

#include <glib.h>

#include "dkim_signer.h"
#include "schema/dkim_public_key.h"

/* Signed by Mail::DKIM 1.20230212, an implementation of its own. */
#define VECTOR_MESSAGE                                                                         \
    "Received: from client.example.com by mail.example.com;\r\n"                               \
    "\tTue, 10 Oct 2006 12:27:12 -0700\r\n"                                                    \
    "From: Joe SixPack <joe@Football.Example.com>\r\n"                                         \
    "To: Suzie Q\r\n"                                                                          \
    "  <suzie@shopping.example.net>\r\n"                                                       \
    "Subject:  Is dinner   ready?\r\n"                                                         \
    "Date: Tue, 10 Oct 2006 12:27:10 -0700\r\n"                                                \
    "Message-ID: <20061010.1@football.example.com>\r\n"                                        \
    "\r\n"                                                                                     \
    "Hi.\r\n"                                                                                  \
    " \r\n"                                                                                    \
    "We  lost the game.\tAre you hungry yet? \r\n"                                             \
    "\r\n"                                                                                     \
    "Joe.\r\n"                                                                                 \
    " \t\r\n"                                                                                  \
    "\r\n"

#define VECTOR_KEY                                                                             \
    "k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDeqeTJ1PrYu/"                              \
    "ZRMJgsZ8UGZz5YWBIkSKHUAJUWpQMLKWbVwiww5O1hOuy1PJ/6k0yJxs9WNpY85O5rLQwHCsJf+F7sZzQPoLwoO"  \
    "QrZ4ni4Na+0O96ofIhj3J6WGyAmB1x3fdanq79UYAIRph9gkBWeVqTLkHbW726sh1RONFgtIQIDAQAB"

static const char *const vectors[] = {
    "DomainKey-Signature: a=rsa-sha1; c=nofws; d=example.com; q=dns; s=old; "
    "b=3GWmV/3oJ6AJNf1WotGuECxTwEgJmFsaHQytO4EM98yyLTY42GEKOBwzs0yu4ryyz7aJw2d+BlON9DCAIMJuSTF1"
    "towWCeyU62o5ZdUgVb+N3UPpwT3akMHr/Oyq6b16T8GnVScdIOreJ2zDnVFzZGiYkSxgxfM7yOkz9WqvxEU=\r\n",
    "DomainKey-Signature: a=rsa-sha1; c=nofws; d=example.com; "
    "h=from:to:subject:date:message-id;"
    " q=dns; s=old; b=J2FOTYlq55Asx+M87n1SeUblx5H0L/78xlyn3Z8C3hQjW46GK+l/"
    "LvdI2DgjUARaAGGCgaO9/mi6h6CzRD6MY4e9h96KBjfwVXwGv4GUGVfnotJyZdkhs4WPy50gB6hwwRZ98wHMo/"
    "3hSozWsDLPqENaaTyeXgd9pE/iKvN2tVM=\r\n",
    "DomainKey-Signature: a=rsa-sha1; c=simple; d=example.com; q=dns; s=old; "
    "b=s8z/wt4VXO7+eMrMm15c8DgIZIal935zU53BjaGWzA40oZ4AG++N6sfh7qg0ZHVg5hOO6Jg3+"
    "nMU4wPOsL6wJaZ4O1pOD8Knw2gNpSTUKGRSBsNLWWpqvmdvZZEUi82ps+A2AK4IeI0vaGR0bgpTWsFY03daTrHHg"
    "jtKK0k0In0=\r\n",
    "DomainKey-Signature: a=rsa-sha1; c=simple; d=example.com; "
    "h=from:to:subject:date:message-id; q=dns; s=old; b=AX++34bibiLQQiG+bTfOapBBcU69+1tAj7yNR+"
    "CL/sVr3JgSzfXfHfY+2IztWunfuB74y5gjZN2O3gsw9huozxNR2bjvN9u6RgqlbxXabwJMcTz2/"
    "IsfQHlXDTdhB+wvH97kGwGjeOYIMXJqyobNW1jJn39Rb1a0c8pJW/SyuwA=\r\n",
};

/* A signature over `canonical`, whatever the message is: the canonical bytes are the test's
 * own. */
typedef struct {
    const char *name;
    const char *tags; /* all but b=; the domain is example.com, the selector is s */
    const char *canonical;
    const char *above;  /* fields above the signature */
    const char *below;  /* fields below, blank line, body */
    const char *record; /* tags of the key before p=; NULL is no key */
    DkimResult result;
    const char *reason;
} Case;

#define TAGS   "a=rsa-sha1; c=simple; q=dns; d=example.com; s=s"
#define FROM   "From: a@example.com\r\n"
#define TO     "To: b@example.net\r\n"
#define SENDER "Sender: c@example.com\r\n"
#define BODY   "\r\nHi\r\n"
#define GOOD   DKIM_RESULT_PASS, "the signature verifies"
#define BAD    DKIM_RESULT_FAIL, "the signature does not verify"
#define ERROR  DKIM_RESULT_PERMERROR

static const Case cases[] = {
    {"all_fields_below_are_signed", TAGS, FROM TO BODY, "", FROM TO BODY, "", GOOD},
    {"fields_above_are_not_signed", TAGS, FROM BODY, TO, FROM BODY, "", GOOD},
    {"an_added_field_below_is_seen", TAGS, FROM BODY, "", FROM TO BODY, "", BAD},
    {"the_body_is_signed", TAGS, FROM BODY, "", FROM BODY "more\r\n", "", BAD},
    {"empty_lines_at_the_end_are_not", TAGS, FROM BODY, "", FROM BODY "\r\n\r\n", "", GOOD},
    {"an_empty_body_leaves_the_header", TAGS, FROM, "", FROM "\r\n\r\n", "", GOOD},
    {"a_header_without_a_body", TAGS, FROM, "", FROM, "", GOOD},
    {"nofws", "c=nofws; q=dns; d=example.com; s=s", "From:a@example.com\r\nX:1\r\n\r\nHi\r\n",
     "", "From:  a@example.com \r\nX:\r\n 1\r\n\r\nH i\r\n \r\n", "", GOOD},
    {"h_names_the_fields", TAGS "; h=from:to", FROM TO BODY, "", "X: 1\r\n" FROM TO BODY, "",
     GOOD},
    {"h_ignores_case_and_folding", TAGS "; h=FROM :\r\n\tto", FROM TO BODY, "", FROM TO BODY,
     "", GOOD},
    {"h_may_name_missing_fields", TAGS "; h=x:from::y", FROM BODY, "", FROM BODY, "", GOOD},
    {"fields_in_the_order_of_the_message", TAGS "; h=to:from", FROM TO BODY, "", FROM TO BODY,
     "", GOOD},
    {"fields_in_the_order_of_h", TAGS "; h=to:from", TO FROM BODY, "", FROM TO BODY, "", GOOD},
    {"h_takes_all_fields_of_a_name", TAGS "; h=x:from", "X: 1\r\nX: 2\r\n" FROM BODY, "",
     "X: 1\r\n" FROM "X: 2\r\n" BODY, "", GOOD},
    {"a_field_added_to_a_name_of_h_is_seen", TAGS "; h=x:from", "X: 1\r\n" FROM BODY, "",
     "X: 1\r\nX: 2\r\n" FROM BODY, "", BAD},
    {"a_name_twice_in_h_takes_one_each", TAGS "; h=x:from:x", "X: 1\r\n" FROM "X: 2\r\n" BODY,
     "", "X: 1\r\nX: 2\r\n" FROM BODY, "", GOOD},
    {"the_first_mention_takes_the_rest", TAGS "; h=x:from:x",
     "X: 1\r\nX: 2\r\n" FROM "X: 3\r\n" BODY, "", "X: 1\r\nX: 2\r\nX: 3\r\n" FROM BODY, "",
     GOOD},
    {"a_name_oftener_in_h_than_there_is", TAGS "; h=x:from:x:x", FROM "X: 1\r\nX: 2\r\n" BODY,
     "", "X: 1\r\nX: 2\r\n" FROM BODY, "", GOOD},
    {"the_sender_may_be_below_d", TAGS, "From: a@b.Example.COM\r\n" BODY, "",
     "From: a@b.Example.COM\r\n" BODY, "", GOOD},
    {"a_domain_that_ends_so_is_not_below", TAGS, "From: a@badexample.com\r\n" BODY, "",
     "From: a@badexample.com\r\n" BODY, "", ERROR,
     "the sender is not in the signing domain (d=)"},
    {"sender_comes_before_from", TAGS, "From: a@other.net\r\n" SENDER BODY, "",
     "From: a@other.net\r\n" SENDER BODY, "", GOOD},
    {"a_sender_elsewhere_does_not_fit", TAGS, FROM "Sender: a@other.net\r\n" BODY, "",
     FROM "Sender: a@other.net\r\n" BODY, "", ERROR,
     "the sender is not in the signing domain (d=)"},
    {"an_unsigned_sender_is_not_the_sender", TAGS "; h=from", FROM BODY, "",
     "Sender: x@other.net\r\n" FROM BODY, "", GOOD},
    {"a_from_above_is_not_the_sender", TAGS, FROM BODY, "From: x@other.net\r\n", FROM BODY, "",
     GOOD},
    {"no_from", TAGS, TO BODY, "", TO BODY, "", ERROR, "neither From nor Sender is signed"},
    {"h_without_from", TAGS "; h=to", TO BODY, "", FROM TO BODY, "", ERROR,
     "neither From nor Sender is signed"},
    {"a_from_without_an_address", TAGS, "From: nobody\r\n" BODY, "", "From: nobody\r\n" BODY,
     "", ERROR, "the sender has no address"},
    {"a_missing_is_rsa_sha1", "c=simple; q=dns; d=example.com; s=s", FROM BODY, "", FROM BODY,
     "", GOOD},
    {"a_unknown", "a=rsa-sha256; c=simple; q=dns; d=example.com; s=s", FROM BODY, "", FROM BODY,
     "", ERROR, "unknown algorithm (a=)"},
    {"c_missing", "q=dns; d=example.com; s=s", FROM BODY, "", FROM BODY, "", ERROR,
     "no canonicalization (c=)"},
    {"c_unknown", "c=relaxed; q=dns; d=example.com; s=s", FROM BODY, "", FROM BODY, "", ERROR,
     "unknown canonicalization (c=)"},
    {"d_missing", "c=simple; q=dns; s=s", FROM BODY, "", FROM BODY, "", ERROR,
     "no domain (d=)"},
    {"d_bad", "c=simple; q=dns; d=example.com(x); s=s", FROM BODY, "", FROM BODY, "", ERROR,
     "bad domain (d=)"},
    {"s_missing", "c=simple; q=dns; d=example.com", FROM BODY, "", FROM BODY, "", ERROR,
     "no selector (s=)"},
    {"q_missing_is_dns", "c=simple; d=example.com; s=s", FROM BODY, "", FROM BODY, "", GOOD},
    {"q_empty", "c=simple; q=; d=example.com; s=s", FROM BODY, "", FROM BODY, "", ERROR,
     "unknown key query (q=)"},
    {"q_unknown", "c=simple; q=http; d=example.com; s=s", FROM BODY, "", FROM BODY, "", ERROR,
     "unknown key query (q=)"},
    {"h_empty", TAGS "; h=", FROM BODY, "", FROM BODY, "", ERROR, "no field is signed (h=)"},
    {"a_tag_twice", TAGS "; s=t", FROM BODY, "", FROM BODY, "", ERROR, "a tag occurs twice"},
    {"no_key", TAGS, FROM BODY, "", FROM BODY, NULL, DKIM_RESULT_NOKEY, "no key is known"},
    {"test_mode_passes", TAGS, FROM BODY, "", FROM BODY, "t=y; ", GOOD},
    {"g_of_the_sender", TAGS, FROM BODY, "", FROM BODY, "g=a; ", GOOD},
    {"g_empty_is_all", TAGS, FROM BODY, "", FROM BODY, "g=; ", GOOD},
    {"g_of_another", TAGS, FROM BODY, "", FROM BODY, "g=b; ", ERROR,
     "the key is for other addresses of the domain (g=)"},
    {"k_unknown", TAGS, FROM BODY, "", FROM BODY, "k=dsa; ", ERROR, "unknown key type"},
};

static MailRecord record;

static void check(const KeyStore *keys, Slice text)
{
    g_autofree char *copy = g_memdup2(text.ptr, text.len);
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(copy, text.len));
    g_array_set_size(record.domainkeys, 0);
    g_autoptr(DomainKeysVerifier) verifier = domainkeys_verifier_new(keys);
    domainkeys_verifier_check(verifier, &message, &record);
    raw_message_clear(&message);
}

static const RecordDomainKeys *signature_at(guint at)
{
    g_assert_cmpuint(at, <, record.domainkeys->len);
    return &g_array_index(record.domainkeys, RecordDomainKeys, at);
}

static void assert_result(guint at, DkimResult result, const char *reason)
{
    const RecordDomainKeys *entry = signature_at(at);
    g_autofree char *found = slice_dup(entry->reason);
    g_assert_cmpstr(found, ==, reason);
    g_assert_cmpstr(dkim_result_word(entry->result), ==, dkim_result_word(result));
}

static DkimSigner *signer;

static char *sign(const char *tags, const char *canonical)
{
    uint8_t bytes[DKIM_HASH_BYTES_MAX];
    g_autoptr(DkimDigest) digest = dkim_digest_new();
    dkim_digest_begin(digest, DKIM_HASH_SHA1);
    dkim_digest_update(digest, canonical, strlen(canonical));
    dkim_digest_peek(digest, bytes);
    g_autofree char *text = dkim_signer_sign_digest(signer, DKIM_ALGORITHM_RSA_SHA1, bytes);
    return g_strdup_printf("DomainKey-Signature: %s; b=%s;\r\n", tags, text);
}

static void add_key(KeyStore *keys, const char *tags)
{
    g_autofree char *text = g_strdup_printf("%sp=%s", tags, dkim_signer_public_key(signer));
    key_store_add(keys, "s", "example.com", text, NULL);
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(KeyStore) keys = key_store_new();
    if (test->record != NULL) {
        add_key(keys, test->record);
    }
    g_autofree char *field = sign(test->tags, test->canonical);
    g_autofree char *text = g_strconcat(test->above, field, test->below, NULL);
    mail_record_clear(&record);
    check(keys, slice_of_string(text));
    assert_result(0, test->result, test->reason);
}

static void test_vectors(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "old", "example.com", VECTOR_KEY, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autofree char *text = g_strconcat(vectors[i], VECTOR_MESSAGE, NULL);
        mail_record_clear(&record);
        check(keys, slice_of_string(text));
        assert_result(0, GOOD);
        g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
        g_autofree char *line_feeds = g_strjoinv("\n", lines);
        check(keys, slice_of_string(line_feeds));
        assert_result(0, GOOD);
        g_autofree char *other = g_strconcat(text, "x", NULL);
        check(keys, slice_of_string(other));
        assert_result(0, BAD);
    }
}

/* What is kept of a signature settles it later, without the message. */
static void test_what_is_kept(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    g_autofree char *field = sign(TAGS "; h=To : From", TO FROM BODY);
    g_autofree char *text = g_strconcat("X: 1\r\n", field, FROM TO BODY, NULL);
    mail_record_clear(&record);
    check(keys, slice_of_string(text));
    const RecordDomainKeys *entry = signature_at(0);
    assert_result(0, DKIM_RESULT_NOKEY, "no key is known");
    g_assert_cmpuint(entry->field, ==, 1);
    g_assert_true(slice_equal(entry->sender, SLICE_LITERAL("a@example.com")));
    g_assert_true(slice_equal(entry->signed_fields, SLICE_LITERAL("To:From")));
    g_assert_true(slice_equal(entry->canonicalization, SLICE_LITERAL("simple")));
    g_assert_cmpint(entry->key, ==, -1);

    DkimKeyRecord material;
    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    dkim_key_record_parse(slice_of_string(key), &material);
    g_autoptr(DkimPublicKey) object = dkim_public_key_new(&material);
    g_assert_true(dkim_public_key_verify(object, DKIM_ALGORITHM_RSA_SHA1, entry->listed_digest,
                                         entry->signature));
    g_assert_false(dkim_public_key_verify(object, DKIM_ALGORITHM_RSA_SHA1, entry->digest,
                                          entry->signature));
    dkim_key_record_clear(&material);
}

static void add_author(const char *address)
{
    const RecordAddress author = {.role = ADDRESS_FROM, .address = slice_of_string(address)};
    g_array_append_val(record.addresses, author);
}

/* What is signed is told apart from what is shown. */
static void test_caveats(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    add_key(keys, "t=y; ");
    g_autofree char *field = sign(TAGS "; h=from", FROM BODY);
    g_autofree char *text =
        g_strconcat("From: x@other.net\r\n", field, "Subject: new\r\n", FROM, BODY, NULL);
    mail_record_clear(&record);
    add_author("x@other.net");
    add_author("a@example.com");
    check(keys, slice_of_string(text));
    assert_result(0, GOOD);
    g_assert_false(signature_at(0)->aligned);
    g_assert_cmphex(signature_at(0)->caveats, ==,
                    CAVEAT_BIT(UNALIGNED) | CAVEAT_BIT(SHA1) | CAVEAT_BIT(TEST_MODE) |
                        CAVEAT_BIT(UNSIGNED_SUBJECT) | CAVEAT_BIT(ADDED_HEADER) |
                        CAVEAT_BIT(MULTIPLE_FROM));
    g_assert_cmpint(record.verdict.dkim, ==, MESSAGE_DKIM_NONE);
}

/* Any number of signatures without a key hides none that has one. */
static void test_limit(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    add_key(keys, "");
    g_autofree char *good = sign(TAGS, FROM BODY);
    g_autofree char *junk = sign("c=nofws; d=example.com; s=none", FROM BODY);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 3 * DOMAINKEYS_SIGNATURE_MAX; i++) {
        g_string_append(text, junk);
    }
    g_string_append_printf(text, "%s%s", good, FROM BODY);
    mail_record_clear(&record);
    check(keys, slice_of(text->str, text->len));
    assert_result(3 * DOMAINKEYS_SIGNATURE_MAX, GOOD);
    assert_result(0, DKIM_RESULT_NOKEY, "no key is known");
    assert_result(DOMAINKEYS_SIGNATURE_MAX - 1, DKIM_RESULT_POLICY,
                  "too many signatures to check");
    g_assert_true(problem_set_has(record.problems, PROBLEM_TOO_MANY_SIGNATURES));
}

static void test_too_many_fields(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    add_key(keys, "");
    g_autofree char *field = sign(TAGS, FROM BODY);
    g_autoptr(GString) text = g_string_new(field);
    for (int i = 0; i < RAW_FIELD_MAX; i++) {
        g_string_append(text, "X: 1\r\n");
    }
    g_string_append(text, FROM BODY);
    mail_record_clear(&record);
    check(keys, slice_of(text->str, text->len));
    assert_result(0, DKIM_RESULT_POLICY, "too many header fields to check");
}

static void test_no_field_is_no_entry(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    mail_record_clear(&record);
    check(keys, SLICE_LITERAL(FROM "DKIM-Signature: v=1\r\n" BODY));
    g_assert_cmpuint(record.domainkeys->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mail_record_init(&record);
    signer = dkim_signer_new(1024);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/domainkeys/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/domainkeys/signatures_of_another_program_verify", test_vectors);
    g_test_add_func("/domainkeys/what_is_kept_settles_it_later", test_what_is_kept);
    g_test_add_func("/domainkeys/what_is_not_signed_is_a_caveat", test_caveats);
    g_test_add_func("/domainkeys/signatures_with_a_key_come_first", test_limit);
    g_test_add_func("/domainkeys/fields_beyond_the_limit_are_not_guessed",
                    test_too_many_fields);
    g_test_add_func("/domainkeys/no_field_is_no_entry", test_no_field_is_no_entry);
    const int status = g_test_run();
    dkim_signer_free(signer);
    mail_record_destroy(&record);
    return status;
}
