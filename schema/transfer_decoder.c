/* SPDX-License-Identifier: MIT */
#include "schema/transfer_decoder.h"

/* What a byte is in base64 beside the value of a letter (RFC 2045 table 1, with the "-" and
 * "_" of RFC 4648 section 5). All three are above 63, so that one test finds any of them. */
#define SPC 64 /* white space */
#define PAD 65 /* = */
#define BAD 66 /* in no alphabet */

/* clang-format off */
static const uint8_t base64_values[256] = {
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, SPC, SPC, BAD, BAD, SPC, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, SPC, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, 62, BAD, 62, BAD, 63, 52, 53, 54, 55, 56, 57, 58, 59,
    60, 61, BAD, BAD, BAD, PAD, BAD, BAD, BAD, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, BAD, BAD, BAD, BAD, 63, BAD, 26, 27, 28,
    29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
    51, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
};
/* clang-format on */

/* A soft line break hides at most this much white space before its line end; more is data. */
#define QP_TRAILING_SPACE_MAX 1000

void transfer_decoder_init(TransferDecoder *decoder, TransferEncoding encoding)
{
    *decoder = (TransferDecoder){.encoding = encoding, .line_left = SIZE_MAX};
}

static size_t run_identity(Slice *input, char *out, size_t capacity)
{
    const size_t length = MIN(input->len, capacity);
    memcpy(out, input->ptr, length);
    *input = slice_from(*input, length);
    return length;
}

/* Whole groups of four letters, the body of every line. Stops at any other byte. */
static size_t run_base64_groups(Slice *input, char *out, size_t capacity)
{
    const uint8_t *in = (const uint8_t *)input->ptr;
    const size_t n_groups = MIN(input->len / 4, (capacity - 1) / 3);
    char *to = out;
    size_t i = 0;
    for (; i < n_groups; i++, in += 4, to += 3) {
        const uint32_t a = base64_values[in[0]];
        const uint32_t b = base64_values[in[1]];
        const uint32_t c = base64_values[in[2]];
        const uint32_t d = base64_values[in[3]];
        if ((a | b | c | d) > 63) {
            break;
        }
        const uint32_t group = GUINT32_TO_BE(a << 26 | b << 20 | c << 14 | d << 8);
        memcpy(to, &group, sizeof group);
    }
    *input = slice_from(*input, 4 * i);
    return (size_t)(to - out);
}

/* "=" ends a group; letters that follow begin a new one (gateways glue parts together). */
static void pad_base64(TransferDecoder *decoder)
{
    if (decoder->n_bits == 6) {
        decoder->is_damaged = true;
    }
    decoder->n_bits = 0;
    decoder->bits = 0;
}

/* One byte of a group that white space or the edge of a block cuts. */
static size_t run_base64_byte(TransferDecoder *decoder, uint8_t byte, char *out)
{
    const uint8_t value = base64_values[byte];
    if (value == PAD) {
        pad_base64(decoder);
        return 0;
    }
    if (value > 63) {
        decoder->is_damaged |= value == BAD;
        return 0;
    }
    decoder->bits = (decoder->bits << 6 | value) & 0xFFFFFF;
    decoder->n_bits += 6;
    if (decoder->n_bits < 8) {
        return 0;
    }
    decoder->n_bits -= 8;
    *out = (char)(decoder->bits >> decoder->n_bits);
    return 1;
}

static size_t run_base64(TransferDecoder *decoder, Slice *input, char *out, size_t capacity)
{
    size_t written = 0;
    while (input->len > 0 && capacity - written >= 4) {
        if (decoder->n_bits == 0) {
            written += run_base64_groups(input, out + written, capacity - written);
        }
        if (input->len > 0 && capacity - written >= 4) {
            written += run_base64_byte(decoder, (uint8_t)input->ptr[0], out + written);
            *input = slice_from(*input, 1);
        }
    }
    return written;
}

static int hex_value(char digit)
{
    return g_ascii_isxdigit(digit) ? g_ascii_xdigit_value(digit) : -1;
}

/* The length of white space and a line end at the begin of `text`, 0 when there is no line end
 * right after the white space: RFC 2045 6.7 (3), such white space was added in transport. */
static size_t trailing_space_length(Slice text)
{
    size_t at = 0;
    while (at < text.len && at < QP_TRAILING_SPACE_MAX &&
           (text.ptr[at] == ' ' || text.ptr[at] == '\t')) {
        at++;
    }
    if (at < text.len && text.ptr[at] == '\r') {
        at++;
    }
    if (at == text.len) {
        return at;
    }
    return text.ptr[at] == '\n' ? at + 1 : 0;
}

/* "=" HEX HEX, or a soft line break (RFC 2045 6.7). */
static size_t run_qp_escape(TransferDecoder *decoder, Slice *input, char *out)
{
    if (input->len >= 3) {
        const int high = hex_value(input->ptr[1]);
        const int low = hex_value(input->ptr[2]);
        if (high >= 0 && low >= 0) {
            *out = (char)(high << 4 | low);
            *input = slice_from(*input, 3);
            return 1;
        }
    }
    const size_t soft_break = trailing_space_length(slice_from(*input, 1));
    if (soft_break > 0 || input->len == 1) {
        *input = slice_from(*input, 1 + soft_break);
        return 0;
    }
    decoder->is_damaged = true;
    *out = '=';
    *input = slice_from(*input, 1);
    return 1;
}

/* White space at the end of a line is dropped; its line end stays. */
static size_t run_qp_space(Slice *input, char *out)
{
    const size_t skipped = trailing_space_length(*input);
    if (skipped > 0) {
        size_t spaces = 0;
        while (spaces < skipped && (input->ptr[spaces] == ' ' || input->ptr[spaces] == '\t')) {
            spaces++;
        }
        *input = slice_from(*input, spaces);
        return 0;
    }
    /* A run of white space within a line is copied as one, or it would be looked at again from
     * each of its bytes. */
    size_t length = 0;
    while (length < input->len && length < TRANSFER_BLOCK_MIN / 2 &&
           (input->ptr[length] == ' ' || input->ptr[length] == '\t')) {
        out[length] = input->ptr[length];
        length++;
    }
    *input = slice_from(*input, length);
    return length;
}

static bool is_qp_special(char byte)
{
    return byte == '=' || byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The bytes at the begin of `text` that stand for themselves, single spaces between words
 * included. */
static size_t qp_plain_length(Slice text)
{
    size_t at = 0;
    while (at < text.len) {
        const char byte = text.ptr[at];
        const bool is_space = byte == ' ' || byte == '\t';
        if (byte == '=' ||
            (is_space && (at + 1 == text.len || is_qp_special(text.ptr[at + 1])))) {
            break;
        }
        at++;
    }
    return at;
}

static size_t run_quoted_printable(TransferDecoder *decoder, Slice *input, char *out,
                                   size_t capacity)
{
    size_t written = 0;
    while (input->len > 0 && capacity - written >= TRANSFER_BLOCK_MIN / 2) {
        const size_t plain =
            qp_plain_length(slice_of(input->ptr, MIN(input->len, capacity - written)));
        if (plain > 0) {
            memcpy(out + written, input->ptr, plain);
            written += plain;
            *input = slice_from(*input, plain);
        } else if (input->ptr[0] == '=') {
            written += run_qp_escape(decoder, input, out + written);
        } else {
            written += run_qp_space(input, out + written);
        }
    }
    return written;
}

/* The value of a uuencode letter; both " " and "`" are 0. */
static bool uu_value(char letter, uint32_t *ret_value)
{
    if (letter < ' ' || letter > '`') {
        return false;
    }
    *ret_value = (uint32_t)(letter - ' ') & 0x3F;
    return true;
}

/* The letter that says how many bytes a line holds. */
static void begin_uu_line(TransferDecoder *decoder, Slice *input)
{
    const char letter = input->ptr[0];
    uint32_t length = 0;
    *input = slice_from(*input, 1);
    if (letter == '\r' || letter == '\n') {
        return;
    }
    if (!uu_value(letter, &length)) {
        decoder->is_damaged = true;
    }
    decoder->is_finished = length == 0;
    decoder->line_left = length;
    decoder->n_bits = 0;
    decoder->bits = 0;
}

/* One letter of a line. A line that ends early lost its trailing spaces in transport. */
static size_t run_uu_letter(TransferDecoder *decoder, Slice *input, char *out)
{
    uint32_t value = 0;
    const bool at_line_end = input->ptr[0] == '\n' || input->ptr[0] == '\r';
    if (decoder->line_left == 0 && at_line_end) {
        decoder->line_left = SIZE_MAX;
        return 0;
    }
    if (!at_line_end) {
        decoder->is_damaged |= !uu_value(input->ptr[0], &value);
        *input = slice_from(*input, 1);
    }
    if (decoder->line_left == 0) {
        return 0;
    }
    decoder->bits = (decoder->bits << 6 | value) & 0xFFFFFF;
    decoder->n_bits += 6;
    if (decoder->n_bits < 8) {
        return 0;
    }
    decoder->n_bits -= 8;
    decoder->line_left--;
    *out = (char)(decoder->bits >> decoder->n_bits);
    return 1;
}

static size_t run_uuencode(TransferDecoder *decoder, Slice *input, char *out, size_t capacity)
{
    size_t written = 0;
    while (input->len > 0 && written < capacity) {
        if (decoder->is_finished) {
            *input = slice_from(*input, input->len);
        } else if (decoder->line_left == SIZE_MAX) {
            begin_uu_line(decoder, input);
        } else {
            written += run_uu_letter(decoder, input, out + written);
        }
    }
    return written;
}

size_t transfer_decoder_run(TransferDecoder *decoder, Slice *input, char *out, size_t capacity)
{
    g_assert(capacity >= TRANSFER_BLOCK_MIN);
    switch (decoder->encoding) {
    case TRANSFER_IDENTITY:
        return run_identity(input, out, capacity);
    case TRANSFER_BASE64:
        return run_base64(decoder, input, out, capacity);
    case TRANSFER_QUOTED_PRINTABLE:
        return run_quoted_printable(decoder, input, out, capacity);
    case TRANSFER_UUENCODE:
        return run_uuencode(decoder, input, out, capacity);
    }
    g_assert_not_reached();
}

void transfer_decoder_finish(TransferDecoder *decoder)
{
    if (decoder->encoding == TRANSFER_BASE64 && decoder->n_bits == 6) {
        decoder->is_damaged = true;
    }
    if (decoder->encoding == TRANSFER_UUENCODE && !decoder->is_finished) {
        decoder->is_damaged = true;
    }
}

Slice transfer_skip_uu_begin(Slice body)
{
    Slice rest = body;
    while (rest.len > 0) {
        const bool is_begin = slice_starts_with(rest, SLICE_LITERAL("begin "));
        const char *feed = memchr(rest.ptr, '\n', rest.len);
        if (feed == NULL) {
            break;
        }
        rest = slice_from(rest, (size_t)(feed - rest.ptr) + 1);
        if (is_begin) {
            return rest;
        }
    }
    return body;
}

bool transfer_decoder_append_all(TransferDecoder *decoder, Slice input, size_t limit,
                                 GString *out)
{
    char block[16384];
    size_t left = limit;
    while (input.len > 0) {
        const size_t length = transfer_decoder_run(decoder, &input, block, sizeof block);
        g_string_append_len(out, block, (gssize)MIN(length, left));
        if (length > left) {
            return false;
        }
        left -= length;
    }
    transfer_decoder_finish(decoder);
    return true;
}

static const struct {
    Slice name;
    TransferEncoding encoding;
} encoding_names[] = {
    {{"7bit", 4}, TRANSFER_IDENTITY},
    {{"8bit", 4}, TRANSFER_IDENTITY},
    {{"binary", 6}, TRANSFER_IDENTITY},
    {{"quoted-printable", 16}, TRANSFER_QUOTED_PRINTABLE},
    {{"base64", 6}, TRANSFER_BASE64},
    {{"x-uuencode", 10}, TRANSFER_UUENCODE},
    {{"uuencode", 8}, TRANSFER_UUENCODE},
    {{"x-uue", 5}, TRANSFER_UUENCODE},
    {{"7-bit", 5}, TRANSFER_IDENTITY},
    {{"8-bit", 5}, TRANSFER_IDENTITY},
    {{"7bits", 5}, TRANSFER_IDENTITY},
    {{"8bits", 5}, TRANSFER_IDENTITY},
    {{"none", 4}, TRANSFER_IDENTITY},
    {{"utf-8", 5}, TRANSFER_IDENTITY},
    {{"us-ascii", 8}, TRANSFER_IDENTITY},
    {{"base-64", 7}, TRANSFER_BASE64},
    {{"base64encoded", 13}, TRANSFER_BASE64},
    {{"quoted", 6}, TRANSFER_QUOTED_PRINTABLE},
    {{"quotedprintable", 15}, TRANSFER_QUOTED_PRINTABLE},
    {{"quoted_printable", 16}, TRANSFER_QUOTED_PRINTABLE},
};

bool transfer_encoding_parse(Slice name, TransferEncoding *ret_encoding)
{
    static const char around[] = " \t\r\n\"';,";
    while (name.len > 0 && memchr(around, name.ptr[0], sizeof around) != NULL) {
        name = slice_from(name, 1);
    }
    size_t length = 0;
    while (length < name.len && memchr(around, name.ptr[length], sizeof around) == NULL) {
        length++;
    }
    *ret_encoding = TRANSFER_IDENTITY;
    for (size_t i = 0; i < G_N_ELEMENTS(encoding_names); i++) {
        if (slice_equal_nocase(slice_of(name.ptr, length), encoding_names[i].name)) {
            *ret_encoding = encoding_names[i].encoding;
            return true;
        }
    }
    return length == 0;
}
