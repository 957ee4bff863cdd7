/* safe_name.h - a file name from mail made safe to create in a folder, on any system.
 *
 * What comes out has no path, no control or invisible characters, does not begin with "." or
 * "-", does not end in a dot or space, is no device of Windows (CON, NUL, COM1), holds none of
 * the characters that Windows forbids, is valid UTF-8 and at most SAFE_NAME_MAX bytes with its
 * extension kept. That it is not there already is the business of whoever creates it.
 *
 * Memory: results are the caller's. Linear.
 */
#pragma once

#include "schema/slice.h"

/* What file systems allow is 255; a number may have to be added. */
#define SAFE_NAME_MAX ((size_t)240)

/* What had to be changed, as bits. */
typedef enum {
    SAFE_NAME_PATH = 1 << 0,      /* folders were in front of it */
    SAFE_NAME_INVISIBLE = 1 << 1, /* control or invisible characters, text direction */
    SAFE_NAME_FORBIDDEN = 1 << 2, /* characters that some system forbids */
    SAFE_NAME_EDGE = 1 << 3,      /* dots, spaces or "-" at its begin or end */
    SAFE_NAME_DEVICE = 1 << 4,    /* the name of a device */
    SAFE_NAME_LONG = 1 << 5,      /* cut */
    SAFE_NAME_EMPTY = 1 << 6      /* there was none */
} SafeNameChange;

/* Makes `name` safe. `fallback`, a safe name itself, is taken when nothing is left of it.
 * `ret_changes` is a set of SafeNameChange bits. Returns: (transfer full). */
char *safe_name_make(Slice name, const char *fallback, unsigned *ret_changes);

/* The name with a number before its extension: "plan (2).pdf". Returns: (transfer full). */
char *safe_name_numbered(const char *safe, unsigned number);

/* What the changes were, for people: "path removed, cut". Returns: (transfer full). */
char *safe_name_explain(unsigned changes);
