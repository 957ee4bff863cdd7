/* terminal.h - what standard output is, and the pager in front of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct {
    bool is_terminal;
    bool color;     /* a terminal, NO_COLOR empty or unset, TERM not "dumb" */
    size_t columns; /* of the terminal, else TERMINAL_DEFAULT_COLUMNS */
} Terminal;

/* Wide enough for a table in a file, narrow enough to read. */
#define TERMINAL_DEFAULT_COLUMNS 110

/* Looks at standard output and the environment. */
Terminal terminal_of_stdout(void);

/* For a process that is about to lose the right to start programs: starts what
 * terminal_start_pager will need, which ends by itself when it is not used. Call it once. */
void terminal_prepare_pager(const Terminal *terminal);

/* Puts $PAGER, else less, between standard output and the terminal. Without effect when
 * standard output is no terminal, or PAGER is "" or "cat". Returns: the pager's process for
 * terminal_stop_pager; 0 without one. */
pid_t terminal_start_pager(const Terminal *terminal);

/* Ends standard output and waits until the reader has left the pager; nothing for 0. */
void terminal_stop_pager(pid_t pager);
