/* SPDX-License-Identifier: MIT */
#include "tests/naive_query.h"

#include "query/query_date.h"
#include "query/query_field.h"
#include "schema/archive.h"

#define N_COLUMNS 6

/* One word, or one character of a script without spaces. */
typedef struct {
    char *text;
    bool is_character;
    bool is_glued; /* a character right behind another */
} Word;

typedef struct {
    char *role;
    char *address;
    GArray *words; /* of name and address */
} Address;

typedef struct {
    int64_t id;
    bool has_date;
    int64_t date;
    char *dkim;
    char *level;
    int signatures;
    int attachments;
    GArray *columns[N_COLUMNS]; /* of Word */
    GArray *addresses;          /* of Address */
} Message;

struct NaiveArchive {
    GArray *messages; /* newest first */
};

/* A term as words; `is_prefix` is of the last one. */
typedef struct {
    GArray *words;
    bool is_prefix;
    int n_terms; /* that FTS5 counts for NEAR */
} Phrase;

typedef enum { TRUTH_NO, TRUTH_YES, TRUTH_IGNORED, TRUTH_UNKNOWN } Truth;

static void word_clear(gpointer data)
{
    const Word *word = data;
    g_free(word->text);
}

static void address_clear(gpointer data)
{
    const Address *address = data;
    g_free(address->role);
    g_free(address->address);
    g_array_unref(address->words);
}

static void message_clear(gpointer data)
{
    const Message *message = data;
    g_free(message->dkim);
    g_free(message->level);
    for (int i = 0; i < N_COLUMNS; i++) {
        g_array_unref(message->columns[i]);
    }
    g_array_unref(message->addresses);
}

static GArray *new_array(guint size, GDestroyNotify clear)
{
    GArray *array = g_array_new(false, false, size);
    g_array_set_clear_func(array, clear);
    return array;
}

static bool is_character(gunichar code)
{
    switch ((int)g_unichar_get_script(code)) {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_HANGUL:
    case G_UNICODE_SCRIPT_THAI:
        return g_unichar_isalpha(code);
    default:
        return code == 0x30FC;
    }
}

static const char *ligature_of(gunichar code)
{
    static const struct {
        gunichar code;
        const char *text;
    } ligatures[] = {{0x153, "oe"},  {0x152, "oe"}, {0xE6, "ae"},  {0xC6, "ae"},
                     {0xDF, "ss"},   {0x133, "ij"}, {0x132, "ij"}, {0xFB01, "fi"},
                     {0xFB02, "fl"}, {0xFB00, "ff"}};
    for (size_t i = 0; i < G_N_ELEMENTS(ligatures); i++) {
        if (ligatures[i].code == code) {
            return ligatures[i].text;
        }
    }
    return NULL;
}

/* Lower case without an accent. */
static void append_folded(GString *word, gunichar code)
{
    gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
    const char *ligature = ligature_of(code);
    if (ligature != NULL) {
        g_string_append(word, ligature);
        return;
    }
    gsize n_parts = g_unichar_fully_decompose(code, false, parts, G_N_ELEMENTS(parts));
    if (n_parts > 1 && parts[0] < 0x80) {
        code = parts[0];
    }
    g_string_append_unichar(word, g_unichar_tolower(code));
}

static void end_word(GArray *words, GString *word)
{
    if (word->len > 0) {
        Word added = {.text = g_strdup(word->str)};
        g_array_append_val(words, added);
        g_string_truncate(word, 0);
    }
}

static void append_words(GArray *words, const char *text)
{
    g_autoptr(GString) word = g_string_new(NULL);
    bool was_character = false;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar code = g_utf8_get_char(at);
        if (is_character(code)) {
            end_word(words, word);
            Word added = {.is_character = true, .is_glued = was_character};
            added.text = g_strndup(at, (gsize)(g_utf8_next_char(at) - at));
            g_array_append_val(words, added);
            was_character = true;
            continue;
        }
        bool is_accent = code >= 0x300 && code <= 0x331;
        if (is_accent) {
            continue;
        }
        was_character = false;
        if (g_unichar_isalnum(code) && code != 0x2BC) {
            append_folded(word, code);
        } else {
            end_word(words, word);
        }
    }
    end_word(words, word);
}

static GArray *words_of(const char *text)
{
    GArray *words = new_array(sizeof(Word), word_clear);
    append_words(words, text);
    return words;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    sqlite3_stmt *statement = archive_prepare(db, sql, &error);
    g_assert_no_error(error);
    return statement;
}

static void read_addresses(sqlite3_stmt *rows, Message *message)
{
    message->addresses = new_array(sizeof(Address), address_clear);
    sqlite3_bind_int64(rows, 1, message->id);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        Address address = {.role = archive_column_dup(rows, 0),
                           .address = archive_column_dup(rows, 2)};
        address.words = words_of(archive_column_text(rows, 1));
        append_words(address.words, address.address);
        g_array_append_val(message->addresses, address);
    }
    sqlite3_reset(rows);
}

NaiveArchive *naive_archive_new(sqlite3 *db)
{
    NaiveArchive *archive = g_new0(NaiveArchive, 1);
    archive->messages = new_array(sizeof(Message), message_clear);
    g_autoptr(sqlite3_stmt) rows =
        prepare(db, "SELECT m.id, m.date, m.dkim, m.level, m.signatures, m.attachments, "
                    "t.subject, t.sender, t.recipients, t.body, t.attachment_names, "
                    "t.attachment_text FROM message m JOIN message_text t ON t.id = m.id "
                    "ORDER BY m.id DESC");
    g_autoptr(sqlite3_stmt) addresses =
        prepare(db, "SELECT ma.role, a.name, a.address FROM message_address ma "
                    "JOIN address a ON a.id = ma.address_id WHERE ma.message_id = ?");
    while (sqlite3_step(rows) == SQLITE_ROW) {
        Message message = {.id = sqlite3_column_int64(rows, 0),
                           .has_date = sqlite3_column_type(rows, 1) != SQLITE_NULL,
                           .date = sqlite3_column_int64(rows, 1),
                           .dkim = archive_column_dup(rows, 2),
                           .level = archive_column_dup(rows, 3),
                           .signatures = sqlite3_column_int(rows, 4),
                           .attachments = sqlite3_column_int(rows, 5)};
        for (int i = 0; i < N_COLUMNS; i++) {
            message.columns[i] = words_of(archive_column_text(rows, 6 + i));
        }
        read_addresses(addresses, &message);
        g_array_append_val(archive->messages, message);
    }
    return archive;
}

void naive_archive_free(NaiveArchive *archive)
{
    if (archive != NULL) {
        g_array_unref(archive->messages);
        g_free(archive);
    }
}

/* Characters of which GLib and SQLite have the same idea. */
static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar code = g_utf8_get_char(at);
        bool is_usual_character = is_character(code) && code < 0xFF00;
        bool is_mark = (code >= 0x2010 && code <= 0x203A) || (code >= 0x3000 && code <= 0x3002);
        if (code >= 0x180 && !is_usual_character && !is_mark) {
            return false;
        }
    }
    return true;
}

static Phrase phrase_of(const QueryNode *term)
{
    Phrase phrase = {.words = words_of(term->text), .is_prefix = term->is_prefix};
    guint n_words = phrase.words->len;
    phrase.n_terms = (int)n_words;
    if (n_words > 0) {
        const Word *last = &g_array_index(phrase.words, Word, n_words - 1);
        phrase.n_terms -= last->is_glued ? 1 : 0;
    }
    return phrase;
}

static bool word_fits(const Word *found, const Word *wanted, bool is_prefix, bool is_first)
{
    if (found->is_character != wanted->is_character) {
        return false;
    }
    if (wanted->is_character && !is_first && found->is_glued != wanted->is_glued) {
        return false;
    }
    return is_prefix && !wanted->is_character ? g_str_has_prefix(found->text, wanted->text)
                                              : g_str_equal(found->text, wanted->text);
}

static bool phrase_fits(const GArray *words, guint at, const Phrase *phrase)
{
    if (phrase->words->len == 0 || words->len - at < phrase->words->len) {
        return false;
    }
    for (guint i = 0; i < phrase->words->len; i++) {
        if (!word_fits(&g_array_index(words, Word, at + i),
                       &g_array_index(phrase->words, Word, i),
                       phrase->is_prefix && i + 1 == phrase->words->len, i == 0)) {
            return false;
        }
    }
    return true;
}

static bool words_have(const GArray *words, const Phrase *phrase)
{
    for (guint at = 0; at < words->len; at++) {
        if (phrase_fits(words, at, phrase)) {
            return true;
        }
    }
    return false;
}

/* The columns of a text field, as a mask; 0 for other fields. */
static unsigned columns_of(const QueryField *field)
{
    static const struct {
        const char *name;
        unsigned columns;
    } known[] = {{"subject", 1U << 0},
                 {"body", 1U << 3},
                 {"attachment", 1U << 4},
                 {"in-attachment", 1U << 5}};
    for (size_t i = 0; field != NULL && i < G_N_ELEMENTS(known); i++) {
        if (g_str_equal(field->name, known[i].name)) {
            return known[i].columns;
        }
    }
    return field == NULL ? (1U << N_COLUMNS) - 1 : 0;
}

static const char *roles_of(const QueryField *field)
{
    static const char *const known[][2] = {
        {"from", " from "},
        {"to", " to "},
        {"cc", " cc "},
        {"bcc", " bcc "},
        {"recipient", " to cc bcc "},
        {"with", " from to cc bcc "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (g_str_equal(field->name, known[i][0])) {
            return known[i][1];
        }
    }
    return NULL;
}

static bool address_fits(const Address *address, const QueryNode *term, const Phrase *phrase)
{
    g_autofree char *lower = g_utf8_strdown(term->text, -1);
    const char *at = strrchr(lower, '@');
    if (!words_have(address->words, phrase)) {
        return false;
    }
    if (term->is_prefix || strchr(lower, ' ') != NULL || at == NULL || at[1] == '\0') {
        return true;
    }
    if (at != lower) {
        return *lower == '@' ? false : g_str_equal(address->address, lower);
    }
    const char *domain = strrchr(address->address, '@');
    g_autofree char *suffix = g_strdup_printf(".%s", at + 1);
    return domain != NULL &&
           (g_str_equal(domain + 1, at + 1) || g_str_has_suffix(domain + 1, suffix));
}

static Truth judge_address(const Message *message, const QueryNode *term, const char *roles)
{
    Phrase phrase = phrase_of(term);
    Truth truth = phrase.words->len == 0 ? TRUTH_IGNORED : TRUTH_NO;
    for (guint i = 0; truth == TRUTH_NO && i < message->addresses->len; i++) {
        const Address *address = &g_array_index(message->addresses, Address, i);
        g_autofree char *role = g_strdup_printf(" %s ", address->role);
        if (strstr(roles, role) != NULL && address_fits(address, term, &phrase)) {
            truth = TRUTH_YES;
        }
    }
    g_array_unref(phrase.words);
    return truth;
}

static Truth judge_is(const Message *message, const char *word)
{
    const struct {
        const char *word;
        bool is_true;
    } words[] = {
        {"verified", g_str_equal(message->level, "verified")},
        {"unverified", !g_str_equal(message->level, "verified")},
        {"limited", g_str_equal(message->level, "limited")},
        {"signed", message->signatures > 0},
        {"unsigned", message->signatures == 0},
        {"attachment", message->attachments > 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_ascii_strcasecmp(word, words[i].word) == 0) {
            return words[i].is_true ? TRUTH_YES : TRUTH_NO;
        }
    }
    return TRUTH_UNKNOWN;
}

static Truth judge_date(const Message *message, const QueryNode *term)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    QueryDateRange range = {0, 0};
    g_autofree char *fault = query_date_parse_range(term->text, utc, &range);
    if (fault != NULL) {
        return TRUTH_UNKNOWN;
    }
    if (g_str_equal(term->field->name, "after")) {
        range.last = G_MAXINT64;
    } else if (g_str_equal(term->field->name, "before")) {
        range = (QueryDateRange){G_MININT64, range.first - 1};
    } else if (g_str_equal(term->field->name, "until")) {
        range.first = G_MININT64;
    } else if (!g_str_equal(term->field->name, "date") &&
               !g_str_equal(term->field->name, "on")) {
        return TRUTH_UNKNOWN;
    }
    return message->has_date && message->date >= range.first && message->date <= range.last
               ? TRUTH_YES
               : TRUTH_NO;
}

static Truth judge_field(const Message *message, const QueryNode *term)
{
    const char *roles = roles_of(term->field);
    if (roles != NULL) {
        return judge_address(message, term, roles);
    }
    if (g_str_equal(term->field->name, "is") || g_str_equal(term->field->name, "has")) {
        return judge_is(message, term->text);
    }
    if (g_str_equal(term->field->name, "dkim")) {
        return g_ascii_strcasecmp(term->text, message->dkim) == 0           ? TRUTH_YES
               : strstr(" pass fail nokey none error ", term->text) != NULL ? TRUTH_NO
                                                                            : TRUTH_UNKNOWN;
    }
    return judge_date(message, term);
}

static Truth judge_term(const Message *message, const QueryNode *term)
{
    unsigned columns = columns_of(term->field);
    if (!is_plain(term->text)) {
        return TRUTH_UNKNOWN;
    }
    if (columns == 0) {
        return judge_field(message, term);
    }
    if (term->field == NULL && !term->is_phrase && g_str_equal(term->text, "*")) {
        return TRUTH_YES;
    }
    Phrase phrase = phrase_of(term);
    Truth truth = phrase.words->len == 0 ? TRUTH_IGNORED : TRUTH_NO;
    for (int i = 0; truth == TRUTH_NO && i < N_COLUMNS; i++) {
        if ((columns & (1U << i)) != 0 && words_have(message->columns[i], &phrase)) {
            truth = TRUTH_YES;
        }
    }
    g_array_unref(phrase.words);
    return truth;
}

/* Whether `phrase` begins in the words from `first` to `last`. */
static bool begins_within(const GArray *words, const Phrase *phrase, int first, int last)
{
    for (int at = MAX(first, 0); at <= last; at++) {
        if (phrase_fits(words, (guint)at, phrase)) {
            return true;
        }
    }
    return false;
}

/* The last phrase begins somewhere, and each of the others ends at most `distance` words before
 * it. */
static bool column_has_near(const GArray *words, const GArray *phrases, unsigned distance)
{
    for (int last = 0; last < (int)words->len; last++) {
        bool begins_here = false;
        bool all = true;
        for (guint i = 0; all && i < phrases->len; i++) {
            const Phrase *phrase = &g_array_index(phrases, Phrase, i);
            begins_here = begins_here || phrase_fits(words, (guint)last, phrase);
            all = begins_within(words, phrase, last - phrase->n_terms - (int)distance, last);
        }
        if (all && begins_here) {
            return true;
        }
    }
    return false;
}

static void phrase_clear(gpointer data)
{
    const Phrase *phrase = data;
    g_array_unref(phrase->words);
}

static Truth judge_near(const Message *message, const QueryNode *node)
{
    g_autoptr(GArray) phrases = new_array(sizeof(Phrase), phrase_clear);
    const QueryNode *first = g_ptr_array_index(node->children, 0);
    unsigned columns = columns_of(first->field);
    for (guint i = 0; i < node->children->len; i++) {
        const QueryNode *term = g_ptr_array_index(node->children, i);
        if (columns == 0 || !is_plain(term->text)) {
            return TRUTH_UNKNOWN;
        }
        Phrase phrase = phrase_of(term);
        if (phrase.words->len == 0) {
            phrase_clear(&phrase);
        } else {
            g_array_append_val(phrases, phrase);
        }
    }
    bool any = false;
    for (int i = 0; i < N_COLUMNS; i++) {
        any = any || ((columns & (1U << i)) != 0 &&
                      column_has_near(message->columns[i], phrases, node->distance));
    }
    return phrases->len == 0 ? TRUTH_IGNORED : any ? TRUTH_YES : TRUTH_NO;
}

static Truth judge(const Message *message, const QueryNode *node);

/* Ignored children say nothing; an unknown one makes all of it unknown. */
static Truth judge_children(const Message *message, const QueryNode *node)
{
    bool is_and = node->kind == QUERY_NODE_AND;
    bool any_counts = false;
    bool result = is_and;
    for (guint i = 0; i < node->children->len; i++) {
        Truth truth = judge(message, g_ptr_array_index(node->children, i));
        if (truth == TRUTH_UNKNOWN) {
            return TRUTH_UNKNOWN;
        }
        if (truth != TRUTH_IGNORED) {
            any_counts = true;
            result = is_and ? result && truth == TRUTH_YES : result || truth == TRUTH_YES;
        }
    }
    return !any_counts ? TRUTH_IGNORED : result ? TRUTH_YES : TRUTH_NO;
}

static Truth judge(const Message *message, const QueryNode *node)
{
    switch (node->kind) {
    case QUERY_NODE_AND:
    case QUERY_NODE_OR:
        return judge_children(message, node);
    case QUERY_NODE_NOT: {
        Truth truth = judge(message, g_ptr_array_index(node->children, 0));
        return truth == TRUTH_YES ? TRUTH_NO : truth == TRUTH_NO ? TRUTH_YES : truth;
    }
    case QUERY_NODE_NEAR:
        return judge_near(message, node);
    case QUERY_NODE_TERM:
        return judge_term(message, node);
    }
    g_assert_not_reached();
}

GArray *naive_archive_find(const NaiveArchive *archive, const QueryNode *tree)
{
    g_autoptr(GArray) ids = g_array_new(false, false, sizeof(int64_t));
    for (guint i = 0; i < archive->messages->len; i++) {
        const Message *message = &g_array_index(archive->messages, Message, i);
        Truth truth = tree == NULL ? TRUTH_YES : judge(message, tree);
        if (truth == TRUTH_UNKNOWN) {
            return NULL;
        }
        if (truth == TRUTH_YES) {
            g_array_append_val(ids, message->id);
        }
    }
    return g_steal_pointer(&ids);
}
