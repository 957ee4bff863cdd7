/* SPDX-License-Identifier: MIT */
#include "indexer/dns_library.h"

#include "schema/late_library.h"

/* The version of the interface that unbound.h describes. */
#define SONAME "libunbound.so.8"

G_DEFINE_QUARK(waxseal - dns - error - quark, dns_error)

static const LateFunction functions[] = {
    {"ub_ctx_create", offsetof(DnsLibrary, ctx_create)},
    {"ub_ctx_delete", offsetof(DnsLibrary, ctx_delete)},
    {"ub_ctx_debugout", offsetof(DnsLibrary, ctx_debugout)},
    {"ub_ctx_set_option", offsetof(DnsLibrary, ctx_set_option)},
    {"ub_ctx_set_fwd", offsetof(DnsLibrary, ctx_set_fwd)},
    {"ub_ctx_resolvconf", offsetof(DnsLibrary, ctx_resolvconf)},
    {"ub_ctx_add_ta_file", offsetof(DnsLibrary, ctx_add_ta_file)},
    {"ub_ctx_async", offsetof(DnsLibrary, ctx_async)},
    {"ub_fd", offsetof(DnsLibrary, fd)},
    {"ub_process", offsetof(DnsLibrary, process)},
    {"ub_resolve_async", offsetof(DnsLibrary, resolve_async)},
    {"ub_cancel", offsetof(DnsLibrary, cancel)},
    {"ub_resolve_free", offsetof(DnsLibrary, resolve_free)},
    {"ub_strerror", offsetof(DnsLibrary, strerror)},
};

bool dns_library_load(DnsLibrary *library, GError **error)
{
    const char *fault = late_library_load(SONAME, functions, G_N_ELEMENTS(functions), library);
    if (fault != NULL) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_LIBRARY, "--dns needs libunbound: %s", fault);
    }
    return fault == NULL;
}
