/* SPDX-License-Identifier: MIT */
#include "schema/repair.h"

#include <glib.h>
#include <string.h>

static const char *const words[REPAIR_COUNT] = {
#define REPAIR_WORD(name, word, done) [REPAIR_##name] = (word),
    REPAIR_LIST(REPAIR_WORD)
#undef REPAIR_WORD
};

#define VERIFIES "verifies after "

static const char *const sentences[REPAIR_COUNT] = {
#define REPAIR_SENTENCE(name, word, done) [REPAIR_##name] = VERIFIES done,
    REPAIR_LIST(REPAIR_SENTENCE)
#undef REPAIR_SENTENCE
};

const char *repair_word(Repair repair)
{
    g_assert(repair < REPAIR_COUNT);
    return words[repair];
}

const char *repair_sentence(Repair repair)
{
    g_assert(repair < REPAIR_COUNT);
    return repair == REPAIR_NONE ? "" : sentences[repair];
}

Repair repair_of_word(const char *word)
{
    Repair repair = REPAIR_COUNT - 1;
    while (repair != REPAIR_NONE && !g_str_equal(word, words[repair])) {
        repair--;
    }
    return repair;
}

const char *repair_done_of_word(const char *word)
{
    const Repair repair = repair_of_word(word);
    return repair == REPAIR_NONE ? "" : sentences[repair] + strlen(VERIFIES);
}
