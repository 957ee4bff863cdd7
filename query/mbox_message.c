/* SPDX-License-Identifier: MIT */
#include "query/mbox_message.h"

#include "schema/mbox_separator.h"

/* RFC 4155 wants an address without white space; longer ones do not exist. */
#define SENDER_MAX 320

/* Years that a From_ line may have, and be read again. */
#define DATE_MIN G_GINT64_CONSTANT(-2208988800) /* 1900-01-01 */
#define DATE_END G_GINT64_CONSTANT(4102444800)  /* 2100-01-01 */

/* Header bytes in which readers look for Content-Length. */
#define HEADER_LOOK_MAX ((size_t)256 << 10)

/* Digits of a length that is believed. */
#define LENGTH_DIGITS_MAX 12

/* Line end characters that may stand between the end of a message and the next From_ line. */
#define LINE_ENDS_MAX 4

static bool parse_length(Slice value, size_t *ret_length)
{
    size_t length = 0;
    size_t n_digits = 0;
    while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t')) {
        value = slice_from(value, 1);
    }
    while (n_digits < MIN(value.len, LENGTH_DIGITS_MAX) &&
           g_ascii_isdigit(value.ptr[n_digits])) {
        length = length * 10 + (size_t)(value.ptr[n_digits++] - '0');
    }
    *ret_length = length;
    return n_digits > 0 && n_digits == value.len;
}

/* Where Content-Length says that the quoted message ends: SIZE_MAX when it says nothing. A
 * header without a body is ended by the blank line that follows the message. */
static size_t told_end(Slice quoted)
{
    static const Slice name = SLICE_LITERAL("Content-Length:");
    Slice rest = quoted;
    size_t length = 0;
    bool has_body = false;
    bool is_told = false;
    while (rest.len > 0 && quoted.len - rest.len < HEADER_LOOK_MAX) {
        const Slice line = slice_take_line(&rest);
        if (line.len == 0) {
            has_body = true;
            break;
        }
        if (line.len > name.len && slice_equal_nocase(slice_of(line.ptr, name.len), name)) {
            is_told = parse_length(slice_from(line, name.len), &length);
        }
    }
    const size_t blank_line = has_body || quoted.len >= HEADER_LOOK_MAX ? 0 : 1;
    return is_told ? quoted.len - rest.len + blank_line + length : SIZE_MAX;
}

/* A reader believes a Content-Length that leads to a separator, and cuts there: it must lead to
 * the end exactly, or to the middle of the text. */
static bool length_misleads(Slice quoted)
{
    const size_t end = told_end(quoted);
    if (end == SIZE_MAX || end == quoted.len) {
        return false;
    }
    if (end > quoted.len) {
        return true;
    }
    size_t at = end;
    while (at < quoted.len && at < end + LINE_ENDS_MAX &&
           (quoted.ptr[at] == '\n' || quoted.ptr[at] == '\r')) {
        at++;
    }
    return at == quoted.len ||
           slice_starts_with(slice_from(quoted, at), SLICE_LITERAL("From "));
}

/* Why the quoted message would be cut out again with other bytes; NULL if it would not. */
static const char *obstacle_of(Slice quoted)
{
    if (quoted.len > 0 && quoted.ptr[quoted.len - 1] != '\n') {
        return "no line end at its end";
    }
    const Slice first = mbox_separator_first_line(quoted);
    if (first.len > 0 && !mbox_separator_is_field_line(first) &&
        !slice_starts_with(first, SLICE_LITERAL(">From "))) {
        return "no header field at its begin";
    }
    return length_misleads(quoted) ? "a wrong Content-Length field" : NULL;
}

/* From_ lines have names in English whatever the locale (RFC 4155 appendix A). */
static void append_date(GString *out, int64_t date)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const bool is_told = date >= DATE_MIN && date < DATE_END;
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(is_told ? date : 0);
    g_string_append_printf(
        out, "%s %s %2d %02d:%02d:%02d %04d", days[g_date_time_get_day_of_week(time) - 1],
        months[g_date_time_get_month(time) - 1], g_date_time_get_day_of_month(time),
        g_date_time_get_hour(time), g_date_time_get_minute(time), g_date_time_get_second(time),
        g_date_time_get_year(time));
}

static bool is_sender(Slice sender)
{
    for (size_t i = 0; i < sender.len; i++) {
        if (sender.ptr[i] <= ' ' || sender.ptr[i] > '~') {
            return false;
        }
    }
    return sender.len > 0 && sender.len <= SENDER_MAX;
}

static void append_quoted(GString *out, Slice message)
{
    while (message.len > 0) {
        const char *end = memchr(message.ptr, '\n', message.len);
        const size_t length = end == NULL ? message.len : (size_t)(end - message.ptr) + 1;
        size_t marks = 0;
        while (marks < length && message.ptr[marks] == '>') {
            marks++;
        }
        if (slice_starts_with(slice_from(message, marks), SLICE_LITERAL("From "))) {
            g_string_append_c(out, '>');
        }
        g_string_append_len(out, message.ptr, (gssize)length);
        message = slice_from(message, length);
    }
}

const char *mbox_message_append(GString *out, Slice message, Slice sender, int64_t date)
{
    const size_t begin = out->len;
    g_string_append(out, "From ");
    if (is_sender(sender)) {
        g_string_append_len(out, sender.ptr, (gssize)sender.len);
    } else {
        g_string_append(out, "MAILER-DAEMON");
    }
    g_string_append_c(out, ' ');
    append_date(out, date);
    g_string_append_c(out, '\n');
    const size_t from = out->len;
    append_quoted(out, message);
    const char *obstacle = obstacle_of(slice_of(out->str + from, out->len - from));
    if (obstacle != NULL) {
        g_string_truncate(out, begin);
        return obstacle;
    }
    g_string_append_c(out, '\n');
    return NULL;
}
