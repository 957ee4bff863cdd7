/* SPDX-License-Identifier: MIT */
#include "indexer/key_file.h"

/* Columns of a key file; those of other names are not read. */
typedef enum {
    COLUMN_NAME, /* selector._domainkey.domain */
    COLUMN_SELECTOR,
    COLUMN_DOMAIN,
    COLUMN_RECORD,
    COLUMN_FIRST_SEEN,
    COLUMN_LAST_SEEN,
    COLUMN_SOURCE,
    COLUMN_CHANNEL,
    COLUMN_NOTES,
    COLUMN_DNSSEC,
    COLUMN_CHECKED, /* on how many other mails a computed key was tried */
    COLUMN_COUNT
} Column;

/* Which field of a line has which column; -1 for none. */
typedef struct {
    int at[COLUMN_COUNT];
} Layout;

static const Layout no_layout = {{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}};
static const Layout layout_by_selector = {{-1, 0, 1, 2, 3, 4, 6, 7, 8, 9, -1}};
static const Layout layout_by_name = {{0, -1, -1, 1, 2, 3, 5, 6, 7, 8, -1}};

static const struct {
    const char *name;
    Column column;
} column_names[] = {
    {"name", COLUMN_NAME},
    {"selector._domainkey.domain", COLUMN_NAME},
    {"selector", COLUMN_SELECTOR},
    {"domain", COLUMN_DOMAIN},
    {"record", COLUMN_RECORD},
    {"txt", COLUMN_RECORD},
    {"txt record", COLUMN_RECORD},
    {"dns_txt", COLUMN_RECORD},
    {"value", COLUMN_RECORD},
    {"first seen", COLUMN_FIRST_SEEN},
    {"first-seen", COLUMN_FIRST_SEEN},
    {"first_seen", COLUMN_FIRST_SEEN},
    {"last seen", COLUMN_LAST_SEEN},
    {"last-seen", COLUMN_LAST_SEEN},
    {"last_seen", COLUMN_LAST_SEEN},
    {"source", COLUMN_SOURCE},
    {"channel", COLUMN_CHANNEL},
    {"how known", COLUMN_CHANNEL},
    {"notes", COLUMN_NOTES},
    {"dnssec", COLUMN_DNSSEC},
    {"checked_ok", COLUMN_CHECKED},
};

/* The fields of a line, cut apart in place. */
typedef struct {
    char *fields[KEY_FILE_COLUMNS_MAX];
    size_t n_fields;
} Line;

static Line split(char *text)
{
    Line line = {.n_fields = 0};
    char *rest = text;
    while (rest != NULL && line.n_fields < KEY_FILE_COLUMNS_MAX) {
        line.fields[line.n_fields++] = g_strstrip(strsep(&rest, "\t"));
    }
    return line;
}

static const char *field_of(const Line *line, const Layout *layout, Column column)
{
    const int at = layout->at[column];
    return at >= 0 && (size_t)at < line->n_fields ? line->fields[at] : NULL;
}

static void name_column(Layout *layout, const char *name, size_t at)
{
    for (size_t i = 0; i < G_N_ELEMENTS(column_names); i++) {
        const Column column = column_names[i].column;
        if (g_ascii_strcasecmp(name, column_names[i].name) == 0 && layout->at[column] < 0) {
            layout->at[column] = (int)at;
        }
    }
}

/* A first line that names the columns, as a comment or not. */
static bool read_header(const char *text, Layout *ret_layout)
{
    g_autofree char *copy = g_strdup(text + strspn(text, "# "));
    const Line line = split(copy);
    Layout layout = no_layout;
    for (size_t i = 0; i < line.n_fields; i++) {
        name_column(&layout, line.fields[i], i);
    }
    const bool has_key = layout.at[COLUMN_NAME] >= 0 ||
                         (layout.at[COLUMN_SELECTOR] >= 0 && layout.at[COLUMN_DOMAIN] >= 0);
    if (!has_key || layout.at[COLUMN_RECORD] < 0) {
        return false;
    }
    *ret_layout = layout;
    return true;
}

static KeyObservation observation_of(const Line *line, const Layout *layout, const char *path)
{
    const bool is_computed = layout->at[COLUMN_CHECKED] >= 0;
    const char *source = field_of(line, layout, COLUMN_SOURCE);
    const char *channel = field_of(line, layout, COLUMN_CHANNEL);
    return (KeyObservation){
        .source = (source == NULL || *source == '\0' ? path : source),
        .channel = (channel != NULL && *channel != '\0' ? channel
                    : is_computed                       ? "gcd"
                                                        : "file"),
        .first_seen = field_of(line, layout, COLUMN_FIRST_SEEN),
        .last_seen = field_of(line, layout, COLUMN_LAST_SEEN),
        .notes = field_of(line, layout, COLUMN_NOTES),
        .dnssec = field_of(line, layout, COLUMN_DNSSEC),
    };
}

/* Returns: NULL, or why the line is no key. */
static const char *add_line(char *text, const Layout *named, const char *path, KeyStore *store)
{
    Line line = split(text);
    const Layout *layout = named;
    if (layout == NULL) {
        layout = strcasestr(line.fields[0], "._domainkey.") != NULL ? &layout_by_name
                                                                    : &layout_by_selector;
    }
    const char *name = field_of(&line, layout, COLUMN_NAME);
    const char *selector = field_of(&line, layout, COLUMN_SELECTOR);
    const char *domain = field_of(&line, layout, COLUMN_DOMAIN);
    const char *record = field_of(&line, layout, COLUMN_RECORD);
    if (record == NULL) {
        return "too few columns";
    }
    const KeyObservation observation = observation_of(&line, layout, path);
    if (layout->at[COLUMN_NAME] >= 0) {
        return name == NULL ? "too few columns"
                            : key_store_add_named(store, name, record, &observation);
    }
    if (selector == NULL || domain == NULL) {
        return "too few columns";
    }
    return key_store_add(store, selector, domain, record, &observation) ? NULL : key_fault_name;
}

bool key_file_is_header(const char *line)
{
    Layout layout;
    return read_header(line, &layout);
}

void key_file_parse(char *text, const char *path, KeyStore *store, KeyReport *report)
{
    Layout header;
    const Layout *named = NULL;
    size_t number = 0;
    char *rest = text;
    while (rest != NULL) {
        char *line = strsep(&rest, "\n");
        number++;
        if (number == 1 && read_header(line, &header)) {
            named = &header;
        } else if (line[strspn(line, " \t\r")] != '\0' && line[0] != '#') {
            key_report_entry(report, number,
                             g_utf8_validate(line, -1, NULL)
                                 ? add_line(line, named, path, store)
                                 : "not UTF-8");
        }
    }
}
