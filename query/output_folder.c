/* SPDX-License-Identifier: MIT */
#include "query/output_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "query/output_file.h"
#include "query/safe_name.h"

/* More files of one name in one folder is an attack. */
#define NUMBER_MAX 100000u

struct OutputFolder {
    char *path;
    int fd;
    GHashTable *taken; /* name, case folded -> last number that it was given with */
};

static bool fail(const char *path, int code, GError **error)
{
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s: %s", path,
                g_strerror(code));
    return false;
}

static bool fail_below(const OutputFolder *folder, const char *name, int code, GError **error)
{
    g_autofree char *path = g_build_filename(folder->path, name, NULL);
    return fail(path, code, error);
}

/* Opens the folder `name` below `parent`. */
static OutputFolder *open_below(int parent, const char *name, char *path, GError **error)
{
    g_autoptr(OutputFolder) folder = g_new0(OutputFolder, 1);
    folder->path = path;
    folder->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    folder->fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0) {
        fail(path, errno, error);
        return NULL;
    }
    return g_steal_pointer(&folder);
}

/* Whether nothing but "." and ".." is in it. */
static bool check_empty(const OutputFolder *folder, GError **error)
{
    int copy = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    if (entries == NULL) {
        return fail(folder->path, errno, error);
    }
    const struct dirent *entry = NULL;
    do {
        entry = readdir(entries);
    } while (entry != NULL &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    const bool is_empty = entry == NULL;
    closedir(entries);
    if (!is_empty) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
                    "%s: the folder is not empty; nothing is overwritten", folder->path);
    }
    return is_empty;
}

OutputFolder *output_folder_open(const char *path, bool must_be_empty, GError **error)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        fail(path, errno, error);
        return NULL;
    }
    g_autoptr(OutputFolder) folder = open_below(AT_FDCWD, path, g_strdup(path), error);
    if (folder == NULL || (must_be_empty && !check_empty(folder, error))) {
        return NULL;
    }
    return g_steal_pointer(&folder);
}

OutputFolder *output_folder_make(const OutputFolder *folder, const char *name, GError **error)
{
    if (mkdirat(folder->fd, name, 0777) != 0) {
        fail_below(folder, name, errno, error);
        return NULL;
    }
    return open_below(folder->fd, name, g_build_filename(folder->path, name, NULL), error);
}

void output_folder_free(OutputFolder *folder)
{
    if (folder == NULL) {
        return;
    }
    if (folder->fd >= 0) {
        close(folder->fd);
    }
    g_hash_table_unref(folder->taken);
    g_free(folder->path);
    g_free(folder);
}

bool output_folder_finish(const OutputFolder *folder, GError **error)
{
    return output_file_sync(folder->path, error);
}

const char *output_folder_path(const OutputFolder *folder)
{
    return folder->path;
}

/* Returns: 0, or what went wrong. */
static int write_all(int fd, Slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n_written = write(fd, bytes.ptr, bytes.len);
        if (n_written < 0 && errno != EINTR) {
            return errno;
        }
        bytes = slice_from(bytes, n_written < 0 ? 0 : (size_t)n_written);
    }
    return 0;
}

/* Returns: 0, EEXIST, or what else went wrong; then nothing is left behind. */
static int write_file(const OutputFolder *folder, const char *name, Slice bytes)
{
    int fd =
        openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    int code = write_all(fd, bytes);
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code != 0) {
        unlinkat(folder->fd, name, 0);
    }
    return code;
}

bool output_folder_write(const OutputFolder *folder, const char *name, Slice bytes,
                         GError **error)
{
    const int code = write_file(folder, name, bytes);
    return code == 0 || fail_below(folder, name, code, error);
}

/* The number to begin with for a name: how often it was given away, case ignored. On a file
 * system that folds case, the second of "Plan.pdf" and "plan.pdf" would meet the first. */
static unsigned next_number(OutputFolder *folder, const char *name)
{
    char *key = g_utf8_casefold(name, -1);
    const unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(folder->taken, key)) + 1;
    g_hash_table_replace(folder->taken, key, GUINT_TO_POINTER(number));
    return number;
}

char *output_folder_write_as(OutputFolder *folder, const char *name, Slice bytes,
                             GError **error)
{
    for (;;) {
        const unsigned number = next_number(folder, name);
        g_autofree char *numbered =
            number == 1 ? g_strdup(name) : safe_name_numbered(name, number);
        const int code = number > NUMBER_MAX ? EEXIST : write_file(folder, numbered, bytes);
        if (code == 0) {
            return g_steal_pointer(&numbered);
        }
        if (code != EEXIST || number > NUMBER_MAX) {
            fail_below(folder, numbered, code, error);
            return NULL;
        }
    }
}
