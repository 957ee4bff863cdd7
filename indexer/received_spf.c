/* SPDX-License-Identifier: MIT */
#include "indexer/received_spf.h"

#include "schema/claim_scanner.h"

/* result = "pass" / "fail" / "softfail" / "neutral" / "none" / "temperror" / "permerror"; the
 * drafts had "error" and "unknown". Anything else is another field of the same name. */
static bool read_result(ClaimScanner *scanner, Claim *claim)
{
    static const char *const results[] = {"pass",      "fail",  "softfail",
                                          "neutral",   "none",  "temperror",
                                          "permerror", "error", "unknown"};
    claim_scanner_skip_cfws(scanner, NULL);
    if (!claim_scanner_take_keyword(scanner, claim->result) ||
        !claim_scanner_is_at_end_of_word(scanner)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
        if (strcmp(claim->result->str, results[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Steps over what is no key-value-pair; at least one byte. */
static void skip_other(ClaimScanner *scanner, GString *ignored)
{
    if (!claim_scanner_take_byte(scanner, ';') && !claim_scanner_take_value(scanner, ignored)) {
        claim_scanner_skip_cfws(scanner, NULL);
    }
}

/* key-value-pair = key [CFWS] "=" ( dot-atom / quoted-string ). Returns: false when there is
 * none. */
static bool read_key_value_pair(ClaimScanner *scanner, Claim *claim, GString *key,
                                GString *value)
{
    if (!claim_scanner_take_keyword(scanner, key)) {
        return false;
    }
    claim_scanner_skip_cfws(scanner, NULL);
    if (!claim_scanner_take_byte(scanner, '=')) {
        return false;
    }
    claim_scanner_skip_cfws(scanner, NULL);
    claim_scanner_take_value(scanner, value);
    if (strcmp(key->str, "receiver") == 0) {
        claim_set(claim->authserv_id, value);
    } else {
        claim_add_property(claim, key, value);
    }
    return true;
}

void received_spf_read(Slice value, Claim *claim, ClaimFunc *func, gpointer user_data)
{
    g_autoptr(GString) key = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    ClaimScanner scanner = {.rest = value};
    claim_reset(claim);
    g_string_truncate(claim->authserv_id, 0);
    if (!read_result(&scanner, claim)) {
        return;
    }
    g_string_assign(claim->method, "spf");
    claim_scanner_skip_cfws(&scanner, claim->reason);
    while (scanner.rest.len > 0) {
        if (!read_key_value_pair(&scanner, claim, key, text)) {
            skip_other(&scanner, text);
        }
        claim_scanner_skip_cfws(&scanner, claim->reason);
    }
    func(user_data, claim);
}
