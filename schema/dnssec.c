/* SPDX-License-Identifier: MIT */
#include "schema/dnssec.h"

#include <glib.h>

static const char *const words[DNSSEC_COUNT] = {
#define DNSSEC_WORD(name, word, meaning) [DNSSEC_##name] = (word),
    DNSSEC_LIST(DNSSEC_WORD)
#undef DNSSEC_WORD
};

static const char *const meanings[DNSSEC_COUNT] = {
#define DNSSEC_MEANING(name, word, meaning) [DNSSEC_##name] = (meaning),
    DNSSEC_LIST(DNSSEC_MEANING)
#undef DNSSEC_MEANING
};

const char *dnssec_word(DnssecState state)
{
    g_assert(state < DNSSEC_COUNT);
    return words[state];
}

DnssecState dnssec_of_word(const char *word)
{
    DnssecState state = DNSSEC_COUNT - 1;
    while (state != DNSSEC_NONE && g_strcmp0(word, words[state]) != 0) {
        state--;
    }
    return state;
}

const char *dnssec_meaning(DnssecState state)
{
    g_assert(state < DNSSEC_COUNT);
    return meanings[state];
}
