/* SPDX-License-Identifier: MIT */
#include "query/message_html.h"

#include "query/confined.h"
#include "query/html_sanitizer.h"
#include "query/message_html_css.h"
#include "query/message_part.h"
#include "query/message_view_caveat.h"
#include "query/search_output.h"
#include "query/signature_text.h"
#include "schema/html_tag.h"
#include "schema/sniff.h"

/* Photographs have some MB; a page with more than this is slow in every browser. */
#define IMAGE_BYTES_MAX  ((size_t)8 << 20)
#define IMAGES_BYTES_MAX ((size_t)32 << 20)

/* Nothing may be loaded or run; inline style and pictures in the page are all that is left. */
#define POLICY                                                                                 \
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "          \
    "form-action 'none'; frame-src 'none'; object-src 'none'; script-src 'none'"

typedef struct {
    GBytes *message;
    const MessageView *view;
} Request;

/* What is collected from the message before the page is written. */
typedef struct {
    MessagePartReader *reader;
    GHashTable *images; /* Content-ID -> "data:" address */
    size_t image_bytes;
    GString *html; /* the mail's own HTML, made safe */
    HtmlFindings findings;
} Page;

static const char *find_image(gpointer data, const char *content_id)
{
    return g_hash_table_lookup(data, content_id);
}

/* Formats that are pixels and nothing else. */
static bool is_picture(const char *type)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/gif", "image/webp"};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_strcmp0(type, types[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Keeps a picture that HTML may name, by what it is and not by what it is said to be. */
static void collect_image(const MessagePart *part, gpointer data)
{
    Page *page = data;
    const ContentHeader *content = &part->part->content;
    if (part->kind != MESSAGE_PART_LEAF || content->id->len == 0 ||
        g_hash_table_contains(page->images, content->id->str)) {
        return;
    }
    g_autoptr(GString) bytes = g_string_new(NULL);
    message_part_decode(part, IMAGE_BYTES_MAX + 1, bytes);
    const char *type = sniff_type(slice_of(bytes->str, MIN(bytes->len, SNIFF_BYTES)),
                                  bytes->len <= SNIFF_BYTES);
    if (!is_picture(type) || bytes->len > IMAGE_BYTES_MAX ||
        page->image_bytes + bytes->len > IMAGES_BYTES_MAX) {
        return;
    }
    g_autofree char *encoded = g_base64_encode((const guchar *)bytes->str, bytes->len);
    page->image_bytes += bytes->len;
    g_hash_table_insert(page->images, g_strdup(content->id->str),
                        g_strdup_printf("data:%s;base64,%s", type, encoded));
}

/* HTML that a mail program shows as the message. */
static bool is_shown_html(const MessagePart *part)
{
    const ContentHeader *content = &part->part->content;
    return part->kind == MESSAGE_PART_LEAF && content_header_is(content, "text", "html") &&
           content->disposition != DISPOSITION_ATTACHMENT;
}

static void collect_html(const MessagePart *part, gpointer data)
{
    Page *page = data;
    if (!is_shown_html(part)) {
        return;
    }
    const ContentHeader *content = &part->part->content;
    const HtmlImages images = {find_image, page->images};
    ProblemSet ignored = 0;
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    message_part_decode(part, PART_TEXT_MAX, bytes);
    const Slice raw = slice_of(bytes->str, bytes->len);
    const Slice charset = content->charset->len > 0
                              ? slice_of(content->charset->str, content->charset->len)
                              : html_tag_declared_charset(raw);
    charset_decoder_append(message_part_reader_charsets(page->reader), charset, raw, text,
                           &ignored);
    HtmlWriter writer = html_writer_on(page->html);
    html_writer_begin(&writer, "section");
    html_sanitizer_run(slice_of(text->str, text->len), &images, &writer, &page->findings);
    html_writer_end(&writer, "section");
}

static void write_head(HtmlWriter *writer, const MessageView *view)
{
    html_writer_markup(writer, "<!DOCTYPE html>\n");
    html_writer_begin(writer, "html");
    html_writer_begin(writer, "head");
    html_writer_markup(writer, "<meta charset=\"utf-8\">\n"
                               "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY
                               "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    html_writer_element(writer, "title", view->subject);
    html_writer_markup(writer, "\n<style>\n");
    html_writer_markup(writer, message_html_css);
    html_writer_markup(writer, "</style>\n</head>\n<body>\n");
}

/* What was done to the mail's HTML; nothing about what did not happen. */
static void write_findings(HtmlWriter *writer, const HtmlFindings *findings)
{
    const struct {
        unsigned count;
        const char *words;
    } lines[] = {
        {findings->n_images, "Remote images that are not loaded"},
        {findings->n_links, "Links removed"},
        {findings->n_scripts, "Elements removed that run, load or ask for something"},
        {findings->n_hidden, "Elements that the mail hides, shown with a dashed line"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (lines[i].count > 0) {
            g_autofree char *count =
                g_strdup_printf(" %s: %u.", lines[i].words, lines[i].count);
            html_writer_string(writer, count);
        }
    }
}

static void write_notice(HtmlWriter *writer, const MessageView *view,
                         const HtmlFindings *findings)
{
    g_autofree char *words = g_strdup_printf("A rendition of message %" G_GINT64_FORMAT
                                             " made by Waxseal, not the mail itself: nothing "
                                             "in it runs, and nothing is loaded. The exact "
                                             "bytes (waxseal-query show --raw) have the "
                                             "SHA-256 %s.",
                                             view->id, view->sha256);
    html_writer_begin(writer, "p");
    html_writer_attribute_text(writer, "class", "notice");
    html_writer_string(writer, words);
    write_findings(writer, findings);
    html_writer_end(writer, "p");
}

static const char *verdict_class(const MessageView *view)
{
    if (g_str_equal(view->level, "verified") || g_str_equal(view->level, "limited")) {
        return view->level;
    }
    return g_str_equal(view->dkim, "fail") ? "fail" : "other";
}

static void write_verdict(HtmlWriter *writer, const MessageView *view)
{
    g_autoptr(GString) reasons = g_string_new(NULL);
    const bool is_signed = view->signatures->len > 0;
    html_writer_begin(writer, "p");
    html_writer_string(writer, "Verdict: ");
    html_writer_begin(writer, "span");
    html_writer_attribute_text(writer, "class", verdict_class(view));
    html_writer_string(writer,
                       is_signed ? search_verdict_mark(view->level, view->dkim) : "not signed");
    html_writer_end(writer, "span");
    html_writer_string(writer, " (dkim:");
    html_writer_string(writer, view->dkim);
    html_writer_string(writer, ")");
    html_writer_end(writer, "p");
    message_view_append_caveats(reasons, view->caveats, "");
    for (guint i = 0; i < view->signatures->len; i++) {
        signature_text_brief(&g_array_index(view->signatures, ViewSignature, i), i + 1,
                             reasons);
    }
    if (reasons->len > 0) {
        html_writer_element(writer, "pre", reasons->str);
    }
}

static void write_term(HtmlWriter *writer, const char *name, const char *value)
{
    if (*value != '\0') {
        html_writer_element(writer, "dt", name);
        html_writer_element(writer, "dd", value);
    }
}

static void write_addresses(HtmlWriter *writer, const MessageView *view, const char *role,
                            const char *name)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < view->addresses->len; i++) {
        const ViewAddress *address = &g_array_index(view->addresses, ViewAddress, i);
        if (g_str_equal(address->role, role)) {
            g_string_append_printf(all, "%s%s%s<%s>", all->len > 0 ? ", " : "", address->name,
                                   *address->name == '\0' ? "" : " ", address->address);
        }
    }
    write_term(writer, name, all->str);
}

static void write_fields(HtmlWriter *writer, const MessageView *view)
{
    static const char *const roles[][2] = {
        {"from", "From"}, {"sender", "Sender"}, {"reply-to", "Reply-To"},
        {"to", "To"},     {"cc", "Cc"},         {"bcc", "Bcc"}};
    g_autofree char *date =
        search_date_text(view->has_date, view->date, "%Y-%m-%d %H:%M:%S UTC");
    html_writer_begin(writer, "dl");
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        write_addresses(writer, view, roles[i][0], roles[i][1]);
    }
    write_term(writer, "Date", date);
    write_term(writer, "Message-ID", view->msgid);
    html_writer_end(writer, "dl");
}

static void write_attachments(HtmlWriter *writer, const MessageView *view)
{
    g_autofree char *summary = g_strdup_printf("%u attachment%s", view->attachments->len,
                                               view->attachments->len == 1 ? "" : "s");
    if (view->attachments->len == 0) {
        return;
    }
    html_writer_begin(writer, "details");
    html_writer_element(writer, "summary", summary);
    html_writer_begin(writer, "dl");
    for (guint i = 0; i < view->attachments->len; i++) {
        const ViewAttachment *attachment = &g_array_index(view->attachments, ViewAttachment, i);
        g_autofree char *name = g_strdup_printf("@%u", i + 1);
        g_autofree char *words =
            g_strdup_printf("%s (%s, %" G_GINT64_FORMAT " bytes, SHA-256 %s)",
                            *attachment->name == '\0' ? "no name" : attachment->name,
                            *attachment->sniffed_type == '\0' ? attachment->declared_type
                                                              : attachment->sniffed_type,
                            attachment->size, attachment->sha256);
        write_term(writer, name, words);
    }
    html_writer_end(writer, "dl");
    html_writer_end(writer, "details");
}

/* The text that the archive has: all there is of a mail without HTML. */
static void write_text(HtmlWriter *writer, const MessageView *view, bool has_html)
{
    if (has_html) {
        html_writer_markup(writer, "\n<details><summary>The text as it is searched</summary>");
        html_writer_element(writer, "pre", view->body);
        html_writer_markup(writer, "</details>");
        return;
    }
    html_writer_begin(writer, "section");
    html_writer_element(writer, "pre", view->body);
    html_writer_end(writer, "section");
}

static void write_page(HtmlWriter *writer, const MessageView *view, const Page *page)
{
    write_head(writer, view);
    html_writer_begin(writer, "header");
    html_writer_element(writer, "h1", *view->subject == '\0' ? "(no subject)" : view->subject);
    write_notice(writer, view, &page->findings);
    write_verdict(writer, view);
    write_fields(writer, view);
    write_attachments(writer, view);
    html_writer_end(writer, "header");
    html_writer_markup(writer, "\n<p class=\"label\">What follows was written by the sender "
                               "of the mail.</p>\n");
    html_writer_markup(writer, page->html->str);
    write_text(writer, view, page->html->len > 0);
    html_writer_markup(writer, "\n</body></html>\n");
}

static gpointer prepare(void)
{
    return message_part_reader_new();
}

static void work(gpointer prepared, gpointer input, ConfinedSink *sink)
{
    const Request *request = input;
    gsize size = 0;
    const char *data = g_bytes_get_data(request->message, &size);
    Page page = {.reader = prepared,
                 .images = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                 .html = g_string_new(NULL)};
    g_autoptr(GString) out = g_string_new(NULL);
    HtmlWriter writer = html_writer_on(out);
    message_part_visit(page.reader, slice_of(data, size), collect_image, &page);
    message_part_visit(page.reader, slice_of(data, size), collect_html, &page);
    write_page(&writer, request->view, &page);
    confined_write(sink, out->str, out->len);
    g_string_free(page.html, true);
    g_hash_table_unref(page.images);
}

GBytes *message_html_make(GBytes *message, const MessageView *view, GError **error)
{
    static const ConfinedJob job = {prepare, work};
    Request request = {message, view};
    return confined_run(&job, &request, error);
}
