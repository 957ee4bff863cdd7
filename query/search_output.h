/* search_output.h - the forms in which search lists its hits.
 *
 * Each form is one SearchFormat; all write into a string that the command prints.
 */
#pragma once

#include "query/search_field.h"

typedef struct {
    bool color;     /* escape sequences allowed */
    size_t columns; /* of the screen, for the table */
    bool by_thread;
    const GArray *fields; /* SearchField, those to be listed; NULL: the format's own */
    char separator;       /* of CSV */
} SearchLayout;

typedef struct {
    const char *name;
    void (*begin)(GString *out, const SearchLayout *layout);
    void (*hit)(GString *out, const SearchHit *hit, const SearchLayout *layout);
} SearchFormat;

extern const SearchFormat search_format_table; /* two lines a hit, for people */
extern const SearchFormat search_format_tabs;  /* chosen fields, with a tab between them */
extern const SearchFormat search_format_json;  /* one object a line */
extern const SearchFormat search_format_csv;
extern const SearchFormat search_format_null; /* ids, each followed by a NUL byte */

/* The verdict of a message in one word with its mark: "✔ verified", "~ limited", "pass",
 * "fail", "nokey", "error", "-". Returns: (transfer none) a constant. */
const char *search_verdict_mark(const char *level, const char *dkim);

/* Appends that mark, in colour if allowed, padded to ten columns. Without words, "missing". */
void search_append_mark(GString *out, const char *level, const char *dkim, bool color);

/* "2017-05-05 10:30:00" or the like; "" when `has_date` is false.
 * Returns: (transfer full), free with g_free. */
char *search_date_text(bool has_date, int64_t date, const char *format);
