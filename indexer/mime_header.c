/* SPDX-License-Identifier: MIT */
#include "indexer/mime_header.h"

#include "indexer/mail_date.h"
#include "schema/message_ids.h"
#include "schema/thread_ids.h"
#include "schema/utf8_text.h"

/* A subject is one line to a person; RFC 5322 lines have 998 bytes, folded ones a few more. */
#define SUBJECT_BYTES_MAX ((size_t)16 << 10)

struct MimeHeaderReader {
    EncodedWordDecoder *words; /* borrowed */
    MailAddressReader *addresses;
    GString *text;
};

typedef enum {
    FIELD_FROM,
    FIELD_SENDER,
    FIELD_REPLY_TO,
    FIELD_TO,
    FIELD_CC,
    FIELD_BCC,
    FIELD_SUBJECT,
    FIELD_DATE,
    FIELD_MESSAGE_ID,
    FIELD_IN_REPLY_TO,
    FIELD_REFERENCES,
    FIELD_RECEIVED,
    FIELD_CONTENT_TYPE,
    FIELD_COUNT
} FieldKind;

/* What was met so far in one header. */
typedef struct {
    MimeHeaderReader *reader;
    MailRecord *record;
    uint32_t seen;           /* one bit a FieldKind */
    Slice last[FIELD_COUNT]; /* the value of the last instance */
    bool has_received;
    MailDate oldest_received;
    MailDate newest_received;
} HeaderWalk;

typedef void (*FieldFunc)(HeaderWalk *walk, FieldKind kind, Slice value);

static void read_addresses(HeaderWalk *walk, FieldKind kind, Slice value);
static void read_subject(HeaderWalk *walk, FieldKind kind, Slice value);
static void read_date(HeaderWalk *walk, FieldKind kind, Slice value);
static void read_ids(HeaderWalk *walk, FieldKind kind, Slice value);
static void read_received(HeaderWalk *walk, FieldKind kind, Slice value);

/* `is_single`: RFC 5322 section 3.6 allows the field once. `reads_last`: of several instances
 * the last one counts, because signatures cover instances from the bottom up (RFC 6376 section
 * 5.4.2): what somebody added above a signed field is not shown in its place. */
static const struct {
    Slice name;
    FieldKind kind;
    bool is_single;
    bool reads_last;
    FieldFunc read;
} field_table[] = {
    {{"From", 4}, FIELD_FROM, true, false, read_addresses},
    {{"Sender", 6}, FIELD_SENDER, true, false, read_addresses},
    {{"Reply-To", 8}, FIELD_REPLY_TO, true, false, read_addresses},
    {{"To", 2}, FIELD_TO, true, false, read_addresses},
    {{"Cc", 2}, FIELD_CC, true, false, read_addresses},
    {{"Bcc", 3}, FIELD_BCC, true, false, read_addresses},
    {{"Subject", 7}, FIELD_SUBJECT, true, true, read_subject},
    {{"Date", 4}, FIELD_DATE, true, true, read_date},
    {{"Message-ID", 10}, FIELD_MESSAGE_ID, true, true, read_ids},
    {{"In-Reply-To", 11}, FIELD_IN_REPLY_TO, true, true, read_ids},
    {{"References", 10}, FIELD_REFERENCES, true, true, read_ids},
    {{"Received", 8}, FIELD_RECEIVED, false, false, read_received},
    {{"Content-Type", 12}, FIELD_CONTENT_TYPE, true, false, NULL},
};

MimeHeaderReader *mime_header_reader_new(EncodedWordDecoder *words, CharsetDecoder *charsets)
{
    MimeHeaderReader *reader = g_new0(MimeHeaderReader, 1);
    reader->words = words;
    reader->addresses = mail_address_reader_new(words, charsets);
    reader->text = g_string_sized_new(1024);
    return reader;
}

void mime_header_reader_free(MimeHeaderReader *reader)
{
    if (reader == NULL) {
        return;
    }
    mail_address_reader_free(reader->addresses);
    g_string_free(reader->text, true);
    g_free(reader);
}

static void add_problem(HeaderWalk *walk, Problem problem)
{
    problem_set_add(&walk->record->problems, problem);
}

static Slice keep_text(HeaderWalk *walk, size_t limit)
{
    const GString *text = walk->reader->text;
    return mail_record_keep(walk->record, utf8_text_cut(slice_of(text->str, text->len), limit));
}

static void read_addresses(HeaderWalk *walk, FieldKind kind, Slice value)
{
    static const AddressRole roles[] = {
        [FIELD_FROM] = ADDRESS_FROM,
        [FIELD_SENDER] = ADDRESS_SENDER,
        [FIELD_REPLY_TO] = ADDRESS_REPLY_TO,
        [FIELD_TO] = ADDRESS_TO,
        [FIELD_CC] = ADDRESS_CC,
        [FIELD_BCC] = ADDRESS_BCC,
    };
    mail_address_reader_append(walk->reader->addresses, value, roles[kind], walk->record);
}

static void read_subject(HeaderWalk *walk, FieldKind kind, Slice value)
{
    (void)kind;
    g_string_truncate(walk->reader->text, 0);
    encoded_word_decoder_append(walk->reader->words, value, walk->reader->text,
                                &walk->record->problems);
    walk->record->subject = keep_text(walk, SUBJECT_BYTES_MAX);
}

static void read_date(HeaderWalk *walk, FieldKind kind, Slice value)
{
    MailDate date;
    (void)kind;
    if (!mail_date_parse(value, &date)) {
        add_problem(walk, PROBLEM_BAD_DATE);
        return;
    }
    walk->record->has_date = true;
    walk->record->date = date.time;
    walk->record->date_offset_minutes = date.offset_minutes;
    walk->record->date_source = DATE_SOURCE_DATE;
}

static void read_ids(HeaderWalk *walk, FieldKind kind, Slice value)
{
    const size_t n_max = kind == FIELD_MESSAGE_ID ? 1 : MIME_HEADER_REFERENCES_MAX;
    g_string_truncate(walk->reader->text, 0);
    message_ids_append(value, n_max, walk->reader->text);
    const Slice ids = keep_text(walk, SIZE_MAX);
    if (kind == FIELD_MESSAGE_ID) {
        walk->record->message_id = ids;
    } else if (kind == FIELD_IN_REPLY_TO) {
        walk->record->in_reply_to = ids;
    } else {
        walk->record->references = ids;
    }
}

/* Dates that the servers on the way wrote (RFC 5321 4.4). */
static void read_received(HeaderWalk *walk, FieldKind kind, Slice value)
{
    MailDate date;
    (void)kind;
    if (!mail_date_parse_received(value, &date)) {
        return;
    }
    if (!walk->has_received || date.time < walk->oldest_received.time) {
        walk->oldest_received = date;
    }
    if (!walk->has_received || date.time > walk->newest_received.time) {
        walk->newest_received = date;
    }
    walk->has_received = true;
}

static void read_field(HeaderWalk *walk, const RawField *field)
{
    Slice value = field->value;
    for (size_t i = 0; i < G_N_ELEMENTS(field_table); i++) {
        if (!slice_equal_nocase(field->name, field_table[i].name)) {
            continue;
        }
        const uint32_t bit = UINT32_C(1) << field_table[i].kind;
        if ((walk->seen & bit) != 0 && field_table[i].is_single) {
            add_problem(walk, field_table[i].kind == FIELD_FROM ? PROBLEM_MULTIPLE_FROM
                                                                : PROBLEM_DUPLICATE_HEADER);
        }
        if (value.len > MIME_HEADER_FIELD_MAX) {
            add_problem(walk, PROBLEM_HEADER_TOO_LARGE);
            value.len = MIME_HEADER_FIELD_MAX;
        }
        walk->last[field_table[i].kind] = value;
        if (field_table[i].read != NULL && !field_table[i].reads_last) {
            field_table[i].read(walk, field_table[i].kind, value);
        }
        walk->seen |= bit;
        return;
    }
}

static void read_last_instances(HeaderWalk *walk)
{
    for (size_t i = 0; i < G_N_ELEMENTS(field_table); i++) {
        const FieldKind kind = field_table[i].kind;
        if (field_table[i].reads_last && (walk->seen >> kind & 1) != 0) {
            field_table[i].read(walk, kind, walk->last[kind]);
        }
    }
}

static bool is_own_address(const MailRecord *record, Slice id)
{
    for (guint i = 0; i < record->addresses->len; i++) {
        if (slice_equal_nocase(g_array_index(record->addresses, RecordAddress, i).address,
                               id)) {
            return true;
        }
    }
    return false;
}

/* "In-Reply-To: Message from Ann <ann@x.example> of Monday <1@x.example>": the address is no
 * message id, and would put all answers to Ann into one thread. Some programs write to
 * addresses that are message ids; References tells these. */
static bool is_address_replied_to(const MailRecord *record, Slice id)
{
    return is_own_address(record, id) &&
           (record->references.len == 0 ||
            memmem(record->references.ptr, record->references.len, id.ptr, id.len) == NULL);
}

static void drop_addresses_replied_to(HeaderWalk *walk)
{
    MailRecord *record = walk->record;
    GString *kept = walk->reader->text;
    Slice rest = record->in_reply_to;
    g_string_truncate(kept, 0);
    for (size_t i = 0; rest.len > 0; i++) {
        const char *space = memchr(rest.ptr, ' ', rest.len);
        const size_t length = space == NULL ? rest.len : (size_t)(space - rest.ptr);
        const Slice id = slice_of(rest.ptr, length);
        if (i >= THREAD_REPLIES_MAX || !is_address_replied_to(record, id)) {
            g_string_append(kept, kept->len > 0 ? " " : "");
            g_string_append_len(kept, id.ptr, (gssize)id.len);
        }
        rest = slice_from(rest, MIN(length + 1, rest.len));
    }
    if (kept->len < record->in_reply_to.len) {
        record->in_reply_to = keep_text(walk, SIZE_MAX);
    }
}

/* Date, else the oldest Received, else the From_ line: DESIGN, the id of a message. */
static void settle_dates(HeaderWalk *walk, Slice envelope)
{
    MailRecord *record = walk->record;
    MailDate date;
    if (walk->has_received) {
        record->has_received_at = true;
        record->received_at = walk->newest_received.time;
    }
    if (record->has_date) {
        return;
    }
    if (walk->has_received) {
        date = walk->oldest_received;
        record->date_source = DATE_SOURCE_RECEIVED;
    } else if (mail_date_parse_envelope(envelope, &date)) {
        record->date_source = DATE_SOURCE_ENVELOPE;
    } else {
        return;
    }
    record->has_date = true;
    record->date = date.time;
    record->date_offset_minutes = date.offset_minutes;
}

void mime_header_reader_read(MimeHeaderReader *reader, const RawMessage *message,
                             Slice envelope, MailRecord *record)
{
    HeaderWalk walk = {.reader = reader, .record = record};
    record->problems |= message->problems;
    for (size_t i = 0; i < message->n_fields; i++) {
        read_field(&walk, &message->fields[i]);
    }
    read_last_instances(&walk);
    settle_dates(&walk, envelope);
    drop_addresses_replied_to(&walk);
    if ((walk.seen >> FIELD_FROM & 1) == 0) {
        add_problem(&walk, PROBLEM_NO_FROM);
    }
    if ((walk.seen >> FIELD_DATE & 1) == 0) {
        add_problem(&walk, PROBLEM_NO_DATE);
    }
    if (record->message_id.len == 0) {
        add_problem(&walk, PROBLEM_NO_MESSAGE_ID);
    }
}

void mime_header_reader_describe(MimeHeaderReader *reader, const RawMessage *header,
                                 GString *out, ProblemSet *problems)
{
    static const char *const names[] = {"From", "To", "Cc", "Date", "Subject"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const RawField *field = raw_message_find(header, names[i]);
        if (field == NULL) {
            continue;
        }
        const Slice value =
            slice_of(field->value.ptr, MIN(field->value.len, SUBJECT_BYTES_MAX));
        g_string_append(out, names[i]);
        g_string_append(out, ": ");
        encoded_word_decoder_append(reader->words, value, out, problems);
        g_string_append_c(out, '\n');
    }
}
