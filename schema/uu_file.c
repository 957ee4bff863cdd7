/* SPDX-License-Identifier: MIT */
#include "schema/uu_file.h"

/* "begin" mode name - the line before a uuencoded file. Returns: false when it is none. */
static bool parse_uu_begin(Slice line, Slice *ret_name)
{
    const size_t mode_at = strlen("begin ");
    if (line.len < mode_at + 5 || !slice_starts_with(line, SLICE_LITERAL("begin "))) {
        return false;
    }
    size_t at = mode_at;
    while (at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '7') {
        at++;
    }
    const size_t n_digits = at - mode_at;
    if (n_digits < 3 || n_digits > 5 || at == line.len || line.ptr[at] != ' ') {
        return false;
    }
    *ret_name = slice_from(line, at + 1);
    return ret_name->len > 0;
}

/* Whether `line` has the length that its first letter promises, give or take lost spaces and a
 * checksum letter. */
static bool is_uu_line(Slice line)
{
    if (line.len == 0 || line.ptr[0] < ' ' || line.ptr[0] > '`') {
        return false;
    }
    const size_t n_bytes = (size_t)(line.ptr[0] - ' ') & 0x3F;
    const size_t n_letters = (n_bytes + 2) / 3 * 4;
    return line.len - 1 <= n_letters + 2 && (n_bytes == 0 || line.len > 1);
}

bool uu_file_next(Slice *text, Slice *ret_before, Slice *ret_name, Slice *ret_lines)
{
    Slice rest = *text;
    while (rest.len > 0) {
        const char *begin = rest.ptr;
        const Slice line = slice_take_line(&rest);
        Slice after = rest;
        if (!parse_uu_begin(line, ret_name) || rest.len == 0 ||
            !is_uu_line(slice_take_line(&after))) {
            continue;
        }
        *ret_before = slice_of(text->ptr, (size_t)(begin - text->ptr));
        ret_lines->ptr = rest.ptr;
        ret_lines->len = rest.len;
        while (rest.len > 0) {
            const char *line_begin = rest.ptr;
            const Slice uu = slice_take_line(&rest);
            if (slice_equal(uu, SLICE_LITERAL("end")) || !is_uu_line(uu)) {
                ret_lines->len = (size_t)(line_begin - ret_lines->ptr);
                break;
            }
        }
        *text = rest;
        return true;
    }
    return false;
}
