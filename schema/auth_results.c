/* SPDX-License-Identifier: MIT */
#include "schema/auth_results.h"

#include "schema/claim_scanner.h"

/* One walk over a field. */
typedef struct {
    ClaimScanner scanner;
    Claim *claim;
    GString *name; /* of a property */
    GString *value;
    GString *comment; /* the first one of a result */
} Walk;

/* authserv-id = value. A word that "=" follows is the first method already. */
static bool read_authserv_id(ClaimScanner *scanner, GString *id)
{
    ClaimScanner ahead = *scanner;
    claim_scanner_skip_cfws(&ahead, NULL);
    if (claim_scanner_take_keyword(&ahead, id)) {
        claim_scanner_skip_cfws(&ahead, NULL);
        if (claim_scanner_take_byte(&ahead, '=')) {
            g_string_truncate(id, 0);
            return false;
        }
    }
    claim_scanner_skip_cfws(scanner, NULL);
    claim_scanner_take_value(scanner, id);
    return true;
}

void auth_results_read_authserv_id(Slice value, GString *out)
{
    ClaimScanner scanner = {.rest = value};
    read_authserv_id(&scanner, out);
}

/* method = Keyword [ [CFWS] "/" [CFWS] method-version ] */
static bool read_method(Walk *walk)
{
    claim_scanner_skip_cfws(&walk->scanner, NULL);
    if (!claim_scanner_take_keyword(&walk->scanner, walk->claim->method)) {
        return false;
    }
    claim_scanner_skip_cfws(&walk->scanner, NULL);
    if (claim_scanner_take_byte(&walk->scanner, '/')) {
        claim_scanner_skip_cfws(&walk->scanner, NULL);
        claim_scanner_take_keyword(&walk->scanner, walk->value);
        claim_scanner_skip_cfws(&walk->scanner, NULL);
    }
    return true;
}

/* methodspec = [CFWS] method [CFWS] "=" [CFWS] result ; no-result = [CFWS] ";" [CFWS] "none" */
static bool read_methodspec(Walk *walk)
{
    Claim *claim = walk->claim;
    if (!read_method(walk)) {
        return false;
    }
    if (!claim_scanner_take_byte(&walk->scanner, '=')) {
        if (strcmp(claim->method->str, "none") != 0) {
            return false;
        }
        g_string_assign(claim->result, "none");
        g_string_truncate(claim->method, 0);
        return true;
    }
    claim_scanner_skip_cfws(&walk->scanner, NULL);
    return claim_scanner_take_keyword(&walk->scanner, claim->result) &&
           claim_scanner_is_at_end_of_word(&walk->scanner);
}

/* The name in front of "=" of a reasonspec or propspec: "reason", "ptype.property", or a bare
 * word. */
static bool read_property_name(Walk *walk)
{
    if (!claim_scanner_take_keyword(&walk->scanner, walk->name)) {
        return false;
    }
    claim_scanner_skip_cfws(&walk->scanner, NULL);
    if (claim_scanner_take_byte(&walk->scanner, '.')) {
        claim_scanner_skip_cfws(&walk->scanner, NULL);
        claim_scanner_take_keyword(&walk->scanner, walk->value);
        claim_scanner_skip_cfws(&walk->scanner, NULL);
        g_string_append_c(walk->name, '.');
        g_string_append_len(walk->name, walk->value->str, (gssize)walk->value->len);
    }
    return claim_scanner_take_byte(&walk->scanner, '=');
}

/* reasonspec = "reason" [CFWS] "=" [CFWS] value
 * propspec = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue
 * Other words are stepped over. */
static void read_property(Walk *walk)
{
    if (!read_property_name(walk)) {
        claim_scanner_take_value(&walk->scanner, walk->value);
        return;
    }
    claim_scanner_skip_cfws(&walk->scanner, NULL);
    claim_scanner_take_value(&walk->scanner, walk->value);
    if (strcmp(walk->name->str, "reason") == 0) {
        claim_set(walk->claim->reason, walk->value);
    } else {
        claim_add_property(walk->claim, walk->name, walk->value);
    }
}

/* resinfo = [CFWS] ";" methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ]; the ";" is gone.
 * Returns: false when there is none. */
static bool read_resinfo(Walk *walk)
{
    claim_reset(walk->claim);
    g_string_truncate(walk->comment, 0);
    if (!read_methodspec(walk)) {
        return false;
    }
    claim_scanner_skip_cfws(&walk->scanner, walk->comment);
    while (!claim_scanner_is_at_end_of_word(&walk->scanner)) {
        read_property(walk);
        claim_scanner_skip_cfws(&walk->scanner, walk->comment);
    }
    if (walk->claim->reason->len == 0) {
        claim_set(walk->claim->reason, walk->comment);
    }
    return true;
}

void auth_results_read(Slice value, Claim *claim, ClaimFunc *func, gpointer user_data)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) comment = g_string_new(NULL);
    Walk walk = {.scanner = {.rest = value},
                 .claim = claim,
                 .name = name,
                 .value = text,
                 .comment = comment};
    bool has_section = true;
    if (read_authserv_id(&walk.scanner, claim->authserv_id)) {
        /* authres-version = 1*DIGIT [CFWS], and whatever else comes before the ";" */
        claim_scanner_skip_section(&walk.scanner);
        has_section = false;
    }
    while (has_section || claim_scanner_take_byte(&walk.scanner, ';')) {
        has_section = false;
        if (read_resinfo(&walk)) {
            func(user_data, claim);
        }
        claim_scanner_skip_section(&walk.scanner);
    }
}
