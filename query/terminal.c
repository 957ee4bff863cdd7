/* SPDX-License-Identifier: MIT */
#include "query/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
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

pid_t terminal_start_pager(const Terminal *terminal)
{
    const char *pager = g_getenv("PAGER") == NULL ? "less" : g_getenv("PAGER");
    int ends[2];
    if (!terminal->is_terminal || *pager == '\0' || g_str_equal(pager, "cat") ||
        pipe2(ends, O_CLOEXEC) != 0) {
        return 0;
    }
    /* Quit when it fits the screen, pass colours, leave the screen as it was. */
    g_setenv("LESS", "FRX", false);
    pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return 0;
    }
    if (child == 0) {
        run_pager(pager, ends[0]);
    }
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    return child;
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
