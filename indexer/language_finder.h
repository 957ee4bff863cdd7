/* language_finder.h - which language a text is written in, at the cost of a glance.
 *
 * Latin letters: counts frequent words of each language, and stops as soon as one leads
 * clearly, mostly within two lines. Other scripts: by their letters. Lines that quote another
 * mail (">") do not count. Too little text, or none that is clear, is LANGUAGE_NONE.
 *
 * Memory: see each function. Errors: none. Limits: LANGUAGE_BYTES_MAX of a text are read.
 * Threads: a finder is constant once it is made.
 */
#pragma once

#include "schema/language.h"
#include "schema/slice.h"

#define LANGUAGE_BYTES_MAX 1024

typedef struct LanguageFinder LanguageFinder;

LanguageFinder *language_finder_new(void);
void language_finder_free(LanguageFinder *finder);

/* The language of a body, UTF-8; of its subject when the body has too few words. */
Language language_finder_run(const LanguageFinder *finder, Slice subject, Slice body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LanguageFinder, language_finder_free)
