/* SPDX-License-Identifier: MIT */
#include "query/message_view.h"

#include "query/message_view_arc.h"
#include "query/message_view_caveat.h"
#include "query/message_view_domainkeys.h"
#include "query/search_output.h"
#include "query/signature_text.h"
#include "schema/problem.h"
#include "schema/terminal_text.h"

/* Every line of the body gets this in front: text from mail begins no line of ours, so it
 * cannot pose as a verdict. */
#define BODY_INDENT "    "

#define LABEL_COLUMNS 13

#define COLOR_GREEN "\x1b[32m"
#define COLOR_DIM   "\x1b[2m"
#define COLOR_END   "\x1b[0m"

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_PLAIN);
}

static void label(GString *out, const char *name)
{
    terminal_text_append_fitted(out, name, LABEL_COLUMNS);
}

static void line(GString *out, const char *name, const char *text)
{
    label(out, name);
    append_safe(out, text);
    g_string_append_c(out, '\n');
}

/* "Name <address>", one line a field. */
static void address_lines(const MessageView *view, GString *out, const char *role,
                          const char *name)
{
    bool any = false;
    for (guint i = 0; i < view->addresses->len; i++) {
        const ViewAddress *address = &g_array_index(view->addresses, ViewAddress, i);
        if (!g_str_equal(address->role, role)) {
            continue;
        }
        if (any) {
            g_string_append(out, ", ");
        } else {
            label(out, name);
        }
        any = true;
        append_safe(out, address->name);
        if (*address->address != '\0') {
            g_string_append(out, *address->name == '\0' ? "<" : " <");
            append_safe(out, address->address);
            g_string_append_c(out, '>');
        }
    }
    if (any) {
        g_string_append_c(out, '\n');
    }
}

static const char *date_source_words(const char *source)
{
    if (g_str_equal(source, "date")) {
        return "the Date field";
    }
    if (g_str_equal(source, "received")) {
        return "the oldest plausible Received field";
    }
    return g_str_equal(source, "envelope") ? "the mbox From line" : "no date was found";
}

static void date_line(const MessageView *view, GString *out)
{
    g_autofree char *date = search_date_text(view->has_date, view->date, "%Y-%m-%d %H:%M:%S");
    int64_t offset = view->date_offset_minutes;
    int64_t minutes = ABS(offset);
    label(out, "Date");
    if (!view->has_date) {
        g_string_append(out, "none\n");
        return;
    }
    g_string_append_printf(
        out, "%s UTC (written in %c%02" G_GINT64_FORMAT "%02" G_GINT64_FORMAT "; from %s)\n",
        date, offset < 0 ? '-' : '+', minutes / 60, minutes % 60,
        date_source_words(view->date_source));
}

static void headers(const MessageView *view, GString *out)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, view->id);
    line(out, "Id", id);
    address_lines(view, out, "from", "From");
    address_lines(view, out, "sender", "Sender");
    address_lines(view, out, "reply-to", "Reply-To");
    address_lines(view, out, "to", "To");
    address_lines(view, out, "cc", "Cc");
    address_lines(view, out, "bcc", "Bcc");
    date_line(view, out);
    line(out, "Subject", view->subject);
    line(out, "Message-ID", *view->msgid == '\0' ? "none" : view->msgid);
    if (view->twins > 0) {
        g_string_append_printf(out,
                               "%-13s%" G_GINT64_FORMAT
                               " other message%s with this Message-ID and other bytes\n",
                               "Twins", view->twins, view->twins == 1 ? "" : "s");
    }
}

static void claim_line(GString *out, const ViewClaim *claim)
{
    g_string_append(out, "  ");
    append_safe(out, *claim->authserv_id == '\0' ? "(unnamed)" : claim->authserv_id);
    g_string_append(out, ": ");
    append_safe(out, *claim->method == '\0' ? "no check" : claim->method);
    g_string_append_c(out, '=');
    append_safe(out, claim->result);
    if (*claim->reason != '\0') {
        g_string_append(out, " (");
        append_safe(out, claim->reason);
        g_string_append_c(out, ')');
    }
    if (*claim->properties != '\0') {
        g_string_append_c(out, ' ');
        append_safe(out, claim->properties);
    }
    g_string_append_c(out, '\n');
}

/* Fields that anybody can write. */
static void claims(const MessageView *view, GString *out)
{
    if (view->claims->len > 0) {
        g_string_append(out, "\nClaims (not checked)\n");
    }
    for (guint i = 0; i < view->claims->len; i++) {
        claim_line(out, &g_array_index(view->claims, ViewClaim, i));
    }
}

static void verdict(const MessageView *view, GString *out, bool color)
{
    bool is_verified = g_str_equal(view->level, "verified");
    g_string_append_c(out, '\n');
    label(out, "Verdict");
    g_string_append(out, color && is_verified ? COLOR_GREEN : "");
    g_string_append(out, view->signatures->len == 0
                             ? "not signed"
                             : search_verdict_mark(view->level, view->dkim));
    g_string_append(out, color && is_verified ? COLOR_END : "");
    g_string_append_printf(out, " (dkim:%s)\n", view->dkim);
    message_view_append_caveats(out, view->caveats, "  ");
    for (guint i = 0; i < view->signatures->len; i++) {
        signature_text_brief(&g_array_index(view->signatures, ViewSignature, i), i + 1, out);
    }
    if (view->signatures->len > 0) {
        g_string_append_printf(
            out, "  waxseal-query verify %" G_GINT64_FORMAT " says more of them\n", view->id);
    }
}

static void places(const MessageView *view, GString *out)
{
    g_string_append_printf(out, "\nBytes        %" G_GINT64_FORMAT ", SHA-256 %s\n", view->size,
                           view->sha256);
    for (guint i = 0; i < view->places->len; i++) {
        const ViewPlace *place = &g_array_index(view->places, ViewPlace, i);
        g_string_append(out, "  ");
        append_safe(out, place->path);
        g_string_append_printf(out, " at %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " bytes",
                               place->offset, place->length);
        if (*place->folder != '\0') {
            g_string_append(out, ", folder ");
            append_safe(out, place->folder);
        }
        g_string_append(out, g_str_equal(place->state, "replaced")
                                 ? " (that file was replaced since)\n"
                                 : "\n");
    }
}

static const char *problem_words(const char *word)
{
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        if (g_str_equal(problem_word((Problem)i), word)) {
            return problem_meaning((Problem)i);
        }
    }
    return "";
}

static void problems(const MessageView *view, GString *out)
{
    if (view->problems->len > 0) {
        g_string_append(out, "\nProblems\n");
    }
    for (guint i = 0; i < view->problems->len; i++) {
        const char *word = g_ptr_array_index(view->problems, i);
        g_string_append(out, "  ");
        append_safe(out, word);
        g_string_append_printf(out, ": %s\n", problem_words(word));
    }
}

static void attachments(const MessageView *view, GString *out)
{
    if (view->attachments->len > 0) {
        g_string_append(out, "\nAttachments\n");
    }
    for (guint i = 0; i < view->attachments->len; i++) {
        const ViewAttachment *attachment = &g_array_index(view->attachments, ViewAttachment, i);
        const char *type = *attachment->sniffed_type != '\0' ? attachment->sniffed_type
                                                             : attachment->declared_type;
        g_string_append_printf(out, "  @%u  part ", i + 1);
        append_safe(out, attachment->part);
        g_string_append_printf(out, "  %10" G_GINT64_FORMAT "  ", attachment->size);
        append_safe(out, type);
        g_string_append(out, "  ");
        append_safe(out, *attachment->name == '\0' ? "(no name)" : attachment->name);
        g_string_append(out, attachment->is_inline ? "  (inline)\n" : "\n");
        if (*attachment->sniffed_type != '\0' &&
            !g_str_equal(attachment->sniffed_type, attachment->declared_type)) {
            g_string_append(out, "    declared as ");
            append_safe(out, attachment->declared_type);
            g_string_append_c(out, '\n');
        }
        g_string_append_printf(out, "    SHA-256 %s\n", attachment->sha256);
    }
}

/* A line of an older mail that this one answers to. */
static bool is_quote(const char *line)
{
    return line[strspn(line, " ")] == '>';
}

static void body(const MessageView *view, GString *out, bool color)
{
    g_autoptr(GString) safe = g_string_new(NULL);
    terminal_text_append(safe, slice_of_string(view->body), TERMINAL_TEXT_BLOCK);
    g_string_append(out, "\nText\n");
    const char *at = safe->str;
    while (*at != '\0') {
        const char *end = strchrnul(at, '\n');
        if (end > at) {
            const bool is_dim = color && is_quote(at);
            g_string_append(out, is_dim ? BODY_INDENT COLOR_DIM : BODY_INDENT);
            g_string_append_len(out, at, end - at);
            g_string_append(out, is_dim ? COLOR_END : "");
        }
        g_string_append_c(out, '\n');
        at = *end == '\0' ? end : end + 1;
    }
}

void message_view_write_text(const MessageView *view, GString *out, bool color)
{
    headers(view, out);
    verdict(view, out, color);
    notes_write_text(&view->notes, out);
    message_view_append_domainkeys(view, out);
    message_view_append_arc(view, out);
    claims(view, out);
    places(view, out);
    problems(view, out);
    attachments(view, out);
    body(view, out, color);
}
