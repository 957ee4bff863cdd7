/* SPDX-License-Identifier: MIT */
#include "indexer/html_text.h"

#include "schema/html_entity.h"
#include "schema/html_tag.h"
#include "schema/utf8_text.h"

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
    HtmlTag html;
    bool is_hidden;
    TagKind kind;
} Tag;

typedef struct {
    Slice rest;
    GString *out;
    size_t from;      /* of our text in out */
    bool needs_space; /* white space was read */
    bool needs_line;  /* a block begins or ends */
    int pre_depth;
    char hidden_by[HTML_TAG_NAME_MAX + 1]; /* element that hides; "" when nothing does */
    size_t hidden_depth;                   /* elements of that name inside it, itself counted */
    bool no_comment_ends;                  /* no "-->" follows: it is not looked for again */
} HtmlWalk;

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

/* Reads a tag with its attributes. Returns: false, with nothing taken, when it is none. */
static bool take_tag(Slice *text, Tag *tag)
{
    *tag = (Tag){.kind = TAG_INLINE};
    if (!html_tag_take(text, &tag->html)) {
        return false;
    }
    tag->kind = kind_of(tag->html.name);
    HtmlAttribute attribute;
    while (html_tag_take_attribute(text, &tag->html, &attribute)) {
        tag->is_hidden |= slice_equal_nocase(attribute.name, SLICE_LITERAL("hidden")) ||
                          (slice_equal_nocase(attribute.name, SLICE_LITERAL("style")) &&
                           html_style_hides(attribute.value));
    }
    return true;
}

/* The content of script and style is no text. Without an end tag everything that is left
 * belongs to it. */
static void skip_raw(HtmlWalk *walk, const char *name)
{
    if (!html_tag_skip_content(&walk->rest, name)) {
        walk->rest = SLICE_EMPTY;
    }
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
    if (is_hidden(walk) && strcmp(tag->html.name, walk->hidden_by) == 0) {
        bool is_unclosed = false;
        for (size_t i = 0; i < G_N_ELEMENTS(unclosed); i++) {
            is_unclosed |= strcmp(tag->html.name, unclosed[i]) == 0;
        }
        if (tag->html.is_end || is_unclosed) {
            walk->hidden_depth--;
        } else {
            walk->hidden_depth++;
        }
        if (walk->hidden_depth == 0) {
            walk->hidden_by[0] = '\0';
        }
    }
    if (!is_hidden(walk) && tag->is_hidden && !tag->html.is_end && tag->html.name[0] != '\0' &&
        tag->kind != TAG_VOID && tag->kind != TAG_BREAK) {
        memcpy(walk->hidden_by, tag->html.name, sizeof walk->hidden_by);
        walk->hidden_depth = 1;
    }
}

static void handle_tag(HtmlWalk *walk, const Tag *tag)
{
    track_hidden(walk, tag);
    switch (tag->kind) {
    case TAG_RAW:
        if (!tag->html.is_end && !tag->html.is_self_closed) {
            skip_raw(walk, tag->html.name);
        }
        break;
    case TAG_PRE:
        walk->pre_depth = tag->html.is_end ? 0 : 1;
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
           walk->rest.ptr[length] != '&' && !html_is_space(walk->rest.ptr[length])) {
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
        html_tag_skip_markup(&walk->rest, &walk->no_comment_ends);
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
        } else if (html_is_space(byte)) {
            take_space(&walk);
        } else {
            take_text(&walk);
        }
    }
    if (out->len > walk.from && out->str[out->len - 1] != '\n') {
        g_string_append_c(out, '\n');
    }
}
