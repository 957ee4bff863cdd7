/* SPDX-License-Identifier: MIT */
#include "query/confined.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/sandbox.h"

/* The message itself, several times over. */
#define MEMORY_MAX ((rlim_t)4 << 30)

#define PIECE_BYTES ((size_t)64 << 10)

/* Exit code of a child that could not be walled in. */
#define EXIT_NO_WALLS 71

struct ConfinedSink {
    int fd;
};

G_DEFINE_QUARK(waxseal - confined - error, confined_error)

void confined_write(ConfinedSink *sink, const void *bytes, size_t length)
{
    Slice rest = slice_of(bytes, length);
    while (rest.len > 0) {
        ssize_t n_written = write(sink->fd, rest.ptr, rest.len);
        if (n_written < 0 && errno != EINTR) {
            _exit(EXIT_FAILURE);
        }
        rest = slice_from(rest, n_written < 0 ? 0 : (size_t)n_written);
    }
}

static void set_limit(int resource, rlim_t value)
{
    const struct rlimit limit = {value, value};
    setrlimit((__rlimit_resource_t)resource, &limit);
}

static G_GNUC_NORETURN void run_child(const ConfinedJob *job, gpointer input, int fd)
{
    const SandboxSupport support = sandbox_support();
    ConfinedSink sink = {fd};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_CPU, CONFINED_SECONDS);
    if (!support.is_instrumented) {
        set_limit(RLIMIT_AS, MEMORY_MAX);
    }
    gpointer prepared = job->prepare();
    if (!sandbox_enter(SANDBOX_WORKER, &support, NULL)) {
        _exit(EXIT_NO_WALLS);
    }
    job->work(prepared, input, &sink);
    _exit(EXIT_SUCCESS);
}

/* Reads until the child ends. Returns: false when it wrote too much. */
static bool read_all(int fd, GByteArray *out)
{
    g_autofree guint8 *piece = g_malloc(PIECE_BYTES);
    for (;;) {
        ssize_t n_read = read(fd, piece, PIECE_BYTES);
        if (n_read == 0 || (n_read < 0 && errno != EINTR)) {
            return n_read == 0;
        }
        if (n_read > 0 && out->len + (size_t)n_read > CONFINED_OUTPUT_MAX) {
            return false;
        }
        g_byte_array_append(out, piece, n_read < 0 ? 0 : (guint)n_read);
    }
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

static void set_died(int status, bool is_whole, GError **error)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_WALLS) {
        g_set_error(error, CONFINED_ERROR, CONFINED_ERROR_START,
                    "the reader of hostile mail could not be confined, and was not started");
        return;
    }
    const bool is_slow = WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU;
    g_set_error(error, CONFINED_ERROR, CONFINED_ERROR_DIED,
                "the mail could not be read: its reader %s; show --raw gives the exact bytes",
                !is_whole ? "wrote more than is allowed"
                : is_slow ? "ran too long"
                          : "crashed or ran out of memory");
}

GBytes *confined_run(const ConfinedJob *job, gpointer input, GError **error)
{
    int ends[2];
    pid_t child = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0) {
        g_set_error(error, CONFINED_ERROR, CONFINED_ERROR_START,
                    "no process can be started for it: %s", g_strerror(errno));
        return NULL;
    }
    if (child == 0) {
        close(ends[0]);
        run_child(job, input, ends[1]);
    }
    close(ends[1]);
    g_autoptr(GByteArray) out = g_byte_array_new();
    const bool is_whole = read_all(ends[0], out);
    close(ends[0]);
    if (!is_whole) {
        kill(child, SIGKILL);
    }
    const int status = wait_for(child);
    if (!is_whole || !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
        set_died(status, is_whole, error);
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}
