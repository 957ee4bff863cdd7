/* SPDX-License-Identifier: MIT */
#include "indexer/progress.h"

#include <unistd.h>

#define BYTES_PER_MB 1e6

void progress_init(Progress *progress, bool quiet)
{
    *progress = (Progress){.quiet = quiet, .is_terminal = isatty(STDERR_FILENO) == 1};
}

/* "1:02:03" or "2:03". */
static void format_duration(double seconds, char *out, size_t capacity)
{
    uint64_t whole = (uint64_t)(seconds + 0.5);
    if (whole >= 3600) {
        g_snprintf(out, capacity, "%" G_GUINT64_FORMAT ":%02u:%02u", whole / 3600,
                   (unsigned)(whole / 60 % 60), (unsigned)(whole % 60));
    } else {
        g_snprintf(out, capacity, "%u:%02u", (unsigned)(whole / 60), (unsigned)(whole % 60));
    }
}

/* Time left at the present pace; nothing in the first second, when there is no pace yet. */
static void format_rest(const IngestProgress *state, char *out, size_t capacity)
{
    out[0] = '\0';
    if (state->total_bytes == 0 || state->passed_bytes == 0 || state->seconds < 1 ||
        state->passed_bytes > state->total_bytes) {
        return;
    }
    double rest = (double)(state->total_bytes - state->passed_bytes) * state->seconds /
                  (double)state->passed_bytes;
    char duration[32];
    format_duration(rest, duration, sizeof(duration));
    g_snprintf(out, capacity, ", %s left", duration);
}

static void format_state(const IngestProgress *state, char *out, size_t capacity)
{
    if (state->merging) {
        g_snprintf(out, capacity, "%" G_GUINT64_FORMAT " messages, merging the index",
                   state->messages);
        return;
    }
    char rest[64];
    format_rest(state, rest, sizeof(rest));
    double mb = (double)state->passed_bytes / BYTES_PER_MB;
    unsigned percent =
        state->total_bytes == 0
            ? 0
            : (unsigned)(100.0 * (double)state->passed_bytes / (double)state->total_bytes);
    g_snprintf(out, capacity, "%3u %%  %" G_GUINT64_FORMAT " messages, %.0f MB, %.0f MB/s%s",
               percent, state->messages, mb, state->seconds > 0 ? mb / state->seconds : 0.0,
               rest);
}

static void show_line(Progress *progress, const char *line, double seconds)
{
    if (progress->is_terminal) {
        g_printerr("\r%s\033[K", line);
        progress->line_is_open = true;
    } else if (seconds - progress->last_plain_seconds >= PROGRESS_PLAIN_SECONDS) {
        g_printerr("%s\n", line);
        progress->last_plain_seconds = seconds;
    }
}

void progress_show(const IngestProgress *state, gpointer data)
{
    Progress *progress = data;
    if (!progress->quiet) {
        char line[160];
        format_state(state, line, sizeof(line));
        show_line(progress, line, state->seconds);
    }
}

void progress_show_recovery(const KeyRecoveryProgress *state, gpointer data)
{
    Progress *progress = data;
    if (!progress->quiet) {
        char duration[32];
        char line[160];
        format_duration(state->seconds, duration, sizeof(duration));
        g_snprintf(line, sizeof(line),
                   "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " names, %" G_GUINT64_FORMAT
                   " in work, %" G_GUINT64_FORMAT " keys found, %s",
                   state->done, state->names, state->running, state->keys, duration);
        show_line(progress, line, state->seconds);
    }
}

void progress_show_names(size_t n_answers, size_t n_names, gpointer data)
{
    Progress *progress = data;
    if (!progress->quiet && progress->is_terminal) {
        g_printerr("\r%zu of %zu names asked of the DNS\033[K", n_answers, n_names);
        progress->line_is_open = true;
    }
}

void progress_clear_line(Progress *progress)
{
    if (progress->line_is_open) {
        g_printerr("\r\033[K");
        progress->line_is_open = false;
    }
}
