/* SPDX-License-Identifier: MIT */
#include "query/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Narrower screens get this width all the same, and wrap. */
#define MIN_COLUMNS 60

static bool is_set(const char *variable)
{
    const char *value = g_getenv(variable);
    return value != NULL && *value != '\0';
}

static size_t screen_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return MAX(size.ws_col, MIN_COLUMNS);
    }
    return TERMINAL_DEFAULT_COLUMNS;
}

Terminal terminal_of_stdout(void)
{
    Terminal terminal = {.is_terminal = isatty(STDOUT_FILENO) == 1,
                         .columns = TERMINAL_DEFAULT_COLUMNS};
    if (terminal.is_terminal) {
        terminal.columns = screen_columns();
        terminal.color = !is_set("NO_COLOR") && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
    }
    return terminal;
}

/* The child: the pager reads the pipe. */
static G_GNUC_NORETURN void run_pager(const char *pager, int input)
{
    dup2(input, STDIN_FILENO);
    close(input);
    execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
    _exit(127);
}

/* A pager that waits for its first byte. */
typedef struct {
    pid_t pid; /* 0: none */
    int input; /* to write to */
} Pager;

/* Prepared and not yet used: what a confined process cannot make any more. */
static Pager prepared;

/* Waits until there is something to show. Without, the pager would clear the screen for it. */
static void wait_for_text(int input)
{
    struct pollfd ready = {.fd = input, .events = POLLIN};
    while (poll(&ready, 1, -1) < 0 && errno == EINTR) {
    }
    if ((ready.revents & POLLIN) == 0) {
        _exit(0);
    }
}

static Pager fork_pager(const Terminal *terminal)
{
    const char *pager = g_getenv("PAGER") == NULL ? "less" : g_getenv("PAGER");
    const Pager none = {0, -1};
    int ends[2];
    if (!terminal->is_terminal || *pager == '\0' || g_str_equal(pager, "cat") ||
        pipe2(ends, O_CLOEXEC) != 0) {
        return none;
    }
    /* Quit when it fits the screen, pass colours, leave the screen as it was. */
    g_setenv("LESS", "FRX", false);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        wait_for_text(ends[0]);
        run_pager(pager, ends[0]);
    }
    close(ends[0]);
    if (child < 0) {
        close(ends[1]);
        return none;
    }
    return (Pager){child, ends[1]};
}

void terminal_prepare_pager(const Terminal *terminal)
{
    prepared = fork_pager(terminal);
}

pid_t terminal_start_pager(const Terminal *terminal)
{
    const Pager pager = prepared.pid != 0 ? prepared : fork_pager(terminal);
    prepared = (Pager){0, -1};
    if (pager.pid == 0) {
        return 0;
    }
    dup2(pager.input, STDOUT_FILENO);
    close(pager.input);
    return pager.pid;
}

void terminal_stop_pager(pid_t pager)
{
    if (pager == 0) {
        return;
    }
    (void)fflush(stdout);
    close(STDOUT_FILENO);
    while (waitpid(pager, NULL, 0) < 0 && errno == EINTR) {
    }
}
