/* SPDX-License-Identifier: MIT */
#include "schema/dkim_base64.h"

enum { INVALID = 0, WHITE_SPACE = 0x40, PADDING = 0x41, DIGIT = 0x80 };

/* DIGIT | value for the alphabet of RFC 4648 section 4. */
static const uint8_t classes[256] = {
    [' '] = WHITE_SPACE,
    ['\t'] = WHITE_SPACE,
    ['\r'] = WHITE_SPACE,
    ['\n'] = WHITE_SPACE,
    ['='] = PADDING,
#define D(character, value) [(character)] = (DIGIT | (value))
    D('A', 0),
    D('B', 1),
    D('C', 2),
    D('D', 3),
    D('E', 4),
    D('F', 5),
    D('G', 6),
    D('H', 7),
    D('I', 8),
    D('J', 9),
    D('K', 10),
    D('L', 11),
    D('M', 12),
    D('N', 13),
    D('O', 14),
    D('P', 15),
    D('Q', 16),
    D('R', 17),
    D('S', 18),
    D('T', 19),
    D('U', 20),
    D('V', 21),
    D('W', 22),
    D('X', 23),
    D('Y', 24),
    D('Z', 25),
    D('a', 26),
    D('b', 27),
    D('c', 28),
    D('d', 29),
    D('e', 30),
    D('f', 31),
    D('g', 32),
    D('h', 33),
    D('i', 34),
    D('j', 35),
    D('k', 36),
    D('l', 37),
    D('m', 38),
    D('n', 39),
    D('o', 40),
    D('p', 41),
    D('q', 42),
    D('r', 43),
    D('s', 44),
    D('t', 45),
    D('u', 46),
    D('v', 47),
    D('w', 48),
    D('x', 49),
    D('y', 50),
    D('z', 51),
    D('0', 52),
    D('1', 53),
    D('2', 54),
    D('3', 55),
    D('4', 56),
    D('5', 57),
    D('6', 58),
    D('7', 59),
    D('8', 60),
    D('9', 61),
    D('+', 62),
    D('/', 63),
#undef D
};

/* Decodes whole groups of four digits up to the first that is none. Returns: their number. */
static size_t decode_groups(const char *text, size_t n_groups, uint8_t *out)
{
    for (size_t i = 0; i < n_groups; i++) {
        const uint8_t *in = (const uint8_t *)text + 4 * i;
        const uint8_t a = classes[in[0]];
        const uint8_t b = classes[in[1]];
        const uint8_t c = classes[in[2]];
        const uint8_t d = classes[in[3]];
        if ((a & b & c & d & DIGIT) == 0) {
            return i;
        }
        const uint32_t bits =
            (a & 0x3fU) << 18 | (b & 0x3fU) << 12 | (c & 0x3fU) << 6 | (d & 0x3fU);
        out[3 * i] = (uint8_t)(bits >> 16);
        out[3 * i + 1] = (uint8_t)(bits >> 8);
        out[3 * i + 2] = (uint8_t)bits;
    }
    return n_groups;
}

bool dkim_base64_decode(Slice text, uint8_t *out, size_t *ret_len)
{
    size_t n_digits = 0;
    size_t n_padding = 0;
    size_t len = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (n_digits % 4 == 0 && n_padding == 0) {
            const size_t n_groups = decode_groups(text.ptr + i, (text.len - i) / 4, out + len);
            len += 3 * n_groups;
            n_digits += 4 * n_groups;
            i += 4 * n_groups;
            if (i == text.len) {
                break;
            }
        }
        const uint8_t class = classes[(uint8_t)text.ptr[i]];
        if (class == WHITE_SPACE) {
            continue;
        }
        if (class == PADDING && n_padding < 2) {
            n_padding++;
            continue;
        }
        if ((class & DIGIT) == 0 || n_padding > 0) {
            return false;
        }
        bits = bits << 6 | (class & 0x3f);
        if (++n_digits % 4 != 1) {
            out[len++] = (uint8_t)(bits >> (2 * (3 - (n_digits + 3) % 4)));
        }
    }
    if (n_digits % 4 == 1) {
        return false;
    }
    *ret_len = len;
    return true;
}
