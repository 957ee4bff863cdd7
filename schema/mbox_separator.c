/* SPDX-License-Identifier: MIT */
#include "schema/mbox_separator.h"

#define FROM_PREFIX SLICE_LITERAL("From ")

/* Longest name of a header field in use, several times over. */
#define FIELD_NAME_MAX 256

Slice mbox_separator_first_line(Slice text)
{
    size_t look = MIN(text.len, LINE_LOOK_MAX);
    const char *end = look == 0 ? NULL : memchr(text.ptr, '\n', look);
    size_t length = end == NULL ? look : (size_t)(end - text.ptr);
    if (length > 0 && text.ptr[length - 1] == '\r') {
        length--;
    }
    return slice_of(text.ptr, length);
}

Slice mbox_separator_skip_lead(Slice text)
{
    if (slice_starts_with(text, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        text = slice_from(text, 3);
    }
    size_t line = 0;
    for (size_t at = 0; at < text.len; at++) {
        const char byte = text.ptr[at];
        if (byte == '\n') {
            line = at + 1;
        } else if (byte != '\r' && byte != ' ' && byte != '\t') {
            break;
        }
    }
    return slice_from(text, line);
}

static Slice next_token(Slice *rest)
{
    size_t start = 0;
    while (start < rest->len && (rest->ptr[start] == ' ' || rest->ptr[start] == '\t')) {
        start++;
    }
    size_t end = start;
    while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t') {
        end++;
    }
    Slice token = slice_of(rest->ptr + start, end - start);
    *rest = slice_from(*rest, end);
    return token;
}

/* "hh:mm" or "hh:mm:ss", one digit of the hour allowed. */
static bool is_time(Slice token)
{
    size_t colon = 0;
    while (colon < token.len && token.ptr[colon] != ':') {
        colon++;
    }
    if (colon == 0 || colon > 2 || token.len < colon + 3 || token.len > colon + 6) {
        return false;
    }
    for (size_t i = 0; i < token.len; i++) {
        if (!g_ascii_isdigit(token.ptr[i]) && token.ptr[i] != ':') {
            return false;
        }
    }
    return true;
}

static bool is_year(Slice token)
{
    return token.len == 4 &&
           (slice_starts_with(token, SLICE_LITERAL("19")) ||
            slice_starts_with(token, SLICE_LITERAL("20"))) &&
           g_ascii_isdigit(token.ptr[2]) && g_ascii_isdigit(token.ptr[3]);
}

/* An English month or weekday, three letters, perhaps a comma. */
static bool is_calendar_name(Slice token)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDecMonTueWedThuFriSatSun";
    if (token.len == 4 && token.ptr[3] == ',') {
        token.len = 3;
    }
    if (token.len != 3) {
        return false;
    }
    for (size_t i = 0; i + 3 < sizeof(names); i += 3) {
        if (g_ascii_strncasecmp(names + i, token.ptr, 3) == 0) {
            return true;
        }
    }
    return false;
}

bool mbox_separator_is_from_line(Slice line)
{
    /* A line that was cut is none: its end may lie anywhere. Nor is one with CR inside, which
     * is many lines of a file that ends them so. */
    if (!slice_starts_with(line, FROM_PREFIX) || line.len + 1 >= LINE_LOOK_MAX ||
        memchr(line.ptr, '\r', line.len) != NULL) {
        return false;
    }
    bool has_time = false;
    bool has_year = false;
    bool has_name = false;
    Slice rest = slice_from(line, FROM_PREFIX.len);
    for (Slice token = next_token(&rest); token.len > 0; token = next_token(&rest)) {
        has_time |= is_time(token);
        has_year |= is_year(token);
        has_name |= is_calendar_name(token);
    }
    return has_time && has_year && has_name;
}

bool mbox_separator_is_field_line(Slice line)
{
    size_t at = 0;
    while (at < line.len && at < FIELD_NAME_MAX && line.ptr[at] > ' ' && line.ptr[at] < 0x7F &&
           line.ptr[at] != ':') {
        at++;
    }
    size_t name_end = at;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) {
        at++;
    }
    return name_end > 0 && at < line.len && line.ptr[at] == ':';
}
