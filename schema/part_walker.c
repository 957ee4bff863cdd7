/* SPDX-License-Identifier: MIT */
#include "schema/part_walker.h"

#include "schema/gmime_library.h"

/* A multipart or a message that the walk is inside of. */
typedef struct {
    bool is_message;
    bool is_digest; /* parts without a type are messages (RFC 2046 5.1.5) */
    bool is_related;
    bool is_encrypted;     /* it or something above it */
    uint32_t alternative;  /* itself or the nearest above it; 0 none */
    uint32_t n_children;   /* of a multipart */
    uint32_t hash;         /* of the boundary */
    GString *boundary;     /* white space at its end cut */
    const char *begin;     /* of a message's bytes */
    ContentHeader content; /* of the entity that the level is */
    char number[64];
} Level;

/* What ends the content of a part. */
typedef struct {
    const char *content_end; /* the line end before a boundary is the boundary's */
    const char *next;        /* after the boundary line */
    size_t level;            /* whose boundary it is */
    bool is_close;
    bool is_end; /* no boundary: the end of the message */
} Stop;

typedef enum { STATE_ENTITY, STATE_HEADER_READ, STATE_STOP, STATE_DONE } State;

struct PartWalker {
    EncodedWordDecoder *words; /* borrowed */
    const char *at;
    const char *end;
    State state;
    Stop stop;
    Level levels[PART_DEPTH_MAX];
    size_t n_levels;
    size_t n_made; /* levels whose strings exist */
    size_t n_parts;
    char root_number[64];
    uint32_t n_alternatives;
    RawMessage parsed; /* header of the newest entity, except the root's */
    Part part;
};

PartWalker *part_walker_new(EncodedWordDecoder *words)
{
    PartWalker *walker = g_new0(PartWalker, 1);
    gmime_library(); /* now: who walks may be confined by then */
    walker->words = words;
    content_header_init(&walker->part.content);
    return walker;
}

void part_walker_free(PartWalker *walker)
{
    if (walker == NULL) {
        return;
    }
    for (size_t i = 0; i < walker->n_made; i++) {
        g_string_free(walker->levels[i].boundary, true);
        content_header_clear(&walker->levels[i].content);
    }
    content_header_clear(&walker->part.content);
    raw_message_clear(&walker->parsed);
    g_free(walker);
}

void part_walker_begin(PartWalker *walker, const RawMessage *message, const char *number)
{
    walker->at = message->body.ptr;
    walker->end = message->body.len == 0 ? walker->at : message->body.ptr + message->body.len;
    walker->state = STATE_HEADER_READ;
    walker->n_levels = 0;
    walker->n_parts = 0;
    walker->n_alternatives = 0;
    g_strlcpy(walker->root_number, number, sizeof walker->root_number);
    walker->part.header = message;
}

/* FNV-1a: only there to pass over lines of "--" quickly however many levels there are. */
static uint32_t hash_bytes(Slice bytes)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ (uint8_t)bytes.ptr[i]) * 16777619U;
    }
    return hash;
}

static Slice trim_right(Slice text)
{
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t' ||
                            text.ptr[text.len - 1] == '\r')) {
        text.len--;
    }
    return text;
}

/* Finds the innermost level with that boundary. */
static bool find_level(const PartWalker *walker, Slice boundary, size_t *ret_level)
{
    if (boundary.len == 0 || boundary.len > CONTENT_BOUNDARY_MAX) {
        return false;
    }
    const uint32_t hash = hash_bytes(boundary);
    for (size_t i = walker->n_levels; i-- > 0;) {
        const Level *level = &walker->levels[i];
        if (!level->is_message && level->hash == hash && level->boundary->len == boundary.len &&
            memcmp(level->boundary->str, boundary.ptr, boundary.len) == 0) {
            *ret_level = i;
            return true;
        }
    }
    return false;
}

static const char *line_end(const char *at, const char *end)
{
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return feed == NULL ? end : feed;
}

/* delimiter / close-delimiter (RFC 2046 5.1.1): whether the line at `line` is one. */
static bool match_boundary(const PartWalker *walker, const char *line, Stop *stop)
{
    if (walker->end - line < 3 || line[0] != '-' || line[1] != '-') {
        return false;
    }
    const char *feed = line_end(line, walker->end);
    Slice text = trim_right(slice_of(line + 2, (size_t)(feed - line - 2)));
    stop->next = feed == walker->end ? feed : feed + 1;
    stop->is_close = false;
    stop->is_end = false;
    if (find_level(walker, text, &stop->level)) {
        return true;
    }
    if (text.len > 2 && text.ptr[text.len - 1] == '-' && text.ptr[text.len - 2] == '-') {
        text.len -= 2;
        stop->is_close = true;
        return find_level(walker, text, &stop->level);
    }
    return false;
}

/* The next boundary of any level, from the begin of a line on. */
static Stop find_stop(const PartWalker *walker, const char *from)
{
    Stop stop = {.content_end = walker->end, .next = walker->end, .is_end = true};
    const char *line = from;
    while (walker->n_levels > 0 && line < walker->end) {
        Stop found;
        if (match_boundary(walker, line, &found)) {
            const char *content_end = line;
            if (content_end > from && content_end[-1] == '\n') {
                content_end--;
            }
            if (content_end > from && content_end[-1] == '\r') {
                content_end--;
            }
            found.content_end = content_end;
            return found;
        }
        const char *feed = line_end(line, walker->end);
        line = feed == walker->end ? feed : feed + 1;
    }
    return stop;
}

/* Reads the header of the entity that begins at walker->at: up to a blank line or a boundary.
 */
static void read_header(PartWalker *walker, ProblemSet *problems)
{
    const char *line = walker->at;
    Stop ignored;
    while (line < walker->end) {
        const char *feed = line_end(line, walker->end);
        const bool is_blank = feed == line || (feed == line + 1 && line[0] == '\r');
        if (!is_blank && match_boundary(walker, line, &ignored)) {
            break;
        }
        line = feed == walker->end ? feed : feed + 1;
        if (is_blank) {
            break;
        }
    }
    const Slice header = slice_of(walker->at, (size_t)(line - walker->at));
    raw_message_parse(&walker->parsed, header);
    *problems |= walker->parsed.problems &
                 (PROBLEM_BIT(TOO_MANY_HEADERS) | PROBLEM_BIT(BAD_HEADER_LINE));
    walker->at = walker->parsed.body.ptr == NULL ? line : walker->parsed.body.ptr;
    walker->part.header = &walker->parsed;
}

static Level *top_level(PartWalker *walker)
{
    return walker->n_levels == 0 ? NULL : &walker->levels[walker->n_levels - 1];
}

/* What the part inherits from the levels around it. */
static void place_part(PartWalker *walker)
{
    Part *part = &walker->part;
    Level *parent = top_level(walker);
    part->depth = walker->n_levels;
    part->alternative = 0;
    part->in_related = part->in_encrypted = false;
    if (parent == NULL) {
        g_strlcpy(part->number, walker->root_number, sizeof part->number);
        return;
    }
    part->in_encrypted = parent->is_encrypted;
    if (parent->is_message) {
        g_strlcpy(part->number, parent->number, sizeof part->number);
        return;
    }
    part->alternative = parent->alternative;
    part->in_related = parent->is_related;
    g_snprintf(part->number, sizeof part->number, "%s%s%u", parent->number,
               parent->number[0] == '\0' ? "" : ".", parent->n_children);
    if (parent->is_digest && !part->content.has_type) {
        g_string_assign(part->content.type, "message");
        g_string_assign(part->content.subtype, "rfc822");
    }
}

static Level *push_level(PartWalker *walker)
{
    Level *level = &walker->levels[walker->n_levels];
    if (walker->n_levels == walker->n_made) {
        level->boundary = g_string_sized_new(128);
        content_header_init(&level->content);
        walker->n_made++;
    }
    walker->n_levels++;
    const ContentHeader content = level->content;
    level->content = walker->part.content;
    walker->part.content = content;
    level->is_message = level->is_digest = level->is_related = false;
    level->is_encrypted = walker->part.in_encrypted;
    level->alternative = 0;
    level->n_children = 0;
    g_strlcpy(level->number, walker->part.number, sizeof level->number);
    return level;
}

static void pop_level(PartWalker *walker)
{
    Level *level = top_level(walker);
    const ContentHeader content = level->content;
    level->content = walker->part.content;
    walker->part.content = content;
    walker->n_levels--;
}

static PartEvent begin_leaf(PartWalker *walker)
{
    Part *part = &walker->part;
    const Level *parent = top_level(walker);
    if (parent == NULL || parent->is_message) {
        g_strlcat(part->number, part->number[0] == '\0' ? "1" : ".1", sizeof part->number);
    }
    walker->stop = find_stop(walker, walker->at);
    part->bytes = slice_of(walker->at, (size_t)(walker->stop.content_end - walker->at));
    walker->state = STATE_STOP;
    return PART_EVENT_LEAF;
}

/* The boundary of a multipart that declares none, or one that never comes (a backslash in it,
 * not meant as an escape): the first line that looks like one. */
static void guess_boundary(const PartWalker *walker, GString *boundary)
{
    const size_t few_lines = 100;
    const char *line = walker->at;
    for (size_t i = 0; i < few_lines && line < walker->end; i++) {
        const char *feed = line_end(line, walker->end);
        const Slice text = trim_right(slice_of(line, (size_t)(feed - line)));
        if (text.len > 4 && text.len < 80 && slice_starts_with(text, SLICE_LITERAL("--")) &&
            memchr(text.ptr, ' ', text.len) == NULL) {
            g_string_append_len(boundary, text.ptr + 2, (gssize)(text.len - 2));
            return;
        }
        line = feed == walker->end ? feed : feed + 1;
    }
}

/* Looks for the first boundary line of the level `level`, the newest. */
static bool find_first_boundary(PartWalker *walker, Level *level)
{
    const Slice boundary = trim_right(slice_of(level->boundary->str, level->boundary->len));
    g_string_truncate(level->boundary, boundary.len);
    level->hash = hash_bytes(boundary);
    walker->stop = find_stop(walker, walker->at);
    walker->state = STATE_STOP;
    return !walker->stop.is_end && walker->stop.level == walker->n_levels - 1;
}

static void set_multipart(PartWalker *walker, Level *level)
{
    const char *subtype = level->content.subtype->str;
    level->is_digest = strcmp(subtype, "digest") == 0;
    level->is_related = strcmp(subtype, "related") == 0;
    level->is_encrypted |= strcmp(subtype, "encrypted") == 0;
    level->alternative = walker->part.alternative;
    if (strcmp(subtype, "alternative") == 0) {
        level->alternative = ++walker->n_alternatives;
    }
    g_string_truncate(level->boundary, 0);
    g_string_append_len(level->boundary, level->content.boundary->str,
                        (gssize)level->content.boundary->len);
}

static PartEvent begin_multipart(PartWalker *walker, ProblemSet *problems)
{
    Level *level = push_level(walker);
    set_multipart(walker, level);
    if (find_first_boundary(walker, level)) {
        return PART_EVENT_MULTIPART;
    }
    problem_set_add(problems, PROBLEM_NO_BOUNDARY);
    g_string_truncate(level->boundary, 0);
    guess_boundary(walker, level->boundary);
    if (find_first_boundary(walker, level)) {
        return PART_EVENT_MULTIPART;
    }
    /* Its boundary never comes: what it holds is shown as text, nothing is lost. */
    pop_level(walker);
    g_string_assign(walker->part.content.type, "text");
    g_string_assign(walker->part.content.subtype, "plain");
    return begin_leaf(walker);
}

/* A header was read: what the entity is decides how it goes on. */
static PartEvent classify(PartWalker *walker, ProblemSet *problems)
{
    Part *part = &walker->part;
    content_header_read(&part->content, part->header, walker->words, problems);
    place_part(walker);
    const bool is_multipart = content_header_is(&part->content, "multipart", NULL);
    const bool is_message = (content_header_is(&part->content, "message", "rfc822") ||
                             content_header_is(&part->content, "message", "global")) &&
                            part->content.encoding == TRANSFER_IDENTITY;
    if ((is_multipart || is_message) && walker->n_levels == PART_DEPTH_MAX) {
        problem_set_add(problems, PROBLEM_MIME_TOO_DEEP);
        return begin_leaf(walker);
    }
    if (is_multipart) {
        return begin_multipart(walker, problems);
    }
    if (!is_message) {
        return begin_leaf(walker);
    }
    const char *begin = walker->at;
    Level *level = push_level(walker);
    if (part->number[0] == '\0') {
        g_strlcpy(level->number, "1", sizeof level->number);
    }
    level->is_message = true;
    level->begin = begin;
    read_header(walker, problems);
    walker->state = STATE_HEADER_READ;
    return PART_EVENT_MESSAGE_BEGIN;
}

static PartEvent end_message(PartWalker *walker)
{
    Part *part = &walker->part;
    pop_level(walker);
    const Level *level = &walker->levels[walker->n_levels];
    const char *end = MAX(walker->stop.content_end, level->begin);
    g_strlcpy(part->number, level->number, sizeof part->number);
    part->bytes = slice_of(level->begin, (size_t)(end - level->begin));
    part->depth = walker->n_levels;
    part->header = NULL;
    return PART_EVENT_MESSAGE_END;
}

/* Goes on behind a boundary: leaves the levels that it ends, then a new part or, after the
 * last one, the epilogue. Returns: false with an event in `ret_event` when there is one. */
static bool pass_stop(PartWalker *walker, ProblemSet *problems, PartEvent *ret_event)
{
    const Stop stop = walker->stop;
    const size_t n_kept = stop.is_end ? 0 : stop.level + 1;
    if (walker->n_levels > n_kept) {
        if (top_level(walker)->is_message) {
            *ret_event = end_message(walker);
            return false;
        }
        problem_set_add(problems, PROBLEM_TRUNCATED_MULTIPART);
        pop_level(walker);
        return true;
    }
    if (stop.is_end) {
        walker->state = STATE_DONE;
    } else if (stop.is_close) {
        pop_level(walker);
        walker->stop = find_stop(walker, stop.next);
    } else {
        top_level(walker)->n_children++;
        walker->at = stop.next;
        walker->state = STATE_ENTITY;
    }
    return true;
}

PartEvent part_walker_next(PartWalker *walker, const Part **ret_part, ProblemSet *problems)
{
    *ret_part = &walker->part;
    for (;;) {
        PartEvent event = PART_EVENT_END;
        switch (walker->state) {
        case STATE_ENTITY:
            if (++walker->n_parts > PART_COUNT_MAX) {
                problem_set_add(problems, PROBLEM_TOO_MANY_PARTS);
                walker->state = STATE_DONE;
                break;
            }
            read_header(walker, problems);
            return classify(walker, problems);
        case STATE_HEADER_READ:
            return classify(walker, problems);
        case STATE_STOP:
            if (!pass_stop(walker, problems, &event)) {
                return event;
            }
            break;
        case STATE_DONE:
            return PART_EVENT_END;
        }
    }
}
