/* SPDX-License-Identifier: MIT */
#include "schema/problem.h"

#include <glib.h>

static const char *const words[PROBLEM_COUNT] = {
#define PROBLEM_WORD(name, word, meaning) [PROBLEM_##name] = (word),
    PROBLEM_LIST(PROBLEM_WORD)
#undef PROBLEM_WORD
};

static const char *const meanings[PROBLEM_COUNT] = {
#define PROBLEM_MEANING(name, word, meaning) [PROBLEM_##name] = (meaning),
    PROBLEM_LIST(PROBLEM_MEANING)
#undef PROBLEM_MEANING
};

const char *problem_word(Problem problem)
{
    g_assert(problem < PROBLEM_COUNT);
    return words[problem];
}

const char *problem_meaning(Problem problem)
{
    g_assert(problem < PROBLEM_COUNT);
    return meanings[problem];
}
