/* SPDX-License-Identifier: MIT */
#include "query/message_view_domainkeys.h"

#include "query/message_view_caveat.h"
#include "schema/terminal_text.h"

static void append_safe(GString *out, const char *text)
{
    terminal_text_append(out, slice_of_string(text), TERMINAL_TEXT_PLAIN);
}

static const char *domainkeys_words(const char *result)
{
    static const struct {
        const char *result;
        const char *words;
    } pairs[] = {
        {"pass", "header and body are as they were signed"},
        {"fail", "header or body is altered, or the signature is forged"},
        {"nokey", "may be settled when the key is found"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        if (g_str_equal(pairs[i].result, result)) {
            return pairs[i].words;
        }
    }
    return "cannot be checked";
}

static void domainkeys_lines(GString *out, const ViewDomainKeys *signature, guint number)
{
    g_string_append_printf(out, "  DomainKeys %u: ", number);
    append_safe(out, signature->result);
    g_string_append(out, " (");
    append_safe(out, signature->reason);
    g_string_append_printf(out, "): %s\n    domain ", domainkeys_words(signature->result));
    append_safe(out, signature->domain);
    g_string_append(out, ", selector ");
    append_safe(out, signature->selector);
    g_string_append(out, ", ");
    append_safe(out, signature->algorithm);
    g_string_append_c(out, ' ');
    append_safe(out, signature->canonicalization);
    if (signature->key_bits > 0) {
        g_string_append_printf(out, ", key of %" G_GINT64_FORMAT " bits", signature->key_bits);
    } else {
        g_string_append(out, ", no key");
    }
    g_string_append(out, "\n    for the sender ");
    append_safe(out, *signature->sender == '\0' ? "(none)" : signature->sender);
    g_string_append_printf(out, "; %s the author's domain\n    signed fields: ",
                           signature->aligned ? "of" : "not of");
    append_safe(out, *signature->signed_fields == '\0' ? "all below the signature"
                                                       : signature->signed_fields);
    g_string_append_c(out, '\n');
    message_view_append_caveats(out, signature->caveats, "    ");
}

void message_view_append_domainkeys(const MessageView *view, GString *out)
{
    if (view->domainkeys->len > 0) {
        g_string_append(out, "\nOlder signatures (not part of the verdict)\n");
    }
    for (guint i = 0; i < view->domainkeys->len; i++) {
        domainkeys_lines(out, &g_array_index(view->domainkeys, ViewDomainKeys, i), i + 1);
    }
}
