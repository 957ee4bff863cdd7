/* confined.h - reads hostile mail in a child process that can do nothing else.
 *
 * The child has a copy of this process' memory, limits on memory and time, and the walls of
 * sandbox.h around it; it gives back bytes. When it dies, that is one error here and no more.
 * What comes back was made from hostile input and is to be treated so.
 *
 * Memory: results are the caller's. Errors: CONFINED_ERROR.
 * Limits: CONFINED_OUTPUT_MAX bytes of output, CONFINED_SECONDS of processor time.
 */
#pragma once

#include "schema/slice.h"

/* The parts of the largest message that is read whole, and as much again. */
#define CONFINED_OUTPUT_MAX ((size_t)1 << 30)

/* The slowest mail that a generator of bad mail came up with takes some seconds. */
#define CONFINED_SECONDS 60

#define CONFINED_ERROR (confined_error_quark())
GQuark confined_error_quark(void);

typedef enum {
    CONFINED_ERROR_START, /* no child could be made or walled in */
    CONFINED_ERROR_DIED   /* it crashed, or came to a limit */
} ConfinedError;

/* Where the child's output goes. */
typedef struct ConfinedSink ConfinedSink;

typedef struct {
    /* Loads what cannot be loaded behind the walls; its result goes to `work`. */
    gpointer (*prepare)(void);
    void (*work)(gpointer prepared, gpointer input, ConfinedSink *sink);
} ConfinedJob;

/* Called in the child. Does not return when nobody reads any more. */
void confined_write(ConfinedSink *sink, const void *bytes, size_t length);

/* Runs the job on `input`, memory of this process. Returns: (transfer full) what it wrote; NULL
 * with `error`. */
GBytes *confined_run(const ConfinedJob *job, gpointer input, GError **error);
