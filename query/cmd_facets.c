/* SPDX-License-Identifier: MIT */
#include "query/command.h"

#include "query/command_hits.h"
#include "query/facet.h"
#include "schema/nearest_word.h"

#define DEFAULT_LIMIT 20

#define BY_WORDS                                                                               \
    "sender, domain, recipient, year, month, day, type, dkim, signer, source, folder or "      \
    "language"

static const Option options_table[] = {
    COMMAND_COMMON_OPTIONS,
    {"by", 'b', "WHAT", "what to count by; again, or with commas, for several"},
    {"limit", 'n', "N", "at most N values each (20, of dates all; 0 is all)"},
    {"sort", 0, "ORDER", "count (most first) or value; dates go by value"},
    COMMAND_HITS_OPTIONS,
    {NULL, 0, NULL, NULL},
};

/* What --by takes. */
static const struct {
    const char *word;
    const char *nothing; /* for hits that have no value */
    FacetKind kind;
    bool is_time;
} facets[] = {
    {"sender", "(no sender)", FACET_SENDER, false},
    {"domain", "(no sender)", FACET_DOMAIN, false},
    {"recipient", "(no recipient)", FACET_RECIPIENT, false},
    {"year", "(no date)", FACET_YEAR, true},
    {"month", "(no date)", FACET_MONTH, true},
    {"day", "(no date)", FACET_DAY, true},
    {"type", "(no attachment)", FACET_TYPE, false},
    {"dkim", "", FACET_DKIM, false},
    {"signer", "(nobody)", FACET_SIGNER, false},
    {"source", "(nowhere)", FACET_SOURCE, false},
    {"folder", "(no folder)", FACET_FOLDER, false},
    {"language", "(not clear)", FACET_LANGUAGE, false},
};

static const ListColumn columns[] = {
    {"by", "by", LIST_WHOLE},
    {"value", "value", LIST_TEXT},
    {"messages", "messages", LIST_NUMBER},
    {"verified", "verified", LIST_NUMBER},
    {"verified_percent", "share", LIST_NUMBER},
};

typedef struct {
    CommandHits *hits;
    ListWriter *writer;
    GString *out;
    bool is_by_value; /* --sort value */
    bool is_by_count; /* --sort count */
} Lister;

static bool add_word(GArray *which, const char *word)
{
    const char *words[G_N_ELEMENTS(facets)];
    for (size_t i = 0; i < G_N_ELEMENTS(facets); i++) {
        words[i] = facets[i].word;
        if (g_str_equal(word, facets[i].word)) {
            g_array_append_val(which, i);
            return true;
        }
    }
    const char *nearest = nearest_word_of(slice_of_string(word), words, G_N_ELEMENTS(facets));
    if (nearest != NULL) {
        command_complain("--by does not know \"%s\", did you mean \"%s\"?", word, nearest);
    } else {
        command_complain("--by does not know \"%s\", only " BY_WORDS, word);
    }
    return false;
}

/* Reads every --by into indices of `facets`. */
static bool read_by(const OptionSet *options, GArray *which)
{
    for (guint i = 0; i < options->given->len; i++) {
        const OptionGiven *given = &g_array_index(options->given, OptionGiven, i);
        if (!g_str_equal(given->name, "by")) {
            continue;
        }
        g_auto(GStrv) words = g_strsplit(given->value, ",", -1);
        for (char **word = words; *word != NULL; word++) {
            if (!add_word(which, *word)) {
                return false;
            }
        }
    }
    if (which->len == 0) {
        command_complain("count by what? --by " BY_WORDS);
    }
    return which->len > 0;
}

static bool read_sort(const OptionSet *options, Lister *lister)
{
    const char *sort = option_value(options, "sort");
    lister->is_by_value = g_strcmp0(sort, "value") == 0;
    lister->is_by_count = g_strcmp0(sort, "count") == 0;
    if (sort != NULL && !lister->is_by_value && !lister->is_by_count) {
        command_complain("--sort knows count and value, not \"%s\"", sort);
        return false;
    }
    return true;
}

static void write_row(const Lister *lister, size_t which, const FacetCount *count)
{
    list_writer_text(lister->writer, slice_of_string(facets[which].word));
    if (count->value == NULL) {
        list_writer_nothing(lister->writer, facets[which].nothing);
    } else {
        list_writer_text(lister->writer, slice_of_string(count->value));
    }
    list_writer_number(lister->writer, count->messages);
    list_writer_number(lister->writer, count->verified);
    list_writer_share(lister->writer, count->verified, count->messages);
}

/* The rows of one facet, and in a table a last one for all hits. */
static void write_rows(const Lister *lister, size_t which, const Facet *facet, guint n_shown)
{
    for (guint i = 0; i < n_shown; i++) {
        write_row(lister, which, &g_array_index(facet->counts, FacetCount, i));
    }
    if (facet->none.messages > 0) {
        write_row(lister, which, &facet->none);
    }
    if (lister->hits->style.form == LIST_TABLE) {
        char name[] = "(all)";
        const FacetCount all = {.value = name,
                                .messages = hit_set_size(lister->hits->hits),
                                .verified = hit_set_verified(lister->hits->hits)};
        write_row(lister, which, &all);
    }
}

static CommandExit list_facet(const Lister *lister, size_t which)
{
    g_autoptr(GError) error = NULL;
    g_auto(Facet) facet = {0};
    CommandHits *hits = lister->hits;
    guint n_shown = 0;
    if (!facet_read(hits->db, hits->hits, facets[which].kind, hits->zone, &facet, &error)) {
        return command_fail(error, &hits->deadline);
    }
    if (!command_hits_limit(hits, facet.counts->len, facets[which].is_time ? 0 : DEFAULT_LIMIT,
                            &n_shown)) {
        return EXIT_BAD_QUERY;
    }
    const bool by_value = facets[which].is_time ? !lister->is_by_count : lister->is_by_value;
    facet_sort(&facet, by_value ? FACET_BY_VALUE : FACET_BY_COUNT);
    write_rows(lister, which, &facet, n_shown);
    g_autofree char *what = g_strdup_printf("values by %s", facets[which].word);
    command_hits_say_rest(n_shown, facet.counts->len, what);
    return EXIT_HITS;
}

/* Each facet is a table of its own, with its name above the values. */
static CommandExit list_as_tables(Lister *lister, const GArray *which)
{
    CommandExit code = EXIT_HITS;
    for (guint i = 0; i < which->len && code == EXIT_HITS; i++) {
        const size_t facet = g_array_index(which, size_t, i);
        ListColumn named[G_N_ELEMENTS(columns)];
        memcpy(named, columns, sizeof(columns));
        named[0].title = NULL;
        named[1].title = facets[facet].word;
        g_autoptr(ListWriter) writer =
            list_writer_new((ListStyle){.form = LIST_TABLE}, named, G_N_ELEMENTS(named));
        lister->writer = writer;
        code = list_facet(lister, facet);
        g_string_append(lister->out, i > 0 ? "\n" : "");
        list_writer_end(writer, lister->hits->terminal.columns, lister->hits->terminal.color,
                        lister->out);
    }
    return code;
}

static CommandExit list_as_rows(Lister *lister, const GArray *which)
{
    CommandExit code = EXIT_HITS;
    g_autoptr(ListWriter) writer =
        list_writer_new(lister->hits->style, columns, G_N_ELEMENTS(columns));
    lister->writer = writer;
    for (guint i = 0; i < which->len && code == EXIT_HITS; i++) {
        code = list_facet(lister, g_array_index(which, size_t, i));
    }
    list_writer_end(writer, 0, false, lister->out);
    return code;
}

static CommandExit run(const OptionSet *options)
{
    g_autoptr(GArray) which = g_array_new(false, false, sizeof(size_t));
    g_autoptr(GString) out = g_string_new(NULL);
    g_auto(CommandHits) hits = {0};
    Lister lister = {.hits = &hits, .out = out};
    if (!read_by(options, which) || !read_sort(options, &lister)) {
        return EXIT_BAD_QUERY;
    }
    CommandExit code = command_hits_read(options, &hits);
    if (code != EXIT_HITS) {
        return code;
    }
    code = (hits.style.form == LIST_TABLE ? list_as_tables : list_as_rows)(&lister, which);
    if (code == EXIT_HITS) {
        command_print_paged(out, &hits.terminal, options);
    }
    return code;
}

const Command command_facets = {
    .name = "facets",
    .arguments = "[QUERY...]",
    .summary = "counts the messages of a query by sender, year, type ...",
    .details = "--by sender, domain (of the sender), recipient, year, month, day, type (of\n"
               "attachment), dkim, signer (a passing signature's domain), source, folder,\n"
               "language. Without a query: all messages. A message counts once for each value\n"
               "that it has; those with none stand last.\n",
    .options = options_table,
    .takes_fields = true,
    .needs = COMMAND_NEEDS_READING,
    .run = run,
};
