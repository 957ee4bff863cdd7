/* SPDX-License-Identifier: MIT */
#include "schema/dkim_tag.h"

#include "schema/byte_vector.h"

static const char *const reasons[DKIM_TAG_FAULT_COUNT] = {
    [DKIM_TAG_OK] = "",
    [DKIM_TAG_FAULT_SYNTAX] = "not a tag list",
    [DKIM_TAG_FAULT_DUPLICATE] = "a tag occurs twice",
    [DKIM_TAG_FAULT_TOO_MANY] = "too many tags",
    [DKIM_TAG_FAULT_TOO_LONG] = "tag list too long",
};

/* tag-name = ALPHA *ALNUMPUNC ; ALNUMPUNC = ALPHA / DIGIT / "_" */
static bool is_tag_name(Slice name)
{
    if (name.len == 0 || !g_ascii_isalpha(name.ptr[0])) {
        return false;
    }
    for (size_t i = 1; i < name.len; i++) {
        if (!g_ascii_isalnum(name.ptr[i]) && name.ptr[i] != '_') {
            return false;
        }
    }
    return true;
}

/* tag-value = [ tval *( 1*(WSP / FWS) tval ) ] ; tval = 1*VALCHAR ;
 * VALCHAR = %x21-3A / %x3C-7E */
static bool is_tag_value(Slice value)
{
    size_t at = 0;
    while (at < value.len) {
        if (value.len - at >= BYTE_VECTOR_SIZE) {
            const ByteVector bytes = byte_vector_load(value.ptr + at);
            const size_t n_plain =
                byte_vector_first_set((ByteVector)((bytes < 0x20) | (bytes == 0x7f)));
            at += n_plain;
            if (n_plain == BYTE_VECTOR_SIZE) {
                continue;
            }
        }
        const unsigned char c = (unsigned char)value.ptr[at++];
        if ((c < 0x20 && !dkim_is_space((char)c)) || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS] */
static bool parse_tag_spec(Slice spec, DkimTag *ret_tag)
{
    const char *equals = spec.len == 0 ? NULL : memchr(spec.ptr, '=', spec.len);
    if (equals == NULL) {
        return false;
    }
    const size_t at = (size_t)(equals - spec.ptr);
    const DkimTag tag = {
        .name = dkim_trim(slice_of(spec.ptr, at)),
        .value = dkim_trim(slice_from(spec, at + 1)),
        .raw = slice_from(spec, at + 1),
    };
    if (!is_tag_name(tag.name) || !is_tag_value(tag.value)) {
        return false;
    }
    *ret_tag = tag;
    return true;
}

static bool has_name(const DkimTagList *list, Slice name)
{
    for (size_t i = 0; i < list->n_tags; i++) {
        if (slice_equal(list->tags[i].name, name)) {
            return true;
        }
    }
    return false;
}

static DkimTagFault add_tag_spec(Slice spec, DkimTagList *list)
{
    DkimTag tag;
    if (!parse_tag_spec(spec, &tag)) {
        return DKIM_TAG_FAULT_SYNTAX;
    }
    if (has_name(list, tag.name)) {
        return DKIM_TAG_FAULT_DUPLICATE;
    }
    if (list->n_tags == DKIM_TAG_MAX) {
        return DKIM_TAG_FAULT_TOO_MANY;
    }
    list->tags[list->n_tags++] = tag;
    return DKIM_TAG_OK;
}

/* tag-list = tag-spec *( ";" tag-spec ) [ ";" ] */
DkimTagFault dkim_tag_list_parse(Slice text, DkimTagList *list)
{
    list->n_tags = 0;
    if (text.len > DKIM_TAG_LIST_MAX) {
        return DKIM_TAG_FAULT_TOO_LONG;
    }
    size_t begin = 0;
    do {
        const Slice rest = slice_from(text, begin);
        const char *semicolon = rest.len == 0 ? NULL : memchr(rest.ptr, ';', rest.len);
        const size_t len = semicolon == NULL ? rest.len : (size_t)(semicolon - rest.ptr);
        if (semicolon == NULL && begin > 0 && dkim_trim(rest).len == 0) {
            return DKIM_TAG_OK;
        }
        const DkimTagFault fault = add_tag_spec(slice_of(rest.ptr, len), list);
        if (fault != DKIM_TAG_OK) {
            return fault;
        }
        begin += len + 1;
    } while (begin <= text.len);
    return DKIM_TAG_OK;
}

const DkimTag *dkim_tag_list_find(const DkimTagList *list, const char *name)
{
    const Slice wanted = slice_of_string(name);
    for (size_t i = 0; i < list->n_tags; i++) {
        if (slice_equal(list->tags[i].name, wanted)) {
            return &list->tags[i];
        }
    }
    return NULL;
}

const char *dkim_tag_fault_reason(DkimTagFault fault)
{
    g_assert(fault < DKIM_TAG_FAULT_COUNT);
    return reasons[fault];
}

bool dkim_list_next(Slice *rest, Slice *ret_item)
{
    if (rest->ptr == NULL) {
        return false;
    }
    const char *colon = rest->len == 0 ? NULL : memchr(rest->ptr, ':', rest->len);
    if (colon == NULL) {
        *ret_item = dkim_trim(*rest);
        *rest = SLICE_EMPTY;
        return true;
    }
    const size_t len = (size_t)(colon - rest->ptr);
    *ret_item = dkim_trim(slice_of(rest->ptr, len));
    *rest = slice_of(colon + 1, rest->len - len - 1);
    return true;
}
