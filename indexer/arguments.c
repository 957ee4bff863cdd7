/* SPDX-License-Identifier: MIT */
#include "indexer/arguments.h"

#include "indexer/dns_resolver.h"
#include "indexer/worker_pool.h"

static const Option table[] = {
    {"database", 'd', "FILE", "the archive ($WAXSEAL_DB, else archive.db)"},
    {"keys", 'k', "FILE", "DKIM keys: tab-separated, zone file, dig, JSON"},
    {"no-builtin-keys", 0, NULL, "without the key archive that ships with this"},
    {"no-dkim", 0, NULL, "look at no signature; every mail is dkim:none"},
    {"no-repair", 0, NULL, "do not try again with known damage undone"},
    {"no-sandbox", 0, NULL, "do not confine what reads mail (for debuggers)"},
    {"recover-keys", 0, NULL, "compute missing keys from signatures: minutes"},
    {"recover-name", 0, "NAME", "only the key SELECTOR._domainkey.DOMAIN"},
    {"dns", 0, NULL, "ask the DNS: tells others what you are reading"},
    {"dns-retry", 0, NULL, "also for what was asked for before"},
    {"dns-server", 0, "SERVER", "ADDRESS[@PORT] (those of /etc/resolv.conf)"},
    {"dns-trust-anchor", 0, "FILE", "DS or DNSKEY records (the root's); or \"none\""},
    {"dns-timeout", 0, "SECONDS", "the longest that one name may take (10)"},
    {"verify-only", 0, NULL, "print the verdicts; make and read no archive"},
    {"json", 0, NULL, "with that: one JSON object a message"},
    {"received-at", 0, "UNIXTIME", "with that: the moment at which x= is judged"},
    {"workers", 'j', "N", "worker processes (one a processor)"},
    {"quiet", 'q', NULL, "no progress and no summary"},
    {"version", 'V', NULL, "the version of this program"},
    {"help", 'h', NULL, "this help"},
    {NULL, 0, NULL, NULL},
};

static const OptionSyntax syntax = {.table = table, .joins_letters = true};

static const char *dns_argument_fault(const Arguments *arguments)
{
    const bool has_settings = arguments->dns_retry || arguments->dns_server != NULL ||
                              arguments->dns_trust_anchor != NULL ||
                              arguments->dns_timeout_seconds != 0;
    if (!arguments->dns && has_settings) {
        return "--dns-retry, --dns-server, --dns-trust-anchor and --dns-timeout belong to "
               "--dns";
    }
    if (arguments->dns && (arguments->verify_only || arguments->no_dkim)) {
        return "--dns looks for the keys of an archive's signatures: --verify-only and "
               "--no-dkim do not go with it";
    }
    return NULL;
}

/* A sentence for a person about arguments that do not go together. Returns: NULL when all is
 * well. */
static const char *argument_fault(const Arguments *arguments)
{
    const bool has_keys =
        arguments->key_files != NULL || arguments->recover_keys || arguments->dns;
    if (arguments->sources == NULL && (arguments->verify_only || !has_keys)) {
        return "no SOURCE given; try --help";
    }
    if (arguments->sources == NULL && arguments->no_dkim) {
        return "--no-dkim and keys without a SOURCE leave nothing to do";
    }
    if (arguments->recover_keys && (arguments->no_dkim || arguments->verify_only)) {
        return "--recover-keys computes with what an archive holds of signatures: --no-dkim "
               "and --verify-only do not go with it";
    }
    if (arguments->recover_names != NULL && !arguments->recover_keys) {
        return "--recover-name belongs to --recover-keys";
    }
    if (!arguments->verify_only && (arguments->json || arguments->received_at != NULL)) {
        return "--json and --received-at belong to --verify-only";
    }
    if (arguments->verify_only && (arguments->database != NULL || arguments->no_dkim)) {
        return "--verify-only checks signatures without an archive: --database and --no-dkim "
               "do not go with it";
    }
    return dns_argument_fault(arguments);
}

/* Reads a number from 1 to `max`; 0 when the option is not given. Returns: NULL, or (transfer
 * full) what is wrong. */
static char *read_count(const OptionSet *set, const char *name, unsigned max,
                        unsigned *ret_count)
{
    const char *text = option_value(set, name);
    guint64 count = 0;
    if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 1, max, &count, NULL)) {
        return g_strdup_printf("--%s needs a number from 1 to %u, not \"%s\"", name, max, text);
    }
    *ret_count = (unsigned)count;
    return NULL;
}

static char *read_numbers(const OptionSet *set, Arguments *arguments)
{
    char *fault = read_count(set, "workers", WORKER_POOL_SIZE_MAX, &arguments->n_workers);
    if (fault == NULL) {
        fault = read_count(set, "dns-timeout", DNS_TIMEOUT_SECONDS_MAX,
                           &arguments->dns_timeout_seconds);
    }
    if (fault == NULL && arguments->received_at != NULL &&
        !g_ascii_string_to_signed(arguments->received_at, 10, 0, G_MAXINT64,
                                  &arguments->received_at_seconds, NULL)) {
        fault = g_strdup_printf("--received-at needs seconds since 1970, not \"%s\"",
                                arguments->received_at);
    }
    return fault;
}

static const char **words_of(const OptionSet *set)
{
    const char **words =
        set->words->len == 0 ? NULL : g_new0(const char *, set->words->len + 1);
    for (guint i = 0; i < set->words->len; i++) {
        words[i] = g_ptr_array_index(set->words, i);
    }
    return words;
}

static Arguments arguments_of(const OptionSet *set)
{
    return (Arguments){
        .database = option_value(set, "database"),
        .key_files = option_values(set, "keys"),
        .recover_names = option_values(set, "recover-name"),
        .sources = words_of(set),
        .received_at = option_value(set, "received-at"),
        .dns_server = option_value(set, "dns-server"),
        .dns_trust_anchor = option_value(set, "dns-trust-anchor"),
        .dns = option_given(set, "dns"),
        .dns_retry = option_given(set, "dns-retry"),
        .no_builtin_keys = option_given(set, "no-builtin-keys"),
        .no_dkim = option_given(set, "no-dkim"),
        .no_repair = option_given(set, "no-repair"),
        .no_sandbox = option_given(set, "no-sandbox"),
        .recover_keys = option_given(set, "recover-keys"),
        .verify_only = option_given(set, "verify-only"),
        .json = option_given(set, "json"),
        .quiet = option_given(set, "quiet"),
        .version = option_given(set, "version"),
        .help = option_given(set, "help"),
    };
}

char *arguments_read(int n_words, char **words, Arguments *ret_arguments)
{
    g_auto(OptionSet) set;
    option_set_init(&set);
    char *fault = option_parse(&syntax, n_words, words, &set);
    if (fault != NULL) {
        return fault;
    }
    *ret_arguments = arguments_of(&set);
    if (ret_arguments->help || ret_arguments->version) {
        return NULL;
    }
    fault = read_numbers(&set, ret_arguments);
    return fault != NULL ? fault : g_strdup(argument_fault(ret_arguments));
}

void arguments_clear(Arguments *arguments)
{
    g_free(arguments->key_files);
    g_free(arguments->recover_names);
    g_free(arguments->sources);
}

void arguments_help(GString *out)
{
    g_string_append(
        out, "Usage: waxseal-index [OPTION...] [SOURCE...]\n"
             "Reads mail (mbox, gzip'd mbox, Maildir, MH, single messages, folders of them)\n"
             "into one archive, and checks every DKIM signature.\n");
    option_table_help(table, out);
    g_string_append(
        out,
        "Done again, it adds what is new and goes on where a run was interrupted. --keys,\n"
        "--dns and --recover-keys settle what is in the archive already, and then need no\n"
        "SOURCE. With --verify-only, - is standard input; --keys alone count if given.\n"
        "Exit codes: 0 done, 1 failed (or no DNS server answers), 2 usage, 4 done, and\n"
        "some input was damaged (waxseal-query ledger says which).\n");
}

void arguments_complete(int n_words, char **words, GString *out)
{
    const char *word = n_words == 0 ? "" : words[n_words - 1];
    const char *before = n_words < 2 ? "" : words[n_words - 2];
    if (g_str_has_prefix(word, "-") && !option_table_takes_value(table, before)) {
        option_table_offer(table, word, out);
    }
}
