/* SPDX-License-Identifier: MIT */
#include "indexer/summary.h"

#include "indexer/recovery_search.h"
#include "indexer/statement_set.h"
#include "schema/sandbox.h"

enum {
    COUNT_MESSAGES,
    COUNT_SENDERS,
    COUNT_ATTACHMENTS,
    FIRST_DATE,
    LAST_DATE,
    COUNT_PASS,
    COUNT_NOKEY,
    COUNT_FAIL,
    COUNT_ERROR,
    COUNT_NONE,
    COUNT_VERIFIED,
    COUNT_LIMITED,
    COUNT_PROBLEMS,
    FILE_BYTES,
    MESSAGE_BYTES,
    DAMAGED_BYTES,
    N_STATEMENTS
};

#define COUNT_DKIM(word) "SELECT count(*) FROM message WHERE dkim = '" word "'"
#define LIVE_FILES       "(SELECT id FROM file WHERE state <> 'replaced')"

static const char *const statements_sql[N_STATEMENTS] = {
    [COUNT_MESSAGES] = "SELECT count(*) FROM message",
    [COUNT_SENDERS] = "SELECT count(DISTINCT a.address) FROM address a WHERE a.address <> ''"
                      " AND EXISTS (SELECT 1 FROM message_address m WHERE m.address_id = a.id"
                      " AND m.role = 'from')",
    [COUNT_ATTACHMENTS] = "SELECT count(*) FROM attachment",
    [FIRST_DATE] = "SELECT date FROM message WHERE id >= 31536000 ORDER BY id LIMIT 1",
    [LAST_DATE] = "SELECT date FROM message WHERE id >= 31536000 ORDER BY id DESC LIMIT 1",
    [COUNT_PASS] = COUNT_DKIM("pass"),
    [COUNT_NOKEY] = COUNT_DKIM("nokey"),
    [COUNT_FAIL] = COUNT_DKIM("fail"),
    [COUNT_ERROR] = COUNT_DKIM("error"),
    [COUNT_NONE] = COUNT_DKIM("none"),
    [COUNT_VERIFIED] = "SELECT count(*) FROM message WHERE level = 'verified'",
    [COUNT_LIMITED] = "SELECT count(*) FROM message WHERE level = 'limited'",
    [COUNT_PROBLEMS] = "SELECT count(DISTINCT message_id) FROM problem",
    [FILE_BYTES] = "SELECT total(size) FROM file WHERE state <> 'replaced'",
    [MESSAGE_BYTES] = "SELECT total(separator_before + length + separator_after)"
                      " FROM occurrence WHERE file_id IN " LIVE_FILES,
    [DAMAGED_BYTES] = "SELECT total(length) FROM damaged_span WHERE file_id IN " LIVE_FILES,
};

/* A number as a person reads it, "71,848", with its noun perhaps: "1 file". */
typedef struct {
    char text[64];
} Number;

static Number grouped(int64_t value)
{
    Number number;
    char digits[24];
    g_snprintf(digits, sizeof(digits), "%" G_GINT64_FORMAT, value);
    size_t length = strlen(digits);
    size_t out = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-') {
            number.text[out++] = ',';
        }
        number.text[out++] = digits[i];
    }
    number.text[out] = '\0';
    return number;
}

static Number counted(uint64_t value, const char *noun)
{
    Number number = grouped((int64_t)value);
    g_strlcat(number.text, " ", sizeof(number.text));
    g_strlcat(number.text, noun, sizeof(number.text));
    if (value != 1) {
        g_strlcat(number.text, "s", sizeof(number.text));
    }
    return number;
}

static void print_date(int64_t unix_time)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(unix_time);
    g_autofree char *text = date == NULL ? NULL : g_date_time_format(date, "%Y-%m-%d");
    g_print("%s", text == NULL ? "?" : text);
}

static void print_run(const char *database, const IngestOutcome *outcome)
{
    const WriterCounts *counts = &outcome->counts;
    double mb = (double)counts->bytes / 1e6;
    g_print("Archive      %s%s\n", database, outcome->created ? " (new)" : "");
    g_print("Read         %s, %.1f MB in %.1f s", counted(counts->messages, "message").text, mb,
            outcome->seconds);
    if (outcome->seconds > 0) {
        g_print(" (%.0f MB/s)", mb / outcome->seconds);
    }
    g_print("; %s new\n", grouped((int64_t)counts->added).text);
    if (outcome->unchanged_files > 0) {
        g_print("Unchanged    %s, not read again\n",
                counted(outcome->unchanged_files, "file").text);
    }
}

static void print_rest(const IngestOutcome *outcome)
{
    if (outcome->other_files > 0) {
        g_print("Not mail     %s, listed by waxseal-query ledger\n",
                counted(outcome->other_files, "file").text);
    }
    if (outcome->damaged_files > 0) {
        g_print("Damaged      %s, listed by waxseal-query ledger\n",
                counted(outcome->damaged_files, "file").text);
    }
}

static void print_contents(const int64_t *values)
{
    g_print("Holds        %s from %s, %s",
            counted((uint64_t)values[COUNT_MESSAGES], "distinct message").text,
            counted((uint64_t)values[COUNT_SENDERS], "sender").text,
            counted((uint64_t)values[COUNT_ATTACHMENTS], "attachment").text);
    if (values[LAST_DATE] != 0) {
        g_print(", ");
        print_date(values[FIRST_DATE]);
        g_print(" to ");
        print_date(values[LAST_DATE]);
    }
    g_print("\nDKIM         %s pass (%s verified, %s limited), %s nokey, %s fail, %s error, "
            "%s none\n",
            grouped(values[COUNT_PASS]).text, grouped(values[COUNT_VERIFIED]).text,
            grouped(values[COUNT_LIMITED]).text, grouped(values[COUNT_NOKEY]).text,
            grouped(values[COUNT_FAIL]).text, grouped(values[COUNT_ERROR]).text,
            grouped(values[COUNT_NONE]).text);
    g_print("Problems     %s with something odd\n",
            counted((uint64_t)values[COUNT_PROBLEMS], "message").text);
}

static void print_ledger(const int64_t *values)
{
    int64_t missing = values[FILE_BYTES] - values[MESSAGE_BYTES] - values[DAMAGED_BYTES];
    g_print("Bytes        %s in messages and separators, %s in damaged spans, ",
            grouped(values[MESSAGE_BYTES]).text, grouped(values[DAMAGED_BYTES]).text);
    if (missing == 0) {
        g_print("none unaccounted for\n");
    } else {
        g_print("%s UNACCOUNTED FOR\n", grouped(missing).text);
    }
}

static void print_recheck(const RecheckOutcome *outcome)
{
    g_print("Keys         %s new or with news; ", counted(outcome->keys, "key").text);
    g_print("%s checked again, ", counted(outcome->signatures, "signature").text);
    g_print("%s changed, ", grouped((int64_t)outcome->changed).text);
    g_print("%s with another verdict\n", counted(outcome->messages, "message").text);
}

static void print_sandbox(bool is_off)
{
    const SandboxSupport support = sandbox_support();
    g_autofree char *sandbox =
        is_off ? g_strdup("none: --no-sandbox was given") : sandbox_describe(&support);
    g_print("Sandbox      %s\n", sandbox);
}

static uint64_t count_answers(const KeyDnsOutcome *dns, const DnsStatus *statuses, size_t n)
{
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += dns->answers[statuses[i]];
    }
    return count;
}

static void print_dns(const KeyDnsOutcome *dns)
{
    static const DnsStatus without[] = {DNS_STATUS_NXDOMAIN, DNS_STATUS_NODATA,
                                        DNS_STATUS_UNREADABLE};
    static const DnsStatus failed[] = {DNS_STATUS_SERVFAIL, DNS_STATUS_TIMEOUT};
    const uint64_t n_found = dns->answers[DNS_STATUS_RECORDS];
    const uint64_t n_without = count_answers(dns, without, G_N_ELEMENTS(without));
    const uint64_t n_failed = count_answers(dns, failed, G_N_ELEMENTS(failed));
    const uint64_t n_bogus = dns->answers[DNS_STATUS_BOGUS];
    g_print("DNS          %s answered for: ",
            counted(n_found + n_without + n_failed + n_bogus, "name").text);
    g_print("%s with a record, %s without, ", grouped((int64_t)n_found).text,
            grouped((int64_t)n_without).text);
    g_print("%s not reached, %s not to be trusted\n", grouped((int64_t)n_failed).text,
            grouped((int64_t)n_bogus).text);
    if (dns->asked_before > 0) {
        g_print("             %s not asked again (--dns-retry does)\n",
                counted(dns->asked_before, "name").text);
    }
    if (dns->answers[DNS_STATUS_UNASKED] > 0) {
        g_print("             %s without any answer; the next run asks for them\n",
                counted(dns->answers[DNS_STATUS_UNASKED], "name").text);
    }
    if (dns->left > 0) {
        g_print("             %s left for the next run (%s a run)\n",
                counted(dns->left, "name").text, grouped(KEY_DNS_NAMES_MAX).text);
    }
    if (dns->recheck.keys > 0) {
        print_recheck(&dns->recheck);
    }
}

static bool read_values(const char *database, int64_t *values, GError **error)
{
    g_autoptr(sqlite3) db = archive_open_readonly(database, error);
    if (db == NULL) {
        return false;
    }
    StatementSet statements;
    bool ok = statement_set_init(&statements, db, statements_sql, N_STATEMENTS, error);
    for (size_t i = 0; ok && i < N_STATEMENTS; i++) {
        bool found = false;
        ok = statement_find(statement_set_get(&statements, i), &found, &values[i], error);
    }
    statement_set_clear(&statements);
    return ok;
}

bool summary_print(const char *database, const IngestOutcome *outcome, GError **error)
{
    int64_t values[N_STATEMENTS] = {0};
    if (!read_values(database, values, error)) {
        return false;
    }
    print_run(database, outcome);
    if (outcome->recheck.signatures > 0) {
        print_recheck(&outcome->recheck);
    }
    print_rest(outcome);
    print_contents(values);
    print_ledger(values);
    print_sandbox(outcome->no_sandbox);
    return true;
}

bool summary_print_recheck(const char *database, const RecheckOutcome *outcome, GError **error)
{
    int64_t values[N_STATEMENTS] = {0};
    if (!read_values(database, values, error)) {
        return false;
    }
    g_print("Archive      %s\n", database);
    print_recheck(outcome);
    print_contents(values);
    return true;
}

static void print_recovery(const KeyRecoveryOutcome *outcome)
{
    g_print("Recovered    %s of ", counted(outcome->keys, "key").text);
    g_print("%s tried, in %.0f s\n", counted(outcome->names, "name").text, outcome->seconds);
    g_print("No key for   %s", counted(outcome->fruitless, "name").text);
    if (outcome->unconfirmed > 0) {
        g_print("; for %s of them two signatures give one that no third confirms",
                grouped((int64_t)outcome->unconfirmed).text);
    }
    g_print("\nNot tried    %s with fewer than %d different signatures",
            counted(outcome->too_few, "name").text, RECOVERY_CONFIRMED_MIN);
    if (outcome->too_long > 0) {
        g_print(", %s of more than %zu bits", grouped((int64_t)outcome->too_long).text,
                8 * RSA_RECOVERY_BYTES_MAX);
    }
    g_print("\n");
}

bool summary_print_recovery(const char *database, const KeyRecoveryOutcome *outcome,
                            GError **error)
{
    int64_t values[N_STATEMENTS] = {0};
    if (!read_values(database, values, error)) {
        return false;
    }
    g_print("Archive      %s\n", database);
    print_recovery(outcome);
    if (outcome->keys > 0) {
        print_recheck(&outcome->recheck);
    }
    print_contents(values);
    return true;
}

bool summary_print_dns(const char *database, const KeyDnsOutcome *outcome, GError **error)
{
    int64_t values[N_STATEMENTS] = {0};
    if (!read_values(database, values, error)) {
        return false;
    }
    g_print("Archive      %s\n", database);
    print_dns(outcome);
    print_contents(values);
    return true;
}
