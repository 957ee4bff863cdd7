/* SPDX-License-Identifier: MIT */
#include "schema/transfer_decoder.h"

typedef struct {
    TransferEncoding encoding;
    bool is_damaged;
    const char *name;
    const char *encoded;
    const char *decoded;
} Case;

static const Case cases[] = {
    {TRANSFER_BASE64, false, "base64/whole_groups", "SGVsbG8gd29ybGQh", "Hello world!"},
    {TRANSFER_BASE64, false, "base64/one_pad", "SGVsbG8=", "Hello"},
    {TRANSFER_BASE64, false, "base64/two_pads", "SGVsbA==", "Hell"},
    {TRANSFER_BASE64, false, "base64/lost_pad", "SGVsbG8", "Hello"},
    {TRANSFER_BASE64, true, "base64/lost_letter", "SGVsbG8gd", "Hello "},
    {TRANSFER_BASE64, false, "base64/lines", "SGVs\r\nbG8g\r\nd29y\nbGQh\n", "Hello world!"},
    {TRANSFER_BASE64, false, "base64/lines_cut_groups", "SGVsb\r\nG8gd2\r\n9ybGQh",
     "Hello world!"},
    {TRANSFER_BASE64, false, "base64/goes_on_after_inner_padding", "SGVsbG8=IHdvcmxk",
     "Hello world"},
    {TRANSFER_BASE64, false, "base64/goes_on_after_two_pads",
     "SGVsbA==\r\nbyB3b3JsZA==", "Hello world"},
    {TRANSFER_BASE64, true, "base64/foreign_bytes_are_passed_over", "SG!Vs.bG8=", "Hello"},
    {TRANSFER_BASE64, false, "base64/url_alphabet", "--__", "\373\357\377"},
    {TRANSFER_BASE64, false, "base64/only_padding", "====", ""},
    {TRANSFER_BASE64, false, "base64/nothing", "", ""},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/escapes", "caf=C3=A9", "caf\303\251"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/lower_case_escapes", "caf=c3=a9", "caf\303\251"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/soft_break", "Hel=\r\nlo=\nx", "Hellox"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/soft_break_with_spaces", "Hel=  \r\nlo", "Hello"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/spaces_before_a_line_end_go", "a b \t\r\nc",
     "a b\r\nc"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/spaces_before_the_end_go", "a b  ", "a b"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/one_space_before_the_end_goes", "a ", "a"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/escaped_space_stays", "a=20\r\nb", "a \r\nb"},
    {TRANSFER_QUOTED_PRINTABLE, true, "qp/bad_escape_stays", "a=zz =3", "a=zz =3"},
    {TRANSFER_QUOTED_PRINTABLE, false, "qp/equals_at_the_end", "a=", "a"},
    {TRANSFER_UUENCODE, false, "uu/classic", "%2&5L;&\\\n`\n", "Hello"},
    {TRANSFER_UUENCODE, false, "uu/space_for_zero", "%2&5L;&\\\n \n", "Hello"},
    {TRANSFER_UUENCODE, false, "uu/crlf", "%2&5L;&\\\r\n%2&5L;&\\\r\n`\r\nend\r\n",
     "HelloHello"},
    {TRANSFER_UUENCODE, true, "uu/cut", "%2&5L;&\\\n", "Hello"},
    {TRANSFER_UUENCODE, false, "uu/checksum_letter", "%2&5L;&\\X\n`\n", "Hello"},
    {TRANSFER_UUENCODE, false, "uu/lost_trailing_spaces", "#0\n`\n", "@\0\0"},
    {TRANSFER_IDENTITY, false, "identity", "a=3D\r\n", "a=3D\r\n"},
};

/* With output blocks of `capacity`; base64 also with input cut into pieces. */
static void decode(const Case *test, size_t capacity, size_t piece)
{
    const size_t length = strlen(test->encoded);
    g_autofree char *encoded = g_memdup2(test->encoded, length);
    char block[65536];
    g_assert_cmpuint(capacity, <=, sizeof block);
    g_autoptr(GString) out = g_string_new(NULL);
    TransferDecoder decoder;
    transfer_decoder_init(&decoder, test->encoding);
    for (size_t at = 0; at < length; at += piece) {
        Slice input = slice_of(encoded + at, MIN(piece, length - at));
        while (input.len > 0) {
            const size_t n = transfer_decoder_run(&decoder, &input, block, capacity);
            g_string_append_len(out, block, (gssize)n);
        }
    }
    transfer_decoder_finish(&decoder);
    g_assert_cmpstr(out->str, ==, test->decoded);
    g_assert_cmpint(decoder.is_damaged, ==, test->is_damaged);
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    decode(test, 65536, SIZE_MAX / 2);
    decode(test, TRANSFER_BLOCK_MIN, SIZE_MAX / 2);
    if (test->encoding == TRANSFER_BASE64) {
        decode(test, TRANSFER_BLOCK_MIN, 1);
        decode(test, TRANSFER_BLOCK_MIN, 3);
    }
}

/* Against GLib's encoder, with lines of every length. */
static void test_round_trip(void)
{
    for (size_t length = 0; length < 300; length++) {
        g_autofree char *bytes = g_malloc0(length + 1);
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (char)(i * 37 + length);
        }
        g_autofree char *encoded = g_base64_encode((const guchar *)bytes, length);
        g_autoptr(GString) lines = g_string_new(NULL);
        const size_t width = length % 80 + 1;
        for (size_t i = 0; encoded[i] != '\0'; i++) {
            g_string_append_c(lines, encoded[i]);
            if (i % width == width - 1) {
                g_string_append(lines, "\r\n");
            }
        }
        g_autoptr(GString) out = g_string_new(NULL);
        TransferDecoder decoder;
        transfer_decoder_init(&decoder, TRANSFER_BASE64);
        g_assert_true(transfer_decoder_append_all(&decoder, slice_of(lines->str, lines->len),
                                                  SIZE_MAX, out));
        g_assert_cmpmem(out->str, out->len, bytes, length);
        g_assert_false(decoder.is_damaged);
    }
}

static void test_limit(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    TransferDecoder decoder;
    transfer_decoder_init(&decoder, TRANSFER_BASE64);
    g_assert_false(
        transfer_decoder_append_all(&decoder, SLICE_LITERAL("SGVsbG8gd29ybGQh"), 5, out));
    g_assert_cmpstr(out->str, ==, "Hello");
}

static void test_hostile(void)
{
    static const char *const pieces[] = {" ", "=", "= ", "\t\r", "=\r", "`", "M", "A"};
    for (int encoding = TRANSFER_IDENTITY; encoding <= TRANSFER_UUENCODE; encoding++) {
        for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
            g_autoptr(GString) input = g_string_new(NULL);
            g_autoptr(GString) out = g_string_new(NULL);
            while (input->len < 1000000) {
                g_string_append(input, pieces[i]);
            }
            TransferDecoder decoder;
            transfer_decoder_init(&decoder, (TransferEncoding)encoding);
            transfer_decoder_append_all(&decoder, slice_of(input->str, input->len), SIZE_MAX,
                                        out);
            /* A uuencoded line may have lost its spaces: two bytes stand for up to 45. */
            const size_t factor = encoding == TRANSFER_UUENCODE ? 23 : 1;
            g_assert_cmpuint(out->len, <=, factor * input->len + 64);
        }
    }
}

static void test_names(void)
{
    static const struct {
        const char *name;
        bool is_known;
        TransferEncoding encoding;
    } names[] = {
        {"base64", true, TRANSFER_BASE64},
        {" BASE64\r\n", true, TRANSFER_BASE64},
        {"\"quoted-printable\"", true, TRANSFER_QUOTED_PRINTABLE},
        {"base64; x=y", true, TRANSFER_BASE64},
        {"8bit", true, TRANSFER_IDENTITY},
        {"x-uuencode", true, TRANSFER_UUENCODE},
        {"", true, TRANSFER_IDENTITY},
        {"rot13", false, TRANSFER_IDENTITY},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        TransferEncoding encoding = TRANSFER_UUENCODE;
        const Slice name = slice_of_string(names[i].name);
        g_assert_cmpint(transfer_encoding_parse(name, &encoding), ==, names[i].is_known);
        g_assert_cmpint(encoding, ==, names[i].encoding);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/transfer_decoder/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/transfer_decoder/base64_agrees_with_an_encoder", test_round_trip);
    g_test_add_func("/transfer_decoder/output_stops_at_the_limit", test_limit);
    g_test_add_func("/transfer_decoder/hostile_input_takes_linear_time", test_hostile);
    g_test_add_func("/transfer_decoder/names_are_read_leniently", test_names);
    return g_test_run();
}
