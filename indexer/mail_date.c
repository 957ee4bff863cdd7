/* SPDX-License-Identifier: MIT */
#include "indexer/mail_date.h"

#define SECONDS_A_DAY 86400

#define FIRST_PLAUSIBLE INT64_C(31536000)   /* 1971-01-01: zero clocks write 1970 */
#define LAST_PLAUSIBLE  INT64_C(4102444800) /* 2100-01-01 */

/* Zones reach from -12:00 to +14:00; more is an error of the sender's. */
#define ZONE_MINUTES_MAX (14 * 60)

typedef enum { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_MARK } TokenKind;

typedef struct {
    TokenKind kind;
    Slice text;
    int value;        /* of a number with up to 9 digits; else -1 */
    char mark;        /* : / - + . */
    bool after_space; /* white space or a comment comes before it */
} Token;

typedef struct {
    Slice rest;
} Tokenizer;

/* What is known of the date so far; -1 where nothing is. */
typedef struct {
    int year, month, day;
    int hour, minute, second;
    bool has_zone;
    bool has_pm, has_am;
    int zone_minutes;
    bool is_bad;
} Fields;

static const char month_names[][4] = {"jan", "feb", "mar", "apr", "may", "jun",
                                      "jul", "aug", "sep", "oct", "nov", "dec"};

/* What a token may begin with; everything else stands between tokens. */
typedef enum { BYTE_OTHER, BYTE_LETTER, BYTE_DIGIT, BYTE_MARK } ByteClass;

static const uint8_t byte_classes[256] = {
    ['A' ... 'Z'] = BYTE_LETTER, ['a' ... 'z'] = BYTE_LETTER, ['0' ... '9'] = BYTE_DIGIT,
    [':'] = BYTE_MARK,           ['/'] = BYTE_MARK,           ['-'] = BYTE_MARK,
    ['+'] = BYTE_MARK,           ['.'] = BYTE_MARK,
};

/* RFC 5322 section 4.3, and the names that mailers of Europe and Asia wrote. */
static const struct {
    const char *name;
    int minutes;
} zones[] = {
    {"UT", 0},      {"UTC", 0},     {"GMT", 0},    {"Z", 0},      {"EST", -300}, {"EDT", -240},
    {"CST", -360},  {"CDT", -300},  {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
    {"AKST", -540}, {"AKDT", -480}, {"HST", -600}, {"AST", -240}, {"ADT", -180}, {"BRT", -180},
    {"WET", 0},     {"WEST", 60},   {"BST", 60},   {"CET", 60},   {"CEST", 120}, {"MET", 60},
    {"MEST", 120},  {"MEZ", 60},    {"MESZ", 120}, {"EET", 120},  {"EEST", 180}, {"MSK", 180},
    {"MSD", 240},   {"IST", 330},   {"ICT", 420},  {"HKT", 480},  {"SGT", 480},  {"JST", 540},
    {"KST", 540},   {"AEST", 600},  {"AEDT", 660}, {"NZST", 720}, {"NZDT", 780},
};

static ByteClass class_of(char byte)
{
    return (ByteClass)byte_classes[(uint8_t)byte];
}

/* Steps over white space, commas and comments. Comments nest (RFC 5322 3.2.2). */
static void skip_space(Tokenizer *tokenizer)
{
    Slice text = tokenizer->rest;
    size_t depth = 0;
    size_t at = 0;
    for (; at < text.len; at++) {
        const char byte = text.ptr[at];
        if (byte == '(') {
            depth++;
        } else if (byte == ')') {
            depth -= depth > 0;
        } else if (depth == 0 && class_of(byte) != BYTE_OTHER) {
            break;
        }
    }
    tokenizer->rest = slice_from(text, at);
}

static int number_value(Slice digits)
{
    int value = 0;
    if (digits.len > 9) {
        return -1;
    }
    for (size_t i = 0; i < digits.len; i++) {
        value = 10 * value + (digits.ptr[i] - '0');
    }
    return value;
}

static Token next_token(Tokenizer *tokenizer)
{
    const size_t before = tokenizer->rest.len;
    skip_space(tokenizer);
    const Slice text = tokenizer->rest;
    Token token = {.kind = TOKEN_END, .value = -1, .after_space = before > text.len};
    if (text.len == 0) {
        return token;
    }
    const ByteClass class = class_of(text.ptr[0]);
    size_t length = 1;
    while (class != BYTE_MARK && length < text.len && class_of(text.ptr[length]) == class) {
        length++;
    }
    if (class == BYTE_DIGIT) {
        token.kind = TOKEN_NUMBER;
        token.value = number_value(slice_of(text.ptr, length));
    } else if (class == BYTE_LETTER) {
        token.kind = TOKEN_WORD;
    } else {
        token.kind = TOKEN_MARK;
        token.mark = text.ptr[0];
    }
    token.text = slice_of(text.ptr, length);
    tokenizer->rest = slice_from(text, length);
    return token;
}

/* Takes the mark if it comes next. */
static bool accept_mark(Tokenizer *tokenizer, char mark)
{
    Tokenizer behind = *tokenizer;
    const Token token = next_token(&behind);
    if (token.kind != TOKEN_MARK || token.mark != mark) {
        return false;
    }
    *tokenizer = behind;
    return true;
}

static bool accept_number(Tokenizer *tokenizer, Token *ret_token)
{
    Tokenizer behind = *tokenizer;
    const Token token = next_token(&behind);
    if (token.kind != TOKEN_NUMBER) {
        return false;
    }
    *ret_token = token;
    *tokenizer = behind;
    return true;
}

static int month_of(Slice word)
{
    if (word.len < 3) {
        return -1;
    }
    const char start[3] = {g_ascii_tolower(word.ptr[0]), g_ascii_tolower(word.ptr[1]),
                           g_ascii_tolower(word.ptr[2])};
    for (int i = 0; i < (int)G_N_ELEMENTS(month_names); i++) {
        if (memcmp(start, month_names[i], sizeof(start)) == 0) {
            return i + 1;
        }
    }
    return -1;
}

/* Two and three digits by RFC 5322 section 4.3. */
static int full_year(Token number)
{
    if (number.text.len >= 4) {
        return number.value;
    }
    if (number.text.len == 3) {
        return number.value + 1900;
    }
    return number.value < 50 ? number.value + 2000 : number.value + 1900;
}

/* hour ":" minute [":" second ["." fraction]] - the hour was read. */
static void read_time(Tokenizer *tokenizer, int hour, char mark, Fields *fields)
{
    Token number = {.value = 0};
    fields->hour = hour;
    fields->minute = fields->second = 0;
    if (accept_number(tokenizer, &number)) {
        fields->minute = number.value;
    }
    if (accept_mark(tokenizer, mark) && accept_number(tokenizer, &number)) {
        fields->second = number.value;
    }
    const Tokenizer before = *tokenizer;
    if (accept_mark(tokenizer, '.') && !accept_number(tokenizer, &number)) {
        *tokenizer = before;
    }
}

/* year "/" month "/" day in figures, the first number read; or day and month where only one
 * of the two can be the month. */
static void read_numeric_date(Token first, Token second, Token third, Fields *fields)
{
    if (first.text.len == 4) {
        fields->year = first.value;
        fields->month = second.value;
        fields->day = third.value;
    } else if (first.value > 12 || second.value > 12) {
        fields->day = first.value > 12 ? first.value : second.value;
        fields->month = first.value > 12 ? second.value : first.value;
        fields->year = full_year(third);
    } else if (first.value == second.value) {
        fields->day = fields->month = first.value;
        fields->year = full_year(third);
    } else {
        fields->is_bad = true;
    }
}

/* A number with a "/", "-" or "." after it, before the time: a date with separators. Returns:
 * false, with nothing taken, when it is not. */
static bool read_separated_date(Tokenizer *tokenizer, Token first, Fields *fields)
{
    const Tokenizer before = *tokenizer;
    const Token mark = next_token(tokenizer);
    Token second = {.kind = TOKEN_END};
    Token third = {.kind = TOKEN_END};
    if (mark.kind == TOKEN_MARK && mark.mark != ':' && !mark.after_space) {
        second = next_token(tokenizer);
    }
    if (second.kind == TOKEN_WORD && month_of(second.text) > 0) {
        /* day "-" month "-" year, RFC 850. */
        fields->day = first.value;
        fields->month = month_of(second.text);
        accept_mark(tokenizer, mark.mark);
        if (accept_number(tokenizer, &third)) {
            fields->year = full_year(third);
        }
        return true;
    }
    if (second.kind == TOKEN_NUMBER && accept_mark(tokenizer, mark.mark) &&
        accept_number(tokenizer, &third)) {
        read_numeric_date(first, second, third, fields);
        return true;
    }
    *tokenizer = before;
    return false;
}

static void read_number(Tokenizer *tokenizer, Token number, Fields *fields)
{
    if (fields->hour < 0 && accept_mark(tokenizer, ':')) {
        read_time(tokenizer, number.value, ':', fields);
    } else if (fields->day < 0 && read_separated_date(tokenizer, number, fields)) {
        return;
    } else if (fields->day < 0 && number.text.len <= 2) {
        fields->day = number.value;
    } else if (fields->year < 0) {
        fields->year = full_year(number);
    }
}

/* ("+" / "-") hours minutes - "+0200", "+2", "+02:00". */
static void read_zone_offset(Tokenizer *tokenizer, char sign, Fields *fields)
{
    Token number;
    if (!accept_number(tokenizer, &number)) {
        return;
    }
    int hours = number.text.len <= 2 ? number.value : number.value / 100;
    int minutes = number.text.len <= 2 ? 0 : number.value % 100;
    if (number.text.len <= 2 && accept_mark(tokenizer, ':') &&
        accept_number(tokenizer, &number)) {
        minutes = number.value;
    }
    const bool is_plausible = number.text.len <= 4 && hours >= 0 && hours <= 14 &&
                              minutes < 60 && 60 * hours + minutes <= ZONE_MINUTES_MAX;
    fields->has_zone = true;
    fields->zone_minutes = is_plausible ? 60 * hours + minutes : 0;
    if (sign == '-') {
        fields->zone_minutes = -fields->zone_minutes;
    }
}

static void read_mark(Tokenizer *tokenizer, char mark, Fields *fields)
{
    if (fields->hour >= 0 && (mark == '+' || mark == '-')) {
        read_zone_offset(tokenizer, mark, fields);
    }
}

static void read_word(Slice word, Fields *fields)
{
    if (fields->month < 0 && (fields->month = month_of(word)) > 0) {
        return;
    }
    fields->has_am |= slice_equal_nocase(word, SLICE_LITERAL("am"));
    fields->has_pm |= slice_equal_nocase(word, SLICE_LITERAL("pm"));
    if (fields->hour < 0 || fields->has_zone) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
        if (slice_equal_nocase(word, slice_of_string(zones[i].name))) {
            fields->has_zone = true;
            fields->zone_minutes = zones[i].minutes;
        }
    }
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first of a year of the Gregorian calendar. */
static int64_t days_before_year(int year)
{
    const int64_t y = year - 1;
    return 365 * (y - 1969) + (y / 4 - y / 100 + y / 400) -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static bool is_possible(const Fields *fields)
{
    return !fields->is_bad && fields->year >= 1970 && fields->year <= 2100 &&
           fields->month >= 1 && fields->month <= 12 && fields->day >= 1 &&
           fields->day <= days_in_month(fields->year, fields->month) && fields->hour <= 24 &&
           fields->minute <= 59 && fields->second <= 60;
}

static bool make_date(Fields *fields, MailDate *ret_date)
{
    if (!is_possible(fields)) {
        return false;
    }
    if (fields->has_pm && fields->hour < 12) {
        fields->hour += 12;
    } else if (fields->has_am && fields->hour == 12) {
        fields->hour = 0;
    }
    int64_t days = days_before_year(fields->year) + fields->day - 1;
    for (int month = 1; month < fields->month; month++) {
        days += days_in_month(fields->year, month);
    }
    const int64_t minutes = 60 * MAX(fields->hour, 0) + MAX(fields->minute, 0);
    const int64_t time =
        days * SECONDS_A_DAY + 60 * (minutes - fields->zone_minutes) + MAX(fields->second, 0);
    if (time < FIRST_PLAUSIBLE || time >= LAST_PLAUSIBLE) {
        return false;
    }
    *ret_date = (MailDate){.time = time, .offset_minutes = fields->zone_minutes};
    return true;
}

bool mail_date_parse(Slice text, MailDate *ret_date)
{
    Tokenizer tokenizer = {slice_of(text.ptr, MIN(text.len, MAIL_DATE_BYTES_MAX))};
    Fields fields = {
        .year = -1, .month = -1, .day = -1, .hour = -1, .minute = -1, .second = -1};
    for (;;) {
        const Token token = next_token(&tokenizer);
        switch (token.kind) {
        case TOKEN_END:
            return make_date(&fields, ret_date);
        case TOKEN_NUMBER:
            read_number(&tokenizer, token, &fields);
            break;
        case TOKEN_WORD:
            read_word(token.text, &fields);
            break;
        case TOKEN_MARK:
            read_mark(&tokenizer, token.mark, &fields);
            break;
        }
    }
}

bool mail_date_parse_received(Slice text, MailDate *ret_date)
{
    const char *semicolon = text.len == 0 ? NULL : memrchr(text.ptr, ';', text.len);
    if (semicolon == NULL) {
        return false;
    }
    return mail_date_parse(slice_from(text, (size_t)(semicolon + 1 - text.ptr)), ret_date);
}

bool mail_date_parse_envelope(Slice line, MailDate *ret_date)
{
    line.len = MIN(line.len, MAIL_DATE_BYTES_MAX);
    if (!slice_starts_with(line, SLICE_LITERAL("From "))) {
        return false;
    }
    /* The address may have spaces in quotes; the date begins with a weekday. */
    static const char *const weekdays[] = {" Mon ", " Tue ", " Wed ", " Thu ",
                                           " Fri ", " Sat ", " Sun "};
    for (size_t i = 0; i < G_N_ELEMENTS(weekdays); i++) {
        const char *weekday = memmem(line.ptr, line.len, weekdays[i], strlen(weekdays[i]));
        if (weekday != NULL &&
            mail_date_parse(slice_from(line, (size_t)(weekday - line.ptr)), ret_date)) {
            return true;
        }
    }
    const Slice address = slice_from(line, strlen("From "));
    const char *space = address.len == 0 ? NULL : memchr(address.ptr, ' ', address.len);
    return space != NULL &&
           mail_date_parse(slice_from(address, (size_t)(space - address.ptr)), ret_date);
}
