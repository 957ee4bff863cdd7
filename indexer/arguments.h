/* arguments.h - the command line of waxseal-index, read and checked.
 *
 * Memory: borrows argv. Errors: one line for a person.
 */
#pragma once

#include "schema/option.h"

typedef struct {
    const char *database;   /* NULL: not named */
    const char **key_files; /* this and the next two end with NULL; NULL: none */
    const char **recover_names;
    const char **sources;
    const char *received_at;
    int64_t received_at_seconds; /* only with received_at */
    unsigned n_workers;          /* 0: as many as there are processors */
    const char *dns_server;
    const char *dns_trust_anchor;
    unsigned dns_timeout_seconds; /* 0: the default */
    bool dns;
    bool dns_retry;
    bool no_builtin_keys;
    bool no_dkim;
    bool no_repair;
    bool no_sandbox;
    bool recover_keys;
    bool verify_only;
    bool json;
    bool quiet;
    bool version;
    bool help;
} Arguments;

/* Reads `argv` without the program's name. Nothing is checked when --help or --version is in
 * it. Returns: NULL, or (transfer full) what is wrong. */
char *arguments_read(int n_words, char **words, Arguments *ret_arguments);

void arguments_clear(Arguments *arguments);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Arguments, arguments_clear)

/* Appends what --help prints. */
void arguments_help(GString *out);

/* Appends what may stand for the last of `words`, one a line: options, for the shells. */
void arguments_complete(int n_words, char **words, GString *out);
