/* SPDX-License-Identifier: MIT */
#include "indexer/folder_name.h"

#include <string.h>

#include "schema/banned.h"

static char *join(const char *parent, const char *name)
{
    return *parent == '\0' || *name == '\0' ? g_strconcat(parent, name, NULL)
                                            : g_build_filename(parent, name, NULL);
}

/* Cuts `suffix` off a name that is more than that. */
static void drop_suffix(char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t cut = strlen(suffix);
    if (length > cut && g_ascii_strcasecmp(name + length - cut, suffix) == 0) {
        name[length - cut] = '\0';
    }
}

/* "Envoy&AOk-s" is Envoyés; a name that is not written back the same was not encoded. */
static char *decode_utf7(const char *name)
{
    g_autofree char *decoded = g_convert(name, -1, "UTF-8", "UTF-7-IMAP", NULL, NULL, NULL);
    g_autofree char *again =
        decoded == NULL ? NULL
                        : g_convert(decoded, -1, "UTF-7-IMAP", "UTF-8", NULL, NULL, NULL);
    return g_strdup(g_strcmp0(again, name) == 0 ? decoded : name);
}

char *folder_name_of_directory(const char *parent, const char *name, bool in_maildir)
{
    bool is_dotted = in_maildir && *name == '.';
    g_autofree char *path = g_strdup(is_dotted ? name + 1 : name);
    if (is_dotted) {
        g_strdelimit(path, ".", '/');
        g_autofree char *decoded = decode_utf7(path);
        return join(parent, decoded);
    }
    drop_suffix(path, ".sbd");
    drop_suffix(path, ".mbox");
    return join(parent, path);
}

char *folder_name_of_mbox(const char *parent, const char *name)
{
    g_autofree char *folder = g_strdup(name);
    if (*parent != '\0' && strcmp(name, "mbox") == 0) {
        return g_strdup(parent);
    }
    drop_suffix(folder, ".gz");
    drop_suffix(folder, ".mbox");
    drop_suffix(folder, ".mbx");
    return join(parent, folder);
}
