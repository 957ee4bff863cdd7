/* SPDX-License-Identifier: MIT */
#include "schema/language.h"

#include <glib.h>

static const char *const codes[LANGUAGE_COUNT] = {
#define LANGUAGE_CODE(name, code) [LANGUAGE_##name] = (code),
    LANGUAGE_LIST(LANGUAGE_CODE)
#undef LANGUAGE_CODE
};

const char *language_code(Language language)
{
    return codes[language];
}

bool language_of_code(const char *code, Language *ret_language)
{
    for (int i = LANGUAGE_NONE + 1; i < LANGUAGE_COUNT; i++) {
        if (g_ascii_strcasecmp(code, codes[i]) == 0) {
            *ret_language = (Language)i;
            return true;
        }
    }
    return false;
}
