/* SPDX-License-Identifier: MIT
 *
 * Runs a harness over the files of folders: the seeds, without a fuzzer. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replay_folder(const char *path)
{
    unsigned n_files = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
    if (folder == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return 0;
    }
    for (const char *name; (name = g_dir_read_name(folder)) != NULL; n_files++) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autofree char *text = NULL;
        gsize length = 0;
        g_assert_true(g_file_get_contents(file, &text, &length, NULL));
        /* An exact-size block, so that the sanitizers see a read beyond the end. */
        uint8_t *exact = g_memdup2(text, MAX(length, 1));
        LLVMFuzzerTestOneInput(exact, length);
        g_free(exact);
    }
    return n_files;
}

int main(int argc, char **argv)
{
    unsigned n_files = 0;
    for (int i = 1; i < argc; i++) {
        n_files += replay_folder(argv[i]);
    }
    printf("%u inputs replayed\n", n_files);
    return n_files > 0 ? 0 : 1;
}
