/* ledger.h - proves that every byte of every source is accounted for.
 *
 * Each byte of a file belongs to exactly one of: a message, a separator, a damaged span. The
 * proof goes over the archive's rows in the order of the file; it needs no source files, unless
 * the hashes are asked for.
 *
 * Memory: a report is valid during the callback. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Of one file, or of several added up. */
typedef struct {
    int64_t files;
    int64_t size; /* bytes of mail */
    int64_t message_bytes;
    int64_t separator_bytes;
    int64_t damaged_bytes;
    int64_t gap_bytes;     /* in nothing */
    int64_t overlap_bytes; /* in more than one thing, or beyond the end */
    int64_t messages;      /* occurrences */
    int64_t damaged_spans;
    int64_t unfinished;   /* files that were not read to their end */
    int64_t hashes_right; /* with check_hashes */
    int64_t hashes_wrong;
    int64_t hashes_missing; /* their file cannot be opened */
} LedgerSum;

typedef enum {
    LEDGER_GAP,
    LEDGER_OVERLAP,
    LEDGER_DAMAGE, /* recorded as damaged: accounted for; of a whole file, length 0 at its end
                    */
    LEDGER_UNFINISHED,
    LEDGER_HASH,   /* a message that cannot be cut out again, or has other bytes now */
    LEDGER_MISSING /* a message in a file that cannot be opened */
} LedgerFindingKind;

typedef struct {
    LedgerFindingKind kind;
    const char *path; /* of the file */
    int64_t offset;
    int64_t length;
    const char *words; /* the reason, from the archive or of the failure */
} LedgerFinding;

typedef struct {
    bool check_hashes; /* read every message again and compare its SHA-256 */
    void (*source)(gpointer data, const char *path, const LedgerSum *sum); /* after its files */
    void (*finding)(gpointer data, const LedgerFinding *finding);
    void (*progress)(gpointer data, int64_t n_hashes); /* may be NULL; with check_hashes */
    gpointer data;
} LedgerReport;

/* Goes over the archive. Returns: false with `error`. */
bool ledger_run(sqlite3 *db, const LedgerReport *report, LedgerSum *ret_total, GError **error);

/* Whether nothing is missing, doubled, unfinished or changed. */
bool ledger_adds_up(const LedgerSum *sum);
