/* late_library.h - loads a library when it is needed, which most runs do not.
 *
 * Memory: the library stays loaded until the program ends. Threads: any.
 */
#pragma once

#include <stddef.h>

/* A function of the library, and where its address goes in a table of the caller. */
typedef struct {
    const char *name;
    size_t offset;
} LateFunction;

/* Loads `soname` and fills `ret_table`. Returns: NULL, or (transfer none) what is wrong; then
 * the table is of no use. */
const char *late_library_load(const char *soname, const LateFunction *functions,
                              size_t n_functions, void *ret_table);
