/* query_fault.h - what is wrong with a query, and where: one line, and a caret under the place.
 *
 * A bad query is bad input, not a failure of the world: it does not travel as a GError.
 *
 * Memory: a fault owns its strings; a zeroed one is "no fault".
 */
#pragma once

#include "schema/slice.h"

typedef struct {
    char *message; /* one line; NULL when there is no fault */
    char *text;    /* the query or the flag's value that holds the place */
    size_t offset; /* bytes into `text` */
    size_t length; /* bytes to underline; 0 is one caret */
} QueryFault;

/* Sets the fault unless one is set already: the first is the cause. `text` is copied.
 * Returns: false always, so that callers can return it. */
bool query_fault_set(QueryFault *fault, const char *text, size_t offset, size_t length,
                     const char *format, ...) G_GNUC_PRINTF(5, 6);

void query_fault_clear(QueryFault *fault);

/* Three lines without a final newline: message, the text around the place, the caret. Control
 * characters of the text are shown, never sent.
 * Returns: (transfer full), free with g_free. */
char *query_fault_render(const QueryFault *fault);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QueryFault, query_fault_clear)
