/* SPDX-License-Identifier: MIT */
#include "schema/verdict.h"

#include <glib.h>
#include <string.h>

/* DESIGN, "Evidence, not a badge": what a passing signature lacks for the green mark and still
 * has for the level below. (b) is the two unsigned fields, added-header and multiple-from; (c)
 * is partial-body; (d) is the rest. A shared key is one that is not known for the author's own
 * domain, and a repaired message is not what was signed, byte for byte. */
#define BARS_VERIFIED                                                                          \
    (CAVEAT_BIT(UNSIGNED_SUBJECT) | CAVEAT_BIT(UNSIGNED_DATE) | CAVEAT_BIT(ADDED_HEADER) |     \
     CAVEAT_BIT(MULTIPLE_FROM) | CAVEAT_BIT(PARTIAL_BODY) | CAVEAT_BIT(WEAK_KEY) |             \
     CAVEAT_BIT(TEST_MODE) | CAVEAT_BIT(LEAKED_KEY) | CAVEAT_BIT(SHARED_KEY) |                 \
     CAVEAT_BIT(REPAIRED))

/* Whoever signed, it was not shown to be the author's domain: dkim:pass and no level. */
#define BARS_LIMITED (CAVEAT_BIT(UNALIGNED) | CAVEAT_BIT(RECOVERED_KEY))

static const char *const result_words[DKIM_RESULT_COUNT] = {
    [DKIM_RESULT_NOKEY] = "nokey",         [DKIM_RESULT_PASS] = "pass",
    [DKIM_RESULT_FAIL] = "fail",           [DKIM_RESULT_NEUTRAL] = "neutral",
    [DKIM_RESULT_POLICY] = "policy",       [DKIM_RESULT_TEMPERROR] = "temperror",
    [DKIM_RESULT_PERMERROR] = "permerror",
};

static const char *const message_words[MESSAGE_DKIM_COUNT] = {
    [MESSAGE_DKIM_NONE] = "none", [MESSAGE_DKIM_ERROR] = "error",
    [MESSAGE_DKIM_FAIL] = "fail", [MESSAGE_DKIM_NOKEY] = "nokey",
    [MESSAGE_DKIM_PASS] = "pass",
};

static const char *const level_words[LEVEL_COUNT] = {
    [LEVEL_NONE] = "none",
    [LEVEL_LIMITED] = "limited",
    [LEVEL_VERIFIED] = "verified",
};

static const char *const caveat_words[CAVEAT_COUNT] = {
#define CAVEAT_WORD(name, word, sentence) [CAVEAT_##name] = (word),
    CAVEAT_LIST(CAVEAT_WORD)
#undef CAVEAT_WORD
};

static const char *const caveat_sentences[CAVEAT_COUNT] = {
#define CAVEAT_SENTENCE(name, word, sentence) [CAVEAT_##name] = (sentence),
    CAVEAT_LIST(CAVEAT_SENTENCE)
#undef CAVEAT_SENTENCE
};

static MessageDkim message_dkim_of(DkimResult result)
{
    switch (result) {
    case DKIM_RESULT_PASS:
        return MESSAGE_DKIM_PASS;
    case DKIM_RESULT_NOKEY:
        return MESSAGE_DKIM_NOKEY;
    case DKIM_RESULT_FAIL:
        return MESSAGE_DKIM_FAIL;
    case DKIM_RESULT_NEUTRAL:
    case DKIM_RESULT_POLICY:
    case DKIM_RESULT_TEMPERROR:
    case DKIM_RESULT_PERMERROR:
        return MESSAGE_DKIM_ERROR;
    case DKIM_RESULT_COUNT:
        break;
    }
    g_assert_not_reached();
}

static Level level_of(const VerdictInput *signature)
{
    if (signature->result != DKIM_RESULT_PASS || (signature->caveats & BARS_LIMITED) != 0) {
        return LEVEL_NONE;
    }
    return (signature->caveats & BARS_VERIFIED) != 0 ? LEVEL_LIMITED : LEVEL_VERIFIED;
}

Verdict verdict_of(const VerdictInput *signatures, size_t n_signatures)
{
    Verdict verdict = {.dkim = MESSAGE_DKIM_NONE, .level = LEVEL_NONE, .best = SIZE_MAX};
    for (size_t i = 0; i < n_signatures; i++) {
        const MessageDkim dkim = message_dkim_of(signatures[i].result);
        const Level level = level_of(&signatures[i]);
        if (dkim > verdict.dkim || (dkim == verdict.dkim && level > verdict.level)) {
            verdict = (Verdict){
                .dkim = dkim, .level = level, .caveats = signatures[i].caveats, .best = i};
        }
    }
    return verdict;
}

const char *dkim_result_word(DkimResult result)
{
    g_assert(result < DKIM_RESULT_COUNT);
    return result_words[result];
}

const char *message_dkim_word(MessageDkim dkim)
{
    g_assert(dkim < MESSAGE_DKIM_COUNT);
    return message_words[dkim];
}

const char *level_word(Level level)
{
    g_assert(level < LEVEL_COUNT);
    return level_words[level];
}

const char *caveat_word(Caveat caveat)
{
    g_assert(caveat < CAVEAT_COUNT);
    return caveat_words[caveat];
}

const char *caveat_sentence(Caveat caveat)
{
    g_assert(caveat < CAVEAT_COUNT);
    return caveat_sentences[caveat];
}

DkimResult dkim_result_of_word(const char *word)
{
    for (unsigned i = 0; i < DKIM_RESULT_COUNT; i++) {
        if (strcmp(word, result_words[i]) == 0) {
            return (DkimResult)i;
        }
    }
    return DKIM_RESULT_PERMERROR;
}

static CaveatSet bit_of(const char *word, size_t len)
{
    for (unsigned i = 0; i < CAVEAT_COUNT; i++) {
        if (strlen(caveat_words[i]) == len && memcmp(caveat_words[i], word, len) == 0) {
            return UINT32_C(1) << i;
        }
    }
    return 0;
}

CaveatSet caveat_set_of_words(const char *words)
{
    CaveatSet caveats = 0;
    while (*words != '\0') {
        const size_t len = strcspn(words, " ");
        caveats |= bit_of(words, len);
        words += len;
        words += strspn(words, " ");
    }
    return caveats;
}

char *caveat_set_words(CaveatSet caveats)
{
    GString *words = g_string_new(NULL);
    for (unsigned i = 0; i < CAVEAT_COUNT; i++) {
        if ((caveats >> i & 1) != 0) {
            g_string_append(words, words->len == 0 ? "" : " ");
            g_string_append(words, caveat_words[i]);
        }
    }
    return g_string_free(words, false);
}
