/* SPDX-License-Identifier: MIT */
#include "query/signature_text.h"

typedef struct {
    const char *name;
    const char *result;
    int header_ok;
    int body_ok;
    int64_t signed_at;
    const char *caveats;
    const char *claim;
    const char *repair;
} ClaimCase;

#define MARCH_2016 INT64_C(1456912800)

static const ClaimCase claim_cases[] = {
    {"pass", "pass", 1, 1, MARCH_2016, "",
     .claim = "The domain firm.example signed this message on 2016-03-02. What was signed is "
              "unchanged."},
    {"pass_without_a_time", "pass", 1, 1, -1, "",
     .claim = "The domain firm.example signed this message. What was signed is unchanged."},
    {"pass_of_a_part", "pass", 1, 1, -1, "sha1 partial-body",
     .claim =
         "The domain firm.example signed this message, but only a part of its body. What was "
         "signed "
         "is unchanged."},
    {"pass_with_a_recovered_key", "pass", 1, 1, -1, "recovered-key",
     .claim =
         "Somebody with the key of firm.example signed this message. What was signed is "
         "unchanged. "
         "The key was computed from signatures, so that it is the domain's is not known from "
         "elsewhere."},
    {"pass_with_a_leaked_key", "pass", 1, 1, MARCH_2016, "leaked-key",
     .claim = "Somebody with the key of firm.example signed this message on 2016-03-02. What "
              "was signed "
              "is unchanged. The private key is public: anyone may have signed."},
    {"pass_with_a_shared_key", "pass", 1, 1, -1, "shared-key",
     .claim = "The domain firm.example signed this message. What was signed is unchanged. The "
              "key is "
              "known under another domain's name."},
    {"body_altered", "fail", 1, 0, MARCH_2016, "",
     .claim =
         "The domain firm.example signed the header of this message on 2016-03-02, and that is "
         "unchanged. The body is not the one that was signed: it was changed, or damaged, "
         "afterwards."},
    {"body_altered_and_no_key", "fail", -1, 0, -1, "",
     .claim =
         "A signature in the name of firm.example does not fit the body of this message: that "
         "was "
         "changed, or damaged, after signing. The key is not known, so the header could not be "
         "checked."},
    {"header_altered", "fail", 0, 1, -1, "",
     .claim = "A signature in the name of firm.example does not verify with the key that is "
              "known. The "
              "header was changed after signing, or the domain used another key, or the "
              "signature is "
              "forged. The body fits the signature."},
    {"both_altered", "fail", 0, 0, -1, "",
     .claim = "A signature in the name of firm.example does not verify with the key that is "
              "known. The "
              "header was changed after signing, or the domain used another key, or the "
              "signature is "
              "forged. The body does not fit it either."},
    {"no_key", "nokey", -1, 1, -1, "",
     .claim = "A signature in the name of firm.example fits the body of this message. The key "
              "is not "
              "known, so whether that domain made it is open."},
    {"repaired", "pass", 1, 1, MARCH_2016, "repaired",
     .claim =
         "The domain firm.example signed this message on 2016-03-02. It verifies after undoing "
         "mbox "
         "quoting of lines \">From \"; apart from that, what was signed is unchanged.",
     .repair = "mboxo"},
    {"repaired_and_no_key", "nokey", -1, 1, -1, "repaired",
     .claim = "A signature in the name of firm.example fits the body of this message after "
              "reading lone "
              "CRs as line ends. The key is not known, so whether that domain made it is open.",
     .repair = "lone-cr"},
    {"unreadable", "permerror", -1, -1, -1, "",
     .claim = "A signature in the name of firm.example cannot be checked: a reason."},
};

static GPtrArray *kept;

/* A string that the view may call its own. */
static char *keep(const char *text)
{
    char *copy = g_strdup(text);
    g_ptr_array_add(kept, copy);
    return copy;
}

static ViewSignature signature_of(const ClaimCase *test)
{
    return (ViewSignature){
        .result = keep(test->result),
        .reason = keep("a reason"),
        .domain = keep("firm.example"),
        .selector = keep("s"),
        .identity = keep(""),
        .algorithm = keep("rsa-sha256"),
        .canonicalization = keep("relaxed/relaxed"),
        .signed_fields = keep("From:X-A:to:from:list-id"),
        .caveats = keep(test->caveats),
        .repair = keep(test->repair == NULL ? "" : test->repair),
        .header_ok = test->header_ok,
        .body_ok = test->body_ok,
        .aligned = true,
        .key_bits = 1024,
        .body_length = -1,
        .signed_at = test->signed_at,
        .expires_at = -1,
    };
}

static void test_claim(gconstpointer data)
{
    const ClaimCase *test = data;
    const ViewSignature signature = signature_of(test);
    g_autoptr(GString) out = g_string_new(NULL);
    signature_text_claim(&signature, out);
    g_assert_cmpstr(out->str, ==, test->claim);
}

static void test_brief_has_two_lines(void)
{
    ViewSignature signature = signature_of(&claim_cases[2]);
    signature.body_length = 13;
    g_autoptr(GString) out = g_string_new(NULL);
    signature_text_brief(&signature, 2, out);
    g_assert_cmpstr(out->str, ==,
                    "  2. The domain firm.example signed this message, but only a part of its "
                    "body. What was signed is unchanged.\n"
                    "     pass, by the author's domain, key of 1024 bits; signs From, To and 2 "
                    "other fields and 13 bytes of the body; sha1 partial-body\n");
}

static void test_fields_are_named_once(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    signature_text_fields("From:X-A:to:from::\x1b", out);
    g_assert_cmpstr(out->str, ==, "From, X-A, to, \\x1b");
}

static void test_text_from_mail_is_made_safe(void)
{
    ViewSignature signature = signature_of(&claim_cases[0]);
    signature.domain = keep("a\x1b[31m\xE2\x80\xAE.example");
    g_autoptr(GString) out = g_string_new(NULL);
    signature_text_brief(&signature, 1, out);
    g_assert_null(strpbrk(out->str, "\x1b\xE2"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    kept = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(claim_cases); i++) {
        g_autofree char *path =
            g_strconcat("/signature_text/claim/", claim_cases[i].name, NULL);
        g_test_add_data_func(path, &claim_cases[i], test_claim);
    }
    g_test_add_func("/signature_text/brief_has_two_lines", test_brief_has_two_lines);
    g_test_add_func("/signature_text/fields_are_named_once", test_fields_are_named_once);
    g_test_add_func("/signature_text/text_from_mail_is_made_safe",
                    test_text_from_mail_is_made_safe);
    const int status = g_test_run();
    g_ptr_array_unref(kept);
    return status;
}
