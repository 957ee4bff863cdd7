/* SPDX-License-Identifier: MIT */
#include "indexer/dns_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The version of the interface that unbound.h describes. */
#define SONAME "libunbound.so.8"

G_DEFINE_QUARK(waxseal - dns - error - quark, dns_error)

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
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

static bool fail(GError **error)
{
    g_set_error(error, DNS_ERROR, DNS_ERROR_LIBRARY, "--dns needs libunbound: %s", dlerror());
    return false;
}

bool dns_library_load(DnsLibrary *library, GError **error)
{
    DnsLibrary loaded;
    void *handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        return fail(error);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(functions); i++) {
        void *function = dlsym(handle, functions[i].name);
        if (function == NULL) {
            return fail(error);
        }
        memcpy((char *)&loaded + functions[i].offset, &function, sizeof function);
    }
    *library = loaded;
    return true;
}
