/* SPDX-License-Identifier: MIT */
#include "query/signature_text.h"

#include "query/search_output.h"
#include "query/shown_field.h"
#include "schema/repair.h"
#include "schema/terminal_text.h"

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_PLAIN);
}

static void append_domain(const ViewSignature *signature, GString *out)
{
    if (*signature->domain == '\0') {
        g_string_append(out, "a domain that is not named");
    } else {
        append_safe(out, signature->domain);
    }
}

static void append_day(GString *out, int64_t time)
{
    g_autofree char *day = search_date_text(time >= 0, time, "%Y-%m-%d");
    if (*day != '\0') {
        g_string_append_printf(out, " on %s", day);
    }
}

static bool has_caveat(const ViewSignature *signature, const char *word)
{
    g_auto(GStrv) words = g_strsplit(signature->caveats, " ", -1);
    return g_strv_contains((const char *const *)words, word);
}

/* Keys of which it is not known that the domain alone had them prove less. */
static void claim_of_pass(const ViewSignature *signature, GString *out)
{
    const bool is_recovered = has_caveat(signature, "recovered-key");
    const bool is_leaked = has_caveat(signature, "leaked-key");
    g_string_append(out,
                    is_recovered || is_leaked ? "Somebody with the key of " : "The domain ");
    append_domain(signature, out);
    g_string_append(out, " signed this message");
    append_day(out, signature->signed_at);
    if (has_caveat(signature, "partial-body")) {
        g_string_append(out, ", but only a part of its body");
    }
    const char *repair = repair_done_of_word(signature->repair);
    if (*repair == '\0') {
        g_string_append(out, ". What was signed is unchanged.");
    } else {
        g_string_append_printf(
            out, ". It verifies after %s; apart from that, what was signed is unchanged.",
            repair);
    }
    if (is_recovered) {
        g_string_append(out,
                        " The key was computed from signatures, so that it is the domain's "
                        "is not known from elsewhere.");
    }
    if (is_leaked) {
        g_string_append(out, " The private key is public: anyone may have signed.");
    }
    if (has_caveat(signature, "shared-key")) {
        g_string_append(out, " The key is known under another domain's name.");
    }
}

/* Somebody signed; what is there now is something else. */
static void claim_of_fail(const ViewSignature *signature, GString *out)
{
    if (signature->header_ok > 0) {
        g_string_append(out, "The domain ");
        append_domain(signature, out);
        g_string_append(out, " signed the header of this message");
        append_day(out, signature->signed_at);
        g_string_append(out,
                        ", and that is unchanged. The body is not the one that was signed: "
                        "it was changed, or damaged, afterwards.");
        return;
    }
    g_string_append(out, "A signature in the name of ");
    append_domain(signature, out);
    if (signature->header_ok < 0) {
        g_string_append(out,
                        " does not fit the body of this message: that was changed, or "
                        "damaged, after signing. The key is not known, so the header could "
                        "not be checked.");
        return;
    }
    g_string_append(out, " does not verify with the key that is known. The header was changed "
                         "after signing, or the domain used another key, or the signature is "
                         "forged.");
    g_string_append(out, signature->body_ok > 0 ? " The body fits the signature."
                                                : " The body does not fit it either.");
}

static void claim_of_others(const ViewSignature *signature, GString *out)
{
    g_string_append(out, "A signature in the name of ");
    append_domain(signature, out);
    if (g_str_equal(signature->result, "nokey")) {
        const char *repair = repair_done_of_word(signature->repair);
        g_string_append_printf(out,
                               " fits the body of this message%s%s. The key is not known, "
                               "so whether that domain made it is open.",
                               *repair == '\0' ? "" : " after ", repair);
        return;
    }
    g_string_append(out, " cannot be checked: ");
    append_safe(out,
                *signature->reason == '\0' ? "the reason is not known" : signature->reason);
    g_string_append_c(out, '.');
}

void signature_text_claim(const ViewSignature *signature, GString *out)
{
    if (g_str_equal(signature->result, "pass")) {
        claim_of_pass(signature, out);
    } else if (g_str_equal(signature->result, "fail")) {
        claim_of_fail(signature, out);
    } else {
        claim_of_others(signature, out);
    }
}

static bool was_named_before(char *const *mentions, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (g_ascii_strcasecmp(mentions[i], mentions[at]) == 0) {
            return true;
        }
    }
    return false;
}

void signature_text_fields(const char *signed_fields, GString *out)
{
    g_auto(GStrv) mentions = g_strsplit(signed_fields, ":", -1);
    const char *separator = "";
    for (size_t i = 0; mentions[i] != NULL; i++) {
        if (*mentions[i] != '\0' && !was_named_before(mentions, i)) {
            g_string_append(out, separator);
            append_safe(out, mentions[i]);
            separator = ", ";
        }
    }
}

/* The shown fields that are signed by name, the others by number. */
static void brief_fields(const char *signed_fields, GString *out)
{
    g_auto(GStrv) mentions = g_strsplit(signed_fields, ":", -1);
    const char *separator = "";
    size_t n_others = 0;
    for (size_t i = 0; mentions[i] != NULL; i++) {
        n_others += *mentions[i] != '\0' && !was_named_before(mentions, i);
    }
    for (ShownField field = 0; field < SHOWN_FIELD_COUNT; field++) {
        if (shown_field_signed(field, signed_fields) > 0) {
            g_string_append_printf(out, "%s%s", separator, shown_field_name(field));
            separator = ", ";
            n_others--;
        }
    }
    if (n_others > 0) {
        g_string_append_printf(out, "%s%zu other fields", *separator == '\0' ? "" : " and ",
                               n_others);
    }
}

void signature_text_brief(const ViewSignature *signature, guint number, GString *out)
{
    g_string_append_printf(out, "  %u. ", number);
    signature_text_claim(signature, out);
    g_string_append(out, "\n     ");
    append_safe(out, signature->result);
    g_string_append(out, signature->aligned ? ", by the author's domain"
                                            : ", not by the author's domain");
    if (signature->key_bits > 0) {
        g_string_append_printf(out, ", key of %" G_GINT64_FORMAT " bits", signature->key_bits);
    }
    if (signature->key_span.has_dates) {
        g_autofree char *span = key_span_text(&signature->key_span);
        g_string_append_printf(out, " (verifies mail of %s)", span);
    }
    if (*signature->signed_fields != '\0') {
        g_string_append(out, "; signs ");
        brief_fields(signature->signed_fields, out);
    }
    if (signature->body_length >= 0) {
        g_string_append_printf(out, " and %" G_GINT64_FORMAT " bytes of the body",
                               signature->body_length);
    }
    if (*signature->caveats != '\0') {
        g_string_append(out, "; ");
        append_safe(out, signature->caveats);
    }
    g_string_append_c(out, '\n');
}
