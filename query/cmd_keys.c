/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/key_list.h"
#include "query/search_output.h"
#include "query/view_json.h"
#include "schema/archive.h"
#include "schema/terminal_text.h"

/* Columns of the list. */
#define SPAN_COLUMNS  24
#define STATE_COLUMNS 10

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"missing", 0, NULL, "keys that are not known, those of most messages first"},
    {"conflicts", 0, NULL, "only names that have several keys"},
    {"export", 0, NULL, "tab-separated, as waxseal-index --keys reads it"},
    {"limit", 'n', "N", "at most N"},
    {"json", 0, NULL, "one JSON object a key"},
    {NULL, 0, NULL, NULL},
};

typedef struct {
    GString *out;
    bool as_json;
    int64_t limit; /* below 0: none */
    int64_t n_printed;
} Printer;

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_PLAIN);
}

/* selector._domainkey.domain, as the DNS has it. */
static void append_name(GString *out, const char *selector, const char *domain)
{
    append_safe(out, selector);
    g_string_append(out, "._domainkey.");
    append_safe(out, domain);
}

/* Begins one entry. Returns: false when there are enough. */
static bool begin(Printer *printer)
{
    if (printer->limit >= 0 && printer->n_printed >= printer->limit) {
        return false;
    }
    printer->n_printed++;
    g_string_truncate(printer->out, 0);
    return true;
}

static void json_mail(JsonWriter *writer, const KeyMail *mail)
{
    json_writer_integer(writer, "messages", mail->messages);
    view_json_date(writer, "first_date", mail->has_dates, mail->first_date);
    view_json_date(writer, "last_date", mail->has_dates, mail->last_date);
}

static JsonWriter json_begin(GString *out, const char *selector, const char *domain)
{
    JsonWriter writer = json_writer_on(out);
    json_writer_begin_object(&writer, NULL);
    json_writer_integer(&writer, "schema", 1);
    json_writer_text(&writer, "selector", selector);
    json_writer_text(&writer, "domain", domain);
    return writer;
}

static void json_key(const ListedKey *key, GString *out)
{
    JsonWriter writer = json_begin(out, key->selector, key->domain);
    json_writer_integer(&writer, "bits", key->bits);
    json_writer_text(&writer, "state", key->state);
    view_json_date(&writer, "leaked_since", key->has_leak_date, key->leaked_since);
    json_mail(&writer, &key->verified);
    json_writer_text(&writer, "spki_sha256", key->spki_sha256);
    json_writer_text(&writer, "record", key->record);
    key_sightings_write_json(&writer, "observations", key->sightings);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

/* "   57 messages  2014-01-07..2017-06-20  " */
static void text_mail(const KeyMail *mail, GString *out)
{
    g_autofree char *first = search_date_text(mail->has_dates, mail->first_date, "%Y-%m-%d");
    g_autofree char *last = search_date_text(mail->has_dates, mail->last_date, "%Y-%m-%d");
    g_autofree char *span = g_strdup_printf("%s..%s", first, last);
    g_string_append_printf(out, "%7" G_GINT64_FORMAT " %-8s  ", mail->messages,
                           mail->messages == 1 ? "message" : "messages");
    terminal_text_append_fitted(out, mail->has_dates ? span : "", SPAN_COLUMNS);
}

static void text_sighting(const KeySighting *seen, GString *out)
{
    const bool has_dates = *seen->first_seen != '\0' || *seen->last_seen != '\0';
    g_string_append(out, "          seen ");
    if (has_dates) {
        append_safe(out, *seen->first_seen == '\0' ? "?" : seen->first_seen);
        g_string_append(out, "..");
        append_safe(out, *seen->last_seen == '\0' ? "?" : seen->last_seen);
        g_string_append(out, " ");
    }
    g_string_append(out, "by ");
    append_safe(out, seen->source);
    key_sighting_append_channel(seen, out);
    if (*seen->notes != '\0') {
        g_string_append(out, ": ");
        append_safe(out, seen->notes);
    }
    g_string_append_c(out, '\n');
}

static void text_key(const ListedKey *key, GString *out)
{
    text_mail(&key->verified, out);
    g_string_append_printf(out, " %5" G_GINT64_FORMAT " bits  ", key->bits);
    terminal_text_append_fitted(out, key->state, STATE_COLUMNS);
    g_string_append_c(out, ' ');
    append_name(out, key->selector, key->domain);
    if (g_str_equal(key->state, "no-answer")) {
        g_string_append(out, ": ");
        append_safe(out, key->record);
    }
    g_autofree char *since = search_date_text(key->has_leak_date, key->leaked_since,
                                              "  (private half public since %Y-%m-%d)");
    g_string_append(out, since);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < key->sightings->len; i++) {
        text_sighting(&g_array_index(key->sightings, KeySighting, i), out);
    }
}

static bool print_key(const ListedKey *key, gpointer data)
{
    Printer *printer = data;
    if (!begin(printer)) {
        return false;
    }
    (printer->as_json ? json_key : text_key)(key, printer->out);
    return command_print(printer->out);
}

static void json_missing(const MissingKey *key, GString *out)
{
    JsonWriter writer = json_begin(out, key->selector, key->domain);
    json_mail(&writer, &key->waiting);
    json_writer_integer(&writer, "undecided", key->undecided);
    json_writer_text(&writer, "dns_answer", key->dns_answer);
    json_writer_text(&writer, "dns_asked", key->dns_asked);
    json_writer_end_object(&writer);
    g_string_append_c(out, '\n');
}

static void text_missing(const MissingKey *key, GString *out)
{
    text_mail(&key->waiting, out);
    g_string_append_c(out, ' ');
    append_name(out, key->selector, key->domain);
    if (key->undecided < key->waiting.messages) {
        g_string_append_printf(out,
                               "  (%" G_GINT64_FORMAT " of them verify by another signature)",
                               key->waiting.messages - key->undecided);
    }
    if (*key->dns_answer != '\0') {
        g_string_append(out, "  (DNS on ");
        append_safe(out, key->dns_asked);
        g_string_append(out, ": ");
        append_safe(out, key->dns_answer);
        g_string_append_c(out, ')');
    }
    g_string_append_c(out, '\n');
}

static bool print_missing(const MissingKey *key, gpointer data)
{
    Printer *printer = data;
    if (!begin(printer)) {
        return false;
    }
    (printer->as_json ? json_missing : text_missing)(key, printer->out);
    return command_print(printer->out);
}

/* One line of the file; what would break its columns is shown, not sent. */
static void export_line(const ListedKey *key, const KeySighting *seen, GString *out)
{
    g_autofree char *bits = g_strdup_printf("%" G_GINT64_FORMAT, key->bits);
    const char *const fields[] = {
        key->selector, key->domain,  key->record,   seen->first_seen, seen->last_seen,
        bits,          seen->source, seen->channel, seen->notes,      seen->dnssec,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_string_append(out, i == 0 ? "" : "\t");
        append_safe(out, fields[i]);
    }
    g_string_append_c(out, '\n');
}

static bool export_key(const ListedKey *key, gpointer data)
{
    char empty[] = "";
    Printer *printer = data;
    if (!begin(printer)) {
        return false;
    }
    if (printer->n_printed == 1) {
        g_string_append(printer->out,
                        "# selector\tdomain\trecord\tfirst seen\tlast seen\tbits\t"
                        "source\tchannel\tnotes\tdnssec\n");
    }
    for (guint i = 0; i < key->sightings->len; i++) {
        export_line(key, &g_array_index(key->sightings, KeySighting, i), printer->out);
    }
    if (key->sightings->len == 0) {
        const KeySighting unknown = {empty, empty, empty, empty, empty, empty};
        export_line(key, &unknown, printer->out);
    }
    return command_print(printer->out);
}

static bool read_arguments(const OptionSet *options, int64_t *ret_limit)
{
    const int n_modes = option_given(options, "missing") + option_given(options, "conflicts") +
                        option_given(options, "export");
    if (options->words->len > 0) {
        command_complain("keys takes no arguments but options");
        return false;
    }
    if (n_modes > 1) {
        command_complain("--missing, --conflicts and --export do not go together");
        return false;
    }
    if (option_given(options, "export") && option_given(options, "json")) {
        command_complain("--export is tab-separated; --json does not go with it");
        return false;
    }
    return command_number(options, "limit", -1, ret_limit);
}

static bool list(sqlite3 *db, const OptionSet *options, Printer *printer, GError **error)
{
    if (option_given(options, "missing")) {
        return key_list_each_missing(db, print_missing, printer, error);
    }
    if (option_given(options, "export")) {
        return key_list_each(db, KEY_LIST_BY_NAME, export_key, printer, error);
    }
    const KeyListOrder order =
        option_given(options, "conflicts") ? KEY_LIST_CONFLICTS : KEY_LIST_BY_MESSAGES;
    return key_list_each(db, order, print_key, printer, error);
}

static CommandExit run(const OptionSet *options)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Printer printer = {.out = out, .as_json = option_given(options, "json")};
    if (!read_arguments(options, &printer.limit)) {
        return EXIT_BAD_QUERY;
    }
    g_autoptr(sqlite3) db = command_open_archive(options);
    if (db == NULL) {
        return EXIT_NO_ARCHIVE;
    }
    g_autoptr(GError) error = NULL;
    if (!list(db, options, &printer, &error)) {
        return command_fail(error, NULL);
    }
    if (printer.n_printed == 0) {
        command_complain(option_given(options, "missing")     ? "no signature waits for a key"
                         : option_given(options, "conflicts") ? "no name has several keys"
                                                              : "the archive holds no keys");
        return EXIT_NO_HITS;
    }
    return EXIT_HITS;
}

const Command command_keys = {
    .name = "keys",
    .arguments = "",
    .summary = "the DKIM keys: what each verified, who saw it; which are missing",
    .details =
        "States: good; weak (RSA below 1,024 bits), leaked (the private half is public),\n"
        "recovered (computed from signatures), revoked, unusable, no-answer (of the DNS).\n"
        "--missing ranks the keys to look for: waxseal-index --keys settles their mail.\n",
    .options = options_table,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
