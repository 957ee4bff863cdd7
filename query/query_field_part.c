/* SPDX-License-Identifier: MIT */
#include "query/query_field_part.h"

#include "query/query_field.h"
#include "query/query_field_notes.h"

/* Each star of a LIKE pattern multiplies the work of the one before. */
#define MAX_STARS 4

#define TYPE_MAX_PATTERNS 5

/* What people call a kind of file, as LIKE patterns of MIME types and of file names. */
typedef struct {
    const char *word;
    const char *types[TYPE_MAX_PATTERNS];
    const char *names[TYPE_MAX_PATTERNS];
} TypeWord;

#define OFFICE "application/vnd.openxmlformats-officedocument."
#define OPEN   "application/vnd.oasis.opendocument."

static const TypeWord type_words[] = {
    {"pdf", {"application/pdf", "application/x-pdf"}, {"%.pdf"}},
    {"image", {"image/%"}, {"%.jpg", "%.jpeg", "%.png", "%.gif", "%.tif"}},
    {"audio", {"audio/%"}, {"%.mp3", "%.wav", "%.m4a", "%.ogg"}},
    {"video", {"video/%"}, {"%.mp4", "%.avi", "%.mov", "%.mkv"}},
    {"text", {"text/%"}, {"%.txt"}},
    {"html", {"text/html", "application/xhtml+xml"}, {"%.html", "%.htm"}},
    {"csv", {"text/csv"}, {"%.csv"}},
    {"calendar", {"text/calendar", "application/ics"}, {"%.ics"}},
    {"message", {"message/%"}, {"%.eml", "%.msg"}},
    {"word",
     {"application/msword", OFFICE "wordprocessingml.%", OPEN "text%", "application/rtf"},
     {"%.doc", "%.docx", "%.odt", "%.rtf"}},
    {"excel",
     {"application/vnd.ms-excel%", OFFICE "spreadsheetml.%", OPEN "spreadsheet%"},
     {"%.xls", "%.xlsx", "%.ods"}},
    {"powerpoint",
     {"application/vnd.ms-powerpoint%", OFFICE "presentationml.%", OPEN "presentation%"},
     {"%.ppt", "%.pptx", "%.odp"}},
    {"archive",
     {"application/zip", "application/x-%compressed", "application/gzip", "application/x-tar",
      "application/x-rar%"},
     {"%.zip", "%.rar", "%.7z", "%.gz", "%.tar"}},
    {"zip", {"application/zip", "application/x-zip-compressed"}, {"%.zip"}},
};

const char *query_field_nth_type(size_t n)
{
    return n < G_N_ELEMENTS(type_words) ? type_words[n].word : NULL;
}

static bool is_like(const char *const *patterns, const char *text)
{
    for (size_t i = 0; i < TYPE_MAX_PATTERNS && patterns[i] != NULL; i++) {
        if (sqlite3_strlike(patterns[i], text, '\\') == 0) {
            return true;
        }
    }
    return false;
}

bool query_field_type_fits(size_t n, const char *declared, const char *sniffed,
                           const char *name)
{
    const TypeWord *word = &type_words[n];
    return is_like(word->types, declared) || is_like(word->types, sniffed) ||
           is_like(word->names, name);
}

typedef enum {
    SQL_ATTACHMENT,
    SQL_DECLARED,
    SQL_SNIFFED,
    SQL_NAME,
    SQL_LIKE_END,
    SQL_TWIN,
    SQL_PROBLEM,
    SQL_SOURCE,
    SQL_FOLDER
} Sql;

static const char *const sql[] = {
    [SQL_ATTACHMENT] = "m.attachments > 0 AND EXISTS (SELECT 1 FROM attachment t "
                       "WHERE t.message_id = m.id AND (",
    [SQL_DECLARED] = "t.declared_type LIKE ",
    [SQL_SNIFFED] = " OR t.sniffed_type LIKE ",
    [SQL_NAME] = " OR t.name LIKE ",
    [SQL_LIKE_END] = " ESCAPE '\\'",
    [SQL_TWIN] = "m.msgid <> '' AND m.msgid IN (SELECT msgid FROM message WHERE msgid <> '' "
                 "GROUP BY msgid HAVING count(*) > 1)",
    [SQL_PROBLEM] = "m.id IN (SELECT message_id FROM problem)",
    [SQL_SOURCE] = "m.id IN (SELECT message_id FROM occurrence WHERE file_id IN (SELECT l.id "
                   "FROM file l JOIN source r ON r.id = l.source_id "
                   "WHERE r.path || '/' || l.path || '/' LIKE ",
    [SQL_FOLDER] = "m.id IN (SELECT message_id FROM occurrence WHERE file_id IN (SELECT l.id "
                   "FROM file l WHERE '/' || l.folder || '/' LIKE ",
};

static void add_like(SqlBuilder *out, Sql column, const char *pattern)
{
    sql_builder_add(out, sql[column]);
    sql_builder_bind_text(out, pattern);
    sql_builder_add(out, sql[SQL_LIKE_END]);
}

static SqlBuilder *attachment_condition(const char *const *types, const char *const *names)
{
    SqlBuilder *out = sql_builder_new();
    sql_builder_add(out, sql[SQL_ATTACHMENT]);
    for (size_t i = 0; i < TYPE_MAX_PATTERNS && types[i] != NULL; i++) {
        sql_builder_add(out, i > 0 ? " OR " : "");
        add_like(out, SQL_DECLARED, types[i]);
        add_like(out, SQL_SNIFFED, types[i]);
    }
    for (size_t i = 0; i < TYPE_MAX_PATTERNS && names[i] != NULL; i++) {
        add_like(out, SQL_NAME, names[i]);
    }
    sql_builder_add(out, "))");
    return out;
}

/* LIKE's own signs quoted; "*" becomes "%" when stars are allowed. */
static char *like_escape(const char *text, bool stars_allowed)
{
    GString *out = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '*' && stars_allowed) {
            g_string_append_c(out, '%');
            continue;
        }
        if (*at == '%' || *at == '_' || *at == '\\') {
            g_string_append_c(out, '\\');
        }
        g_string_append_c(out, *at);
    }
    return g_string_free(out, false);
}

static bool check_stars(QueryCompiler *compiler, const QueryNode *term)
{
    unsigned n_stars = 0;
    for (const char *at = term->text; *at != '\0'; at++) {
        n_stars += *at == '*';
    }
    return n_stars <= MAX_STARS ||
           query_compiler_fail(compiler, term, "too many *: %d at most", MAX_STARS);
}

/* The text of the term with the star that the lexer took off. */
static char *text_with_star(const QueryNode *term)
{
    return g_strconcat(term->text, term->is_prefix ? "*" : "", NULL);
}

static bool check_value(QueryCompiler *compiler, const QueryNode *term)
{
    if (*term->text == '\0' && !term->is_prefix) {
        return query_compiler_fail(compiler, term, "a value is missing");
    }
    return check_stars(compiler, term);
}

bool query_field_compile_type(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    if (strchr(term->text, '/') != NULL) {
        return query_field_compile_mime(compiler, term, ret_part);
    }
    if (!check_value(compiler, term)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(type_words); i++) {
        const TypeWord *word = &type_words[i];
        if (g_ascii_strcasecmp(term->text, word->word) == 0) {
            *ret_part =
                (QueryPart){.condition = attachment_condition(word->types, word->names)};
            return true;
        }
    }
    /* Any other word is taken for a file extension or the second half of a type. */
    g_autofree char *escaped = like_escape(term->text, false);
    g_autofree char *type = g_strdup_printf("%%/%s", escaped);
    g_autofree char *name = g_strdup_printf("%%.%s", escaped);
    const char *types[TYPE_MAX_PATTERNS] = {type};
    const char *names[TYPE_MAX_PATTERNS] = {name};
    *ret_part = (QueryPart){.condition = attachment_condition(types, names)};
    return true;
}

bool query_field_compile_mime(QueryCompiler *compiler, const QueryNode *term,
                              QueryPart *ret_part)
{
    if (!check_value(compiler, term)) {
        return false;
    }
    g_autofree char *text = text_with_star(term);
    g_autofree char *type = like_escape(text, true);
    const char *types[TYPE_MAX_PATTERNS] = {type};
    const char *names[TYPE_MAX_PATTERNS] = {NULL};
    *ret_part = (QueryPart){.condition = attachment_condition(types, names)};
    return true;
}

bool query_field_compile_has(QueryCompiler *compiler, const QueryNode *term,
                             QueryPart *ret_part)
{
    static const struct {
        const char *word;
        const char *condition;
    } words[] = {
        {"attachment", "m.attachments > 0"},
        {"attachments", "m.attachments > 0"},
        {"twin", NULL},
        {"problem", NULL},
    };
    const char *conditions[] = {words[0].condition, words[1].condition, sql[SQL_TWIN],
                                sql[SQL_PROBLEM]};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_ascii_strcasecmp(term->text, words[i].word) == 0) {
            *ret_part = (QueryPart){.condition = sql_builder_new()};
            sql_builder_add(ret_part->condition, conditions[i]);
            return true;
        }
    }
    const char *notes = query_field_notes_has(compiler, term->text);
    if (notes != NULL) {
        *ret_part = (QueryPart){.condition = sql_builder_new()};
        sql_builder_add(ret_part->condition, notes);
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(type_words); i++) {
        if (g_ascii_strcasecmp(term->text, type_words[i].word) == 0) {
            return query_field_compile_type(compiler, term, ret_part);
        }
    }
    return query_compiler_fail(compiler, term, "unknown word; \"has:\" knows: %s",
                               term->field->help);
}

bool query_field_compile_place(QueryCompiler *compiler, const QueryNode *term,
                               QueryPart *ret_part)
{
    if (!check_value(compiler, term)) {
        return false;
    }
    g_autofree char *text = text_with_star(term);
    g_autofree char *escaped = like_escape(text, true);
    bool is_rooted = *text == '/';
    /* A value is whole components of the path; stars may reach over several. */
    g_autofree char *pattern = g_strdup_printf(
        "%s%s/%%",
        is_rooted && term->field->argument == QUERY_PLACE_SOURCE ? ""
                                                                 : (is_rooted ? "%" : "%/"),
        escaped);
    *ret_part = (QueryPart){.condition = sql_builder_new()};
    add_like(ret_part->condition,
             term->field->argument == QUERY_PLACE_SOURCE ? SQL_SOURCE : SQL_FOLDER, pattern);
    sql_builder_add(ret_part->condition, "))");
    return true;
}
