/* SPDX-License-Identifier: MIT */
#include "query/facet_time.h"

#include "schema/archive.h"

typedef enum { SQL_DATE } Sql;

static const char *const sql[] = {
    [SQL_DATE] = "SELECT date FROM message WHERE id = ?",
};

/* A year, month or day: the seconds from `first` up to `end`. */
typedef struct {
    int64_t first;
    int64_t end;
    guint value;
} Period;

typedef struct {
    const HitSet *hits;
    FacetTimeUnit unit;
    GTimeZone *zone;
    FacetCounter *counter;
    int64_t id_drift; /* the most that an id exceeds its date */
    sqlite3_stmt *date;
} Reader;

static bool contains(const Period *period, int64_t date)
{
    return date >= period->first && date < period->end;
}

/* The date of a message. `ret_has_date` is false when it has none. */
static bool look_up(const Reader *reader, int64_t id, bool *ret_has_date, int64_t *ret_date,
                    GError **error)
{
    sqlite3_bind_int64(reader->date, 1, id);
    int code = sqlite3_step(reader->date);
    *ret_has_date = false;
    if (code == SQLITE_ROW) {
        *ret_has_date = sqlite3_column_type(reader->date, 0) != SQLITE_NULL;
        *ret_date = sqlite3_column_int64(reader->date, 0);
        code = sqlite3_step(reader->date);
    }
    return archive_end_rows(reader->date, code, error);
}

/* The first moment of the year, month or day of `time`. */
static GDateTime *beginning(const Reader *reader, GDateTime *time)
{
    return g_date_time_new(
        reader->zone, g_date_time_get_year(time),
        reader->unit == FACET_TIME_YEAR ? 1 : g_date_time_get_month(time),
        reader->unit == FACET_TIME_DAY ? g_date_time_get_day_of_month(time) : 1, 0, 0, 0);
}

static GDateTime *next_beginning(const Reader *reader, GDateTime *time)
{
    switch (reader->unit) {
    case FACET_TIME_YEAR:
        return g_date_time_add_years(time, 1);
    case FACET_TIME_MONTH:
        return g_date_time_add_months(time, 1);
    case FACET_TIME_DAY:
        return g_date_time_add_days(time, 1);
    }
    g_assert_not_reached();
}

/* The period of a date. Returns: false for a date beyond all calendars. */
static bool period_of(const Reader *reader, int64_t date, Period *ret_period)
{
    static const char *const formats[] = {
        [FACET_TIME_YEAR] = "%Y", [FACET_TIME_MONTH] = "%Y-%m", [FACET_TIME_DAY] = "%Y-%m-%d"};
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(date);
    g_autoptr(GDateTime) time = utc == NULL ? NULL : g_date_time_to_timezone(utc, reader->zone);
    g_autoptr(GDateTime) first = time == NULL ? NULL : beginning(reader, time);
    g_autoptr(GDateTime) end = first == NULL ? NULL : next_beginning(reader, first);
    if (end == NULL) {
        return false;
    }
    g_autofree char *label = g_date_time_format(time, formats[reader->unit]);
    *ret_period = (Period){
        .first = MIN(g_date_time_to_unix(first), date),
        .end = MAX(g_date_time_to_unix(end), date + 1),
        .value = facet_counter_value(reader->counter, slice_of_string(label)),
    };
    return true;
}

static bool count_hits(const Reader *reader, GError **error)
{
    Period period = {0};
    for (guint n = 0; n < hit_set_size(reader->hits); n++) {
        const int64_t id = hit_set_id(reader->hits, n);
        bool has_date = true;
        int64_t date = id;
        const bool is_sure = id >= QUERY_PART_UNDATED_ID_LIMIT && contains(&period, id) &&
                             id - period.first >= reader->id_drift;
        if (!is_sure && !look_up(reader, id, &has_date, &date, error)) {
            return false;
        }
        if (has_date && (contains(&period, date) || period_of(reader, date, &period))) {
            facet_counter_add(reader->counter, period.value, n);
        }
    }
    return true;
}

bool facet_time_count(sqlite3 *db, const HitSet *hits, FacetTimeUnit unit, GTimeZone *zone,
                      FacetCounter *counter, GError **error)
{
    g_autoptr(sqlite3_stmt) date = archive_prepare(db, sql[SQL_DATE], error);
    Reader reader = {
        .hits = hits, .unit = unit, .zone = zone, .counter = counter, .date = date};
    return date != NULL && query_compiler_id_drift(db, &reader.id_drift, error) &&
           count_hits(&reader, error);
}
