/* SPDX-License-Identifier: MIT */
#include "indexer/html_text.h"

#include "schema/html_entity.h"
#include "schema/utf8_text.h"

/* No element that matters here has a longer name. */
#define TAG_NAME_MAX 12

/* A <meta> element comes this early or not at all (HTML, 13.2.3.2). */
#define META_BYTES 4096

typedef enum {
    TAG_INLINE, /* and every unknown name */
    TAG_BLOCK,  /* begins and ends a line */
    TAG_CELL,   /* is set apart by a space */
    TAG_BREAK,
    TAG_RAW,  /* its content is no text: up to its end tag */
    TAG_VOID, /* never has content */
    TAG_PRE   /* a block that keeps its white space */
} TagKind;

/* Sorted. */
static const struct {
    const char *name;
    TagKind kind;
} tags[] = {
    {"address", TAG_BLOCK},  {"area", TAG_VOID},     {"article", TAG_BLOCK},
    {"aside", TAG_BLOCK},    {"base", TAG_VOID},     {"blockquote", TAG_BLOCK},
    {"body", TAG_BLOCK},     {"br", TAG_BREAK},      {"caption", TAG_BLOCK},
    {"center", TAG_BLOCK},   {"col", TAG_VOID},      {"dd", TAG_BLOCK},
    {"div", TAG_BLOCK},      {"dl", TAG_BLOCK},      {"dt", TAG_BLOCK},
    {"fieldset", TAG_BLOCK}, {"footer", TAG_BLOCK},  {"form", TAG_BLOCK},
    {"h1", TAG_BLOCK},       {"h2", TAG_BLOCK},      {"h3", TAG_BLOCK},
    {"h4", TAG_BLOCK},       {"h5", TAG_BLOCK},      {"h6", TAG_BLOCK},
    {"head", TAG_BLOCK},     {"header", TAG_BLOCK},  {"hr", TAG_BREAK},
    {"html", TAG_BLOCK},     {"img", TAG_VOID},      {"input", TAG_VOID},
    {"li", TAG_BLOCK},       {"link", TAG_VOID},     {"main", TAG_BLOCK},
    {"meta", TAG_VOID},      {"nav", TAG_BLOCK},     {"ol", TAG_BLOCK},
    {"option", TAG_BLOCK},   {"p", TAG_BLOCK},       {"pre", TAG_PRE},
    {"script", TAG_RAW},     {"section", TAG_BLOCK}, {"source", TAG_VOID},
    {"style", TAG_RAW},      {"svg", TAG_RAW},       {"table", TAG_BLOCK},
    {"tbody", TAG_BLOCK},    {"td", TAG_CELL},       {"template", TAG_RAW},
    {"tfoot", TAG_BLOCK},    {"th", TAG_CELL},       {"thead", TAG_BLOCK},
    {"title", TAG_BLOCK},    {"tr", TAG_BLOCK},      {"ul", TAG_BLOCK},
    {"wbr", TAG_VOID},       {"xml", TAG_RAW},
};

typedef struct {
    char name[TAG_NAME_MAX + 1]; /* lower case; "" when it is too long to matter */
    bool is_end;
    bool is_hidden;
    bool is_self_closed;
    TagKind kind;
} Tag;

typedef struct {
    Slice rest;
    GString *out;
    size_t from;      /* of our text in out */
    bool needs_space; /* white space was read */
    bool needs_line;  /* a block begins or ends */
    int pre_depth;
    char hidden_by[TAG_NAME_MAX + 1]; /* element that hides; "" when nothing does */
    size_t hidden_depth;              /* elements of that name inside it, itself counted */
    bool no_comment_ends;             /* no "-->" follows: it is not looked for again */
} HtmlWalk;

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static TagKind kind_of(const char *name)
{
    size_t low = 0;
    size_t high = G_N_ELEMENTS(tags);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(name, tags[middle].name);
        if (order == 0) {
            return tags[middle].kind;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return TAG_INLINE;
}

/* Whether `style` has `property` ":" `value`, both in lower case, white space ignored. */
static bool style_has(const char *style, const char *declaration)
{
    const char *at = strstr(style, declaration);
    while (at != NULL) {
        const char next = at[strlen(declaration)];
        const bool is_number = declaration[strlen(declaration) - 1] == '0';
        /* font-size:0.8em and font-size:09px are not hidden; "xfont-size" is no property. */
        if ((at == style || at[-1] == ';') &&
            !(is_number && (next == '.' || g_ascii_isdigit(next)))) {
            return true;
        }
        at = strstr(at + 1, declaration);
    }
    return false;
}

/* Inline CSS that leaves nothing to see. Only the first bytes of a style are looked at. */
static bool is_hiding_style(Slice value)
{
    char style[512];
    size_t length = 0;
    for (size_t i = 0; i < value.len && length + 1 < sizeof style; i++) {
        if (!is_space(value.ptr[i]) && value.ptr[i] != '\0') {
            style[length++] = g_ascii_tolower(value.ptr[i]);
        }
    }
    style[length] = '\0';
    return style_has(style, "display:none") || style_has(style, "visibility:hidden") ||
           style_has(style, "font-size:0") || style_has(style, "mso-hide:all");
}

static void skip_space(Slice *text)
{
    while (text->len > 0 && is_space(text->ptr[0])) {
        *text = slice_from(*text, 1);
    }
}

/* The value of an attribute, quoted or not; `text` is moved behind it. */
static Slice take_value(Slice *text)
{
    skip_space(text);
    if (text->len > 0 && (text->ptr[0] == '"' || text->ptr[0] == '\'')) {
        const char quote = text->ptr[0];
        *text = slice_from(*text, 1);
        const char *end = text->len == 0 ? NULL : memchr(text->ptr, quote, text->len);
        const size_t length = end == NULL ? text->len : (size_t)(end - text->ptr);
        const Slice value = slice_of(text->ptr, length);
        *text = slice_from(*text, end == NULL ? length : length + 1);
        return value;
    }
    size_t length = 0;
    while (length < text->len && !is_space(text->ptr[length]) && text->ptr[length] != '>') {
        length++;
    }
    const Slice value = slice_of(text->ptr, length);
    *text = slice_from(*text, length);
    return value;
}

/* Reads the attributes up to ">" and moves `text` behind it. */
static void take_attributes(Slice *text, Tag *tag)
{
    while (text->len > 0 && text->ptr[0] != '>') {
        size_t length = 0;
        while (length < text->len && !is_space(text->ptr[length]) &&
               strchr("=>/", text->ptr[length]) == NULL) {
            length++;
        }
        const Slice name = slice_of(text->ptr, length);
        *text = slice_from(*text, length);
        skip_space(text);
        Slice value = SLICE_EMPTY;
        if (text->len > 0 && text->ptr[0] == '=') {
            *text = slice_from(*text, 1);
            value = take_value(text);
        }
        tag->is_hidden |=
            slice_equal_nocase(name, SLICE_LITERAL("hidden")) ||
            (slice_equal_nocase(name, SLICE_LITERAL("style")) && is_hiding_style(value));
        tag->is_self_closed = false;
        while (text->len > 0 &&
               (is_space(text->ptr[0]) || text->ptr[0] == '/' || text->ptr[0] == '\0')) {
            tag->is_self_closed |= text->ptr[0] == '/';
            *text = slice_from(*text, 1);
        }
    }
    if (text->len > 0) {
        *text = slice_from(*text, 1);
    }
}

/* "<" ["/"] name attributes ">". Returns: false, with nothing taken, when it is no tag. */
static bool take_tag(Slice *text, Tag *tag)
{
    Slice rest = slice_from(*text, 1);
    *tag = (Tag){.is_end = rest.len > 0 && rest.ptr[0] == '/'};
    if (tag->is_end) {
        rest = slice_from(rest, 1);
    }
    if (rest.len == 0 || !g_ascii_isalpha(rest.ptr[0])) {
        return false;
    }
    size_t length = 0;
    while (length < rest.len && !is_space(rest.ptr[length]) && rest.ptr[length] != '>' &&
           rest.ptr[length] != '/') {
        if (length < TAG_NAME_MAX) {
            tag->name[length] = g_ascii_tolower(rest.ptr[length]);
        }
        length++;
    }
    if (length > TAG_NAME_MAX) {
        tag->name[0] = '\0';
    }
    tag->kind = kind_of(tag->name);
    rest = slice_from(rest, length);
    while (rest.len > 0 && (is_space(rest.ptr[0]) || rest.ptr[0] == '/')) {
        tag->is_self_closed |= rest.ptr[0] == '/';
        rest = slice_from(rest, 1);
    }
    take_attributes(&rest, tag);
    *text = rest;
    return true;
}

/* Steps behind "</name" and its ">": the content of script and style is no HTML. Without an end
 * tag everything that is left belongs to it. */
static void skip_raw(HtmlWalk *walk, const char *name)
{
    const size_t length = strlen(name);
    Slice rest = walk->rest;
    while (rest.len > 0) {
        const char *open = memchr(rest.ptr, '<', rest.len);
        if (open == NULL) {
            break;
        }
        rest = slice_from(rest, (size_t)(open - rest.ptr) + 1);
        if (rest.len > length && rest.ptr[0] == '/' &&
            g_ascii_strncasecmp(rest.ptr + 1, name, length) == 0) {
            Tag ignored = {.is_end = true};
            rest = slice_from(rest, 1 + length);
            take_attributes(&rest, &ignored);
            walk->rest = rest;
            return;
        }
    }
    walk->rest = SLICE_EMPTY;
}

/* "<!-- ... -->" and "<! ... >" and "<? ... >". */
static void skip_markup(HtmlWalk *walk)
{
    const Slice rest = walk->rest;
    const bool is_comment = slice_starts_with(rest, SLICE_LITERAL("<!--"));
    const char *end = NULL;
    size_t end_length = 1;
    if (is_comment && !walk->no_comment_ends) {
        /* "<!-->" is a whole comment. */
        end = memmem(rest.ptr + 2, rest.len - 2, "-->", 3);
        end_length = 3;
        walk->no_comment_ends = end == NULL;
    }
    if (end == NULL) {
        end = memchr(rest.ptr, '>', rest.len);
        end_length = 1;
    }
    walk->rest =
        end == NULL ? SLICE_EMPTY : slice_from(rest, (size_t)(end - rest.ptr) + end_length);
}

static bool is_hidden(const HtmlWalk *walk)
{
    return walk->hidden_by[0] != '\0';
}

/* Counts elements of the name that hides, to know when its end comes. Elements that an honest
 * document may leave open (p, li, td) end where the next one begins. */
static void track_hidden(HtmlWalk *walk, const Tag *tag)
{
    static const char *const unclosed[] = {"p", "li", "td", "th", "tr", "dd", "dt", "option"};
    if (is_hidden(walk) && strcmp(tag->name, walk->hidden_by) == 0) {
        bool is_unclosed = false;
        for (size_t i = 0; i < G_N_ELEMENTS(unclosed); i++) {
            is_unclosed |= strcmp(tag->name, unclosed[i]) == 0;
        }
        if (tag->is_end || is_unclosed) {
            walk->hidden_depth--;
        } else {
            walk->hidden_depth++;
        }
        if (walk->hidden_depth == 0) {
            walk->hidden_by[0] = '\0';
        }
    }
    if (!is_hidden(walk) && tag->is_hidden && !tag->is_end && tag->name[0] != '\0' &&
        tag->kind != TAG_VOID && tag->kind != TAG_BREAK) {
        memcpy(walk->hidden_by, tag->name, sizeof walk->hidden_by);
        walk->hidden_depth = 1;
    }
}

static void handle_tag(HtmlWalk *walk, const Tag *tag)
{
    track_hidden(walk, tag);
    switch (tag->kind) {
    case TAG_RAW:
        if (!tag->is_end && !tag->is_self_closed) {
            skip_raw(walk, tag->name);
        }
        break;
    case TAG_PRE:
        walk->pre_depth = tag->is_end ? 0 : 1;
        walk->needs_line = true;
        break;
    case TAG_BLOCK:
        walk->needs_line = true;
        break;
    case TAG_CELL:
        walk->needs_space = true;
        break;
    case TAG_BREAK:
        if (!is_hidden(walk)) {
            g_string_append_c(walk->out, '\n');
            walk->needs_space = walk->needs_line = false;
        }
        break;
    case TAG_VOID:
    case TAG_INLINE:
        break;
    }
}

/* Writes the white space that is due before text. */
static void begin_text(HtmlWalk *walk)
{
    const bool at_line_begin =
        walk->out->len == walk->from || walk->out->str[walk->out->len - 1] == '\n';
    if (walk->needs_line && !at_line_begin) {
        g_string_append_c(walk->out, '\n');
    } else if (walk->needs_space && !walk->needs_line && !at_line_begin) {
        g_string_append_c(walk->out, ' ');
    }
    walk->needs_line = walk->needs_space = false;
}

static void take_entity(HtmlWalk *walk)
{
    uint32_t character = '&';
    size_t length = html_entity_parse(walk->rest, &character);
    length = MAX(length, 1);
    walk->rest = slice_from(walk->rest, length);
    if (is_hidden(walk)) {
        return;
    }
    /* No-break space, soft hyphen and zero-width marks pad mails; they would split words. */
    if (character == 0xA0) {
        walk->needs_space = true;
    } else if (character != 0xAD && character != 0x200B && character != 0x200C &&
               character != 0xFEFF) {
        begin_text(walk);
        utf8_text_append_char(walk->out, character);
    }
}

static void take_space(HtmlWalk *walk)
{
    const char byte = walk->rest.ptr[0];
    walk->rest = slice_from(walk->rest, 1);
    if (walk->pre_depth == 0 || is_hidden(walk)) {
        walk->needs_space = true;
    } else if (byte != '\r') {
        begin_text(walk);
        g_string_append(walk->out, byte == '\n' ? "\n" : " ");
    }
}

static void take_text(HtmlWalk *walk)
{
    size_t length = 1;
    while (length < walk->rest.len && walk->rest.ptr[length] != '<' &&
           walk->rest.ptr[length] != '&' && !is_space(walk->rest.ptr[length])) {
        length++;
    }
    if (!is_hidden(walk)) {
        begin_text(walk);
        g_string_append_len(walk->out, walk->rest.ptr, (gssize)length);
    }
    walk->rest = slice_from(walk->rest, length);
}

static void take_less_than(HtmlWalk *walk)
{
    Tag tag;
    const Slice rest = walk->rest;
    if (rest.len > 1 && (rest.ptr[1] == '!' || rest.ptr[1] == '?')) {
        skip_markup(walk);
    } else if (take_tag(&walk->rest, &tag)) {
        handle_tag(walk, &tag);
    } else {
        take_text(walk);
    }
}

void html_text_append(Slice html, GString *out)
{
    HtmlWalk walk = {.rest = html, .out = out, .from = out->len};
    while (walk.rest.len > 0) {
        const char byte = walk.rest.ptr[0];
        if (byte == '<') {
            take_less_than(&walk);
        } else if (byte == '&') {
            take_entity(&walk);
        } else if (is_space(byte)) {
            take_space(&walk);
        } else {
            take_text(&walk);
        }
    }
    if (out->len > walk.from && out->str[out->len - 1] != '\n') {
        g_string_append_c(out, '\n');
    }
}

Slice html_text_declared_charset(Slice html)
{
    char begin[META_BYTES];
    const size_t length = MIN(html.len, sizeof begin);
    for (size_t i = 0; i < length; i++) {
        begin[i] = g_ascii_tolower(html.ptr[i]);
    }
    const char *meta = memmem(begin, length, "<meta", 5);
    if (meta == NULL) {
        return SLICE_EMPTY;
    }
    const size_t meta_at = (size_t)(meta - begin);
    const char *found = memmem(meta, length - meta_at, "charset=", 8);
    if (found == NULL) {
        return SLICE_EMPTY;
    }
    size_t at = (size_t)(found - begin) + 8;
    while (at < length && (begin[at] == '"' || begin[at] == '\'' || begin[at] == ' ')) {
        at++;
    }
    const size_t from = at;
    while (at < length && (g_ascii_isalnum(begin[at]) || strchr("-_:.", begin[at]) != NULL)) {
        at++;
    }
    return slice_of(html.ptr + from, at - from);
}
