/* SPDX-License-Identifier: MIT */
#include "indexer/key_zone.h"

#include "indexer/key_alias.h"
#include "schema/dkim_domain.h"

/* Owner, TTL, class and type come before the data; TXT data has strings of 255 bytes, perhaps
 * many short ones. */
#define TOKENS_MAX 4096

/* Selector, key label and domain; longer is nobody's name. */
#define NAME_MAX_BYTES ((size_t)2 * DKIM_DOMAIN_BYTES_MAX)

/* Bytes of the records that names get by way of aliases: many names may lead to many large
 * records. */
#define ALIAS_BYTES_MAX ((size_t)64 << 20)

static const char key_label[] = "._domainkey.";

/* RFC 1035 section 3.2.2 and what zones of mail domains hold beside; TYPE1234 is RFC 3597. */
static const char *const types[] = {"TXT",    "CNAME",      "SOA",  "NS",     "MX",    "A",
                                    "AAAA",   "SRV",        "PTR",  "CAA",    "SPF",   "DS",
                                    "DNSKEY", "RRSIG",      "NSEC", "TLSA",   "NSEC3", "SSHFP",
                                    "HINFO",  "NAPTR",      "LOC",  "RP",     "DNAME", "HTTPS",
                                    "SVCB",   "NSEC3PARAM", "CDS",  "CDNSKEY"};

typedef struct {
    size_t at; /* in Entry.bytes */
    size_t len;
} Token;

/* One record or directive: its words and strings, without quotes and escapes. */
typedef struct {
    GString *bytes;
    GArray *tokens; /* Token */
    size_t line;
    bool repeats_owner; /* began with white space */
    const char *fault;  /* constant words, or NULL */
} Entry;

typedef struct {
    Slice text;
    size_t at;
    size_t line;     /* of `at` */
    GString *origin; /* without the last dot; empty when none */
    GString *owner;  /* of the record before */
    Entry entry;
    const char *path;
    KeyStore *store;
    KeyReport *report;
    KeyAliases *aliases;
    size_t alias_bytes; /* of ALIAS_BYTES_MAX */
} Zone;

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* What ends a word. */
static bool is_delimiter(char byte)
{
    return is_blank(byte) || byte == '"' || byte == '(' || byte == ')' || byte == ';';
}

static bool at_line_end(const Zone *zone)
{
    return zone->at == zone->text.len || zone->text.ptr[zone->at] == '\n';
}

static void skip_to_line_end(Zone *zone)
{
    const char *start = zone->text.ptr + zone->at;
    const char *end = memchr(start, '\n', zone->text.len - zone->at);
    zone->at = end == NULL ? zone->text.len : (size_t)(end - zone->text.ptr);
}

/* \X and \DDD (RFC 1035 section 5.1); `at` is on the backslash and not at the line's end. */
static void take_escape(Zone *zone, GString *out)
{
    const char *at = zone->text.ptr + zone->at + 1;
    const size_t left = zone->text.len - zone->at - 1;
    if (left >= 3 && g_ascii_isdigit(at[0]) && g_ascii_isdigit(at[1]) &&
        g_ascii_isdigit(at[2])) {
        const int value = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
        g_string_append_c(out, (char)(uint8_t)value);
        zone->at += 4;
        return;
    }
    zone->at++;
    if (!at_line_end(zone)) {
        g_string_append_c(out, zone->text.ptr[zone->at++]);
    }
}

/* A token up to its closing quote, or an unquoted one up to what ends it. */
static void take_token(Zone *zone, bool is_quoted)
{
    Entry *entry = &zone->entry;
    Token token = {.at = entry->bytes->len};
    while (!at_line_end(zone)) {
        const char byte = zone->text.ptr[zone->at];
        if (is_quoted ? byte == '"' : is_delimiter(byte)) {
            break;
        }
        if (byte == '\\') {
            take_escape(zone, entry->bytes);
        } else {
            g_string_append_c(entry->bytes, byte);
            zone->at++;
        }
    }
    if (is_quoted && at_line_end(zone)) {
        entry->fault = "a quoted string is not closed";
    } else if (is_quoted) {
        zone->at++;
    }
    token.len = entry->bytes->len - token.at;
    if (entry->tokens->len == TOKENS_MAX || entry->bytes->len > KEY_ZONE_ENTRY_MAX) {
        entry->fault = "the record is too long";
        return;
    }
    g_array_append_val(entry->tokens, token);
}

static void start_entry(Zone *zone)
{
    Entry *entry = &zone->entry;
    g_string_truncate(entry->bytes, 0);
    g_array_set_size(entry->tokens, 0);
    entry->line = zone->line;
    entry->repeats_owner = !at_line_end(zone) && is_blank(zone->text.ptr[zone->at]);
    entry->fault = NULL;
}

/* Reads up to the end of a line outside parentheses; after a fault, up to the end of its line.
 */
static void take_entry(Zone *zone)
{
    start_entry(zone);
    bool is_open = false;
    const size_t start = zone->at;
    while (zone->at < zone->text.len && zone->entry.fault == NULL) {
        const char byte = zone->text.ptr[zone->at];
        if (byte == '\n' && !is_open) {
            break;
        }
        if (byte == ';') {
            skip_to_line_end(zone);
        } else if (byte == '(' || byte == ')') {
            is_open = byte == '(';
            zone->at++;
        } else if (byte == '\n' || is_blank(byte)) {
            zone->line += byte == '\n';
            zone->at++;
        } else {
            zone->at += byte == '"';
            take_token(zone, byte == '"');
        }
        if (is_open && zone->at - start > 2 * KEY_ZONE_ENTRY_MAX) {
            zone->entry.fault = "the record is too long";
        }
    }
    if (is_open && zone->at == zone->text.len && zone->entry.fault == NULL) {
        zone->entry.fault = "a parenthesis is not closed";
    }
    skip_to_line_end(zone);
    if (zone->at < zone->text.len) {
        zone->at++;
        zone->line++;
    }
}

static Slice token_of(const Entry *entry, guint at)
{
    if (at >= entry->tokens->len) {
        return SLICE_EMPTY;
    }
    const Token *token = &g_array_index(entry->tokens, Token, at);
    return slice_of(entry->bytes->str + token->at, token->len);
}

static bool is_word(Slice token, const char *word)
{
    return slice_equal_nocase(token, slice_of_string(word));
}

static bool is_type(Slice token)
{
    static const char generic[] = "TYPE";
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (is_word(token, types[i])) {
            return true;
        }
    }
    return token.len > strlen(generic) &&
           g_ascii_strncasecmp(token.ptr, generic, strlen(generic)) == 0 &&
           g_ascii_isdigit(token.ptr[strlen(generic)]);
}

/* Returns: what `name` is when it stands in a zone; NULL when it is relative to nothing, empty,
 * or far too long. */
static const char *complete(const Zone *zone, Slice name, GString *out)
{
    g_string_truncate(out, 0);
    if (name.len == 0 || name.len > NAME_MAX_BYTES ||
        memchr(name.ptr, '\0', name.len) != NULL) {
        return NULL;
    }
    const bool is_absolute = name.len > 0 && name.ptr[name.len - 1] == '.';
    g_string_append_len(out, name.ptr, (gssize)(name.len - is_absolute));
    if (is_absolute) {
        return out->str;
    }
    if (is_word(name, "@")) {
        g_string_assign(out, zone->origin->str);
    } else if (zone->origin->len > 0) {
        g_string_append_printf(out, ".%s", zone->origin->str);
    }
    const bool is_known = zone->origin->len > 0 || strcasestr(out->str, key_label) != NULL;
    return is_known && out->len <= NAME_MAX_BYTES ? out->str : NULL;
}

/* Returns: NULL, or what is wrong. */
static const char *read_directive(Zone *zone)
{
    const Slice word = token_of(&zone->entry, 0);
    const Slice value = token_of(&zone->entry, 1);
    if (is_word(word, "$TTL")) {
        return NULL;
    }
    if (!is_word(word, "$ORIGIN")) {
        return "a directive that is not followed";
    }
    g_autoptr(GString) origin = g_string_new(NULL);
    const bool is_root = value.len == 1 && value.ptr[0] == '.';
    if (value.len == 0 || complete(zone, value, origin) == NULL) {
        /* dig and most exports write it whole; without its dot it is meant so, too */
        if (value.len == 0 || zone->origin->len > 0) {
            return "an origin that is no name";
        }
    }
    g_string_assign(zone->origin, is_root ? "" : origin->str);
    return NULL;
}

/* TTL and class in either order (RFC 1035 section 5.1), and BIND's units of time. */
static guint skip_ttl_and_class(const Entry *entry, guint at)
{
    for (int i = 0; i < 2; i++) {
        const Slice token = token_of(entry, at);
        const bool is_ttl = token.len > 0 && g_ascii_isdigit(token.ptr[0]);
        at += is_ttl || is_word(token, "IN") || is_word(token, "CH") || is_word(token, "HS");
    }
    return at;
}

/* Adds the record under `name`. Returns: NULL when it is a key, or why it is none. */
static const char *add_text(Zone *zone, guint at, const char *name)
{
    const Entry *entry = &zone->entry;
    if (at >= entry->tokens->len) {
        return "no string in a TXT record";
    }
    /* the strings lie one behind the other */
    const size_t start = g_array_index(entry->tokens, Token, at).at;
    const char *record = entry->bytes->str + start;
    const size_t len = entry->bytes->len - start;
    if (memchr(record, '\0', len) != NULL || !g_utf8_validate(record, (gssize)len, NULL)) {
        return "the record is no text";
    }
    const KeyObservation observation = {.source = zone->path, .channel = "file"};
    return key_store_add_named(zone->store, name, record, &observation);
}

/* Takes the name at the front of a record. Returns: NULL, or what is wrong. */
static const char *take_owner(Zone *zone, guint *ret_next)
{
    const Entry *entry = &zone->entry;
    *ret_next = entry->repeats_owner ? 0 : 1;
    if (entry->repeats_owner) {
        return zone->owner->len == 0 ? "no name before it" : NULL;
    }
    g_autoptr(GString) owner = g_string_new(NULL);
    const char *name = complete(zone, token_of(entry, 0), owner);
    g_string_assign(zone->owner, name == NULL ? "" : name);
    return name == NULL ? "a name that is relative to nothing, or no name" : NULL;
}

static void add_alias(Zone *zone, Slice target)
{
    g_autoptr(GString) name = g_string_new(NULL);
    if (zone->owner->len > 0 && complete(zone, target, name) != NULL) {
        key_aliases_add(zone->aliases, zone->owner->str, name->str);
    }
}

static void read_record(Zone *zone)
{
    const Entry *entry = &zone->entry;
    guint at = 0;
    const char *fault = take_owner(zone, &at);
    at = skip_ttl_and_class(entry, at);
    const Slice type = token_of(entry, at);
    const bool is_key = strcasestr(zone->owner->str, key_label) != NULL;
    if (!is_type(type)) {
        key_report_fault(zone->report, entry->line, "no type of a DNS record");
    } else if (is_word(type, "CNAME")) {
        zone->report->n_aliases += is_key;
        zone->report->n_others += !is_key;
        add_alias(zone, token_of(entry, at + 1));
    } else if (fault != NULL && is_word(type, "TXT")) {
        key_report_fault(zone->report, entry->line, fault);
    } else if (is_word(type, "TXT") && is_key) {
        key_report_entry(zone->report, entry->line, add_text(zone, at + 1, zone->owner->str));
    } else {
        zone->report->n_others++;
    }
}

/* A record at the end of aliases is the key of the names that lead to it. */
static void read_target(Zone *zone)
{
    const Entry *entry = &zone->entry;
    guint at = 0;
    take_owner(zone, &at);
    at = skip_ttl_and_class(entry, at);
    const GPtrArray *names = is_word(token_of(entry, at), "TXT")
                                 ? key_aliases_of(zone->aliases, zone->owner->str)
                                 : NULL;
    for (guint i = 0; names != NULL && i < names->len; i++) {
        zone->alias_bytes += entry->bytes->len;
        if (zone->alias_bytes > ALIAS_BYTES_MAX) {
            return;
        }
        const char *fault = add_text(zone, at + 1, g_ptr_array_index(names, i));
        key_report_entry(zone->report, entry->line, fault);
        key_aliases_settle(zone->aliases, g_ptr_array_index(names, i));
    }
}

static void read_entry(Zone *zone, void (*take_record)(Zone *zone))
{
    const Entry *entry = &zone->entry;
    const char *fault = entry->fault;
    if (fault == NULL && entry->tokens->len > 0) {
        const Slice first = token_of(entry, 0);
        if (entry->repeats_owner || first.len == 0 || first.ptr[0] != '$') {
            take_record(zone);
            return;
        }
        fault = read_directive(zone);
    }
    if (fault != NULL) {
        g_string_truncate(zone->owner, 0); /* what follows does not belong to the name before */
        if (take_record == read_record) {
            key_report_fault(zone->report, entry->line, fault);
        }
    }
}

static void read_all(Zone *zone, void (*take_record)(Zone *zone))
{
    zone->at = 0;
    zone->line = 1;
    g_string_truncate(zone->origin, 0);
    g_string_truncate(zone->owner, 0);
    while (zone->at < zone->text.len) {
        if (zone->text.ptr[zone->at] == '#') {
            skip_to_line_end(zone); /* a comment to everybody but the RFC */
        }
        take_entry(zone);
        read_entry(zone, take_record);
    }
}

/* The target of an alias may stand before it: the text is read again when there are any. */
void key_zone_parse(Slice text, const char *path, KeyStore *store, KeyReport *report)
{
    g_autoptr(GString) origin = g_string_new(NULL);
    g_autoptr(GString) owner = g_string_new(NULL);
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autoptr(GArray) tokens = g_array_new(false, false, sizeof(Token));
    g_autoptr(KeyAliases) aliases = key_aliases_new();
    Zone zone = {.text = text,
                 .origin = origin,
                 .owner = owner,
                 .entry = {.bytes = bytes, .tokens = tokens},
                 .path = path,
                 .store = store,
                 .report = report,
                 .aliases = aliases};
    read_all(&zone, read_record);
    if (key_aliases_follow(aliases) > 0) {
        read_all(&zone, read_target);
        report->n_aliases -= key_aliases_n_settled(aliases);
    }
}

/* The word at the front of `line`, which is cut off, and the white space behind it. */
static Slice take_word(Slice *line)
{
    size_t len = 0;
    while (len < line->len && !is_blank(line->ptr[len])) {
        len++;
    }
    const Slice word = slice_of(line->ptr, len);
    while (len < line->len && is_blank(line->ptr[len])) {
        len++;
    }
    *line = slice_from(*line, len);
    return word;
}

bool key_zone_is_line(Slice line)
{
    if (line.len > 0 && (line.ptr[0] == ';' || line.ptr[0] == '$')) {
        return true;
    }
    take_word(&line); /* the owner, or nothing before white space */
    for (int i = 0; i < 3; i++) {
        const Slice word = take_word(&line);
        const bool is_ttl = word.len > 0 && g_ascii_isdigit(word.ptr[0]);
        if (is_type(word)) {
            return line.len > 0;
        }
        if (!is_ttl && !is_word(word, "IN") && !is_word(word, "CH") && !is_word(word, "HS")) {
            return false;
        }
    }
    return false;
}
