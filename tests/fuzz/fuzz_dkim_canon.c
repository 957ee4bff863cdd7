/* SPDX-License-Identifier: MIT */
#include "schema/dkim_canon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void append(gpointer user_data, const char *bytes, size_t len)
{
    g_string_append_len(user_data, bytes, (gssize)len);
}

/* What is canonical does not change when it is canonicalised again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DkimCanonWriter writer;
    for (DkimCanon canon = 0; canon < DKIM_CANON_COUNT; canon++) {
        g_autoptr(GString) once = g_string_new(NULL);
        g_autoptr(GString) twice = g_string_new(NULL);
        dkim_canon_writer_init(&writer, append, once);
        dkim_canon_body(&writer, canon, slice_of((const char *)data, size));
        dkim_canon_writer_init(&writer, append, twice);
        dkim_canon_body(&writer, canon, slice_of(once->str, once->len));
        g_assert(g_string_equal(once, twice));

        if (size > 2) {
            const char *text = (const char *)data;
            const Slice value = slice_of(text + 1, size - 1);
            dkim_canon_field(&writer, canon, slice_of(text, 1), value, slice_of(text, size));
            dkim_canon_signature_field(&writer, canon, slice_of(text, 1), value,
                                       slice_of(text + size / 2, size / 4));
            dkim_canon_writer_flush(&writer);
        }
    }
    return 0;
}
