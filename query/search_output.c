/* SPDX-License-Identifier: MIT */
#include "query/search_output.h"

#include "query/csv_writer.h"
#include "schema/json_writer.h"
#include "schema/record.h"
#include "schema/terminal_text.h"

#define HEX_BYTES ((size_t)2 * SHA256_BYTES + 1)

/* Columns of the table. The subject gets what is left, and at least this. */
#define DATE_COLUMNS        10
#define MARK_COLUMNS        10
#define SENDER_COLUMNS      22
#define SUBJECT_MIN_COLUMNS 20

#define COLOR_GREEN  "\x1b[32m"
#define COLOR_YELLOW "\x1b[33m"
#define COLOR_RED    "\x1b[31m"
#define COLOR_DIM    "\x1b[2m"
#define COLOR_BOLD   "\x1b[1m"
#define COLOR_END    "\x1b[0m"

const char *search_verdict_mark(const char *level, const char *dkim)
{
    static const struct {
        const char *word;
        const char *mark;
    } marks[] = {{"pass", "pass"}, {"fail", "fail"}, {"nokey", "nokey"}, {"error", "error"}};
    if (g_str_equal(level, "verified")) {
        return "✔ verified";
    }
    if (g_str_equal(level, "limited")) {
        return "~ limited";
    }
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        if (g_str_equal(dkim, marks[i].word)) {
            return marks[i].mark;
        }
    }
    return "-";
}

char *search_date_text(bool has_date, int64_t date, const char *format)
{
    g_autoptr(GDateTime) time = has_date ? g_date_time_new_from_unix_utc(date) : NULL;
    return time == NULL ? g_strdup("") : g_date_time_format(time, format);
}

static void hex_of(const uint8_t *bytes, char hex[HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[HEX_BYTES - 1] = '\0';
}

static void begin_nothing(GString *out)
{
    (void)out;
}

static const char *mark_color(const char *level, const char *dkim)
{
    if (g_strcmp0(level, "verified") == 0) {
        return COLOR_GREEN;
    }
    if (g_strcmp0(level, "limited") == 0) {
        return COLOR_YELLOW;
    }
    return g_strcmp0(dkim, "fail") == 0 ? COLOR_RED : COLOR_DIM;
}

static void append_colored(GString *out, bool color, const char *sequence)
{
    if (color) {
        g_string_append(out, sequence);
    }
}

void search_append_mark(GString *out, const char *level, const char *dkim, bool color)
{
    const char *mark = level == NULL ? "missing" : search_verdict_mark(level, dkim);
    append_colored(out, color, mark_color(level, dkim));
    terminal_text_append_fitted(out, mark, MARK_COLUMNS);
    append_colored(out, color, COLOR_END);
}

/* Appends a piece of text from mail within `room` columns. Returns: columns left. */
static size_t append_within(GString *out, Slice piece, size_t room)
{
    g_autofree char *safe = terminal_text_line(piece, TERMINAL_TEXT_CELL);
    for (const char *at = safe; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        size_t width = terminal_text_char_width(character);
        if (width > room) {
            return 0;
        }
        g_string_append_unichar(out, character);
        room -= width;
    }
    return room;
}

static void append_snippet(GString *out, const Snippet *snippet, const SearchLayout *layout)
{
    Slice text = slice_of(snippet->text->str, snippet->text->len);
    size_t room = layout->columns > 4 ? layout->columns - 4 : 0;
    size_t at = 0;
    g_string_append(out, "    ");
    for (guint i = 0; i < snippet->hits->len && room > 0; i++) {
        const TextHit *hit = &g_array_index(snippet->hits, TextHit, i);
        room = append_within(out, slice_of(text.ptr + at, hit->start - at), room);
        append_colored(out, layout->color, COLOR_BOLD);
        room = append_within(out, slice_of(text.ptr + hit->start, hit->end - hit->start), room);
        append_colored(out, layout->color, COLOR_END);
        at = hit->end;
    }
    append_within(out, slice_from(text, at), room);
    g_string_append_c(out, '\n');
}

static void table_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    g_autofree char *id = g_strdup_printf("%10" G_GINT64_FORMAT, hit->id);
    g_autofree char *date = search_date_text(hit->has_date, hit->date, "%Y-%m-%d");
    Slice who = hit->sender_name.len > 0 ? hit->sender_name : hit->sender_address;
    g_autofree char *sender = terminal_text_line(who, TERMINAL_TEXT_CELL);
    g_autofree char *subject = terminal_text_line(hit->subject, TERMINAL_TEXT_CELL);
    size_t used = strlen(id) + DATE_COLUMNS + MARK_COLUMNS + SENDER_COLUMNS + 8;
    size_t left = layout->columns > used ? layout->columns - used : 0;

    g_string_append_printf(out, "%s  ", id);
    terminal_text_append_fitted(out, date, DATE_COLUMNS);
    g_string_append(out, "  ");
    search_append_mark(out, hit->level, hit->dkim, layout->color);
    g_string_append(out, "  ");
    terminal_text_append_fitted(out, sender, SENDER_COLUMNS);
    g_string_append(out, "  ");
    terminal_text_append_fitted(out, subject, MAX(left, SUBJECT_MIN_COLUMNS));
    while (out->len > 0 && out->str[out->len - 1] == ' ') {
        g_string_truncate(out, out->len - 1);
    }
    g_string_append_c(out, '\n');
    if (hit->snippet->text->len > 0) {
        append_snippet(out, hit->snippet, layout);
    }
}

static void json_date(JsonWriter *writer, const char *key, bool has_date, int64_t date)
{
    if (!has_date) {
        json_writer_null(writer, key);
        return;
    }
    g_autofree char *text = search_date_text(true, date, "%Y-%m-%dT%H:%M:%SZ");
    json_writer_text(writer, key, text);
}

static void json_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    (void)layout;
    char hex[HEX_BYTES];
    hex_of(hit->sha256, hex);
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_integer(&writer, "id", hit->id);
    json_date(&writer, "date", hit->has_date, hit->date);
    json_writer_text(&writer, "date_source", hit->date_source);
    json_writer_text(&writer, "dkim", hit->dkim);
    json_writer_text(&writer, "level", hit->level);
    json_writer_words(&writer, "caveats", hit->caveats);
    json_writer_begin_object(&writer, "from");
    json_writer_string(&writer, "name", hit->sender_name);
    json_writer_string(&writer, "address", hit->sender_address);
    json_writer_end_object(&writer);
    json_writer_string(&writer, "subject", hit->subject);
    json_writer_string(&writer, "msgid", hit->msgid);
    json_writer_integer(&writer, "size", hit->size);
    json_writer_integer(&writer, "attachments", hit->attachments);
    json_writer_text(&writer, "sha256", hex);
    json_writer_string(&writer, "snippet",
                       slice_of(hit->snippet->text->str, hit->snippet->text->len));
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

static void csv_begin(GString *out)
{
    static const char *const names[] = {"id",      "date",      "dkim",         "level",
                                        "caveats", "from_name", "from_address", "subject",
                                        "msgid",   "size",      "attachments",  "sha256"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        csv_writer_text(out, i == 0, slice_of_string(names[i]));
    }
    csv_writer_end(out);
}

static void csv_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    (void)layout;
    char hex[HEX_BYTES];
    hex_of(hit->sha256, hex);
    g_autofree char *date = search_date_text(hit->has_date, hit->date, "%Y-%m-%dT%H:%M:%SZ");
    csv_writer_integer(out, true, hit->id);
    csv_writer_text(out, false, slice_of_string(date));
    csv_writer_text(out, false, slice_of_string(hit->dkim));
    csv_writer_text(out, false, slice_of_string(hit->level));
    csv_writer_text(out, false, slice_of_string(hit->caveats));
    csv_writer_text(out, false, hit->sender_name);
    csv_writer_text(out, false, hit->sender_address);
    csv_writer_text(out, false, hit->subject);
    csv_writer_text(out, false, hit->msgid);
    csv_writer_integer(out, false, hit->size);
    csv_writer_integer(out, false, hit->attachments);
    csv_writer_text(out, false, slice_of_string(hex));
    csv_writer_end(out);
}

static void null_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    (void)layout;
    g_string_append_printf(out, "%" G_GINT64_FORMAT, hit->id);
    g_string_append_c(out, '\0');
}

const SearchFormat search_format_table = {"table", begin_nothing, table_hit};
const SearchFormat search_format_json = {"json", begin_nothing, json_hit};
const SearchFormat search_format_csv = {"csv", csv_begin, csv_hit};
const SearchFormat search_format_null = {"null", begin_nothing, null_hit};
