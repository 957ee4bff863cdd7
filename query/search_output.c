/* SPDX-License-Identifier: MIT */
#include "query/search_output.h"

#include "query/csv_writer.h"
#include "schema/json_writer.h"
#include "schema/record.h"
#include "schema/terminal_text.h"

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

static void begin_nothing(GString *out, const SearchLayout *layout)
{
    (void)out;
    (void)layout;
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

/* "    [read to-check, 2 notes]" */
static void append_notes(GString *out, const SearchHit *hit)
{
    g_autofree char *tags = terminal_text_line(slice_of_string(hit->tags), TERMINAL_TEXT_PLAIN);
    g_string_append_printf(out, "    [%s", tags);
    if (hit->notes > 0) {
        g_string_append_printf(out, "%s%" G_GINT64_FORMAT " %s", *tags == '\0' ? "" : ", ",
                               hit->notes, hit->notes == 1 ? "note" : "notes");
    }
    g_string_append(out, "]\n");
}

static void table_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    g_autofree char *id = g_strdup_printf("%10" G_GINT64_FORMAT, hit->id);
    g_autofree char *date = search_date_text(hit->has_date, hit->date, "%Y-%m-%d");
    Slice who = hit->sender_name.len > 0 ? hit->sender_name : hit->sender_address;
    g_autofree char *sender = terminal_text_line(who, TERMINAL_TEXT_CELL);
    g_autoptr(GString) subject = g_string_new(NULL);
    if (layout->by_thread) {
        g_string_append_printf(subject, "[%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "] ",
                               hit->thread_hits, hit->thread_messages);
    }
    terminal_text_append(subject, hit->subject, TERMINAL_TEXT_CELL);
    size_t used = strlen(id) + DATE_COLUMNS + MARK_COLUMNS + SENDER_COLUMNS + 8;
    size_t left = layout->columns > used ? layout->columns - used : 0;

    g_string_append_printf(out, "%s  ", id);
    terminal_text_append_fitted(out, date, DATE_COLUMNS);
    g_string_append(out, "  ");
    search_append_mark(out, hit->level, hit->dkim, layout->color);
    g_string_append(out, "  ");
    terminal_text_append_fitted(out, sender, SENDER_COLUMNS);
    g_string_append(out, "  ");
    terminal_text_append_fitted(out, subject->str, MAX(left, SUBJECT_MIN_COLUMNS));
    while (out->len > 0 && out->str[out->len - 1] == ' ') {
        g_string_truncate(out, out->len - 1);
    }
    g_string_append_c(out, '\n');
    if (*hit->tags != '\0' || hit->notes > 0) {
        append_notes(out, hit);
    }
    if (hit->snippet->text->len > 0) {
        append_snippet(out, hit->snippet, layout);
    }
}

/* What a format lists when nothing is chosen; those of threads only by thread. */
static const SearchField json_fields[] = {
    SEARCH_FIELD_ID,     SEARCH_FIELD_DATE,    SEARCH_FIELD_DATE_SOURCE, SEARCH_FIELD_DKIM,
    SEARCH_FIELD_LEVEL,  SEARCH_FIELD_CAVEATS, SEARCH_FIELD_FROM,        SEARCH_FIELD_SUBJECT,
    SEARCH_FIELD_MSGID,  SEARCH_FIELD_SIZE,    SEARCH_FIELD_ATTACHMENTS, SEARCH_FIELD_SHA256,
    SEARCH_FIELD_THREAD, SEARCH_FIELD_HITS,    SEARCH_FIELD_MESSAGES,    SEARCH_FIELD_SNIPPET,
    SEARCH_FIELD_TAGS,   SEARCH_FIELD_NOTES,   SEARCH_FIELD_CURSOR,
};
static const SearchField csv_fields[] = {
    SEARCH_FIELD_ID,           SEARCH_FIELD_DATE,        SEARCH_FIELD_DKIM,
    SEARCH_FIELD_LEVEL,        SEARCH_FIELD_CAVEATS,     SEARCH_FIELD_FROM_NAME,
    SEARCH_FIELD_FROM_ADDRESS, SEARCH_FIELD_SUBJECT,     SEARCH_FIELD_MSGID,
    SEARCH_FIELD_SIZE,         SEARCH_FIELD_ATTACHMENTS, SEARCH_FIELD_SHA256,
    SEARCH_FIELD_THREAD,       SEARCH_FIELD_HITS,        SEARCH_FIELD_MESSAGES,
    SEARCH_FIELD_TAGS,         SEARCH_FIELD_NOTES,
};

typedef struct {
    const SearchField *fields;
    size_t n_fields;
} FieldList;

#define FIELDS_OF(layout, own)                                                                 \
    ((layout)->fields == NULL                                                                  \
         ? (FieldList){(own), G_N_ELEMENTS(own)}                                               \
         : (FieldList){(const SearchField *)(const void *)(layout)->fields->data,              \
                       (layout)->fields->len})

static bool is_listed(SearchField field, const SearchLayout *layout)
{
    return layout->fields != NULL || layout->by_thread ||
           (field != SEARCH_FIELD_HITS && field != SEARCH_FIELD_MESSAGES);
}

static void json_cell(JsonWriter *writer, SearchField field, const SearchHit *hit,
                      GString *scratch)
{
    const char *key = search_field_name(field);
    const SearchCell cell = search_field_cell(field, hit, scratch);
    switch (cell.kind) {
    case SEARCH_CELL_NONE:
        json_writer_null(writer, key);
        break;
    case SEARCH_CELL_INTEGER:
        json_writer_integer(writer, key, cell.integer);
        break;
    case SEARCH_CELL_TEXT:
        json_writer_string(writer, key, cell.text);
        break;
    case SEARCH_CELL_WORDS:
        json_writer_words(writer, key, cell.text.ptr);
        break;
    case SEARCH_CELL_MAILBOX:
        json_writer_begin_object(writer, key);
        json_writer_string(writer, "name", hit->sender_name);
        json_writer_string(writer, "address", hit->sender_address);
        json_writer_end_object(writer);
        break;
    }
}

static void json_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    const FieldList list = FIELDS_OF(layout, json_fields);
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    for (size_t i = 0; i < list.n_fields; i++) {
        if (is_listed(list.fields[i], layout)) {
            json_cell(&writer, list.fields[i], hit, scratch);
        }
    }
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

static void csv_begin(GString *out, const SearchLayout *layout)
{
    const FieldList list = FIELDS_OF(layout, csv_fields);
    CsvWriter writer = csv_writer_on(out, layout->separator);
    for (size_t i = 0; i < list.n_fields; i++) {
        if (is_listed(list.fields[i], layout)) {
            csv_writer_text(&writer, slice_of_string(search_field_name(list.fields[i])));
        }
    }
    csv_writer_end(&writer);
}

static void csv_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    const FieldList list = FIELDS_OF(layout, csv_fields);
    CsvWriter writer = csv_writer_on(out, layout->separator);
    for (size_t i = 0; i < list.n_fields; i++) {
        if (!is_listed(list.fields[i], layout)) {
            continue;
        }
        const SearchCell cell = search_field_cell(list.fields[i], hit, scratch);
        if (cell.kind == SEARCH_CELL_INTEGER) {
            csv_writer_integer(&writer, cell.integer);
        } else {
            csv_writer_text(&writer, cell.text);
        }
    }
    csv_writer_end(&writer);
}

static void tabs_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    const FieldList list = FIELDS_OF(layout, csv_fields);
    for (size_t i = 0; i < list.n_fields; i++) {
        const SearchCell cell = search_field_cell(list.fields[i], hit, scratch);
        g_string_append(out, i == 0 ? "" : "\t");
        if (cell.kind == SEARCH_CELL_INTEGER) {
            g_string_append_printf(out, "%" G_GINT64_FORMAT, cell.integer);
        } else {
            terminal_text_append(out, cell.text, TERMINAL_TEXT_CELL);
        }
    }
    g_string_append_c(out, '\n');
}

static void null_hit(GString *out, const SearchHit *hit, const SearchLayout *layout)
{
    (void)layout;
    g_string_append_printf(out, "%" G_GINT64_FORMAT, hit->id);
    g_string_append_c(out, '\0');
}

const SearchFormat search_format_table = {"table", begin_nothing, table_hit};
const SearchFormat search_format_tabs = {"tabs", begin_nothing, tabs_hit};
const SearchFormat search_format_json = {"json", begin_nothing, json_hit};
const SearchFormat search_format_csv = {"csv", csv_begin, csv_hit};
const SearchFormat search_format_null = {"null", begin_nothing, null_hit};
