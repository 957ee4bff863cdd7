/* dns_library.h - libunbound, loaded when the DNS is first asked.
 *
 * Linked, it and the four libraries that it needs would cost every start of the program, and
 * every worker process would have them, while most archives never ask the DNS.
 *
 * Memory: the table is the caller's; the library stays loaded until the program ends.
 * Errors: DNS_ERROR_LIBRARY.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <unbound.h>

#define DNS_ERROR (dns_error_quark())
GQuark dns_error_quark(void);

typedef enum {
    DNS_ERROR_LIBRARY, /* libunbound is not there */
    DNS_ERROR_SETTING, /* a server or trust anchor that libunbound does not take */
    DNS_ERROR_SILENT,  /* no server answers, or none whose answers can be believed */
} DnsError;

/* Each has the name of its function without "ub_"; unbound.h says what they do. */
typedef struct {
    __typeof__(&ub_ctx_create) ctx_create;
    __typeof__(&ub_ctx_delete) ctx_delete;
    __typeof__(&ub_ctx_debugout) ctx_debugout;
    __typeof__(&ub_ctx_set_option) ctx_set_option;
    __typeof__(&ub_ctx_set_fwd) ctx_set_fwd;
    __typeof__(&ub_ctx_resolvconf) ctx_resolvconf;
    __typeof__(&ub_ctx_add_ta_file) ctx_add_ta_file;
    __typeof__(&ub_ctx_async) ctx_async;
    __typeof__(&ub_fd) fd;
    __typeof__(&ub_process) process;
    __typeof__(&ub_resolve_async) resolve_async;
    __typeof__(&ub_cancel) cancel;
    __typeof__(&ub_resolve_free) resolve_free;
    __typeof__(&ub_strerror) strerror;
} DnsLibrary;

/* Fills `library`. Returns: false with `error`. */
bool dns_library_load(DnsLibrary *library, GError **error);
