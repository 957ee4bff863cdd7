/* SPDX-License-Identifier: MIT */
/* waxseal-reference FOLDER: makes what is derived in FOLDER/query-language.md anew, and
 * FOLDER/waxseal-query-syntax.7 from it. For developers; the tests compare. */
#include <stdio.h>

#include "query/query_reference.h"

static bool update(const char *folder, GError **error)
{
    g_autofree char *page_path = g_build_filename(folder, "query-language.md", NULL);
    g_autofree char *man_path = g_build_filename(folder, "waxseal-query-syntax.7", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(page_path, &text, NULL, error)) {
        return false;
    }
    g_autofree char *page = query_reference_update(text);
    if (page == NULL) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no table of fields",
                    page_path);
        return false;
    }
    g_autofree char *man = query_reference_man(page);
    return g_file_set_contents(page_path, page, -1, error) &&
           g_file_set_contents(man_path, man, -1, error);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    if (argc != 2) {
        fprintf(stderr, "Usage: waxseal-reference FOLDER\n");
        return 2;
    }
    if (!update(argv[1], &error)) {
        fprintf(stderr, "waxseal-reference: %s\n", error->message);
        return 1;
    }
    return 0;
}
