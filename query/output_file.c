/* SPDX-License-Identifier: MIT */
#include "query/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)1 << 20)

struct OutputFile {
    char *path;
    FILE *stream; /* NULL once it is closed */
};

static bool fail(const char *path, int code, GError **error)
{
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s: %s", path,
                code == EEXIST ? "it is there already; nothing is overwritten"
                               : g_strerror(code));
    return false;
}

OutputFile *output_file_open(const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        fail(path, errno, error);
        return NULL;
    }
    OutputFile *file = g_new0(OutputFile, 1);
    file->path = g_strdup(path);
    file->stream = fdopen(fd, "wb");
    g_assert(file->stream != NULL);
    setvbuf(file->stream, NULL, _IOFBF, BUFFER_BYTES);
    return file;
}

void output_file_free(OutputFile *file)
{
    if (file == NULL) {
        return;
    }
    if (file->stream != NULL) {
        (void)fclose(file->stream);
    }
    g_free(file->path);
    g_free(file);
}

bool output_file_write(OutputFile *file, Slice bytes, GError **error)
{
    return bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, file->stream) == bytes.len ||
           fail(file->path, errno, error);
}

bool output_file_finish(OutputFile *file, GError **error)
{
    FILE *stream = g_steal_pointer(&file->stream);
    if (fclose(stream) != 0) {
        return fail(file->path, errno, error);
    }
    return output_file_sync(file->path, error);
}

/* A folder with all that is in it: syncfs is one wait, fsync would be one a file. */
static bool sync_one(const char *path, bool is_tree, GError **error)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    /* Not every file system and device knows what this is: EINVAL. */
    const bool is_synced =
        fd >= 0 && ((is_tree ? syncfs(fd) : fsync(fd)) == 0 || errno == EINVAL);
    const int code = errno;
    if (fd >= 0) {
        close(fd);
    }
    return is_synced || fail(path, code, error);
}

bool output_file_sync(const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return sync_one(path, true, error);
    }
    g_autofree char *folder = g_path_get_dirname(path);
    return sync_one(path, false, error) && sync_one(folder, false, error);
}

bool output_file_make(const char *path, Slice bytes, GError **error)
{
    g_autoptr(OutputFile) file = output_file_open(path, error);
    if (file == NULL) {
        return false;
    }
    const bool is_whole =
        output_file_write(file, bytes, error) && output_file_finish(file, error);
    if (!is_whole) {
        unlink(path);
    }
    return is_whole;
}
