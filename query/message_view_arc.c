/* SPDX-License-Identifier: MIT */
#include "query/message_view_arc.h"

#include "query/claim_domain.h"
#include "query/message_view_caveat.h"
#include "query/search_output.h"
#include "schema/auth_results.h"
#include "schema/terminal_text.h"

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_PLAIN);
}

static bool has_result(const ViewArcSignature *signature, const char *result)
{
    return g_str_equal(signature->result, result);
}

/* A method by the name that people know. */
static const char *method_name(const char *method)
{
    static const struct {
        const char *method;
        const char *name;
    } names[] = {{"dkim", "DKIM"}, {"spf", "SPF"}, {"dmarc", "DMARC"}, {"arc", "ARC"}};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(method, names[i].method)) {
            return names[i].name;
        }
    }
    return method;
}

/* "DKIM passed for author.example" */
static void append_result(GString *out, const Claim *claim)
{
    const char *result = claim->result->str;
    g_autofree char *domain = claim_domain(claim);
    append_safe(out, method_name(claim->method->str));
    if (g_str_equal(result, "pass")) {
        g_string_append(out, " passed");
    } else if (g_str_equal(result, "fail")) {
        g_string_append(out, " failed");
    } else if (g_str_equal(result, "none")) {
        g_string_append(out, " found nothing");
    } else {
        g_string_append(out, " gave ");
        append_safe(out, result);
    }
    if (*domain != '\0') {
        g_string_append(out, " for ");
        append_safe(out, domain);
    }
}

/* Keeps the words for one result. A field that says "none" has one without a method. */
static void take_result(gpointer user_data, const Claim *claim)
{
    GPtrArray *results = user_data;
    if (claim->method->len > 0) {
        GString *words = g_string_new(NULL);
        append_result(words, claim);
        g_ptr_array_add(results, g_string_free(words, false));
    }
}

static void append_results(GString *out, const char *text)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    Claim claim;
    claim_init(&claim);
    auth_results_read(slice_of_string(text), &claim, take_result, results);
    claim_clear(&claim);
    for (guint i = 0; i < results->len; i++) {
        if (i > 0) {
            g_string_append(out, i + 1 == results->len ? " and " : ", ");
        }
        g_string_append(out, g_ptr_array_index(results, i));
    }
    if (results->len == 0) {
        g_string_append(out, "nothing was checked");
    }
}

/* A seal signs ARC fields alone: a whole set can be copied onto another message. What ties it
 * to this one is the message signature of the set, or that of a later one whose seal covers it.
 */
static bool is_tied(const MessageView *view, guint at)
{
    for (guint i = at; i < view->arc_sets->len; i++) {
        const ViewArcSet *set = &g_array_index(view->arc_sets, ViewArcSet, i);
        const bool covers = i == at || !g_str_equal(set->cv, "fail");
        if (covers && has_result(&set->seal, "pass") && has_result(&set->message, "pass")) {
            return true;
        }
    }
    return false;
}

static const char *seal_words(const ViewArcSignature *seal, bool is_tied_to_message)
{
    if (has_result(seal, "pass")) {
        return is_tied_to_message ? "the seal verifies"
                                  : "the seal verifies, but no signature that verifies ties it "
                                    "to this message as it is";
    }
    if (has_result(seal, "nokey")) {
        return "no key is known to check the seal with";
    }
    return has_result(seal, "fail")
               ? "the seal does not verify, so anyone may have written this"
               : "the seal cannot be checked";
}

/* "google.com says that DKIM passed for author.example on arrival; the seal verifies". Only a
 * seal that verifies makes them the sealer's words. */
static void claim_line(GString *out, const ViewArcSet *set, bool is_tied_to_message)
{
    const char *sealer = *set->seal.domain == '\0' ? "nobody" : set->seal.domain;
    const bool is_sealed = has_result(&set->seal, "pass");
    g_string_append(out, is_sealed ? "" : "it is claimed in the name of ");
    append_safe(out, sealer);
    g_string_append(out, is_sealed ? " says that " : " that ");
    append_results(out, set->results);
    g_string_append_printf(out, " on arrival; %s\n",
                           seal_words(&set->seal, is_tied_to_message));
}

static void key_words(GString *out, const ViewArcSignature *signature)
{
    g_string_append(out, ", selector ");
    append_safe(out, signature->selector);
    g_string_append(out, ", ");
    append_safe(out, signature->algorithm);
    if (signature->key_bits > 0) {
        g_string_append_printf(out, ", key of %" G_GINT64_FORMAT " bits", signature->key_bits);
    } else {
        g_string_append(out, ", no key");
    }
}

static void result_words(GString *out, const ViewArcSignature *signature)
{
    append_safe(out, signature->result);
    if (*signature->reason != '\0') {
        g_string_append(out, " (");
        append_safe(out, signature->reason);
        g_string_append_c(out, ')');
    }
}

static void seal_line(GString *out, const ViewArcSet *set)
{
    g_string_append(out, "    seal of ");
    append_safe(out, set->seal.domain);
    g_string_append(out, ": ");
    result_words(out, &set->seal);
    key_words(out, &set->seal);
    if (set->seal.signed_at >= 0) {
        g_autofree char *date =
            search_date_text(true, set->seal.signed_at, "%Y-%m-%d %H:%M:%S UTC");
        g_string_append_printf(out, "; sealed %s", date);
    }
    g_string_append_c(out, '\n');
    message_view_append_caveats(out, set->seal.caveats, "      ");
}

/* What the set's message signature says of the message as it lies here. */
static const char *message_words(const ViewArcSet *set, bool is_newest)
{
    if (has_result(&set->message, "pass")) {
        return "the message is as it was when this set was made";
    }
    if (has_result(&set->message, "nokey")) {
        return "the body is as it was when this set was made; no key to check the header with";
    }
    if (!has_result(&set->message, "fail")) {
        return "the message signature cannot be checked";
    }
    return is_newest ? "the message was changed after this set was made, or the set is forged"
                     : "the message was changed after this set was made, as mailing lists do";
}

static void message_line(GString *out, const ViewArcSet *set, bool is_newest)
{
    g_string_append(out, "    message signature of ");
    append_safe(out, set->message.domain);
    g_string_append(out, ": ");
    result_words(out, &set->message);
    key_words(out, &set->message);
    g_string_append_printf(out,
                           "\n      %s\n      signed fields: ", message_words(set, is_newest));
    append_safe(out, set->signed_fields);
    g_string_append_c(out, '\n');
    if (set->body_length >= 0) {
        g_string_append_printf(out,
                               "      only the first %" G_GINT64_FORMAT
                               " bytes of the body are signed (l=)\n",
                               set->body_length);
    }
    message_view_append_caveats(out, set->message.caveats, "      ");
}

static const char *cv_words(const char *cv)
{
    if (g_str_equal(cv, "none")) {
        return "is the first in the chain (cv=none)";
    }
    if (g_str_equal(cv, "pass")) {
        return "says that the chain before it was valid (cv=pass)";
    }
    return g_str_equal(cv, "fail") ? "says that the chain before it was broken (cv=fail)"
                                   : "does not say how the chain before it was";
}

static void set_lines(GString *out, const MessageView *view, guint at)
{
    const ViewArcSet *set = &g_array_index(view->arc_sets, ViewArcSet, at);
    g_string_append_printf(out, "  Set %" G_GINT64_FORMAT ": ", set->instance);
    claim_line(out, set, is_tied(view, at));
    seal_line(out, set);
    g_string_append_printf(out, "    the sealer %s\n", cv_words(set->cv));
    message_line(out, set, at + 1 == view->arc_sets->len);
    g_string_append(out, "    the claim in full: ");
    append_safe(out, set->results);
    g_string_append_c(out, '\n');
}

void message_view_append_arc(const MessageView *view, GString *out)
{
    if (g_str_equal(view->arc, "none")) {
        return;
    }
    g_string_append_printf(out, "\nARC          %s (%s)\n", view->arc, view->arc_reason);
    g_string_append(out,
                    "  What mail servers on the way say they saw. A seal proves whose words "
                    "these are,\n  not that they are true; the verdict above does not "
                    "depend on them.\n");
    for (guint i = 0; i < view->arc_sets->len; i++) {
        set_lines(out, view, i);
    }
}
