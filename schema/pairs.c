/* SPDX-License-Identifier: MIT */
#include "schema/pairs.h"

typedef struct {
    gunichar first;
    gunichar last;
} Range;

/* Only the letters and digits among them count; ascending. */
static const Range ranges[] = {
    {0x0E00, 0x0EFF},   /* Thai, Lao */
    {0x1000, 0x109F},   /* Burmese */
    {0x1100, 0x11FF},   /* Korean letters */
    {0x1780, 0x17FF},   /* Khmer */
    {0x3005, 0x31FF},   /* Japanese syllables, Bopomofo, Korean letters */
    {0x3400, 0x4DBF},   /* Han */
    {0x4E00, 0xA4CF},   /* Han, Yi */
    {0xA960, 0xA97F},   /* Korean letters */
    {0xAC00, 0xD7FF},   /* Korean syllables and letters */
    {0xF900, 0xFAFF},   /* Han */
    {0xFF66, 0xFFDC},   /* half-width Japanese and Korean */
    {0x1AFF0, 0x1B16F}, /* Japanese syllables */
    {0x20000, 0x3FFFF}, /* Han */
};

/* The first byte in UTF-8 of the lowest of them. */
#define LOWEST_LEAD 0xE0

/* A letter with the marks behind it. */
typedef struct {
    gunichar code;
    size_t end;
} Character;

/* Returns: false for a byte that begins no character. */
static bool decode(Slice text, size_t at, Character *ret_character)
{
    if (at >= text.len || (uint8_t)text.ptr[at] < 0xC0) {
        return false;
    }
    gunichar code = g_utf8_get_char_validated(text.ptr + at, (gssize)(text.len - at));
    if (code > 0x10FFFF) {
        return false;
    }
    *ret_character = (Character){code, at + (size_t)g_unichar_to_utf8(code, NULL)};
    return true;
}

static bool is_unspaced(gunichar code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ranges) && code >= ranges[i].first; i++) {
        if (code <= ranges[i].last) {
            return g_unichar_isalnum(code);
        }
    }
    return false;
}

/* The usual form of a half-width letter or a compatibility ideograph. */
static gunichar usual_form(gunichar code)
{
    gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
    gsize n_parts = g_unichar_fully_decompose(code, true, parts, G_N_ELEMENTS(parts));
    return n_parts == 1 ? parts[0] : code;
}

/* The letter at `at` and what belongs to it. Returns: false when none of these scripts stands
 * there. */
static bool read_character(Slice text, size_t at, Character *ret_character)
{
    if (at >= text.len || (uint8_t)text.ptr[at] < LOWEST_LEAD) {
        return false;
    }
    Character letter;
    if (!decode(text, at, &letter) || !is_unspaced(letter.code)) {
        return false;
    }
    letter.code = usual_form(letter.code);
    Character next;
    while (decode(text, letter.end, &next)) {
        gunichar form = usual_form(next.code);
        gunichar composed = 0;
        if (g_unichar_compose(letter.code, form, &composed)) {
            letter.code = composed;
        } else if (!g_unichar_ismark(form)) {
            break;
        }
        letter.end = next.end;
    }
    *ret_character = letter;
    return true;
}

/* The next place at or after `at` where such a letter stands; text.len when there is none. */
static size_t find_letter(Slice text, size_t at)
{
    Character letter;
    while (at < text.len && !read_character(text, at, &letter)) {
        at++;
    }
    return at;
}

bool pairs_needed(Slice text)
{
    return find_letter(text, 0) < text.len;
}

bool pair_reader_next(PairReader *reader, PairPiece *ret_piece)
{
    PairPiece piece = {.start = reader->at};
    Character first;
    Character second = {0};
    if (reader->at >= reader->text.len) {
        return false;
    }
    if (!read_character(reader->text, reader->at, &first)) {
        piece.is_other = true;
        piece.end = find_letter(reader->text, reader->at);
        piece.first_end = piece.end;
        reader->at = piece.end;
        reader->is_inside = false;
        *ret_piece = piece;
        return true;
    }
    piece.starts_run = !reader->is_inside;
    piece.ends_run = !read_character(reader->text, first.end, &second);
    piece.first_end = first.end;
    piece.end = piece.ends_run ? first.end : second.end;
    int length = g_unichar_to_utf8(first.code, piece.word);
    length += piece.ends_run ? 0 : g_unichar_to_utf8(second.code, piece.word + length);
    piece.word[length] = '\0';
    reader->at = first.end;
    reader->is_inside = !piece.ends_run;
    *ret_piece = piece;
    return true;
}

void pairs_append(GString *out, Slice text)
{
    PairReader reader = {.text = text};
    PairPiece piece;
    while (pair_reader_next(&reader, &piece)) {
        if (piece.is_other) {
            g_string_append_len(out, text.ptr + piece.start, (gssize)(piece.end - piece.start));
            continue;
        }
        g_string_append_c(out, ' ');
        g_string_append(out, piece.word);
        if (piece.ends_run) {
            g_string_append_c(out, ' ');
        }
    }
}
