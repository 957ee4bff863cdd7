/* SPDX-License-Identifier: MIT */
#include "indexer/dns_resolver.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "indexer/dns_txt.h"
#include "schema/utf8_text.h"

/* RFC 1035 section 3.2.2 and 4.1.1 */
#define TYPE_NS        2
#define TYPE_TXT       16
#define CLASS_IN       1
#define RCODE_NOERROR  0
#define RCODE_NXDOMAIN 3

#define RESOLV_CONF "/etc/resolv.conf"

/* Says that there is to be no validation. */
#define ANCHOR_NONE "none"

/* How often an interruption is looked for. */
#define TICK_MS 200

/* Of names and reasons that come from the DNS. */
#define NOTE_BYTES_MAX 512

/* The root's keys, where Debian's dns-root-data and unbound have them. */
static const char *const root_anchors[] = {
    "/usr/share/dns/root.key",
    "/var/lib/unbound/root.key",
};

struct DnsResolver {
    DnsLibrary library;
    struct ub_ctx *context;
    char *name;
    const char *anchor; /* NULL: none */
    gint64 timeout_us;
    const DnsOptions *options;
};

typedef struct Run Run;

typedef struct {
    Run *run;
    size_t index; /* of the name; PROBE for the question whether a server is there */
    int async_id;
    bool is_open;
    gint64 deadline_us;
} Question;

#define PROBE SIZE_MAX

struct Run {
    DnsResolver *resolver;
    const char *const *names;
    size_t n_names;
    DnsAnswer *answers;
    size_t n_started;
    size_t n_answered;
    Question questions[DNS_IN_FLIGHT_MAX];
    Question probe;
    DnsStatus probe_status;
    bool is_heard;      /* some server has answered */
    GArray *unanswered; /* size_t: names without an answer since one was last heard */
};

void dns_answer_clear(DnsAnswer *answer)
{
    g_clear_pointer(&answer->records, g_ptr_array_unref);
    g_clear_pointer(&answer->note, g_free);
    *answer = (DnsAnswer){.status = DNS_STATUS_UNASKED};
}

static bool set_servers(DnsResolver *resolver, GError **error)
{
    const char *server = resolver->options->server;
    const int code = server == NULL
                         ? resolver->library.ctx_resolvconf(resolver->context, RESOLV_CONF)
                         : resolver->library.ctx_set_fwd(resolver->context, server);
    if (code != 0) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SETTING,
                    server == NULL ? "%s: no DNS server can be read from it; name one"
                                   : "%s: not the ADDRESS[@PORT] of a DNS server",
                    server == NULL ? RESOLV_CONF : server);
        return false;
    }
    return true;
}

static bool set_anchor(DnsResolver *resolver, GError **error)
{
    const char *anchor = resolver->options->trust_anchor;
    for (size_t i = 0; anchor == NULL && i < G_N_ELEMENTS(root_anchors); i++) {
        anchor = access(root_anchors[i], R_OK) == 0 ? root_anchors[i] : NULL;
    }
    if (anchor == NULL || strcmp(anchor, ANCHOR_NONE) == 0) {
        return true;
    }
    if (access(anchor, R_OK) != 0) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SETTING, "%s: %s", anchor, g_strerror(errno));
        return false;
    }
    resolver->anchor = anchor;
    resolver->library.ctx_add_ta_file(resolver->context, anchor);
    return true;
}

/* What differs from libunbound's defaults: a server on this machine may be asked, nobody is
 * told which trust anchors there are, and nothing is written to stderr. */
static bool configure(DnsResolver *resolver, GError **error)
{
    static const char *const settings[][2] = {
        {"do-not-query-localhost:", "no"},
        {"trust-anchor-signaling:", "no"},
    };
    const DnsLibrary *library = &resolver->library;
    library->ctx_debugout(resolver->context, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        library->ctx_set_option(resolver->context, settings[i][0], settings[i][1]);
    }
    library->ctx_async(resolver->context, 1);
    return set_servers(resolver, error) && set_anchor(resolver, error);
}

DnsResolver *dns_resolver_new(const DnsOptions *options, GError **error)
{
    const unsigned seconds =
        options->timeout_seconds == 0 ? DNS_TIMEOUT_SECONDS : options->timeout_seconds;
    g_autoptr(DnsResolver) resolver = g_new0(DnsResolver, 1);
    resolver->options = options;
    resolver->timeout_us = (gint64)seconds * G_USEC_PER_SEC;
    resolver->name =
        g_strconcat("DNS by ", options->server == NULL ? RESOLV_CONF : options->server, NULL);
    if (!dns_library_load(&resolver->library, error)) {
        return NULL;
    }
    resolver->context = resolver->library.ctx_create();
    if (resolver->context == NULL) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_LIBRARY, "libunbound does not start");
        return NULL;
    }
    return configure(resolver, error) ? g_steal_pointer(&resolver) : NULL;
}

void dns_resolver_free(DnsResolver *resolver)
{
    if (resolver == NULL) {
        return;
    }
    if (resolver->context != NULL) {
        resolver->library.ctx_delete(resolver->context);
    }
    g_free(resolver->name);
    g_free(resolver);
}

const char *dns_resolver_name(const DnsResolver *resolver)
{
    return resolver->name;
}

bool dns_resolver_validates(const DnsResolver *resolver)
{
    return resolver->anchor != NULL;
}

static DnsStatus status_of(int fault, const struct ub_result *result)
{
    if (fault != 0 || result == NULL) {
        return DNS_STATUS_SERVFAIL;
    }
    if (result->bogus != 0) {
        return DNS_STATUS_BOGUS;
    }
    if (result->nxdomain != 0 || result->rcode == RCODE_NXDOMAIN) {
        return DNS_STATUS_NXDOMAIN;
    }
    if (result->rcode != RCODE_NOERROR) {
        return DNS_STATUS_SERVFAIL;
    }
    return result->havedata != 0 ? DNS_STATUS_RECORDS : DNS_STATUS_NODATA;
}

static DnssecState dnssec_of(const DnsResolver *resolver, DnsStatus status,
                             const struct ub_result *result)
{
    if (status == DNS_STATUS_SERVFAIL || status == DNS_STATUS_TIMEOUT) {
        return DNSSEC_NONE;
    }
    if (status == DNS_STATUS_BOGUS) {
        return DNSSEC_BOGUS;
    }
    if (resolver->anchor == NULL) {
        return DNSSEC_INDETERMINATE;
    }
    return result->secure != 0 ? DNSSEC_SECURE : DNSSEC_INSECURE;
}

/* Returns: (transfer full) the texts of the records that can be read; NULL when none can. */
static GPtrArray *read_records(const struct ub_result *result)
{
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < DNS_RECORDS_MAX && result->data[i] != NULL; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        const Slice rdata = slice_of(result->data[i], (size_t)MAX(result->len[i], 0));
        if (dns_txt_read(rdata, text) == DNS_TXT_OK) {
            g_ptr_array_add(records, g_string_free(g_steal_pointer(&text), false));
        }
    }
    return records->len == 0 ? NULL : g_steal_pointer(&records);
}

/* One line of text from the DNS behind words of ours. Returns: (transfer full). */
static char *note_of(const char *words, const char *text)
{
    GString *note = g_string_new(words);
    const size_t len = strlen(text);
    const size_t begin = note->len;
    utf8_text_append(note, slice_of(text, MIN(len, (size_t)NOTE_BYTES_MAX)));
    utf8_text_make_line(note, begin);
    return g_string_free(note, false);
}

/* Whether two names of the DNS are the same but for case and a final dot. */
static bool is_same_name(const char *name, const char *other)
{
    const size_t len = strlen(name);
    return g_ascii_strncasecmp(name, other, len) == 0 &&
           (other[len] == '\0' || strcmp(other + len, ".") == 0);
}

static char *alias_or_fault(const char *name, DnsStatus status, const struct ub_result *result)
{
    if (status == DNS_STATUS_BOGUS) {
        return result->why_bogus == NULL ? NULL : note_of("", result->why_bogus);
    }
    const char *canonical = result == NULL ? NULL : result->canonname;
    return canonical == NULL || is_same_name(name, canonical) ? NULL
                                                              : note_of("alias of ", canonical);
}

static bool is_heard(DnsStatus status)
{
    return status != DNS_STATUS_SERVFAIL && status != DNS_STATUS_TIMEOUT &&
           status != DNS_STATUS_BOGUS;
}

static void note_heard(Run *run, size_t index, DnsStatus status)
{
    if (is_heard(status)) {
        run->is_heard = true;
        g_array_set_size(run->unanswered, 0);
    } else {
        g_array_append_val(run->unanswered, index);
    }
}

/* Ends a question; `result` is NULL after a fault or a time-out. */
static void end_question(Question *question, DnsStatus status, const struct ub_result *result)
{
    Run *run = question->run;
    question->is_open = false;
    if (question->index == PROBE) {
        run->probe_status = status;
        return;
    }
    const DnsOptions *options = run->resolver->options;
    DnsAnswer *answer = &run->answers[question->index];
    if (status == DNS_STATUS_RECORDS) {
        answer->records = read_records(result);
        status = answer->records == NULL ? DNS_STATUS_UNREADABLE : status;
    }
    answer->status = status;
    answer->dnssec = dnssec_of(run->resolver, status, result);
    answer->note = alias_or_fault(run->names[question->index], status, result);
    note_heard(run, question->index, status);
    run->n_answered++;
    if (options->progress != NULL) {
        options->progress(run->n_answered, run->n_names, options->user_data);
    }
}

static void on_result(void *data, int fault, struct ub_result *result)
{
    Question *question = data;
    end_question(question, status_of(fault, result), fault == 0 ? result : NULL);
    question->run->resolver->library.resolve_free(result);
}

static bool ask(Run *run, Question *question, size_t index, GError **error)
{
    DnsResolver *resolver = run->resolver;
    const bool is_probe = index == PROBE;
    *question = (Question){
        .run = run,
        .index = index,
        .is_open = true,
        .deadline_us = g_get_monotonic_time() + resolver->timeout_us,
    };
    const int code = resolver->library.resolve_async(
        resolver->context, is_probe ? "." : run->names[index], is_probe ? TYPE_NS : TYPE_TXT,
        CLASS_IN, question, on_result, &question->async_id);
    if (code != 0) {
        question->is_open = false;
        g_set_error(error, DNS_ERROR, DNS_ERROR_SETTING, "%s%s%s: %s", resolver->name,
                    resolver->anchor == NULL ? "" : ", trust anchor ",
                    resolver->anchor == NULL ? "" : resolver->anchor,
                    resolver->library.strerror(code));
        return false;
    }
    return true;
}

static bool ask_more(Run *run, GError **error)
{
    for (size_t i = 0; i < DNS_IN_FLIGHT_MAX && run->n_started < run->n_names; i++) {
        if (!run->questions[i].is_open &&
            !ask(run, &run->questions[i], run->n_started++, error)) {
            return false;
        }
    }
    return true;
}

static void close_question(Question *question)
{
    if (question->is_open) {
        DnsResolver *resolver = question->run->resolver;
        resolver->library.cancel(resolver->context, question->async_id);
        question->is_open = false;
    }
}

static void close_questions(Run *run)
{
    for (size_t i = 0; i < DNS_IN_FLIGHT_MAX; i++) {
        close_question(&run->questions[i]);
    }
    close_question(&run->probe);
}

static void end_when_late(Question *question, gint64 now_us)
{
    if (question->is_open && now_us >= question->deadline_us) {
        close_question(question);
        end_question(question, DNS_STATUS_TIMEOUT, NULL);
    }
}

/* Waits a tick at most for answers, and ends the questions that are late. */
static void take_answers(Run *run)
{
    DnsResolver *resolver = run->resolver;
    struct pollfd answers = {.fd = resolver->library.fd(resolver->context), .events = POLLIN};
    if (poll(&answers, 1, TICK_MS) > 0) {
        resolver->library.process(resolver->context);
    }
    const gint64 now_us = g_get_monotonic_time();
    for (size_t i = 0; i < DNS_IN_FLIGHT_MAX; i++) {
        end_when_late(&run->questions[i], now_us);
    }
    end_when_late(&run->probe, now_us);
}

static bool is_interrupted(const Run *run)
{
    const volatile sig_atomic_t *interrupted = run->resolver->options->interrupted;
    return interrupted != NULL && *interrupted != 0;
}

/* Asks for the root. Returns: false with `error` when nothing can be asked. */
static bool ask_probe(Run *run, GError **error)
{
    run->probe_status = DNS_STATUS_UNASKED;
    if (!ask(run, &run->probe, PROBE, error)) {
        return false;
    }
    while (run->probe.is_open && !is_interrupted(run)) {
        take_answers(run);
    }
    return true;
}

/* libunbound calls it bogus, too, when nobody gives it the keys of the root: whether somebody
 * would without validation. */
static bool is_there_unvalidated(const DnsOptions *options)
{
    DnsOptions other = *options;
    other.trust_anchor = ANCHOR_NONE;
    g_autoptr(DnsResolver) resolver = dns_resolver_new(&other, NULL);
    Run run = {.resolver = resolver};
    const bool is_there =
        resolver != NULL && ask_probe(&run, NULL) && is_heard(run.probe_status);
    close_questions(&run);
    return is_there;
}

/* Names that a silent server was asked for tell nothing. */
static void forget_unanswered(Run *run)
{
    for (guint i = 0; i < run->unanswered->len; i++) {
        dns_answer_clear(&run->answers[g_array_index(run->unanswered, size_t, i)]);
    }
    g_array_set_size(run->unanswered, 0);
}

static void give_up(const Run *run, GError **error)
{
    const char *name = run->resolver->name;
    const bool is_bogus = run->probe_status == DNS_STATUS_BOGUS;
    if (is_bogus && is_there_unvalidated(run->resolver->options)) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SILENT,
                    "%s: no answer can be validated; does the server pass DNSSEC on? "
                    "(--dns-trust-anchor " ANCHOR_NONE " asks without)",
                    name);
    } else {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SILENT, "%s: no server answers", name);
    }
}

/* Nobody has answered for long: are these names broken, or is no server there? Returns: false
 * with `error` when nobody knows the root. */
static bool prove_server(Run *run, GError **error)
{
    const guint n_unanswered = run->unanswered->len;
    if (!ask_probe(run, error)) {
        return false;
    }
    if (is_interrupted(run)) {
        return true;
    }
    /* Less than before: some other answer has come in between. */
    if (!is_heard(run->probe_status) && run->unanswered->len >= n_unanswered) {
        forget_unanswered(run);
        give_up(run, error);
        return false;
    }
    run->is_heard = true;
    g_array_set_size(run->unanswered, 0);
    return true;
}

static size_t n_open(const Run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < DNS_IN_FLIGHT_MAX; i++) {
        n += run->questions[i].is_open;
    }
    return n;
}

static bool ask_all(Run *run, GError **error)
{
    while (!is_interrupted(run) && (run->n_started < run->n_names || n_open(run) > 0)) {
        if (!ask_more(run, error)) {
            return false;
        }
        take_answers(run);
        if (run->unanswered->len >= DNS_SILENCE_MAX && !prove_server(run, error)) {
            return false;
        }
    }
    if (!run->is_heard && run->unanswered->len > 0 && !prove_server(run, error)) {
        return false;
    }
    if (!run->is_heard) {
        forget_unanswered(run);
    }
    return true;
}

bool dns_resolver_ask(DnsResolver *resolver, const char *const *names, size_t n_names,
                      DnsAnswer *answers, GError **error)
{
    g_autoptr(GArray) unanswered = g_array_new(false, false, sizeof(size_t));
    Run run = {
        .resolver = resolver,
        .names = names,
        .n_names = n_names,
        .answers = answers,
        .unanswered = unanswered,
    };
    const bool ok = ask_all(&run, error);
    close_questions(&run);
    return ok;
}
