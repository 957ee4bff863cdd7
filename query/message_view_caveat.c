/* SPDX-License-Identifier: MIT */
#include "query/message_view_caveat.h"

#include "schema/terminal_text.h"
#include "schema/verdict.h"

static const char *caveat_sentence_of(const char *word)
{
#define CAVEAT_PAIR(name, caveat, sentence) {caveat, sentence},
    static const struct {
        const char *word;
        const char *sentence;
    } pairs[] = {CAVEAT_LIST(CAVEAT_PAIR)};
#undef CAVEAT_PAIR
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        if (g_str_equal(pairs[i].word, word)) {
            return pairs[i].sentence;
        }
    }
    return "";
}

void message_view_append_caveats(GString *out, const char *caveats, const char *indent)
{
    g_auto(GStrv) words = g_strsplit(caveats, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0') {
            g_string_append(out, indent);
            terminal_text_append(out, slice_of_string(*word), TERMINAL_TEXT_PLAIN);
            g_string_append_printf(out, ": %s\n", caveat_sentence_of(*word));
        }
    }
}
