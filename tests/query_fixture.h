/* query_fixture.h - a small archive for the tests of query/, made by SQL alone.
 *
 * About thirty messages in French and English: each verdict, twins, dates that collide,
 * messages without a date, attachments, problems, and text that attacks the terminal.
 *
 * Memory: the fixture owns its folder; query_fixture_free deletes it.
 */
#pragma once

#include <sqlite3.h>

#include "schema/slice.h"

typedef struct {
    char *folder;
    char *path;   /* of the archive */
    char *source; /* of the mbox that the occurrences lie in */
} QueryFixture;

/* Ids that tests name. */
#define FIXTURE_BUDGET   INT64_C(1485950400) /* 2017-02-01 12:00:00 */
#define FIXTURE_ELECTION INT64_C(1486036800) /* 2017-02-02 12:00:00 */
#define FIXTURE_HOSTILE  INT64_C(1486728000) /* 2017-02-10 12:00:00 */

/* Makes folder, mbox and archive. Aborts when it cannot. */
QueryFixture *query_fixture_new(void);
void query_fixture_free(QueryFixture *fixture);

/* The archive, read-only. Aborts when it cannot. */
sqlite3 *query_fixture_open(const QueryFixture *fixture);

/* A copy of a fixture's archive in memory, which needs no folder. Aborts when it cannot. */
sqlite3 *query_fixture_in_memory(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QueryFixture, query_fixture_free)
