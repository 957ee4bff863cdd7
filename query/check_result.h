/* check_result.h - what one check of an archive came to.
 *
 * Memory: a result owns its strings. Limits: CHECK_FINDINGS_MAX findings are kept, all counted.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* More of the same kind tell nothing new. */
#define CHECK_FINDINGS_MAX 10

typedef enum {
    CHECK_OK,
    CHECK_MISSING, /* nothing is wrong, and not all could be compared */
    CHECK_FAILED,
    CHECK_LEFT_OUT /* not asked for */
} CheckState;

typedef struct {
    const char *name;
    CheckState state;
    char *words;         /* what was looked at, in one line */
    GPtrArray *findings; /* char *, the first of them; text from the archive, anything */
    int64_t n_findings;
} CheckResult;

/* `name` is a constant. */
void check_result_init(CheckResult *result, const char *name);
void check_result_clear(CheckResult *result);

/* Sets the line that says what was looked at. */
void check_result_say(CheckResult *result, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Adds a finding. The state only gets worse: from ok to missing to failed. */
void check_result_find(CheckResult *result, CheckState state, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Adds the failure of a statement as a finding. */
void check_result_error(CheckResult *result, const GError *error);

/* "ok", "FAILED", "missing", "left out". Returns: (transfer none) a constant. */
const char *check_state_word(CheckState state);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CheckResult, check_result_clear)
