/* SPDX-License-Identifier: MIT */
#include "schema/content_header.h"

#include "schema/gmime_library.h"
#include "schema/message_ids.h"
#include "schema/utf8_text.h"

static void gmime_unref(gpointer object)
{
    gmime_library()->object_unref(object);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeContentType, gmime_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeContentDisposition, gmime_unref)

/* The longest file name that is kept; file systems stop at 255 bytes. */
#define NAME_BYTES_MAX 1000

void content_header_init(ContentHeader *content)
{
    *content = (ContentHeader){
        .type = g_string_sized_new(32),
        .subtype = g_string_sized_new(32),
        .charset = g_string_sized_new(32),
        .boundary = g_string_sized_new(128),
        .name = g_string_sized_new(128),
        .id = g_string_sized_new(128),
    };
}

void content_header_clear(ContentHeader *content)
{
    GString *strings[] = {content->type,     content->subtype, content->charset,
                          content->boundary, content->name,    content->id};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) {
        if (strings[i] != NULL) {
            g_string_free(strings[i], true);
        }
    }
    memset(content, 0, sizeof *content);
}

static void empty(ContentHeader *content)
{
    g_string_truncate(content->type, 0);
    g_string_truncate(content->subtype, 0);
    g_string_truncate(content->charset, 0);
    g_string_truncate(content->boundary, 0);
    g_string_truncate(content->name, 0);
    g_string_truncate(content->id, 0);
    content->has_type = content->is_flowed = content->is_delsp = content->is_enveloped = false;
    content->disposition = DISPOSITION_NONE;
    content->encoding = TRANSFER_IDENTITY;
}

/* name*[n*]=charset'language'text (RFC 2231 section 4). A charset that is on no list never
 * reaches iconv: its name is overwritten, the bytes are then read as UTF-8 or windows-1252. */
static void drop_unknown_charsets(char *field, ProblemSet *problems)
{
    for (char *star = strstr(field, "*="); star != NULL; star = strstr(star + 2, "*=")) {
        char *charset = star + 2;
        while (*charset == ' ' || *charset == '"') {
            charset++;
        }
        const size_t length = strcspn(charset, "';\" ");
        if (charset[length] == '\'' && length > 0 &&
            !charset_is_known(slice_of(charset, length))) {
            memset(charset, 'x', length);
            problem_set_add(problems, PROBLEM_BAD_CHARSET);
        }
    }
}

/* The field body for GMime: NUL-terminated, NULs and line ends as spaces, bounded. */
static char *field_text(Slice value, ProblemSet *problems)
{
    if (value.len > CONTENT_FIELD_MAX) {
        problem_set_add(problems, PROBLEM_HEADER_TOO_LARGE);
        value.len = CONTENT_FIELD_MAX;
    }
    char *text = slice_dup(value);
    for (size_t i = 0; i < value.len; i++) {
        if (text[i] == '\0' || text[i] == '\r' || text[i] == '\n') {
            text[i] = ' ';
        }
    }
    drop_unknown_charsets(text, problems);
    return text;
}

static void set_lower(GString *out, const char *text)
{
    for (const char *p = text; p != NULL && *p != '\0' && out->len < NAME_BYTES_MAX; p++) {
        if ((*p & 0x80) == 0 && *p > ' ') {
            g_string_append_c(out, g_ascii_tolower(*p));
        }
    }
}

/* A file name may be an encoded-word, against RFC 2047 section 5. */
static void set_name(ContentHeader *content, const char *name, EncodedWordDecoder *words,
                     ProblemSet *problems)
{
    if (name == NULL || *name == '\0') {
        return;
    }
    g_string_truncate(content->name, 0);
    encoded_word_decoder_append(words, slice_of_string(name), content->name, problems);
    const Slice cut =
        utf8_text_cut(slice_of(content->name->str, content->name->len), NAME_BYTES_MAX);
    g_string_truncate(content->name, cut.len);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The length of a parameter's value: a quoted string, or all up to the next ";". */
static size_t value_length(const char *value)
{
    if (*value != '"') {
        return strcspn(value, ";");
    }
    size_t at = 1;
    while (value[at] != '\0' && value[at] != '"') {
        at += value[at] == '\\' && value[at + 1] != '\0' ? 2 : 1;
    }
    return value[at] == '"' ? at + 1 : at;
}

/* The value of a parameter where GMime misreads it: encoded-words (it loses what follows
 * padding) and words without quotes around them (it stops at the first space).
 * Returns: (transfer full) the value without quotes, NULL when GMime reads it well. */
static char *wild_value(const char *field, const char *name)
{
    const size_t name_length = strlen(name);
    for (const char *at = strchr(field, ';'); at != NULL; at = strchr(at, ';')) {
        at++;
        while (is_space(*at)) {
            at++;
        }
        if (g_ascii_strncasecmp(at, name, name_length) != 0) {
            continue;
        }
        const char *value = at + name_length;
        while (is_space(*value)) {
            value++;
        }
        if (*value != '=') {
            continue;
        }
        do {
            value++;
        } while (is_space(*value));
        g_autofree char *text = g_strndup(value, value_length(value));
        const bool is_quoted = *text == '"';
        if (strstr(text, "=?") == NULL && (is_quoted || strchr(text, ' ') == NULL)) {
            return NULL;
        }
        const size_t end = strlen(text);
        return g_strndup(text + is_quoted, end > 1 && is_quoted && text[end - 1] == '"'
                                               ? end - 2
                                               : end - is_quoted);
    }
    return NULL;
}

/* Takes the file name from a parameter, as GMime or, where it is wrong, we read it. */
static void set_name_parameter(ContentHeader *content, const char *field, const char *name,
                               const char *by_gmime, EncodedWordDecoder *words,
                               ProblemSet *problems)
{
    g_autofree char *wild = wild_value(field, name);
    set_name(content, wild != NULL ? wild : by_gmime, words, problems);
}

static bool equals_nocase(const char *value, const char *wanted)
{
    return value != NULL && g_ascii_strcasecmp(value, wanted) == 0;
}

/* What a field without a subtype, or without any type, means: Elm and others wrote
 * "Content-Type: text", and what is no type at all is plain text (RFC 2045 section 5.2), where
 * GMime makes application/octet-stream of both, without the parameters.
 * Returns: (transfer full) a field body for GMime, NULL when `field` is one already. */
static char *completed_type(const char *field)
{
    const char *begin = field + strspn(field, " \t");
    const size_t length = strcspn(begin, " \t;/()<>@,\":?=[]\\");
    const char *after = begin + length + strspn(begin + length, " \t");
    const char *parameters = strchr(after, ';');
    if (parameters == NULL) {
        parameters = "";
    }
    if (length == 0) {
        return *begin == '(' ? NULL : g_strconcat("text/plain", parameters, NULL);
    }
    if (*after == '/' && after[1] != '\0' && after[1] != ';') {
        return NULL;
    }
    if (length == 4 && g_ascii_strncasecmp(begin, "text", length) == 0) {
        return g_strconcat("text/plain", parameters, NULL);
    }
    if (length == 9 && g_ascii_strncasecmp(begin, "multipart", length) == 0) {
        return g_strconcat("multipart/mixed", parameters, NULL);
    }
    return g_strconcat("application/octet-stream", parameters, NULL);
}

static void read_type(ContentHeader *content, Slice value, EncodedWordDecoder *words,
                      ProblemSet *problems)
{
    const GMimeLibrary *gmime = gmime_library();
    g_autofree char *text = field_text(value, problems);
    g_autofree char *completed = completed_type(text);
    if (completed != NULL) {
        problem_set_add(problems, PROBLEM_BAD_MIME);
    }
    g_autoptr(GMimeContentType) type =
        gmime->content_type_parse(NULL, completed == NULL ? text : completed);
    if (type == NULL || gmime->content_type_get_media_type(type) == NULL) {
        problem_set_add(problems, PROBLEM_BAD_MIME);
        return;
    }
    set_lower(content->type, gmime->content_type_get_media_type(type));
    set_lower(content->subtype, gmime->content_type_get_media_subtype(type));
    content->has_type = true;
    const char *charset = gmime->content_type_get_parameter(type, "charset");
    g_string_assign(content->charset, charset == NULL ? "" : charset);
    const char *boundary = gmime->content_type_get_parameter(type, "boundary");
    if (boundary != NULL && strlen(boundary) <= CONTENT_BOUNDARY_MAX) {
        g_string_assign(content->boundary, boundary);
    }
    content->is_flowed =
        equals_nocase(gmime->content_type_get_parameter(type, "format"), "flowed");
    content->is_delsp = equals_nocase(gmime->content_type_get_parameter(type, "delsp"), "yes");
    const char *smime = gmime->content_type_get_parameter(type, "smime-type");
    content->is_enveloped =
        equals_nocase(smime, "enveloped-data") || equals_nocase(smime, "authEnveloped-data");
    if (content->name->len == 0) {
        set_name_parameter(content, text, "name",
                           gmime->content_type_get_parameter(type, "name"), words, problems);
    }
}

static void read_disposition(ContentHeader *content, Slice value, EncodedWordDecoder *words,
                             ProblemSet *problems)
{
    g_autofree char *text = field_text(value, problems);
    if (text[strspn(text, " \t;")] == '\0') {
        return; /* an empty field says nothing */
    }
    const GMimeLibrary *gmime = gmime_library();
    g_autoptr(GMimeContentDisposition) disposition =
        gmime->content_disposition_parse(NULL, text);
    if (disposition == NULL) {
        problem_set_add(problems, PROBLEM_BAD_MIME);
        return;
    }
    /* An unknown disposition is an attachment (RFC 2183 2.8). */
    const char *word = gmime->content_disposition_get_disposition(disposition);
    content->disposition =
        equals_nocase(word, "inline") ? DISPOSITION_INLINE : DISPOSITION_ATTACHMENT;
    /* The newer of the two names counts. */
    set_name_parameter(content, text, "filename",
                       gmime->content_disposition_get_parameter(disposition, "filename"), words,
                       problems);
}

static void read_id(ContentHeader *content, Slice value)
{
    message_ids_append(value, 1, content->id);
    if (content->id->len == 0) {
        utf8_text_append(content->id,
                         slice_of(value.ptr, MIN(value.len, MESSAGE_ID_BYTES_MAX)));
        utf8_text_make_line(content->id, 0);
    }
}

static void read_encoding(ContentHeader *content, Slice value, ProblemSet *problems)
{
    if (!transfer_encoding_parse(value, &content->encoding)) {
        problem_set_add(problems, PROBLEM_BAD_TRANSFER_ENCODING);
    }
}

void content_header_read(ContentHeader *content, const RawMessage *message,
                         EncodedWordDecoder *words, ProblemSet *problems)
{
    empty(content);
    const RawField *field = raw_message_find(message, "Content-Type");
    if (field != NULL) {
        read_type(content, field->value, words, problems);
    }
    field = raw_message_find(message, "Content-Disposition");
    if (field != NULL) {
        read_disposition(content, field->value, words, problems);
    }
    field = raw_message_find(message, "Content-Transfer-Encoding");
    if (field != NULL) {
        read_encoding(content, field->value, problems);
    }
    field = raw_message_find(message, "Content-ID");
    if (field != NULL) {
        read_id(content, field->value);
    }
}

bool content_header_is(const ContentHeader *content, const char *type, const char *subtype)
{
    return strcmp(content->type->str, type) == 0 &&
           (subtype == NULL || strcmp(content->subtype->str, subtype) == 0);
}
