/* SPDX-License-Identifier: MIT */
/* Attacks on what "verified" means: whole messages through the processor, so that the author is
 * the one that is shown. The signatures are genuine; what is tested is which of them earn the
 * mark. */
#include "indexer/mail_processor.h"

#include <glib.h>

#include "dkim_signer.h"

#define TAGS "a=rsa-sha256; d=example.org; s=s; c=relaxed/relaxed; "
#define REST "To: b@example.net\r\nSubject: hi\r\nDate: Thu, 02 Mar 2017 10:00:00 +0100\r\n"

typedef struct {
    const char *name;
    const char *from;  /* the From field's body, as signed */
    const char *level; /* of the message */
    const char *caveats;
    const char *author; /* the first that is shown */
} AuthorCase;

static const AuthorCase author_cases[] = {
    {"one_mailbox", "A <a@example.org>", "verified", "", "a@example.org"},
    {"ones_own_address_as_name", "a@example.org <a@example.org>", "verified", "",
     "a@example.org"},
    {"two_mailboxes", "boss@bank.example, a@example.org", "none", "unaligned multiple-from",
     "boss@bank.example"},
    {"two_mailboxes_the_other_way", "a@example.org, boss@bank.example", "none",
     "unaligned multiple-from", "a@example.org"},
    {"an_address_as_display_name", "boss@bank.example <a@example.org>", "limited",
     "multiple-from", "a@example.org"},
    {"a_quoted_address_as_display_name", "\"boss@bank.example\" <a@example.org>", "limited",
     "multiple-from", "a@example.org"},
    {"an_encoded_address_as_display_name",
     "=?utf-8?B?Ym9zc0BiYW5rLmV4YW1wbGU=?= <a@example.org>", "limited", "multiple-from",
     "a@example.org"},
    {"an_address_and_a_comment", "boss@bank.example (x) <a@example.org>", "limited",
     "multiple-from", "a@example.org"},
    {"an_address_in_a_comment", "a@example.org (boss@bank.example)", "limited", "multiple-from",
     "a@example.org"},
    {"a_quoted_local_part", "<\"boss@bank.example\"@example.org>", "limited", "multiple-from",
     "\"boss@bank.example\"@example.org"},
    {"two_at_signs", "<boss@bank.example@example.org>", "limited", "multiple-from",
     "boss@bank.example@example.org"},
    {"a_route", "<@bank.example,@x.example:a@example.org>", "verified", "", "a@example.org"},
    {"no_address", "Boss of the bank", "none", "unaligned", ""},
    {"an_empty_group", "boss@bank.example:;", "none", "unaligned", NULL},
    {"a_domain_that_ends_alike", "<boss@badexample.org>", "none", "unaligned",
     "boss@badexample.org"},
    {"a_domain_that_begins_alike", "<boss@example.org.bank.example>", "none", "unaligned",
     "boss@example.org.bank.example"},
};

static MailRecord record;
static DkimSigner *signer;
static KeyStore *keys;

static void process(Slice text)
{
    g_autoptr(MailProcessor) processor = mail_processor_new(keys);
    g_autofree char *copy = g_memdup2(text.ptr, text.len);
    mail_record_clear(&record);
    mail_processor_run(processor, slice_of(copy, text.len), SLICE_EMPTY, CARE_FULL, &record);
}

static char *caveat_words(void)
{
    GString *words = g_string_new(NULL);
    for (Caveat caveat = 0; caveat < CAVEAT_COUNT; caveat++) {
        if ((record.verdict.caveats >> caveat & 1) != 0) {
            g_string_append_printf(words, "%s%s", words->len > 0 ? " " : "",
                                   caveat_word(caveat));
        }
    }
    return g_string_free(words, false);
}

static void assert_verdict(MessageDkim dkim, const char *level, const char *caveats)
{
    g_autofree char *words = caveat_words();
    g_assert_cmpstr(message_dkim_word(record.verdict.dkim), ==, message_dkim_word(dkim));
    g_assert_cmpstr(words, ==, caveats);
    g_assert_cmpstr(level_word(record.verdict.level), ==, level);
}

static char *first_author(void)
{
    for (guint i = 0; i < record.addresses->len; i++) {
        const RecordAddress *address = &g_array_index(record.addresses, RecordAddress, i);
        if (address->role == ADDRESS_FROM) {
            return slice_dup(address->address);
        }
    }
    return NULL;
}

static void test_author(gconstpointer data)
{
    const AuthorCase *test = data;
    g_autofree char *message =
        g_strconcat("From: ", test->from, "\r\n" REST "\r\nbody\r\n", NULL);
    g_autofree char *text = dkim_signer_sign(signer, TAGS "h=from:to:subject:date", message);
    process(slice_of_string(text));
    g_autofree char *author = first_author();
    assert_verdict(MESSAGE_DKIM_PASS, test->level, test->caveats);
    g_assert_cmpstr(author, ==, test->author);
}

/* Some programs end the address at the NUL. The signer's tools end text there, so that the NUL
 * is put in afterwards, with a signature that no longer holds. */
static void test_a_nul_in_the_author_gives_no_mark(void)
{
    static const char text[] =
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from;\r\n"
        " bh=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=; b=AAAA\r\n"
        "From: <boss@bank.example\0@example.org>\r\n" REST "\r\nbody\r\n";
    process(SLICE_LITERAL(text));
    const RecordSignature *entry = &g_array_index(record.signatures, RecordSignature, 0);
    g_assert_true((entry->caveats & CAVEAT_BIT(MULTIPLE_FROM)) != 0);
    g_assert_true(problem_set_has(record.problems, PROBLEM_NUL_BYTE));
}

/* What is done to a message after it was signed. */
typedef struct {
    const char *name;
    const char *signed_fields;
    const char *length; /* l= and its semicolon */
    const char *find;
    const char *put;
    const char *below;
    const char *level;
    const char *caveats;
} ChangeCase;

#define ALL   "h=from:to:subject:date:content-type:mime-version"
#define PARTS "\r\n--b\r\nContent-Type: application/pdf\r\n\r\nforged\r\n--b--\r\n"

static const ChangeCase change_cases[] = {
    {"nothing", ALL, "", "", "", "", "verified", ""},
    {"an_attachment_is_appended", ALL, "l=6; ", "", "", PARTS, "limited", "partial-body"},
    {"the_body_is_hidden_by_another_content_type", "h=from:to:subject:date", "l=6; ",
     "multipart/mixed; boundary=a", "multipart/mixed; boundary=b", PARTS, "limited",
     "partial-body unsigned-content-type"},
    {"an_unsigned_content_type_is_changed", "h=from:to:subject:date", "",
     "multipart/mixed; boundary=a", "text/html", "", "verified", "unsigned-content-type"},
    {"an_unsigned_subject_is_changed", "h=from:to:date:content-type", "", "Subject: hi",
     "Subject: You are fired", "", "limited", "unsigned-subject"},
    {"an_unsigned_date_is_changed", "h=from:to:subject:content-type", "", "02 Mar 2017",
     "02 Mar 2018", "", "limited", "unsigned-date"},
    {"an_unsigned_recipient_is_changed", "h=from:subject:date:content-type", "",
     "To: b@example.net", "To: judge@court.example", "", "verified", "unsigned-to"},
    {"an_unsigned_reply_to_is_added", ALL, "",
     "Subject:", "Reply-To: thief@evil.example\r\nSubject:", "", "verified", ""},
    {"claims_are_no_evidence", ALL, "", "Subject:",
     "Authentication-Results: mx; dkim=fail\r\nX-Google-DKIM-Signature: x\r\nSubject:", "",
     "verified", ""},
};

static void test_change(gconstpointer data)
{
    const ChangeCase *test = data;
    static const char message[] = "From: a@example.org\r\n" REST "MIME-Version: 1.0\r\n"
                                  "Content-Type: multipart/mixed; boundary=a\r\n\r\nbody\r\n";
    g_autofree char *tags = g_strconcat(TAGS, test->length, test->signed_fields, NULL);
    g_autofree char *text = dkim_signer_sign(signer, tags, message);
    const char *at = strstr(text, test->find);
    g_assert_nonnull(at);
    g_autofree char *changed = g_strdup_printf("%.*s%s%s%s", (int)(at - text), text, test->put,
                                               at + strlen(test->find), test->below);
    process(slice_of_string(changed));
    assert_verdict(MESSAGE_DKIM_PASS, test->level, test->caveats);
}

static void test_a_claim_without_a_signature_is_nothing(void)
{
    process(SLICE_LITERAL(
        "Authentication-Results: mx.example.org; dkim=pass header.d=example.org\r\n"
        "ARC-Authentication-Results: i=1; mx; dkim=pass\r\n"
        "X-Spam-Status: DKIM_VALID_AU\r\n"
        "From: a@example.org\r\n" REST "\r\nbody\r\n"));
    assert_verdict(MESSAGE_DKIM_NONE, "none", "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mail_record_init(&record);
    signer = dkim_signer_new(1024);
    keys = key_store_new();
    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    key_store_add(keys, "s", "example.org", key, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(author_cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_attack/author/", author_cases[i].name, NULL);
        g_test_add_data_func(path, &author_cases[i], test_author);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(change_cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_attack/change/", change_cases[i].name, NULL);
        g_test_add_data_func(path, &change_cases[i], test_change);
    }
    g_test_add_func("/dkim_attack/a_nul_in_the_author_gives_no_mark",
                    test_a_nul_in_the_author_gives_no_mark);
    g_test_add_func("/dkim_attack/a_claim_without_a_signature_is_nothing",
                    test_a_claim_without_a_signature_is_nothing);
    const int status = g_test_run();
    key_store_free(keys);
    dkim_signer_free(signer);
    mail_record_destroy(&record);
    return status;
}
