/* SPDX-License-Identifier: MIT
 *
 * Folder trees: Maildir (cur, new), MH (numbered files), and anything else, in an order that
 * depends on names only. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/folder_name.h"
#include "indexer/source.h"
#include "schema/byte_stream.h"

/* Deeper than any mail store; ends a walk through a file system that is damaged. */
#define WALK_DEPTH_MAX 64

typedef struct {
    SourceEntryFunc entry;
    SourceTroubleFunc trouble;
    gpointer user_data;
    bool stopped;
} Walk;

/* A folder on the way down. */
typedef struct {
    const char *path;     /* absolute or as given */
    const char *relative; /* below the root; "" for the root */
    const char *folder;   /* mail folder name */
    SourceContainer container;
    unsigned depth;
} Place;

static bool is_number(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if (!g_ascii_isdigit(*at)) {
            return false;
        }
    }
    return *name != '\0';
}

/* Numbers by value, as MH counts; all other names by their bytes. */
static gint compare_names(gconstpointer a, gconstpointer b)
{
    const char *first = *(const char *const *)a;
    const char *second = *(const char *const *)b;
    if (is_number(first) && is_number(second) && strlen(first) != strlen(second)) {
        return strlen(first) < strlen(second) ? -1 : 1;
    }
    return strcmp(first, second);
}

/* The sorted names in a folder. Returns: (transfer full) NULL with errno. */
static GPtrArray *list_names(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            g_ptr_array_add(names, g_strdup(entry->d_name));
        }
    }
    closedir(folder);
    g_ptr_array_sort(names, compare_names);
    return names;
}

static bool has_name(const GPtrArray *names, const char *wanted)
{
    for (guint i = 0; i < names->len; i++) {
        if (strcmp(g_ptr_array_index(names, i), wanted) == 0) {
            return true;
        }
    }
    return false;
}

static void report(const Walk *walk, const char *path, int code)
{
    g_autofree char *message = g_strdup_printf("%s: %s", path, g_strerror(code));
    walk->trouble(path, message, walk->user_data);
}

/* The flags behind ":2," at the end of a Maildir file name, or what stands for the colon where
 * file systems do not allow one. Returns: NULL when there are none. */
static const char *find_flags(const char *name)
{
    const char *info = strrchr(name, ',');
    if (info == NULL || info - name < 2 || info[-1] != '2' ||
        strchr(":;!_", info[-2]) == NULL) {
        return NULL;
    }
    const char *flags = info + 1;
    return flags[strspn(flags, G_CSET_A_2_Z G_CSET_a_2_z)] == '\0' ? flags : NULL;
}

/* A folder beside which the empty "new" and "tmp" are gone, as archivers leave them out. */
static bool holds_flagged_names(const char *path)
{
    g_autoptr(GPtrArray) names = list_names(path);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        if (find_flags(g_ptr_array_index(names, i)) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_maildir(const char *path, const GPtrArray *names)
{
    g_autofree char *cur = g_build_filename(path, "cur", NULL);
    return has_name(names, "cur") &&
           (has_name(names, "new") || has_name(names, "tmp") || holds_flagged_names(cur));
}

static void emit_file(Walk *walk, const Place *place, const char *name, const char *path,
                      const char *relative, const struct stat *info)
{
    SourceEntry *entry = g_new0(SourceEntry, 1);
    entry->path = g_strdup(path);
    entry->relative = g_strdup(relative);
    entry->container = place->container;
    if (place->container == SOURCE_CONTAINER_FILE && is_number(name)) {
        entry->container = SOURCE_CONTAINER_MH;
    } else if (*name == '.') {
        entry->container = SOURCE_CONTAINER_FILE; /* no mail program's: .keep, .DS_Store */
    }
    entry->folder = g_strdup(place->folder);
    const char *flags = place->container == SOURCE_CONTAINER_MAILDIR ? find_flags(name) : NULL;
    entry->flags = g_strdup(flags == NULL ? "" : flags);
    entry->stored_size = (uint64_t)info->st_size;
    entry->mtime_ns = byte_stream_mtime_ns(info);
    walk->stopped = !walk->entry(entry, walk->user_data);
}

static void walk_folder(Walk *walk, const Place *place);

static char *join(const char *first, const char *second)
{
    return *first == '\0' ? g_strdup(second) : g_build_filename(first, second, NULL);
}

static void walk_name(Walk *walk, const Place *place, const char *name, bool in_maildir)
{
    g_autofree char *path = g_build_filename(place->path, name, NULL);
    g_autofree char *relative = join(place->relative, name);
    struct stat info;
    if (lstat(path, &info) != 0) {
        report(walk, path, errno);
        return;
    }
    /* Links are not followed: their target is read where it lies, and none leads out. */
    if (S_ISREG(info.st_mode)) {
        emit_file(walk, place, name, path, relative, &info);
        return;
    }
    if (!S_ISDIR(info.st_mode)) {
        return;
    }
    /* What lies in tmp was never delivered, and is evidence all the same. */
    bool is_mail_folder = in_maildir && (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 ||
                                         strcmp(name, "tmp") == 0);
    g_autofree char *folder = is_mail_folder
                                  ? g_strdup(place->folder)
                                  : folder_name_of_directory(place->folder, name, in_maildir);
    Place below = {
        .path = path,
        .relative = relative,
        .folder = folder,
        .container = is_mail_folder ? SOURCE_CONTAINER_MAILDIR : SOURCE_CONTAINER_FILE,
        .depth = place->depth + 1,
    };
    walk_folder(walk, &below);
}

static void walk_folder(Walk *walk, const Place *place)
{
    if (place->depth > WALK_DEPTH_MAX) {
        g_autofree char *message =
            g_strdup_printf("%s: nested deeper than %d folders", place->path, WALK_DEPTH_MAX);
        walk->trouble(place->path, message, walk->user_data);
        return;
    }
    g_autoptr(GPtrArray) names = list_names(place->path);
    if (names == NULL) {
        report(walk, place->path, errno);
        return;
    }
    bool in_maildir = is_maildir(place->path, names);
    for (guint i = 0; i < names->len && !walk->stopped; i++) {
        walk_name(walk, place, g_ptr_array_index(names, i), in_maildir);
    }
}

/* Prefixes what the system says with the root. Returns: false always. */
static bool fail(const char *root, int code, GError **error)
{
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", root,
                g_strerror(code));
    return false;
}

bool source_walk(const char *root, SourceEntryFunc entry, SourceTroubleFunc trouble,
                 gpointer user_data, GError **error)
{
    Walk walk = {.entry = entry, .trouble = trouble, .user_data = user_data};
    struct stat info;
    if (stat(root, &info) != 0) {
        return fail(root, errno, error);
    }
    Place place = {.path = root, .relative = "", .folder = ""};
    if (S_ISREG(info.st_mode)) {
        emit_file(&walk, &place, "", root, "", &info);
        return true;
    }
    if (!S_ISDIR(info.st_mode)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: neither a file nor a folder",
                    root);
        return false;
    }
    if (access(root, R_OK | X_OK) != 0) {
        return fail(root, errno, error);
    }
    walk_folder(&walk, &place);
    return true;
}
