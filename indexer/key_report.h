/* key_report.h - what became of the lines of a key file.
 *
 * Memory: plain data; `reason` is a constant. Limits: KEY_REPORT_FAULTS_MAX faults are kept,
 * all are counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Why key_store_add refused; told by its address. In key_store.c. */
extern const char key_fault_name[];

/* Enough to see what is wrong, few enough to read. */
#define KEY_REPORT_FAULTS_MAX 5

typedef struct {
    size_t line;        /* from 1; where the entry begins */
    const char *reason; /* constant words */
} KeyFault;

typedef struct {
    size_t n_records;                       /* records read, answers of the DNS among them */
    bool has_entry;                         /* a name with a record, even if no domain name */
    size_t n_faults;                        /* entries that are no keys and were not used */
    KeyFault faults[KEY_REPORT_FAULTS_MAX]; /* the first of them */
    size_t n_aliases;                       /* names of keys that are a CNAME */
    size_t n_others;                        /* DNS records of other names and types */
} KeyReport;

static inline void key_report_fault(KeyReport *report, size_t line, const char *reason)
{
    if (report->n_faults < KEY_REPORT_FAULTS_MAX) {
        report->faults[report->n_faults] = (KeyFault){line, reason};
    }
    report->n_faults++;
}

/* Counts an entry as a record, or as a fault when `reason` is not NULL. */
static inline void key_report_entry(KeyReport *report, size_t line, const char *reason)
{
    report->has_entry = report->has_entry || reason == NULL || reason == key_fault_name;
    if (reason == NULL) {
        report->n_records++;
    } else {
        key_report_fault(report, line, reason);
    }
}
