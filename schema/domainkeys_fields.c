/* SPDX-License-Identifier: MIT */
#include "schema/domainkeys_fields.h"

#include "schema/dkim_tag.h"

/* One name of h=. Sorted by name, those of one name in the order of h=. */
typedef struct {
    Slice name;
    uint32_t position; /* in h= */
    uint32_t next;     /* of the last of a name: index of the mention that is filled next */
} Mention;

void domainkeys_fields_init(DomainKeysFields *fields)
{
    fields->as_found = g_ptr_array_new();
    fields->as_listed = g_ptr_array_new();
}

void domainkeys_fields_clear(DomainKeysFields *fields)
{
    g_clear_pointer(&fields->as_found, g_ptr_array_unref);
    g_clear_pointer(&fields->as_listed, g_ptr_array_unref);
}

/* Any order of names, case ignored, that is cheap. */
static int compare_names(Slice a, Slice b)
{
    if (a.len != b.len || a.len == 0) {
        return a.len < b.len ? -1 : a.len > b.len;
    }
    return g_ascii_strncasecmp(a.ptr, b.ptr, a.len);
}

static int compare_mentions(gconstpointer a, gconstpointer b)
{
    const Mention *first = a;
    const Mention *second = b;
    const int order = compare_names(first->name, second->name);
    if (order != 0) {
        return order;
    }
    return first->position < second->position ? -1 : first->position > second->position;
}

static GArray *read_list(Slice list)
{
    GArray *mentions = g_array_new(false, false, sizeof(Mention));
    Slice rest = list;
    Mention mention = {0};
    while (dkim_list_next(&rest, &mention.name)) {
        mention.position = mentions->len;
        g_array_append_val(mentions, mention);
    }
    g_array_sort(mentions, compare_mentions);
    for (guint i = 0; i < mentions->len; i++) {
        g_array_index(mentions, Mention, i).next = i;
    }
    return mentions;
}

/* The last mention of that name. Returns: NULL when there is none. */
static Mention *find_last(const GArray *mentions, Slice name)
{
    Mention *all = (Mention *)(void *)mentions->data;
    size_t low = 0;
    size_t high = mentions->len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_names(all[middle].name, name) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && slice_equal_nocase(all[low - 1].name, name) ? &all[low - 1] : NULL;
}

/* The position in h= of the mention that the next field of that name, from the bottom up,
 * belongs to. */
static bool take_mention(GArray *mentions, Slice name, uint32_t *ret_position)
{
    const Mention *all = (const Mention *)(const void *)mentions->data;
    Mention *last = find_last(mentions, name);
    if (last == NULL) {
        return false;
    }
    *ret_position = all[last->next].position;
    if (last->next > 0 && slice_equal_nocase(all[last->next - 1].name, name)) {
        last->next--;
    }
    return true;
}

static bool is_same_order(const DomainKeysFields *fields)
{
    return memcmp(fields->as_found->pdata, fields->as_listed->pdata,
                  fields->as_found->len * sizeof(gpointer)) == 0;
}

static void reverse(GPtrArray *array)
{
    for (guint i = 0; i < array->len / 2; i++) {
        gpointer *first = &array->pdata[i];
        gpointer *second = &array->pdata[array->len - 1 - i];
        gpointer kept = *first;
        *first = *second;
        *second = kept;
    }
}

/* A list of fields for each mention: numbers from 1, 0 is none. */
static GArray *numbers_new(size_t n_numbers)
{
    GArray *numbers = g_array_new(false, true, sizeof(uint32_t));
    return g_array_set_size(numbers, (guint)n_numbers);
}

static void find_listed(DomainKeysFields *fields, RawField *below_self, size_t n_below,
                        Slice list)
{
    g_autoptr(GArray) mentions = read_list(list);
    g_autoptr(GArray) heads = numbers_new(mentions->len); /* topmost field, by position in h= */
    g_autoptr(GArray) nexts = numbers_new(n_below + 1);   /* field below, of the same mention */
    for (uint32_t number = (uint32_t)n_below; number > 0; number--) {
        uint32_t position = 0;
        if (take_mention(mentions, below_self[number - 1].name, &position)) {
            g_ptr_array_add(fields->as_found, &below_self[number - 1]);
            g_array_index(nexts, uint32_t, number) = g_array_index(heads, uint32_t, position);
            g_array_index(heads, uint32_t, position) = number;
        }
    }
    reverse(fields->as_found);
    for (guint position = 0; position < mentions->len; position++) {
        uint32_t number = g_array_index(heads, uint32_t, position);
        for (; number > 0; number = g_array_index(nexts, uint32_t, number)) {
            g_ptr_array_add(fields->as_listed, &below_self[number - 1]);
        }
    }
    if (fields->as_found->len == 0 || is_same_order(fields)) {
        g_ptr_array_set_size(fields->as_listed, 0);
    }
}

void domainkeys_fields_find(DomainKeysFields *fields, const RawMessage *message,
                            const RawField *self, const Slice *list)
{
    const size_t begin = (size_t)(self - message->fields) + 1;
    RawField *below_self = message->fields + begin;
    const size_t n_below = message->n_fields - begin;
    g_ptr_array_set_size(fields->as_found, 0);
    g_ptr_array_set_size(fields->as_listed, 0);
    if (list != NULL) {
        find_listed(fields, below_self, n_below, *list);
        return;
    }
    for (size_t i = 0; i < n_below; i++) {
        g_ptr_array_add(fields->as_found, &below_self[i]);
    }
}

const RawField *domainkeys_fields_first(const DomainKeysFields *fields, Slice name)
{
    for (guint i = 0; i < fields->as_found->len; i++) {
        const RawField *field = g_ptr_array_index(fields->as_found, i);
        if (slice_equal_nocase(field->name, name)) {
            return field;
        }
    }
    return NULL;
}

void domainkeys_fields_write(DkimCanonWriter *writer, DomainKeysCanon canon,
                             const GPtrArray *list, Slice body)
{
    for (guint i = 0; i < list->len; i++) {
        const RawField *field = g_ptr_array_index(list, i);
        domainkeys_canon_field(writer, canon, field->whole);
    }
    domainkeys_canon_body(writer, canon, body);
}
