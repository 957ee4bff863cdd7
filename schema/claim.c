/* SPDX-License-Identifier: MIT */
#include "schema/claim.h"

/* Between two properties. */
#define SEPARATOR "; "

void claim_init(Claim *claim)
{
    claim->authserv_id = g_string_new(NULL);
    claim->method = g_string_new(NULL);
    claim->result = g_string_new(NULL);
    claim->reason = g_string_new(NULL);
    claim->properties = g_string_new(NULL);
    claim->begins = g_array_new(false, false, sizeof(size_t));
}

void claim_reset(Claim *claim)
{
    g_string_truncate(claim->method, 0);
    g_string_truncate(claim->result, 0);
    g_string_truncate(claim->reason, 0);
    g_string_truncate(claim->properties, 0);
    g_array_set_size(claim->begins, 0);
}

void claim_set(GString *string, const GString *text)
{
    g_string_truncate(string, 0);
    g_string_append_len(string, text->str, (gssize)text->len);
}

void claim_add_property(Claim *claim, const GString *name, const GString *value)
{
    if (claim->properties->len > 0) {
        g_string_append(claim->properties, SEPARATOR);
    }
    const size_t begin = claim->properties->len;
    g_array_append_val(claim->begins, begin);
    g_string_append_len(claim->properties, name->str, (gssize)name->len);
    g_string_append_c(claim->properties, '=');
    g_string_append_len(claim->properties, value->str, (gssize)value->len);
}

/* Names hold no "=", values may. */
static bool has_name(Slice property, Slice name)
{
    return property.len > name.len && property.ptr[name.len] == '=' &&
           slice_equal(slice_of(property.ptr, name.len), name);
}

bool claim_find_property(const Claim *claim, const char *name, Slice *ret_value)
{
    const Slice wanted = slice_of_string(name);
    for (guint i = 0; i < claim->begins->len; i++) {
        const size_t begin = g_array_index(claim->begins, size_t, i);
        const size_t end = i + 1 < claim->begins->len
                               ? g_array_index(claim->begins, size_t, i + 1) - strlen(SEPARATOR)
                               : claim->properties->len;
        const Slice property = slice_of(claim->properties->str + begin, end - begin);
        if (has_name(property, wanted)) {
            *ret_value = slice_from(property, wanted.len + 1);
            return true;
        }
    }
    return false;
}

static void free_string(GString **string)
{
    if (*string != NULL) {
        g_string_free(*string, true);
        *string = NULL;
    }
}

void claim_clear(Claim *claim)
{
    free_string(&claim->authserv_id);
    free_string(&claim->method);
    free_string(&claim->result);
    free_string(&claim->reason);
    free_string(&claim->properties);
    g_clear_pointer(&claim->begins, g_array_unref);
}
