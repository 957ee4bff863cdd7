/* SPDX-License-Identifier: MIT */
#include "query/check_result.h"

#include <stdarg.h>

#include "schema/archive.h"

static const char *const state_words[] = {
    [CHECK_OK] = "ok",
    [CHECK_MISSING] = "missing",
    [CHECK_FAILED] = "FAILED",
    [CHECK_LEFT_OUT] = "left out",
};

const char *check_state_word(CheckState state)
{
    return state_words[state];
}

void check_result_init(CheckResult *result, const char *name)
{
    *result = (CheckResult){
        .name = name,
        .words = g_strdup(""),
        .findings = g_ptr_array_new_with_free_func(g_free),
    };
}

void check_result_clear(CheckResult *result)
{
    g_clear_pointer(&result->words, g_free);
    g_clear_pointer(&result->findings, g_ptr_array_unref);
}

void check_result_say(CheckResult *result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(result->words);
    result->words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

void check_result_find(CheckResult *result, CheckState state, const char *format, ...)
{
    result->state = MAX(result->state, state);
    result->n_findings++;
    if (result->findings->len >= CHECK_FINDINGS_MAX) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(result->findings, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void check_result_error(CheckResult *result, const GError *error)
{
    const bool is_damage = g_error_matches(error, ARCHIVE_ERROR, ARCHIVE_ERROR_NOT_ARCHIVE);
    check_result_find(result, CHECK_FAILED, "%s",
                      is_damage ? "a damaged page ended this check" : error->message);
}
