/* SPDX-License-Identifier: MIT */
#include "query/query_address.h"

#include "query/query_field.h"
#include "schema/archive.h"

typedef struct {
    const char *columns;     /* of message_fts, that hold these roles and the others */
    const char *wanted;      /* SQL list of roles */
    const char *also_inside; /* SQL list of the other roles in these columns */
} RoleSet;

static const RoleSet role_sets[] = {
    [QUERY_ADDRESS_FROM] = {"sender", "('from')", "('sender')"},
    [QUERY_ADDRESS_TO] = {"recipients", "('to')", "('cc', 'bcc', 'reply-to')"},
    [QUERY_ADDRESS_CC] = {"recipients", "('cc')", "('to', 'bcc', 'reply-to')"},
    [QUERY_ADDRESS_BCC] = {"recipients", "('bcc')", "('to', 'cc', 'reply-to')"},
    [QUERY_ADDRESS_RECIPIENT] = {"recipients", "('to', 'cc', 'bcc')", "('reply-to')"},
    [QUERY_ADDRESS_WITH] = {"{sender recipients}", "('from', 'to', 'cc', 'bcc')",
                            "('sender', 'reply-to')"},
};

typedef enum { SQL_EXISTS, SQL_ONLY_WANTED, SQL_EXACT, SQL_DOMAIN, SQL_WORDS } Sql;

static const char *const sql[] = {
    [SQL_EXISTS] = "EXISTS (SELECT 1 FROM message_address ma JOIN address a "
                   "ON a.id = ma.address_id WHERE ma.message_id = m.id AND ma.role IN ",
    [SQL_ONLY_WANTED] = "NOT EXISTS (SELECT 1 FROM message_address ma "
                        "WHERE ma.message_id = m.id AND ma.role IN ",
    [SQL_EXACT] = " AND a.address = ",
    [SQL_DOMAIN] = " AND (a.domain = ",
    [SQL_WORDS] = " AND address_has(a.name, a.address, ",
};

static Slice value_slice(sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);
    return slice_of(text, text == NULL ? 0 : (size_t)sqlite3_value_bytes(value));
}

static void matcher_destroy(void *matcher)
{
    text_matcher_free(matcher);
}

static void tokenizer_destroy(void *tokenizer)
{
    text_tokenizer_unref(tokenizer);
}

/* The matcher for the constant third and fourth arguments; SQLite keeps it for the statement.
 */
static TextMatcher *matcher_of(sqlite3_context *context, sqlite3_value **arguments)
{
    TextMatcher *matcher = sqlite3_get_auxdata(context, 2);
    if (matcher == NULL) {
        TextTokenizer *tokenizer = sqlite3_user_data(context);
        bool is_prefix = sqlite3_value_int(arguments[3]) != 0;
        g_autoptr(GPtrArray) tokens =
            text_tokenizer_split(tokenizer, value_slice(arguments[2]), &is_prefix);
        matcher = text_matcher_new(tokenizer);
        text_matcher_add(matcher, tokens, is_prefix);
        sqlite3_set_auxdata(context, 2, matcher, matcher_destroy);
        matcher = sqlite3_get_auxdata(context, 2);
    }
    return matcher;
}

/* address_has(name, address, text, is_prefix): whether "name address" has the words in a row.
 */
static void address_has(sqlite3_context *context, int n_arguments, sqlite3_value **arguments)
{
    (void)n_arguments;
    TextMatcher *matcher = matcher_of(context, arguments);
    if (matcher == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    Slice name = value_slice(arguments[0]);
    Slice address = value_slice(arguments[1]);
    g_autoptr(GString) both = g_string_sized_new(name.len + address.len + 2);
    g_string_append_len(both, name.len == 0 ? "" : name.ptr, (gssize)name.len);
    g_string_append_c(both, ' ');
    g_string_append_len(both, address.len == 0 ? "" : address.ptr, (gssize)address.len);
    TextHit hit;
    sqlite3_result_int(context,
                       text_matcher_first(matcher, slice_of(both->str, both->len), &hit));
}

bool query_address_register(sqlite3 *db, TextTokenizer *tokenizer, GError **error)
{
    if (sqlite3_create_function_v2(db, "address_has", 4,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                   text_tokenizer_ref(tokenizer), address_has, NULL, NULL,
                                   tokenizer_destroy) != SQLITE_OK) {
        archive_set_error(db, error);
        return false;
    }
    return true;
}

static void add_exact(SqlBuilder *out, const char *lower)
{
    sql_builder_add(out, sql[SQL_EXACT]);
    sql_builder_bind_text(out, lower);
}

static void add_domain(SqlBuilder *out, const char *lower)
{
    const char *domain = lower + 1;
    g_autofree char *suffix = g_strdup_printf(".%s", domain);
    sql_builder_add(out, sql[SQL_DOMAIN]);
    sql_builder_bind_text(out, domain);
    sql_builder_add(out, " OR substr(a.domain, ");
    sql_builder_bind_integer(out, -(int64_t)g_utf8_strlen(suffix, -1));
    sql_builder_add(out, ") = ");
    sql_builder_bind_text(out, suffix);
    sql_builder_add(out, ")");
}

/* A word needs no look at the tables when the message has no other address in these columns;
 * several words might begin in one address and end in the next. */
static void add_words(QueryCompiler *compiler, const QueryNode *term, const RoleSet *roles,
                      SqlBuilder *out)
{
    bool is_prefix = term->is_prefix;
    g_autoptr(GPtrArray) tokens =
        text_tokenizer_split(compiler->tokenizer, slice_of_string(term->text), &is_prefix);
    sql_builder_add(out, "(");
    if (tokens->len == 1) {
        sql_builder_add(out, sql[SQL_ONLY_WANTED]);
        sql_builder_add(out, roles->also_inside);
        sql_builder_add(out, ") OR ");
    }
    sql_builder_add(out, sql[SQL_EXISTS]);
    sql_builder_add(out, roles->wanted);
    sql_builder_add(out, sql[SQL_WORDS]);
    sql_builder_bind_text(out, term->text);
    sql_builder_add(out, ", ");
    sql_builder_bind_integer(out, term->is_prefix);
    sql_builder_add(out, ")))");
}

/* "x@y", with something on both sides. */
static bool is_exact(const QueryNode *term)
{
    const char *at = strrchr(term->text, '@');
    return !term->is_prefix && strchr(term->text, ' ') == NULL && at != NULL &&
           at != term->text && at[1] != '\0';
}

static bool is_domain(const QueryNode *term)
{
    return !term->is_prefix && strchr(term->text, ' ') == NULL && term->text[0] == '@' &&
           term->text[1] != '\0';
}

bool query_field_compile_address(QueryCompiler *compiler, const QueryNode *term,
                                 QueryPart *ret_part)
{
    const RoleSet *roles = &role_sets[term->field->argument];
    if (!query_compiler_text(compiler, term, roles->columns, ret_part) ||
        ret_part->is_ignored) {
        return ret_part->is_ignored;
    }
    g_autofree char *lower = g_utf8_strdown(term->text, -1);
    ret_part->condition = sql_builder_new();
    if (!is_exact(term) && !is_domain(term)) {
        add_words(compiler, term, roles, ret_part->condition);
        return true;
    }
    sql_builder_add(ret_part->condition, sql[SQL_EXISTS]);
    sql_builder_add(ret_part->condition, roles->wanted);
    if (is_domain(term)) {
        add_domain(ret_part->condition, lower);
    } else {
        add_exact(ret_part->condition, lower);
    }
    sql_builder_add(ret_part->condition, ")");
    ret_part->condition_suffices = true;
    return true;
}
