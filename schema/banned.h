/* banned.h - poisons the C functions that this project does not use.
 *
 * Each has a bounded or thread-safe replacement in GLib or POSIX. <ctype.h> depends on the
 * locale and is undefined on bytes above 127: use g_ascii_isalpha and its kin. Included by
 * slice.h after the system headers that declare these names.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok gets
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison gmtime localtime ctime asctime
