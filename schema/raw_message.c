/* SPDX-License-Identifier: MIT */
#include "schema/raw_message.h"

/* Real mail has 20 to 100 fields; one allocation then serves a whole run. */
#define FIRST_CAPACITY 128

/* Bytes that scan_block looks at; sums of one block fit a byte, so that compilers can use
 * vector registers. */
#define SCAN_BLOCK 128

typedef struct {
    size_t nul;
    size_t cr;
    size_t lf;
    size_t crlf;
} ByteCounts;

/* One walk over the header. */
typedef struct {
    const char *at;   /* begin of the next line */
    const char *end;  /* of the message */
    const char *junk; /* first of the lines since the last field that are none; NULL if none */
    bool has_blank_line;
} HeaderWalk;

static bool is_blank_line(const char *at, const char *end)
{
    return (at < end && at[0] == '\n') || (end - at >= 2 && at[0] == '\r' && at[1] == '\n');
}

static const char *next_line(const char *at, const char *end)
{
    const char *line_feed = memchr(at, '\n', (size_t)(end - at));
    return line_feed == NULL ? end : line_feed + 1;
}

/* The end of a field or junk line that begins at `at`: the lines that follow and begin with
 * white space belong to it (RFC 5322 2.2.3). */
static const char *end_of_field(const char *at, const char *end)
{
    do {
        at = next_line(at, end);
    } while (at < end && (*at == ' ' || *at == '\t'));
    return at;
}

/* field-name *WSP ":" (RFC 5322 3.6.8 and 4.5.8). Returns: the length of the name, 0 when the
 * line has none. */
static size_t field_name_length(const char *at, const char *end, const char **ret_colon)
{
    const char *p = at;
    while (p<end && * p> ' ' && *p < 127 && *p != ':') {
        p++;
    }
    const size_t length = (size_t)(p - at);
    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }
    if (length == 0 || p == end || *p != ':') {
        return 0;
    }
    *ret_colon = p;
    return length;
}

static void add_field(RawMessage *message, const RawField *field)
{
    if (message->n_fields == RAW_FIELD_MAX) {
        problem_set_add(&message->problems, PROBLEM_TOO_MANY_HEADERS);
        return;
    }
    if (message->n_fields == message->capacity) {
        message->capacity = message->capacity == 0 ? FIRST_CAPACITY : 2 * message->capacity;
        message->fields = g_renew(RawField, message->fields, message->capacity);
    }
    message->fields[message->n_fields++] = *field;
}

static void walk_line(RawMessage *message, HeaderWalk *walk)
{
    const char *begin = walk->at;
    const char *colon = NULL;
    const size_t name_length = field_name_length(begin, walk->end, &colon);
    walk->at = end_of_field(begin, walk->end);
    if (name_length == 0) {
        problem_set_add(&message->problems, PROBLEM_BAD_HEADER_LINE);
        const Slice line = slice_of(begin, (size_t)(walk->at - begin));
        const bool is_from_line = slice_starts_with(line, SLICE_LITERAL("From ")) ||
                                  slice_starts_with(line, SLICE_LITERAL(">From "));
        if (walk->junk == NULL && !is_from_line) {
            walk->junk = begin;
        }
        return;
    }
    const char *value_end = walk->at;
    if (value_end[-1] == '\n') {
        value_end--;
        if (value_end > colon + 1 && value_end[-1] == '\r') {
            value_end--;
        }
    }
    const RawField field = {
        .name = slice_of(begin, name_length),
        .value = slice_of(colon + 1, (size_t)(value_end - (colon + 1))),
        .whole = slice_of(begin, (size_t)(walk->at - begin)),
    };
    add_field(message, &field);
    walk->junk = NULL;
}

static void walk_header(RawMessage *message, HeaderWalk *walk)
{
    while (walk->at < walk->end) {
        if (is_blank_line(walk->at, walk->end)) {
            walk->has_blank_line = true;
            return;
        }
        walk_line(message, walk);
    }
}

static bool is_white_space_only(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) {
        at++;
    }
    return at == end;
}

/* Steps over what stands before the first field: a byte order mark, lines of white space (as
 * Gmail puts one before what it shows as "original"). */
static const char *skip_preamble(const char *at, const char *end, ProblemSet *problems)
{
    if (end - at >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0) {
        problem_set_add(problems, PROBLEM_BYTE_ORDER_MARK);
        at += 3;
    }
    const char *next = at;
    while (at < end && is_white_space_only(at, next = next_line(at, end))) {
        problem_set_add(problems, PROBLEM_LEADING_BLANK_LINE);
        at = next;
    }
    return at;
}

/* Counts in block[0 .. SCAN_BLOCK), and reads one byte more: the LF that may follow a CR. */
static void scan_block(const char *block, ByteCounts *counts)
{
    uint8_t nul = 0;
    uint8_t cr = 0;
    uint8_t lf = 0;
    uint8_t crlf = 0;
    for (size_t i = 0; i < SCAN_BLOCK; i++) {
        nul = (uint8_t)(nul + (block[i] == '\0'));
        cr = (uint8_t)(cr + (block[i] == '\r'));
        lf = (uint8_t)(lf + (block[i] == '\n'));
        crlf = (uint8_t)(crlf + ((block[i] == '\r') & (block[i + 1] == '\n')));
    }
    counts->nul += nul;
    counts->cr += cr;
    counts->lf += lf;
    counts->crlf += crlf;
}

static ProblemSet scan_bytes(Slice bytes)
{
    ByteCounts counts = {0};
    size_t at = 0;
    for (; bytes.len - at > SCAN_BLOCK; at += SCAN_BLOCK) {
        scan_block(bytes.ptr + at, &counts);
    }
    if (at < bytes.len) {
        /* Padded with a byte that counts as nothing. */
        char last[SCAN_BLOCK + 1];
        memset(last, ' ', sizeof last);
        memcpy(last, bytes.ptr + at, bytes.len - at);
        scan_block(last, &counts);
    }
    ProblemSet problems = 0;
    if (counts.nul > 0) {
        problem_set_add(&problems, PROBLEM_NUL_BYTE);
    }
    if (counts.cr > counts.crlf) {
        problem_set_add(&problems, PROBLEM_BARE_CR);
    }
    if (counts.crlf > 0 && counts.lf > counts.crlf) {
        problem_set_add(&problems, PROBLEM_MIXED_LINE_ENDS);
    }
    return problems;
}

void raw_message_parse(RawMessage *message, Slice bytes)
{
    message->bytes = bytes;
    message->n_fields = 0;
    message->problems = scan_bytes(bytes);
    if (bytes.len == 0) {
        message->header = message->body = SLICE_EMPTY;
        problem_set_add(&message->problems, PROBLEM_EMPTY);
        return;
    }

    const char *end = bytes.ptr + bytes.len;
    const char *begin = skip_preamble(bytes.ptr, end, &message->problems);
    HeaderWalk walk = {.at = begin, .end = end};
    walk_header(message, &walk);

    if (is_white_space_only(begin, end)) {
        problem_set_add(&message->problems, PROBLEM_EMPTY);
    }
    const char *header_end = walk.at;
    const char *body = walk.has_blank_line ? next_line(walk.at, end) : end;
    if (message->n_fields == 0) {
        problem_set_add(&message->problems, PROBLEM_NO_HEADER);
    } else if (!walk.has_blank_line) {
        problem_set_add(&message->problems, PROBLEM_NO_BODY_SEPARATOR);
    }
    if (walk.junk != NULL && (message->n_fields == 0 || !walk.has_blank_line)) {
        /* Text without a header, or right below it: nothing of it may be lost. */
        header_end = body = walk.junk;
    }
    const char *header = message->n_fields == 0 ? header_end : message->fields[0].whole.ptr;
    message->header = slice_of(header, (size_t)(header_end - header));
    message->body = slice_of(body, (size_t)(end - body));
}

void raw_message_clear(RawMessage *message)
{
    g_free(message->fields);
    *message = (RawMessage){0};
}

const RawField *raw_message_find(const RawMessage *message, const char *name)
{
    const Slice wanted = slice_of_string(name);
    for (size_t i = message->n_fields; i > 0; i--) {
        if (slice_equal_nocase(message->fields[i - 1].name, wanted)) {
            return &message->fields[i - 1];
        }
    }
    return NULL;
}
