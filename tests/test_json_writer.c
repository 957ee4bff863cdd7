/* SPDX-License-Identifier: MIT */
#include "schema/json_writer.h"

static void test_structure(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "a", -5);
    json_writer_begin_array(&writer, "b");
    json_writer_end_array(&writer);
    json_writer_begin_array(&writer, "c");
    json_writer_begin_object(&writer, NULL);
    json_writer_end_object(&writer);
    json_writer_boolean(&writer, NULL, true);
    json_writer_null(&writer, NULL);
    json_writer_end_array(&writer);
    json_writer_words(&writer, "d", "x  y");
    json_writer_end_object(&writer);
    g_assert_cmpstr(out->str, ==,
                    "{\"a\":-5,\"b\":[],\"c\":[{},true,null],\"d\":[\"x\",\"y\"]}");
}

static void test_escapes(void)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        {"plain é 漢 ✔", "\"plain é 漢 ✔\""},
        {"\"\\/", "\"\\\"\\\\/\""},
        {"a\nb\rc\td", "\"a\\nb\\rc\\td\""},
        {"\x01\x1b\x7F", "\"\\u0001\\u001b\\u007f\""},
        {"\xC2\x9B", "\"\\u009b\""},
        {"\xE2\x80\xAE", "\"\\u202e\""},
        {"\xF3\xA0\x81\x81", "\"\\udb40\\udc41\""},
        {"\xFFx\xC3", "\"\uFFFDx\uFFFD\""},
        {"", "\"\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t size = strlen(cases[i].text);
        g_autofree char *exact = g_memdup2(cases[i].text, size);
        g_autoptr(GString) out = g_string_new(NULL);
        JsonWriter writer = json_writer_on(out);
        json_writer_string(&writer, NULL, slice_of(exact, size));
        g_assert_cmpstr(out->str, ==, cases[i].json);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json_writer/commas_stand_between_values", test_structure);
    g_test_add_func("/json_writer/strings_are_escaped", test_escapes);
    return g_test_run();
}
