/* SPDX-License-Identifier: MIT
 *
 * Runs a harness over the files of folders: the seeds, without a fuzzer. A harness that has a
 * mutator of its own also gets what that makes of each. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* How often a seed is changed, each time what the time before made of it. */
#define MUTATIONS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                                     size_t max_size, unsigned seed);

/* What the fuzzer offers to a mutator: here, one byte more. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    if (size == max_size) {
        return size;
    }
    data[size] = '\n';
    return size + 1;
}

/* In an exact-size block, so that the sanitizers see a read beyond the end. */
static void run_exact(const uint8_t *data, size_t size)
{
    uint8_t *exact = g_malloc(MAX(size, 1));
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    g_free(exact);
}

static void run_mutations(const uint8_t *data, size_t size)
{
    const size_t room = size + 4096;
    g_autofree uint8_t *changed = g_malloc0(room);
    g_autofree uint8_t *same = g_malloc0(room);
    memcpy(changed, data, size);
    for (unsigned seed = 0; seed < MUTATIONS; seed++) {
        memcpy(same, changed, size);
        const size_t length = LLVMFuzzerCustomMutator(changed, size, room, seed);
        g_assert_cmpuint(length, <=, room);
        g_assert_cmpuint(length, ==, LLVMFuzzerCustomMutator(same, size, room, seed));
        g_assert_cmpint(memcmp(changed, same, length), ==, 0);
        size = length;
        run_exact(changed, size);
    }
}

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
        run_exact((const uint8_t *)text, length);
        if (LLVMFuzzerCustomMutator != NULL) {
            run_mutations((const uint8_t *)text, length);
        }
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
