/* SPDX-License-Identifier: MIT */
#include "query/evidence.h"

#include "query/message_view_arc.h"
#include "query/message_view_caveat.h"
#include "query/message_view_domainkeys.h"
#include "query/search_output.h"
#include "query/signature_text.h"
#include "schema/dnssec.h"
#include "schema/terminal_text.h"

#define LABEL_COLUMNS  12
#define SECTION_INDENT "  "

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_PLAIN);
}

static void label(GString *out, const char *name)
{
    terminal_text_append_fitted(out, name, LABEL_COLUMNS);
}

static void section_label(GString *out, const char *name)
{
    g_string_append(out, SECTION_INDENT);
    label(out, name);
}

static void line(GString *out, const char *name, const char *text)
{
    label(out, name);
    append_safe(out, text);
    g_string_append_c(out, '\n');
}

/* What the verdict allows to be said of the message, and what not. */
static const char *verdict_sentence(const MessageView *view)
{
    static const struct {
        const char *word; /* of the level, else of dkim */
        const char *sentence;
    } sentences[] = {
        {"verified", "What is shown of this message is what the author's domain signed. This "
                     "proves which domain sent it, not which person."},
        {"limited", "The author's domain signed this message, but not all that is shown of it, "
                    "or not beyond doubt: see the caveats."},
        {"pass", "A signature verifies, but it is not shown to be the author's domain's: it "
                 "proves who handled this message, not who wrote it."},
        {"nokey", "Nothing contradicts the signature, but its key is not known; the key may "
                  "still turn up. Not verified does not mean forged."},
        {"fail", "No signature fits what is here. Mailing lists and exports change messages, "
                 "too: not verified does not mean forged."},
        {"error", "The signatures cannot be checked. Not verified does not mean forged."},
        {"none",
         "Nobody signed this message. Much mail is not signed: this says nothing for or "
         "against it."},
    };
    const char *word = g_str_equal(view->level, "none") ? view->dkim : view->level;
    for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
        if (g_str_equal(word, sentences[i].word)) {
            return sentences[i].sentence;
        }
    }
    return sentences[G_N_ELEMENTS(sentences) - 1].sentence;
}

static void authors(const MessageView *view, GString *out)
{
    const char *name = "From";
    for (guint i = 0; i < view->addresses->len; i++) {
        const ViewAddress *address = &g_array_index(view->addresses, ViewAddress, i);
        if (g_str_equal(address->role, "from")) {
            line(out, name, *address->address == '\0' ? address->name : address->address);
            name = "";
        }
    }
}

static void heading(const MessageView *view, GString *out)
{
    g_autofree char *date =
        search_date_text(view->has_date, view->date, "%Y-%m-%d %H:%M:%S UTC");
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, view->id);
    line(out, "Message", id);
    authors(view, out);
    line(out, "Subject", view->subject);
    line(out, "Date", *date == '\0' ? "none" : date);
    label(out, "Verdict");
    g_string_append_printf(out, "%s (dkim:%s)\n",
                           view->signatures->len == 0
                               ? "not signed"
                               : search_verdict_mark(view->level, view->dkim),
                           view->dkim);
    line(out, "", verdict_sentence(view));
}

static void maker(const ViewSignature *signature, GString *out)
{
    section_label(out, "Made by");
    append_safe(out, *signature->domain == '\0' ? "nobody" : signature->domain);
    g_string_append(out, signature->aligned ? ", the author's domain"
                                            : ", which is not the author's domain");
    if (*signature->identity != '\0') {
        g_string_append(out, "; for ");
        append_safe(out, signature->identity);
    }
    g_string_append_c(out, '\n');
}

static void when(const ViewSignature *signature, GString *out)
{
    g_autofree char *signed_at = search_date_text(
        signature->signed_at >= 0, signature->signed_at, "%Y-%m-%d %H:%M:%S UTC");
    g_autofree char *expires_at = search_date_text(
        signature->expires_at >= 0, signature->expires_at, "%Y-%m-%d %H:%M:%S UTC");
    section_label(out, "When");
    g_string_append(out, *signed_at == '\0' ? "the signature does not say" : signed_at);
    if (*expires_at != '\0') {
        g_string_append_printf(out, "; valid until %s (x=)", expires_at);
    }
    g_string_append_c(out, '\n');
}

/* What the state that stands in the line above means. */
static void dnssec(const KeySighting *entry, GString *out)
{
    const DnssecState state = dnssec_of_word(entry->dnssec);
    if (state != DNSSEC_NONE) {
        section_label(out, "");
        g_string_append_printf(out, "  DNSSEC %s: %s\n", dnssec_word(state),
                               dnssec_meaning(state));
    }
}

static void observation(const KeySighting *entry, GString *out)
{
    section_label(out, "");
    g_string_append(out, "known from ");
    append_safe(out, *entry->source == '\0' ? "a source that is not named" : entry->source);
    key_sighting_append_channel(entry, out);
    g_string_append(out, ", ");
    if (*entry->first_seen == '\0' && *entry->last_seen == '\0') {
        g_string_append(out, "no word of when it was in use");
    } else if (g_str_equal(entry->first_seen, entry->last_seen)) {
        g_string_append(out, "seen on ");
        append_safe(out, entry->first_seen);
    } else {
        g_string_append(out, "seen in use from ");
        append_safe(out, *entry->first_seen == '\0' ? "?" : entry->first_seen);
        g_string_append(out, " to ");
        append_safe(out, *entry->last_seen == '\0' ? "?" : entry->last_seen);
    }
    if (*entry->notes != '\0') {
        g_string_append(out, "; ");
        append_safe(out, entry->notes);
    }
    g_string_append_c(out, '\n');
    dnssec(entry, out);
}

/* What the archive's own mail tells of the key, to be held against what others saw of it. */
static void key_use(const ViewSignature *signature, const EvidenceSignature *more, GString *out)
{
    if (signature->key_span.has_dates) {
        g_autofree char *span = key_span_text(&signature->key_span);
        section_label(out, "");
        g_string_append_printf(out, "verifies mail of this archive dated %s\n", span);
    }
    if (more->key_is_leaked) {
        g_autofree char *since = search_date_text(more->key_leaked_since >= 0,
                                                  more->key_leaked_since, " since %Y-%m-%d");
        section_label(out, "");
        g_string_append_printf(out,
                               "its private half is public%s: from then on anybody can sign "
                               "with it, and date mail back\n",
                               since);
    }
}

static void key(const ViewSignature *signature, const EvidenceSignature *more, GString *out)
{
    section_label(out, "Key");
    append_safe(out, *signature->selector == '\0' ? "?" : signature->selector);
    g_string_append(out, "._domainkey.");
    append_safe(out, *signature->domain == '\0' ? "?" : signature->domain);
    g_string_append(out, ", ");
    append_safe(out,
                *signature->algorithm == '\0' ? "unknown algorithm" : signature->algorithm);
    if (!more->has_key) {
        g_string_append(out, "; not known\n");
        return;
    }
    g_string_append_printf(out, ", %" G_GINT64_FORMAT " bits\n", signature->key_bits);
    if (g_ascii_strcasecmp(more->key_domain, signature->domain) != 0) {
        section_label(out, "");
        g_string_append(out, "published under another name, ");
        append_safe(out, more->key_selector);
        g_string_append(out, "._domainkey.");
        append_safe(out, more->key_domain);
        g_string_append_c(out, '\n');
    }
    key_use(signature, more, out);
    for (guint i = 0; i < more->observations->len; i++) {
        observation(&g_array_index(more->observations, KeySighting, i), out);
    }
}

static void append_listed(GString *out, bool *any, const char *name)
{
    if (*any) {
        g_string_append(out, ", ");
    }
    g_string_append(out, name);
    *any = true;
}

/* Shown fields that the signature does not cover at all. */
static void unsigned_fields(const ShownFields *fields, const char *signed_fields, GString *out)
{
    bool any = false;
    section_label(out, "Not signed");
    for (ShownField i = 0; i < SHOWN_FIELD_COUNT; i++) {
        if (fields->present[i] != 0 && shown_field_signed(i, signed_fields) == 0) {
            append_listed(out, &any, shown_field_name(i));
            g_string_append(out, fields->present[i] < 0 ? " (if there is one)" : "");
        }
    }
    g_string_append(out, any ? ": anyone could have changed or added these\n"
                             : "none of the fields that are shown\n");
}

/* Fields that occur more often than they are signed. */
static void added_fields(const ShownFields *fields, const char *signed_fields, GString *out)
{
    for (ShownField i = 0; i < SHOWN_FIELD_COUNT; i++) {
        const int n_signed = shown_field_signed(i, signed_fields);
        if (n_signed > 0 && fields->present[i] > n_signed) {
            section_label(out, "Added");
            g_string_append_printf(out, "%s occurs %d times, and only the lowest ",
                                   shown_field_name(i), fields->present[i]);
            if (n_signed == 1) {
                g_string_append(out, "is signed\n");
            } else {
                g_string_append_printf(out, "%d are signed\n", n_signed);
            }
        }
    }
}

static void body(const ViewSignature *signature, int64_t bytes, GString *out)
{
    section_label(out, "Body");
    if (signature->body_ok < 0) {
        g_string_append(out, "not checked\n");
    } else if (signature->body_length > bytes) {
        g_string_append_printf(out,
                               "%" G_GINT64_FORMAT
                               " bytes are signed (l=), only %" G_GINT64_FORMAT " are here\n",
                               signature->body_length, bytes);
    } else if (signature->body_ok == 0) {
        g_string_append_printf(
            out, "the %" G_GINT64_FORMAT " bytes here are not those that were signed\n", bytes);
    } else if (signature->body_length >= 0 && signature->body_length < bytes) {
        g_string_append_printf(out,
                               "the first %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                               " bytes are signed (l=); anyone could have added the rest\n",
                               signature->body_length, bytes);
    } else {
        g_string_append_printf(out, "all %" G_GINT64_FORMAT " bytes are signed\n", bytes);
    }
}

static void signature_section(const Evidence *evidence, guint at, GString *out)
{
    const ViewSignature *signature =
        &g_array_index(evidence->view->signatures, ViewSignature, at);
    const EvidenceSignature *more = &g_array_index(evidence->signatures, EvidenceSignature, at);
    g_string_append_printf(out, "\nSignature %u: ", at + 1);
    append_safe(out, signature->result);
    g_string_append(out, " (");
    append_safe(out, signature->reason);
    g_string_append(out, ")\n" SECTION_INDENT);
    signature_text_claim(signature, out);
    g_string_append_c(out, '\n');
    maker(signature, out);
    when(signature, out);
    key(signature, more, out);
    section_label(out, "Signed");
    signature_text_fields(signature->signed_fields, out);
    g_string_append_c(out, '\n');
    unsigned_fields(&evidence->fields, signature->signed_fields, out);
    added_fields(&evidence->fields, signature->signed_fields, out);
    body(signature, more->body_bytes, out);
    if (*signature->caveats != '\0') {
        g_string_append(out, SECTION_INDENT "Caveats\n");
        message_view_append_caveats(out, signature->caveats, SECTION_INDENT SECTION_INDENT);
    }
}

void evidence_write_text(const Evidence *evidence, GString *out)
{
    const MessageView *view = evidence->view;
    heading(view, out);
    for (guint i = 0; i < view->signatures->len; i++) {
        signature_section(evidence, i, out);
    }
    message_view_append_domainkeys(view, out);
    message_view_append_arc(view, out);
    g_string_append_c(out, '\n');
    label(out, "Bytes");
    g_string_append_printf(out, "%" G_GINT64_FORMAT ", SHA-256 %s\n", view->size, view->sha256);
    if (evidence->bytes != NULL) {
        line(out, "", "read again from the source and the same");
        return;
    }
    label(out, "");
    g_string_append(out, "could not be read again: ");
    append_safe(out, evidence->bytes_fault);
    g_string_append_c(out, '\n');
}
