/* language.h - the languages that a message's text can be found to be in.
 *
 * Words are BCP 47 codes; "" is not known.
 */
#pragma once

#include <stdbool.h>

/* X(name, BCP 47 code). Those in Latin letters come first: indexer/language_words.c has their
 * words. */
#define LANGUAGE_LATIN_LIST(X)                                                                 \
    X(ENGLISH, "en")                                                                           \
    X(FRENCH, "fr")                                                                            \
    X(GERMAN, "de")                                                                            \
    X(SPANISH, "es")                                                                           \
    X(ITALIAN, "it")                                                                           \
    X(PORTUGUESE, "pt")                                                                        \
    X(DUTCH, "nl")                                                                             \
    X(SWEDISH, "sv")                                                                           \
    X(DANISH, "da")                                                                            \
    X(NORWEGIAN, "no")                                                                         \
    X(FINNISH, "fi")                                                                           \
    X(POLISH, "pl")                                                                            \
    X(CZECH, "cs")                                                                             \
    X(HUNGARIAN, "hu")                                                                         \
    X(ROMANIAN, "ro")                                                                          \
    X(TURKISH, "tr")

#define LANGUAGE_LIST(X)                                                                       \
    X(NONE, "")                                                                                \
    LANGUAGE_LATIN_LIST(X)                                                                     \
    X(RUSSIAN, "ru")                                                                           \
    X(UKRAINIAN, "uk")                                                                         \
    X(BULGARIAN, "bg")                                                                         \
    X(GREEK, "el")                                                                             \
    X(ARABIC, "ar")                                                                            \
    X(HEBREW, "he")                                                                            \
    X(THAI, "th")                                                                              \
    X(CHINESE, "zh")                                                                           \
    X(JAPANESE, "ja")                                                                          \
    X(KOREAN, "ko")

typedef enum {
#define LANGUAGE_ENUM(name, code) LANGUAGE_##name,
    LANGUAGE_LIST(LANGUAGE_ENUM)
#undef LANGUAGE_ENUM
        LANGUAGE_COUNT
} Language;

/* The code of a language. Returns: (transfer none) a constant. */
const char *language_code(Language language);

/* The language of a code, ASCII case ignored. Returns: false when it is none of them. */
bool language_of_code(const char *code, Language *ret_language);
