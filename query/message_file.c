/* SPDX-License-Identifier: MIT */
#include "query/message_file.h"

#include "query/confined.h"

/* What the child writes in front of the bytes of each part. */
typedef struct {
    uint64_t size;
    uint32_t kind;
    char number[64];
} FrameHead;

typedef struct {
    GBytes *message;
    GHashTable *numbers;
} Request;

typedef struct {
    const Request *request;
    ConfinedSink *sink;
} Writing;

static gpointer prepare(void)
{
    return message_part_reader_new();
}

static void write_part(const MessagePart *part, gpointer data)
{
    const Writing *writing = data;
    if (!g_hash_table_contains(writing->request->numbers, part->part->number)) {
        return;
    }
    g_autoptr(GString) bytes = g_string_new(NULL);
    message_part_decode(part, CONFINED_OUTPUT_MAX, bytes);
    FrameHead head = {.size = bytes->len, .kind = part->kind};
    g_strlcpy(head.number, part->part->number, sizeof head.number);
    confined_write(writing->sink, &head, sizeof head);
    confined_write(writing->sink, bytes->str, bytes->len);
}

static void work(gpointer prepared, gpointer input, ConfinedSink *sink)
{
    const Request *request = input;
    Writing writing = {request, sink};
    gsize size = 0;
    const char *data = g_bytes_get_data(request->message, &size);
    message_part_visit(prepared, slice_of(data, size), write_part, &writing);
}

/* Takes one frame off the child's output, which may be anything. Returns: false at the end. */
static bool take_frame(Slice *output, MessageFile *ret_file)
{
    FrameHead head;
    if (output->len < sizeof head) {
        return false;
    }
    memcpy(&head, output->ptr, sizeof head);
    *output = slice_from(*output, sizeof head);
    if (head.size > output->len || head.kind > MESSAGE_PART_UUENCODED) {
        return false;
    }
    ret_file->kind = (MessagePartKind)head.kind;
    ret_file->bytes = slice_of(output->ptr, head.size);
    memcpy(ret_file->number, head.number, sizeof head.number);
    ret_file->number[sizeof ret_file->number - 1] = '\0';
    *output = slice_from(*output, head.size);
    return true;
}

MessageFiles *message_files_read(GBytes *message, GHashTable *numbers, GError **error)
{
    static const ConfinedJob job = {prepare, work};
    Request request = {message, numbers};
    GBytes *output = confined_run(&job, &request, error);
    if (output == NULL) {
        return NULL;
    }
    MessageFiles *files = g_new0(MessageFiles, 1);
    files->output = output;
    files->files = g_array_new(false, false, sizeof(MessageFile));
    gsize size = 0;
    const char *data = g_bytes_get_data(output, &size);
    Slice rest = slice_of(data, size);
    MessageFile file;
    while (take_frame(&rest, &file)) {
        g_array_append_val(files->files, file);
    }
    return files;
}

void message_files_free(MessageFiles *files)
{
    if (files == NULL) {
        return;
    }
    g_array_unref(files->files);
    g_bytes_unref(files->output);
    g_free(files);
}
