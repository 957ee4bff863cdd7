/* SPDX-License-Identifier: MIT */
#include "tests/source_collect.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "schema/byte_stream.h"

static void collected_free(gpointer data)
{
    CollectedSpan *collected = data;
    g_free(collected->sha256);
    g_free(collected->envelope);
    g_free(collected);
}

static CollectedSpan *collect_span(const SourceWindow *window, const SourceSpan *span)
{
    CollectedSpan *collected = g_new0(CollectedSpan, 1);
    collected->span = *span;
    if (span->kind != SPAN_MESSAGE) {
        return collected;
    }
    collected->envelope = g_strndup(window->base + span->envelope_at, span->envelope_length);
    if (span->has_sha256) {
        collected->unquoted_length = span->unquoted_length;
        GString *hex = g_string_new(NULL);
        for (size_t i = 0; i < SHA256_BYTES; i++) {
            g_string_append_printf(hex, "%02x", span->sha256[i]);
        }
        collected->sha256 = g_string_free(hex, false);
        return collected;
    }
    /* An exact-size copy, so that the sanitizers see a read beyond the message. */
    char *bytes = g_memdup2(window->base + span->bytes_at, MAX(span->bytes_length, 1));
    collected->unquoted_length = occurrence_unquote(bytes, span->bytes_length, span->quoting);
    collected->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes,
                                                    collected->unquoted_length);
    g_free(bytes);
    return collected;
}

static void collect_all(SourceReader *reader, SourceWindow *window, size_t target,
                        uint64_t position, GPtrArray *collected, GError **error)
{
    g_autoptr(GArray) spans = g_array_new(false, false, sizeof(SourceSpan));
    while (source_reader_next(reader, window, target, 100, spans, error) == SOURCE_READ_SPANS) {
        g_assert_cmpuint(spans->len, >, 0);
        for (guint i = 0; i < spans->len; i++) {
            const SourceSpan *span = &g_array_index(spans, SourceSpan, i);
            g_assert_cmpuint(span->offset, ==, position + span->separator_before);
            position = span->offset + span->length + span->separator_after;
            g_ptr_array_add(collected, collect_span(window, span));
        }
        g_assert_cmpuint(position, ==, source_reader_position(reader));
        window->used = 0;
        g_array_set_size(spans, 0);
    }
    g_assert_cmpuint(spans->len, ==, 0);
}

GPtrArray *source_collect(const char *path, const char *relative, size_t target,
                          uint64_t resume_at, SourceFacts *ret_facts, GError **error)
{
    struct stat info;
    g_assert_cmpint(stat(path, &info), ==, 0);
    char *path_copy = g_strdup(path);
    char *relative_copy = g_strdup(relative);
    SourceEntry entry = {
        .path = path_copy,
        .relative = relative_copy,
        .stored_size = (uint64_t)info.st_size,
        .mtime_ns = byte_stream_mtime_ns(&info),
    };
    GPtrArray *collected = g_ptr_array_new_with_free_func(collected_free);
    SourceReader *reader = source_reader_open(&entry, resume_at, MBOX_DIALECT_NONE, error);
    if (reader != NULL) {
        SourceWindow window = {.capacity = SOURCE_MESSAGE_MAX + SOURCE_WINDOW_SLACK};
        window.base = mmap(NULL, window.capacity, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        g_assert_true(window.base != MAP_FAILED);
        collect_all(reader, &window, target, resume_at, collected, error);
        munmap(window.base, window.capacity);
        if (ret_facts != NULL) {
            *ret_facts = *source_reader_facts(reader);
        }
    }
    source_reader_free(reader);
    g_free(path_copy);
    g_free(relative_copy);
    return collected;
}
