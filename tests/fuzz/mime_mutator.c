/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/mime_mutator.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* More lines than this are not looked at. */
#define LINES_MAX 1000

typedef struct {
    size_t at;
    size_t end; /* after its line end */
} Run;

/* The mail that is changed, and what its lines look like. */
typedef struct {
    GString *text;
    GArray *fields; /* Run: header fields with their folded lines, of the mail and its parts */
    GArray *delimiters; /* Run: lines that begin with "--" */
    GArray *bodies;     /* Run: what follows a header, to the next delimiter */
    uint64_t state;
} Mutation;

static const char *const field_choices[] = {
    "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n",
    "Content-Type: text/html; charset=\"iso-2022-jp\"\n",
    "Content-Type: text/plain; charset=utf-7\n",
    "Content-Type: text/plain; charset=utf-16le\n",
    "Content-Type: multipart/alternative; boundary=b\n",
    "Content-Type: multipart/digest; boundary=\"b\"\n",
    "Content-Type: multipart/related; boundary*0=b; boundary*1=c\n",
    "Content-Type: multipart/signed; micalg=sha1; protocol=\"application/pgp-signature\"\n",
    "Content-Type: message/rfc822\n",
    "Content-Type: message/partial; id=a; number=1\n",
    "Content-Type: message/external-body; access-type=anon-ftp\n",
    "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n",
    "Content-Type: application/ms-tnef; name=winmail.dat\n",
    "Content-Type: text/plain; name*0*=utf-8'fr'%e9t; name*1=\"a.txt\"\n",
    "Content-Transfer-Encoding: base64\n",
    "Content-Transfer-Encoding: quoted-printable\n",
    "Content-Transfer-Encoding: x-uuencode\n",
    "Content-Transfer-Encoding: 7bit (8bit)\n",
    "Content-Disposition: attachment; filename=\"=?utf-8?q?=C3=A9?= .pdf\"\n",
    "Content-Disposition: inline; filename*=iso-8859-1''%A3\n",
    "Content-Language: fr\n",
    "Subject: =?utf-8?b?w6k=?= =?windows-1252?q?=80?= =?x?q?y?=\n",
    "From: g: \"a, b\" <a@b.example>, c@d.example (e);, f\n",
    "To: =?utf-8?q?=22=2C?= <a@[127.0.0.1]>, <@x,@y:z@w.example>\n",
    "Cc: undisclosed-recipients:;\n",
    "Date: Thu, 31 Feb 70 24:60:61 CEST (x)\n",
    "Message-ID: <a@b> <c@d>\n",
    "References: <a@b.example>\n <c@d.example> e\n",
    "In-Reply-To: Your mail of \"Thu\" <a@b>\n",
    "Received: from a by b with c id d for <e@f.example>; Thu, 2 Mar 2017 10:00:00 +0100\n",
    "Authentication-Results: a.example; dkim=pass header.d=b.example; spf=fail\n",
    "Received-SPF: pass (a: b) client-ip=192.0.2.1;\n",
    "DKIM-Signature: a=ed25519-sha256; d=football.example.com; s=brisbane; l=3; h=from\n",
    "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.com; s=brisbane; b=AAAA\n",
    "DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws; s=brisbane; d=example.com; b=AAAA\n",
    "MIME-Version: 1.0\n",
    "X: a\r\n",
    "From a@b.example Thu Mar  2 10:00:00 2017\n",
    "no field\n",
    "\n",
};

static const char *const line_end_choices[] = {"\n", "\r\n", "\r", "\n\n", "\r\n ", "\n\t", ""};

static const char *const delimiter_choices[] = {"--",  " ",   "\t", "-",  "b",
                                                "--b", "\0x", "\"", "\r", "--\n--"};

static const char *const opening_choices[] = {
    "Content-Type: multipart/mixed; boundary=m\n\n--m\n",
    "Content-Type: multipart/digest; boundary=m\n\n--m\n\n",
    "Content-Type: message/rfc822\n\n",
    "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: message/rfc822\n\n",
};

/* splitmix64: Vigna, public domain. Returns: a number below `limit`, which is not 0. */
static size_t choose(Mutation *mutation, size_t limit)
{
    mutation->state += 0x9E3779B97F4A7C15;
    uint64_t value = mutation->state;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
    return (size_t)((value ^ (value >> 31)) % limit);
}

#define CHOOSE_FROM(mutation, table) ((table)[choose((mutation), G_N_ELEMENTS(table))])

/* Returns: false when there is none. */
static bool choose_run(Mutation *mutation, const GArray *runs, Run *ret_run)
{
    if (runs->len == 0) {
        return false;
    }
    *ret_run = g_array_index(runs, Run, choose(mutation, runs->len));
    return true;
}

/* Where a line can be put: the start of a field, a delimiter, a body, or the end. */
static size_t choose_place(Mutation *mutation)
{
    GArray *const kinds[] = {mutation->fields, mutation->delimiters, mutation->bodies};
    Run run;
    return choose_run(mutation, CHOOSE_FROM(mutation, kinds), &run) ? run.at
                                                                    : mutation->text->len;
}

static void insert(Mutation *mutation, size_t at, const char *bytes, size_t length)
{
    g_string_insert_len(mutation->text, (gssize)at, bytes, (gssize)length);
}

static char *copy_run(const Mutation *mutation, Run run)
{
    return g_memdup2(mutation->text->str + run.at, run.end - run.at);
}

static void erase(Mutation *mutation, Run run)
{
    g_string_erase(mutation->text, (gssize)run.at, (gssize)(run.end - run.at));
}

static bool is_field(const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    return colon != NULL && colon > line && memchr(line, ' ', (size_t)(colon - line)) == NULL;
}

/* What the line from `run.at` on is, and in which state it leaves the reader. */
static bool look_at_line(Mutation *mutation, Run run, bool is_in_header)
{
    const char *line = mutation->text->str + run.at;
    if (strncmp(line, "--", 2) == 0) {
        g_array_append_val(mutation->delimiters, run);
        return true;
    }
    GArray *into = is_in_header ? mutation->fields : mutation->bodies;
    if (is_in_header && (*line == '\n' || *line == '\r')) {
        run.at = run.end;
        g_array_append_val(mutation->bodies, run);
        return false;
    }
    if (is_in_header && is_field(line, run.end - run.at)) {
        g_array_append_val(mutation->fields, run);
    } else if (into->len > 0) {
        g_array_index(into, Run, into->len - 1).end = run.end;
    }
    return is_in_header;
}

static void look(Mutation *mutation)
{
    const GString *text = mutation->text;
    bool is_in_header = true;
    size_t at = 0;
    for (unsigned i = 0; i < LINES_MAX && at < text->len; i++) {
        const char *end = memchr(text->str + at, '\n', text->len - at);
        const size_t next = end == NULL ? text->len : (size_t)(end - text->str) + 1;
        is_in_header = look_at_line(mutation, (Run){at, next}, is_in_header);
        at = next;
    }
}

static void add_field(Mutation *mutation)
{
    const char *field = CHOOSE_FROM(mutation, field_choices);
    insert(mutation, choose_place(mutation), field, strlen(field));
}

/* Copies a field, a body or a delimiter to another place, or moves it. */
static void copy_one(Mutation *mutation, const GArray *runs, bool is_move)
{
    Run run;
    if (!choose_run(mutation, runs, &run)) {
        return;
    }
    g_autofree char *copy = copy_run(mutation, run);
    const size_t to = choose_place(mutation);
    if (is_move && (to <= run.at || to >= run.end)) {
        erase(mutation, run);
        insert(mutation, to <= run.at ? to : to - (run.end - run.at), copy, run.end - run.at);
        return;
    }
    insert(mutation, to, copy, run.end - run.at);
}

static void copy_or_move(Mutation *mutation)
{
    GArray *const kinds[] = {mutation->fields, mutation->delimiters, mutation->bodies};
    const GArray *runs = CHOOSE_FROM(mutation, kinds);
    copy_one(mutation, runs, choose(mutation, 2) == 0);
}

static void remove_one(Mutation *mutation)
{
    GArray *const kinds[] = {mutation->fields, mutation->delimiters, mutation->bodies};
    Run run;
    if (choose_run(mutation, CHOOSE_FROM(mutation, kinds), &run)) {
        erase(mutation, run);
    }
}

/* From one delimiter to a later one: a part, or several. */
static bool choose_part(Mutation *mutation, Run *ret_part)
{
    const guint n_delimiters = mutation->delimiters->len;
    if (n_delimiters < 2) {
        return false;
    }
    const guint first = (guint)choose(mutation, n_delimiters - 1);
    const guint last = first + 1 + (guint)choose(mutation, n_delimiters - 1 - first);
    ret_part->at = g_array_index(mutation->delimiters, Run, first).at;
    ret_part->end = g_array_index(mutation->delimiters, Run, last).at;
    return true;
}

static void splice_part(Mutation *mutation)
{
    Run part;
    Run to;
    if (!choose_part(mutation, &part) || !choose_run(mutation, mutation->delimiters, &to)) {
        return;
    }
    if (choose(mutation, 3) == 0) {
        erase(mutation, part);
        return;
    }
    g_autofree char *copy = copy_run(mutation, part);
    for (size_t i = choose(mutation, 4) + 1; i > 0; i--) {
        insert(mutation, to.at, copy, part.end - part.at);
    }
}

/* The whole mail, or one part, inside some more levels. */
static void nest(Mutation *mutation)
{
    Run delimiter;
    const bool is_part =
        choose(mutation, 2) == 0 && choose_run(mutation, mutation->delimiters, &delimiter);
    const size_t at = is_part ? delimiter.end : 0;
    const char *opening = CHOOSE_FROM(mutation, opening_choices);
    for (size_t i = choose(mutation, choose(mutation, 8) == 0 ? 120 : 3) + 1; i > 0; i--) {
        insert(mutation, at, opening, strlen(opening));
    }
}

static void change_delimiter(Mutation *mutation)
{
    Run run;
    if (!choose_run(mutation, mutation->delimiters, &run)) {
        return;
    }
    const size_t at = run.at + choose(mutation, run.end - run.at + 1);
    if (choose(mutation, 3) == 0) {
        erase(mutation, (Run){at, run.end});
        return;
    }
    const char *more = CHOOSE_FROM(mutation, delimiter_choices);
    insert(mutation, at, more, strlen(more));
}

/* A delimiter that becomes the boundary of a type: parts share one, or end one another. */
static void borrow_boundary(Mutation *mutation)
{
    Run run;
    if (!choose_run(mutation, mutation->delimiters, &run)) {
        return;
    }
    g_autofree char *name = g_strndup(mutation->text->str + run.at + 2, run.end - run.at - 2);
    g_strchomp(name);
    g_autofree char *field =
        g_strdup_printf("Content-Type: multipart/mixed; boundary=\"%s\"\n", name);
    insert(mutation, choose_place(mutation), field, strlen(field));
}

/* A body in base64, with the field that says so or without. */
static void encode_body(Mutation *mutation)
{
    Run run;
    if (!choose_run(mutation, mutation->bodies, &run) || run.at == run.end) {
        return;
    }
    g_autofree char *encoded =
        g_base64_encode((const guchar *)mutation->text->str + run.at, run.end - run.at);
    erase(mutation, run);
    insert(mutation, run.at, encoded, strlen(encoded));
    insert(mutation, run.at + strlen(encoded), "\n", 1);
    Run field;
    if (choose(mutation, 4) > 0 && choose_run(mutation, mutation->fields, &field) &&
        field.at <= run.at) {
        static const char said[] = "Content-Transfer-Encoding: base64\n";
        insert(mutation, field.at, said, strlen(said));
    }
}

/* Another line end at one place: also a fold, or none. */
static void change_line_end(Mutation *mutation)
{
    Run run;
    if (!choose_run(mutation,
                    choose(mutation, 2) == 0 ? mutation->fields : mutation->delimiters, &run)) {
        return;
    }
    const char *line_end = CHOOSE_FROM(mutation, line_end_choices);
    const size_t at =
        choose(mutation, 2) == 0 ? run.at + choose(mutation, run.end - run.at) : run.end - 1;
    erase(mutation, (Run){at, at + 1});
    insert(mutation, at, line_end, strlen(line_end));
}

/* All line ends, as one who sends by SMTP has them. */
static void make_crlf(Mutation *mutation)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < mutation->text->len; i++) {
        const char byte = mutation->text->str[i];
        if (byte == '\n' && (i == 0 || mutation->text->str[i - 1] != '\r')) {
            g_string_append_c(text, '\r');
        }
        g_string_append_c(text, byte);
    }
    g_string_truncate(mutation->text, 0);
    insert(mutation, 0, text->str, text->len);
}

typedef void (*Change)(Mutation *mutation);

/* The likely ones stand there more than once. */
static const Change changes[] = {
    add_field,   add_field,       add_field,        copy_or_move, copy_or_move,
    remove_one,  splice_part,     splice_part,      nest,         change_delimiter,
    encode_body, borrow_boundary, change_delimiter, make_crlf,    change_line_end,
};

static GArray *new_runs(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Run));
}

size_t mime_mutator_run(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    Mutation mutation = {
        .text = g_string_new_len((const char *)data, (gssize)size),
        .fields = new_runs(),
        .delimiters = new_runs(),
        .bodies = new_runs(),
        .state = seed,
    };
    look(&mutation);
    CHOOSE_FROM(&mutation, changes)(&mutation);
    const size_t length = MIN(mutation.text->len, max_size);
    memcpy(data, mutation.text->str, length);
    g_string_free(mutation.text, TRUE);
    g_array_unref(mutation.fields);
    g_array_unref(mutation.delimiters);
    g_array_unref(mutation.bodies);
    return length;
}
