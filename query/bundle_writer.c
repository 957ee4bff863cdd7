/* SPDX-License-Identifier: MIT */
#include "query/bundle_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <minizip/zip.h>
#include <unistd.h>
#include <zlib.h>

#include "query/output_file.h"

/* 1980-01-01, the first time that a ZIP file can name. */
#define ZIP_TIME 0x00210000u

#define ZIP_MADE_BY_UNIX ((3u << 8) | 45u)

/* zipWriteInFileInZip counts in unsigned. */
#define ZIP_PIECE_MAX ((size_t)1 << 30)

#define MODE_FILE    0644
#define MODE_PROGRAM 0755

struct BundleWriter {
    char *path;
    zipFile zip; /* NULL for a folder */
    GString *sums;
};

static bool fail(const char *path, int code, GError **error)
{
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s: %s", path,
                g_strerror(code));
    return false;
}

static bool fail_zip(const BundleWriter *writer, GError **error)
{
    return fail(writer->path, errno == 0 ? EIO : errno, error);
}

static bool fail_exists(const char *path, const char *what, GError **error)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "%s: %s; nothing is overwritten", path,
                what);
    return false;
}

static bool open_folder(const char *path, GError **error)
{
    if (g_mkdir(path, 0777) == 0) {
        return true;
    }
    if (errno != EEXIST) {
        return fail(path, errno, error);
    }
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return fail_exists(path, "a file of that name is there already", error);
    }
    g_autoptr(GDir) folder = g_dir_open(path, 0, error);
    if (folder == NULL) {
        return false;
    }
    return g_dir_read_name(folder) == NULL ||
           fail_exists(path, "the folder is not empty", error);
}

/* Makes the file itself, so that nothing that is there can be hit; minizip then opens it. */
static bool open_zip(BundleWriter *writer, GError **error)
{
    const int fd = g_open(writer->path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno == EEXIST ? fail_exists(writer->path, "it is there already", error)
                               : fail(writer->path, errno, error);
    }
    close(fd);
    errno = 0;
    writer->zip = zipOpen64(writer->path, APPEND_STATUS_CREATE);
    return writer->zip != NULL || fail_zip(writer, error);
}

BundleWriter *bundle_writer_open(const char *path, GError **error)
{
    g_autoptr(BundleWriter) writer = g_new0(BundleWriter, 1);
    writer->path = g_strdup(path);
    writer->sums = g_string_new(NULL);
    const bool is_open =
        g_str_has_suffix(path, ".zip") ? open_zip(writer, error) : open_folder(path, error);
    return is_open ? g_steal_pointer(&writer) : NULL;
}

void bundle_writer_free(BundleWriter *writer)
{
    if (writer == NULL) {
        return;
    }
    if (writer->zip != NULL) {
        zipClose(writer->zip, NULL);
        g_unlink(writer->path);
    }
    g_free(writer->path);
    g_string_free(writer->sums, true);
    g_free(writer);
}

static int mode_of(const char *name)
{
    return g_str_has_suffix(name, ".sh") ? MODE_PROGRAM : MODE_FILE;
}

static bool add_to_folder(const BundleWriter *writer, const char *name, Slice bytes,
                          GError **error)
{
    g_autofree char *path = g_build_filename(writer->path, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        return fail(folder, errno, error);
    }
    return g_file_set_contents_full(path, bytes.len == 0 ? "" : bytes.ptr, (gssize)bytes.len,
                                    G_FILE_SET_CONTENTS_NONE, mode_of(name), error);
}

static bool write_zip_bytes(zipFile zip, Slice bytes)
{
    while (bytes.len > 0) {
        const size_t len = MIN(bytes.len, ZIP_PIECE_MAX);
        if (zipWriteInFileInZip(zip, bytes.ptr, (unsigned)len) != ZIP_OK) {
            return false;
        }
        bytes = slice_from(bytes, len);
    }
    return true;
}

static bool add_to_zip(const BundleWriter *writer, const char *name, Slice bytes,
                       GError **error)
{
    const zip_fileinfo info = {
        .dosDate = ZIP_TIME,
        .external_fa = (uLong)(0100000 | mode_of(name)) << 16,
    };
    g_autofree char *path = g_strdup_printf(BUNDLE_ZIP_FOLDER "/%s", name);
    const int is_large = bytes.len >= G_MAXUINT32;
    errno = 0;
    const bool is_ok =
        zipOpenNewFileInZip4_64(writer->zip, path, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED,
                                Z_DEFAULT_COMPRESSION, 0, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY,
                                NULL, 0, ZIP_MADE_BY_UNIX, 0, is_large) == ZIP_OK &&
        write_zip_bytes(writer->zip, bytes) && zipCloseFileInZip(writer->zip) == ZIP_OK;
    return is_ok || fail_zip(writer, error);
}

static bool add(const BundleWriter *writer, const char *name, Slice bytes, GError **error)
{
    return writer->zip != NULL ? add_to_zip(writer, name, bytes, error)
                               : add_to_folder(writer, name, bytes, error);
}

static char *sum_of(Slice bytes)
{
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes.ptr, bytes.len);
}

bool bundle_writer_add(BundleWriter *writer, const char *name, Slice bytes, GError **error)
{
    if (!add(writer, name, bytes, error)) {
        return false;
    }
    g_autofree char *sum = sum_of(bytes);
    g_string_append_printf(writer->sums, "%s  %s\n", sum, name);
    return true;
}

bool bundle_writer_finish(BundleWriter *writer, char **ret_sum, GError **error)
{
    const Slice sums = slice_of(writer->sums->str, writer->sums->len);
    if (!add(writer, BUNDLE_SUMS_NAME, sums, error)) {
        return false;
    }
    if (writer->zip != NULL) {
        errno = 0;
        const int code = zipClose(writer->zip, NULL);
        writer->zip = NULL;
        if (code != ZIP_OK) {
            fail_zip(writer, error);
            g_unlink(writer->path);
            return false;
        }
    }
    if (!output_file_sync(writer->path, error)) {
        return false;
    }
    *ret_sum = sum_of(sums);
    return true;
}
