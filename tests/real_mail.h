/* real_mail.h - where tests find the real mail that is not part of the project.
 *
 * Memory: results are the caller's.
 */
#pragma once

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

/* The exit code that ctest shows as "Skipped". */
#define EXIT_SKIPPED 77

/* The folder that the environment variable names. Ends the program as skipped, saying why, when
 * it is not set. Returns: (transfer none). */
static inline const char *real_mail_folder(const char *variable)
{
    const char *folder = g_getenv(variable);
    if (folder == NULL || *folder == '\0') {
        printf("1..0 # SKIP %s is not set; tests/README.md says what it names\n", variable);
        exit(EXIT_SKIPPED);
    }
    return folder;
}
