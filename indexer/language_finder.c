/* SPDX-License-Identifier: MIT */
#include "indexer/language_finder.h"

#include "indexer/language_words.h"

/* Slots of the table of words: a power of two, several times their number. */
#define SLOT_BITS  12
#define SLOT_COUNT (1U << SLOT_BITS)

/* What a word of one language scores; one of several languages scores a part of it. */
#define SCORE_WORD 12

/* At the end of a text, two words that no other language has are enough; of a longer text four.
 * With five, reading stops before. A word counts once: mail about one thing repeats its name.
 */
#define SCORE_LEAST  (2 * SCORE_WORD)
#define SCORE_MORE   (4 * SCORE_WORD)
#define SCORE_ENOUGH (5 * SCORE_WORD)

/* What is more than the next language has by so much, or twice that, is clear: Danish and
 * Norwegian share most words. */
#define SCORE_LEAD (2 * SCORE_WORD)

/* Letters by which a text should have one such word. */
#define LETTERS_A_WORD 100

/* Letters of another script that make a text, and those of a script that writes syllables. */
#define LETTERS_LEAST   8
#define SYLLABLES_LEAST 4

/* So many letters say it. */
#define LETTERS_ENOUGH 160

typedef enum {
    SCRIPT_LATIN,
    SCRIPT_CYRILLIC,
    SCRIPT_GREEK,
    SCRIPT_ARABIC,
    SCRIPT_HEBREW,
    SCRIPT_THAI,
    SCRIPT_HAN,
    SCRIPT_KANA,
    SCRIPT_HANGUL,
    SCRIPT_COUNT
} Script;

/* Letters that tell apart who share a script. */
typedef enum {
    SIGN_UKRAINIAN, /* і ї є ґ */
    SIGN_RUSSIAN,   /* ы э ё */
    SIGN_HARD,      /* ъ: frequent in Bulgarian, rare in Russian */
    SIGN_OTHER_CYRILLIC,
    SIGN_OTHER_ARABIC, /* Persian, Urdu and others */
    SIGN_COUNT
} Sign;

typedef struct {
    uint64_t word; /* its bytes, the last one lowest; 0 is an empty slot */
    uint32_t languages;
    uint32_t score; /* for each of them */
} Slot;

struct LanguageFinder {
    Slot slots[SLOT_COUNT];
    uint8_t lower[256]; /* an ASCII letter in lower case; 0 for all else */
};

typedef struct {
    uint32_t scores[LANGUAGE_LATIN_COUNT];
    uint32_t letters[SCRIPT_COUNT];
    uint32_t signs[SIGN_COUNT];
    uint64_t seen[SLOT_COUNT / 64]; /* a bit a slot: its word has been counted */
} Tally;

static uint32_t slot_of(uint64_t word)
{
    return (uint32_t)((word * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - SLOT_BITS));
}

static const Slot *find_slot(const LanguageFinder *finder, uint64_t word)
{
    uint32_t at = slot_of(word);
    while (finder->slots[at].word != 0 && finder->slots[at].word != word) {
        at = (at + 1) % SLOT_COUNT;
    }
    return &finder->slots[at];
}

static void add_word(LanguageFinder *finder, Slice word, int language)
{
    uint64_t packed = 0;
    g_assert(word.len >= 1 && word.len <= LANGUAGE_WORD_MAX);
    for (size_t i = 0; i < word.len; i++) {
        packed = packed << 8 | (uint8_t)word.ptr[i];
    }
    Slot *slot = &finder->slots[find_slot(finder, packed) - finder->slots];
    slot->word = packed;
    slot->languages |= UINT32_C(1) << language;
    slot->score = SCORE_WORD / (uint32_t)__builtin_popcount(slot->languages);
}

LanguageFinder *language_finder_new(void)
{
    LanguageFinder *finder = g_new0(LanguageFinder, 1);
    for (int letter = 'a'; letter <= 'z'; letter++) {
        finder->lower[letter] = (uint8_t)letter;
        finder->lower[letter - 'a' + 'A'] = (uint8_t)letter;
    }
    for (int language = LANGUAGE_NONE + 1; language < LANGUAGE_LATIN_COUNT; language++) {
        Slice rest = slice_of_string(language_words((Language)language));
        while (rest.len > 0) {
            const char *space = memchr(rest.ptr, ' ', rest.len);
            const size_t length = space == NULL ? rest.len : (size_t)(space - rest.ptr);
            add_word(finder, slice_of(rest.ptr, length), language);
            rest = slice_from(rest, MIN(length + 1, rest.len));
        }
    }
    return finder;
}

void language_finder_free(LanguageFinder *finder)
{
    g_free(finder);
}

/* A word that is being read. */
typedef struct {
    uint64_t packed;
    size_t length;
    bool is_name; /* it has digits or _, or is a part of a path or address */
} Word;

/* Returns: whether a language has as many words now as are enough. */
static bool end_word(const LanguageFinder *finder, Word *word, Tally *tally)
{
    const Word ended = *word;
    *word = (Word){0};
    tally->letters[SCRIPT_LATIN] += (uint32_t)ended.length;
    if (ended.length < 2 || ended.length > LANGUAGE_WORD_MAX || ended.is_name) {
        return false;
    }
    const Slot *slot = find_slot(finder, ended.packed);
    const size_t at = (size_t)(slot - finder->slots);
    const uint64_t bit = UINT64_C(1) << (at % 64);
    const uint32_t languages = slot->languages;
    if (languages == 0 || (tally->seen[at / 64] & bit) != 0) {
        return false;
    }
    tally->seen[at / 64] |= bit;
    bool is_enough = false;
    for (uint32_t left = languages; left != 0; left &= left - 1) {
        uint32_t *score = &tally->scores[__builtin_ctz(left)];
        *score += slot->score;
        is_enough = is_enough || *score >= SCORE_ENOUGH;
    }
    return is_enough;
}

/* The language that leads clearly, if it has at least `least`. */
static Language leader(const Tally *tally, uint32_t least)
{
    int best = LANGUAGE_NONE;
    uint32_t second = 0;
    for (int i = LANGUAGE_NONE + 1; i < LANGUAGE_LATIN_COUNT; i++) {
        if (tally->scores[i] > tally->scores[best]) {
            second = tally->scores[best];
            best = i;
        } else {
            second = MAX(second, tally->scores[i]);
        }
    }
    const uint32_t score = tally->scores[best];
    const bool is_clear = score >= 2 * second || score >= second + SCORE_LEAD;
    return score >= least && is_clear ? (Language)best : LANGUAGE_NONE;
}

/* Latin Extended-A alternates upper and lower case, and changes step twice. */
static gunichar lower_case(gunichar character)
{
    if (character >= 0xC0 && character <= 0xDE && character != 0xD7) {
        return character + 0x20;
    }
    if (character == 0x130) {
        return 'i';
    }
    const bool is_odd_upper = (character >= 0x139 && character <= 0x148) ||
                              (character >= 0x179 && character <= 0x17E);
    const bool has_case = (character >= 0x100 && character <= 0x17E) ||
                          (character >= 0x218 && character <= 0x21B);
    return has_case && character % 2 == (is_odd_upper ? 1 : 0) ? character + 1 : character;
}

static void add_latin(Word *word, gunichar character)
{
    const gunichar lower = lower_case(character);
    if (lower < 0x80) {
        word->packed = word->packed << 8 | lower;
        word->length++;
    } else {
        word->packed = word->packed << 16 | (0xC0 | lower >> 6) << 8 | (0x80 | (lower & 0x3F));
        word->length += 2;
    }
}

static bool is_one_of(gunichar character, const gunichar *characters)
{
    while (*characters != 0 && *characters != character) {
        characters++;
    }
    return *characters != 0;
}

static void see_signs(Tally *tally, gunichar character)
{
    static const gunichar signs[SIGN_COUNT][24] = {
        [SIGN_UKRAINIAN] = {0x404, 0x406, 0x407, 0x454, 0x456, 0x457, 0x490, 0x491},
        [SIGN_RUSSIAN] = {0x401, 0x42B, 0x42D, 0x44B, 0x44D, 0x451},
        [SIGN_HARD] = {0x42A, 0x44A},
        [SIGN_OTHER_CYRILLIC] = {0x402, 0x403, 0x405, 0x408, 0x409, 0x40A, 0x40B,
                                 0x40C, 0x40E, 0x40F, 0x452, 0x453, 0x455, 0x458,
                                 0x459, 0x45A, 0x45B, 0x45C, 0x45E, 0x45F},
        [SIGN_OTHER_ARABIC] = {0x679, 0x67E, 0x686, 0x688, 0x691, 0x698, 0x6A9, 0x6AF, 0x6BA,
                               0x6BE, 0x6C1, 0x6CC, 0x6D2},
    };
    for (int i = 0; i < SIGN_COUNT; i++) {
        tally->signs[i] += is_one_of(character, signs[i]);
    }
}

/* The scripts by their blocks. Returns: SCRIPT_COUNT for any other character. */
static Script script_of(gunichar character)
{
    static const struct {
        gunichar first;
        gunichar last;
        Script script;
    } blocks[] = {
        {0xC0, 0x24F, SCRIPT_LATIN},     {0x370, 0x3FF, SCRIPT_GREEK},
        {0x400, 0x52F, SCRIPT_CYRILLIC}, {0x5D0, 0x5EA, SCRIPT_HEBREW},
        {0x620, 0x6FF, SCRIPT_ARABIC},   {0xE01, 0xE5B, SCRIPT_THAI},
        {0x1EA0, 0x1EF9, SCRIPT_LATIN},  {0x3041, 0x30FF, SCRIPT_KANA},
        {0x3400, 0x9FFF, SCRIPT_HAN},    {0xAC00, 0xD7A3, SCRIPT_HANGUL},
        {0x20000, 0x2FA1F, SCRIPT_HAN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        if (character >= blocks[i].first && character <= blocks[i].last) {
            return blocks[i].script;
        }
    }
    return SCRIPT_COUNT;
}

static uint32_t syllables(const Tally *tally)
{
    return tally->letters[SCRIPT_HAN] + tally->letters[SCRIPT_KANA] +
           tally->letters[SCRIPT_HANGUL];
}

static Language cyrillic_language(const Tally *tally)
{
    const uint32_t letters = tally->letters[SCRIPT_CYRILLIC];
    if (tally->signs[SIGN_OTHER_CYRILLIC] * 50 >= letters) {
        return LANGUAGE_NONE;
    }
    if (tally->signs[SIGN_UKRAINIAN] > tally->signs[SIGN_RUSSIAN]) {
        return LANGUAGE_UKRAINIAN;
    }
    if (tally->signs[SIGN_RUSSIAN] > 0) {
        return LANGUAGE_RUSSIAN;
    }
    return tally->signs[SIGN_HARD] * 200 >= letters ? LANGUAGE_BULGARIAN : LANGUAGE_NONE;
}

static Language syllables_language(const Tally *tally)
{
    const uint32_t all = syllables(tally);
    if (tally->letters[SCRIPT_KANA] * 20 > all) {
        return LANGUAGE_JAPANESE;
    }
    return tally->letters[SCRIPT_HANGUL] * 2 > all ? LANGUAGE_KOREAN : LANGUAGE_CHINESE;
}

/* The language of a script other than Latin, when one prevails. `ret_is_latin` says whether
 * none does. */
static Language language_of_script(const Tally *tally, bool *ret_is_latin)
{
    const uint32_t latin = tally->letters[SCRIPT_LATIN];
    Script script = SCRIPT_CYRILLIC;
    for (Script i = SCRIPT_CYRILLIC; i <= SCRIPT_THAI; i++) {
        script = tally->letters[i] > tally->letters[script] ? i : script;
    }
    *ret_is_latin = false;
    if (syllables(tally) >= SYLLABLES_LEAST && syllables(tally) * 3 > latin) {
        return syllables_language(tally);
    }
    if (tally->letters[script] < LETTERS_LEAST || tally->letters[script] * 2 < latin) {
        *ret_is_latin = true;
        return LANGUAGE_NONE;
    }
    switch (script) {
    case SCRIPT_CYRILLIC:
        return cyrillic_language(tally);
    case SCRIPT_GREEK:
        return LANGUAGE_GREEK;
    case SCRIPT_ARABIC:
        return tally->signs[SIGN_OTHER_ARABIC] * 50 >= tally->letters[script] ? LANGUAGE_NONE
                                                                              : LANGUAGE_ARABIC;
    case SCRIPT_HEBREW:
        return LANGUAGE_HEBREW;
    case SCRIPT_THAI:
        return LANGUAGE_THAI;
    case SCRIPT_LATIN:
    case SCRIPT_HAN:
    case SCRIPT_KANA:
    case SCRIPT_HANGUL:
    case SCRIPT_COUNT:
        break;
    }
    g_assert_not_reached();
}

/* Where reading is in a text. */
typedef struct {
    Slice text;
    size_t at;
    Word word;
    bool is_done; /* the language is clear */
} Scan;

static void boundary(const LanguageFinder *finder, Scan *scan, Tally *tally)
{
    if (scan->word.length > 0 && end_word(finder, &scan->word, tally)) {
        scan->is_done = leader(tally, SCORE_ENOUGH) != LANGUAGE_NONE;
    }
}

static void see_beyond_ascii(const LanguageFinder *finder, Scan *scan, Tally *tally)
{
    const gunichar character = g_utf8_get_char_validated(scan->text.ptr + scan->at,
                                                         (gssize)(scan->text.len - scan->at));
    if (character >= 0x80000000U) {
        scan->at++;
        return;
    }
    scan->at += (size_t)g_utf8_skip[(uint8_t)scan->text.ptr[scan->at]];
    const Script script = script_of(character);
    if (script == SCRIPT_LATIN && character < 0x250) {
        add_latin(&scan->word, character);
        return;
    }
    boundary(finder, scan, tally);
    if (script != SCRIPT_COUNT) {
        tally->letters[script]++;
        see_signs(tally, character);
        scan->is_done = scan->is_done || tally->letters[script] >= LETTERS_ENOUGH;
    }
}

/* Whether the byte at `at` joins the parts of paths, addresses and code. */
static bool joins_names(const LanguageFinder *finder, Slice text, size_t at)
{
    const char byte = text.ptr[at];
    return byte == '/' || byte == '@' || byte == '\\' || byte == '=' ||
           (byte == '.' && at + 1 < text.len && finder->lower[(uint8_t)text.ptr[at + 1]] != 0);
}

/* Most of all mail is this loop. */
static void see_letters(const LanguageFinder *finder, Scan *scan)
{
    const char *const end = scan->text.ptr + scan->text.len;
    const char *at = scan->text.ptr + scan->at;
    uint64_t packed = scan->word.packed;
    uint8_t lower = 0;
    while (at < end && (lower = finder->lower[(uint8_t)*at]) != 0) {
        packed = packed << 8 | lower;
        at++;
    }
    const size_t next = (size_t)(at - scan->text.ptr);
    scan->word.packed = packed;
    scan->word.length += next - scan->at;
    scan->at = next;
}

static void see_ascii(const LanguageFinder *finder, Scan *scan, Tally *tally, char byte)
{
    if (finder->lower[(uint8_t)byte] != 0) {
        see_letters(finder, scan);
        return;
    }
    scan->at++;
    if (g_ascii_isdigit(byte) || byte == '_') {
        scan->word.is_name = true;
    } else {
        const bool joins = joins_names(finder, scan->text, scan->at - 1);
        scan->word.is_name = scan->word.is_name || joins;
        boundary(finder, scan, tally);
        scan->word = (Word){.is_name = joins};
    }
}

static size_t skip_bytes(Slice text, size_t at, const char *bytes)
{
    while (at < text.len && text.ptr[at] != '\0' && strchr(bytes, text.ptr[at]) != NULL) {
        at++;
    }
    return at;
}

static bool is_at(Slice text, size_t at, char byte)
{
    return at < text.len && text.ptr[at] == byte;
}

/* "On ... she wrote:" above a quotation is in the language of a program, which is the author's
 * only when nothing else tells. The colon may be a wide one. */
static bool is_attribution(Slice text, size_t end)
{
    static const char wide_colon[] = "\uFF1A";
    const size_t wide = sizeof(wide_colon) - 1;
    while (end > 0 && (text.ptr[end - 1] == '\r' || text.ptr[end - 1] == ' ')) {
        end--;
    }
    const bool ends_in_colon =
        (end > 0 && text.ptr[end - 1] == ':') ||
        (end >= wide && memcmp(text.ptr + end - wide, wide_colon, wide) == 0);
    return ends_in_colon && is_at(text, skip_bytes(text, end, " \r\n"), '>');
}

/* Leaves a line that quotes, and with `own_only` one that says whom the next line quotes. */
static void skip_quotation(Scan *scan, bool own_only)
{
    const Slice text = scan->text;
    const char *line_end = memchr(text.ptr + scan->at, '\n', text.len - scan->at);
    const size_t end = line_end == NULL ? text.len : (size_t)(line_end - text.ptr);
    if (is_at(text, skip_bytes(text, scan->at, " "), '>') ||
        (own_only && is_attribution(text, end))) {
        scan->at = end;
    }
}

static void scan_text(const LanguageFinder *finder, Slice text, bool own_only, Tally *tally)
{
    Scan scan = {.text = slice_of(text.ptr, MIN(text.len, LANGUAGE_BYTES_MAX))};
    bool is_line_start = true;
    while (scan.at < scan.text.len && !scan.is_done) {
        if (is_line_start) {
            skip_quotation(&scan, own_only);
            is_line_start = false;
            continue;
        }
        const char byte = scan.text.ptr[scan.at];
        if ((uint8_t)byte >= 0x80) {
            see_beyond_ascii(finder, &scan, tally);
        } else {
            see_ascii(finder, &scan, tally, byte);
            is_line_start = byte == '\n';
        }
    }
    boundary(finder, &scan, tally);
}

static Language decide(const Tally *tally)
{
    bool is_latin = true;
    const Language language = language_of_script(tally, &is_latin);
    if (!is_latin) {
        return language;
    }
    const uint32_t expected = tally->letters[SCRIPT_LATIN] / LETTERS_A_WORD * SCORE_WORD;
    return leader(tally, CLAMP(expected, SCORE_LEAST, SCORE_MORE));
}

/* Whether there are letters of another script than the Latin one. */
static bool has_other_letters(const Tally *tally)
{
    for (size_t script = 0; script < SCRIPT_COUNT; script++) {
        if (script != SCRIPT_LATIN && tally->letters[script] > 0) {
            return true;
        }
    }
    return false;
}

Language language_finder_run(const LanguageFinder *finder, Slice subject, Slice body)
{
    Tally own = {0};
    scan_text(finder, body, true, &own);
    Language language = decide(&own);
    if (language != LANGUAGE_NONE) {
        return language;
    }
    Tally all = {0};
    scan_text(finder, body, false, &all);
    language = decide(&all);
    /* A few words, or none, below a Chinese "... wrote:" are not Chinese. */
    const bool is_foreign = language >= LANGUAGE_RUSSIAN && !has_other_letters(&own);
    if (language != LANGUAGE_NONE && !is_foreign) {
        return language;
    }
    Tally *tally = is_foreign ? &own : &all;
    scan_text(finder, subject, false, tally);
    return decide(tally);
}
