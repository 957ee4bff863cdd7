/* query_reference.h - the reference of the query language, as it stands in docs/.
 *
 * The table of fields in docs/query-language.md is made from query_field's, and the man page
 * waxseal-query-syntax(7) from docs/query-language.md: nothing is written twice.
 *
 * Reads the Markdown of that page only: headings, paragraphs, tables, `code`, links.
 */
#pragma once

#include "schema/slice.h"

/* The page with its table of fields made anew. Returns: (transfer full), free with g_free; NULL
 * when the page has no such table. */
char *query_reference_update(const char *markdown);

/* The page as a manual page. Returns: (transfer full), free with g_free. */
char *query_reference_man(const char *markdown);
