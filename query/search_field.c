/* SPDX-License-Identifier: MIT */
#include "query/search_field.h"

#include "query/search_output.h"
#include "schema/nearest_word.h"
#include "schema/record.h"

static const char *const names[SEARCH_FIELD_COUNT] = {
    [SEARCH_FIELD_ID] = "id",
    [SEARCH_FIELD_DATE] = "date",
    [SEARCH_FIELD_DATE_SOURCE] = "date_source",
    [SEARCH_FIELD_DKIM] = "dkim",
    [SEARCH_FIELD_LEVEL] = "level",
    [SEARCH_FIELD_CAVEATS] = "caveats",
    [SEARCH_FIELD_FROM] = "from",
    [SEARCH_FIELD_FROM_NAME] = "from_name",
    [SEARCH_FIELD_FROM_ADDRESS] = "from_address",
    [SEARCH_FIELD_SUBJECT] = "subject",
    [SEARCH_FIELD_MSGID] = "msgid",
    [SEARCH_FIELD_SIZE] = "size",
    [SEARCH_FIELD_ATTACHMENTS] = "attachments",
    [SEARCH_FIELD_SHA256] = "sha256",
    [SEARCH_FIELD_SNIPPET] = "snippet",
    [SEARCH_FIELD_THREAD] = "thread",
    [SEARCH_FIELD_HITS] = "hits",
    [SEARCH_FIELD_MESSAGES] = "messages",
    [SEARCH_FIELD_TAGS] = "tags",
    [SEARCH_FIELD_NOTES] = "notes",
    [SEARCH_FIELD_CURSOR] = "cursor",
};

const char *search_field_name(SearchField field)
{
    g_assert(field < SEARCH_FIELD_COUNT);
    return names[field];
}

static bool find_field(const char *name, SearchField *ret_field)
{
    for (size_t i = 0; i < SEARCH_FIELD_COUNT; i++) {
        if (g_str_equal(names[i], name)) {
            *ret_field = (SearchField)i;
            return true;
        }
    }
    return false;
}

char *search_field_parse(const char *list, GArray *fields)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);
    for (char **word = words; *word != NULL; word++) {
        SearchField field = SEARCH_FIELD_COUNT;
        const char *name = g_strstrip(*word);
        if (find_field(name, &field)) {
            g_array_append_val(fields, field);
            continue;
        }
        const char *nearest = nearest_word_of(slice_of_string(name), names, SEARCH_FIELD_COUNT);
        if (nearest != NULL) {
            return g_strdup_printf("--fields: unknown field \"%s\", did you mean \"%s\"?", name,
                                   nearest);
        }
        g_autoptr(GString) all = g_string_new(NULL);
        for (size_t i = 0; i < SEARCH_FIELD_COUNT; i++) {
            g_string_append_printf(all, " %s", names[i]);
        }
        return g_strdup_printf("--fields: unknown field \"%s\"; there are%s", name, all->str);
    }
    return NULL;
}

static SearchCell text_cell(Slice text)
{
    return (SearchCell){.kind = SEARCH_CELL_TEXT, .text = text};
}

static SearchCell string_cell(const char *text)
{
    return text_cell(slice_of_string(text));
}

static SearchCell integer_cell(int64_t value)
{
    return (SearchCell){.kind = SEARCH_CELL_INTEGER, .integer = value};
}

static SearchCell scratch_cell(const GString *scratch)
{
    return text_cell(slice_of(scratch->str, scratch->len));
}

static SearchCell date_cell(const SearchHit *hit, GString *scratch)
{
    if (!hit->has_date) {
        return (SearchCell){.kind = SEARCH_CELL_NONE};
    }
    g_autofree char *text = search_date_text(true, hit->date, "%Y-%m-%dT%H:%M:%SZ");
    g_string_assign(scratch, text);
    return scratch_cell(scratch);
}

static SearchCell mailbox_cell(const SearchHit *hit, GString *scratch)
{
    g_string_truncate(scratch, 0);
    g_string_append_len(scratch, hit->sender_name.ptr, (gssize)hit->sender_name.len);
    g_string_append(scratch, hit->sender_name.len > 0 ? " <" : "<");
    g_string_append_len(scratch, hit->sender_address.ptr, (gssize)hit->sender_address.len);
    g_string_append_c(scratch, '>');
    SearchCell cell = scratch_cell(scratch);
    cell.kind = SEARCH_CELL_MAILBOX;
    return cell;
}

static SearchCell hash_cell(const SearchHit *hit, GString *scratch)
{
    g_string_truncate(scratch, 0);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        g_string_append_printf(scratch, "%02x", hit->sha256[i]);
    }
    return scratch_cell(scratch);
}

static SearchCell cursor_cell(const SearchHit *hit, GString *scratch)
{
    if (hit->sort == QUERY_SORT_RELEVANCE) {
        return (SearchCell){.kind = SEARCH_CELL_NONE};
    }
    g_string_printf(scratch, "%s:%" G_GINT64_FORMAT, query_sort_name(hit->sort), hit->id);
    return scratch_cell(scratch);
}

SearchCell search_field_cell(SearchField field, const SearchHit *hit, GString *scratch)
{
    switch (field) {
    case SEARCH_FIELD_ID:
        return integer_cell(hit->id);
    case SEARCH_FIELD_DATE:
        return date_cell(hit, scratch);
    case SEARCH_FIELD_DATE_SOURCE:
        return string_cell(hit->date_source);
    case SEARCH_FIELD_DKIM:
        return string_cell(hit->dkim);
    case SEARCH_FIELD_LEVEL:
        return string_cell(hit->level);
    case SEARCH_FIELD_CAVEATS:
        return (SearchCell){.kind = SEARCH_CELL_WORDS, .text = slice_of_string(hit->caveats)};
    case SEARCH_FIELD_FROM:
        return mailbox_cell(hit, scratch);
    case SEARCH_FIELD_FROM_NAME:
        return text_cell(hit->sender_name);
    case SEARCH_FIELD_FROM_ADDRESS:
        return text_cell(hit->sender_address);
    case SEARCH_FIELD_SUBJECT:
        return text_cell(hit->subject);
    case SEARCH_FIELD_MSGID:
        return text_cell(hit->msgid);
    case SEARCH_FIELD_SIZE:
        return integer_cell(hit->size);
    case SEARCH_FIELD_ATTACHMENTS:
        return integer_cell(hit->attachments);
    case SEARCH_FIELD_SHA256:
        return hash_cell(hit, scratch);
    case SEARCH_FIELD_SNIPPET:
        return text_cell(slice_of(hit->snippet->text->str, hit->snippet->text->len));
    case SEARCH_FIELD_THREAD:
        return integer_cell(hit->thread_id);
    case SEARCH_FIELD_HITS:
        return integer_cell(hit->thread_hits);
    case SEARCH_FIELD_MESSAGES:
        return integer_cell(hit->thread_messages);
    case SEARCH_FIELD_TAGS:
        return (SearchCell){.kind = SEARCH_CELL_WORDS, .text = slice_of_string(hit->tags)};
    case SEARCH_FIELD_NOTES:
        return integer_cell(hit->notes);
    case SEARCH_FIELD_CURSOR:
        return cursor_cell(hit, scratch);
    case SEARCH_FIELD_COUNT:
        break;
    }
    g_assert_not_reached();
}
