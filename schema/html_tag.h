/* html_tag.h - the tokens of HTML: tags, their attributes, comments, raw text.
 *
 * Forgiving as browsers are, for the text of HTML mail and for making it safe. Knows no
 * elements; what a tag means is its reader's business. The rest of a document is text and
 * character references (html_entity.h).
 *
 * Memory: slices borrow from the document. Everything is linear.
 */
#pragma once

#include "schema/slice.h"

/* No element of HTML has a longer name. */
#define HTML_TAG_NAME_MAX 12

typedef struct {
    char name[HTML_TAG_NAME_MAX + 1]; /* lower case; "" when it is too long to matter */
    bool is_end;
    bool is_self_closed; /* known when all attributes were taken */
} HtmlTag;

typedef struct {
    Slice name;
    Slice value; /* without quotes; references are still in it */
} HtmlAttribute;

static inline bool html_is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* "<" ["/"] name. Moves `text` to the first attribute. Returns: false, with nothing taken, when
 * it is no tag. */
bool html_tag_take(Slice *text, HtmlTag *ret_tag);

/* The next attribute. Returns: false when there are no more; `text` is then behind the ">". */
bool html_tag_take_attribute(Slice *text, HtmlTag *tag, HtmlAttribute *ret_attribute);

/* Takes the attributes that are left, unread. */
void html_tag_take_rest(Slice *text, HtmlTag *tag);

/* Moves `text`, the content of an element whose content is no HTML (script), behind the
 * element's end tag. Returns: false, with nothing taken, when there is none. */
bool html_tag_skip_content(Slice *text, const char *name);

/* Steps over "<!-- ... -->", "<! ... >" and "<? ... >", which `text` begins with.
 * `no_comment_ends` is the caller's, false at first: no "-->" follows, and it is not looked for
 * again. */
void html_tag_skip_markup(Slice *text, bool *no_comment_ends);

/* Whether the value of a style attribute leaves nothing to see. Only its first bytes are looked
 * at. */
bool html_style_hides(Slice style);

/* The charset that a <meta> element in the first bytes declares; empty if none does. */
Slice html_tag_declared_charset(Slice html);
