/* dkim_tag.h - the "tag=value; tag=value" lists of DKIM-Signature fields and key records.
 *
 * Reads RFC 6376 section 3.2. Knows the syntax only; what a tag means is decided in
 * dkim_signature.c and dkim_key_record.c. Bytes above 127 are let through: RFC 8616 has them in
 * domains, and the tag that holds them decides.
 *
 * Memory: a DkimTagList borrows the bytes it was parsed from; they must outlive it.
 * Limits: DKIM_TAG_MAX tags and DKIM_TAG_LIST_MAX bytes; more is a fault.
 */
#pragma once

#include "schema/slice.h"

/* RFC 6376 defines 14 tags; real signatures have up to 16. */
#define DKIM_TAG_MAX 64

/* Real signatures with every field copied into z= stay below 32 KiB. */
#define DKIM_TAG_LIST_MAX ((size_t)128 << 10)

typedef enum {
    DKIM_TAG_OK,
    DKIM_TAG_FAULT_SYNTAX,    /* not tag-list of RFC 6376 3.2 */
    DKIM_TAG_FAULT_DUPLICATE, /* "Tags with duplicate names MUST NOT occur" */
    DKIM_TAG_FAULT_TOO_MANY,
    DKIM_TAG_FAULT_TOO_LONG,
    DKIM_TAG_FAULT_COUNT
} DkimTagFault;

typedef struct {
    Slice name;
    Slice value; /* without the white space around it */
    Slice raw;   /* from behind the "=" to the ";" or the end */
} DkimTag;

typedef struct {
    DkimTag tags[DKIM_TAG_MAX]; /* in order */
    size_t n_tags;
} DkimTagList;

/* Splits `text` into tags, in order. On any fault `list` holds the tags read before it.
 * Returns: DKIM_TAG_OK, or the first fault found. Linear. */
DkimTagFault dkim_tag_list_parse(Slice text, DkimTagList *list);

/* The tag of that name; case matters (RFC 6376 3.2). Returns: (transfer none) NULL if none. */
const DkimTag *dkim_tag_list_find(const DkimTagList *list, const char *name);

/* One line for a person. Returns: (transfer none) a constant. */
const char *dkim_tag_fault_reason(DkimTagFault fault);

/* White space of a tag list: SP, TAB and the line ends of folding. */
static inline bool dkim_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* `text` without white space at both ends. */
static inline Slice dkim_trim(Slice text)
{
    while (text.len > 0 && dkim_is_space(text.ptr[0])) {
        text = slice_of(text.ptr + 1, text.len - 1);
    }
    while (text.len > 0 && dkim_is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* Takes the next item of a colon-separated list off `rest`, trimmed. A list of n colons has
 * n + 1 items. Returns: false when nothing is left. `*rest` starts as the tag's value with
 * `ptr` not NULL; an empty value is one empty item. */
bool dkim_list_next(Slice *rest, Slice *ret_item);
