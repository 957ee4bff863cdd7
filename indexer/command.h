/* command.h - what waxseal-index does, and what its commands share.
 *
 * Commands alone print and choose exit codes; the library below them does neither.
 */
#pragma once

#include <signal.h>

#include "indexer/arguments.h"
#include "indexer/key_store.h"

typedef enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DAMAGED = 4 } CommandExit;

/* Prints "waxseal-index: message" on stderr, behind what was printed before. */
void command_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* From now on ^C sets what is returned; a second one ends the program. */
const volatile sig_atomic_t *command_catch_signals(void);

/* Loads the keys that the arguments name, and complains about lines that hold none. `database`
 * may be NULL. Returns: false with `error`. */
bool command_load_keys(KeyStore *keys, const Arguments *arguments, const char *database,
                       size_t *ret_n_named, GError **error);

unsigned command_worker_count(const Arguments *arguments);

/* Reads mail into the archive, and settles signatures in it (cmd_archive.c). */
CommandExit command_archive(const Arguments *arguments);

/* Prints what the signatures of each message come to (cmd_verify.c). */
CommandExit command_verify(const Arguments *arguments);
