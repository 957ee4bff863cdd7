/* export_format.h - the forms in which export writes messages.
 *
 * Each form is one ExportFormat with a file export_NAME.c; export.c drives them.
 */
#pragma once

#include "query/message_view.h"
#include "schema/slice.h"

/* One message. Strings are from mail: valid UTF-8, otherwise anything. */
typedef struct {
    int64_t id;
    bool has_date;
    int64_t date;
    Slice sender; /* address */
    Slice subject;
    const char *flags;       /* of a Maildir that it lay in; NULL when it lay in none */
    Slice bytes;             /* the exact bytes, of a form that needs them */
    const MessageView *view; /* of the other forms */
} ExportItem;

typedef struct {
    const char *name;
    bool needs_bytes;

    /* Begins; nothing that is there is overwritten. `separator` is of CSV. Returns: (transfer
     * full) the target, NULL with `error`. */
    gpointer (*open)(const char *path, char separator, GError **error);

    bool (*add)(gpointer target, const ExportItem *item, GError **error);

    /* Ends. `note` gets what the reader should know. */
    bool (*finish)(gpointer target, GString *note, GError **error);

    /* Accepts a target that is not finished. */
    void (*free)(gpointer target);
} ExportFormat;

extern const ExportFormat export_format_mbox;
extern const ExportFormat export_format_maildir;
extern const ExportFormat export_format_eml;
extern const ExportFormat export_format_csv;
extern const ExportFormat export_format_jsonl;
