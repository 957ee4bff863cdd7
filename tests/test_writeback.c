/* SPDX-License-Identifier: MIT */
#include "indexer/writeback.h"

#include <glib/gstdio.h>
#include <unistd.h>

static guint count_threads(void)
{
    g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
    guint n_threads = 0;
    while (g_dir_read_name(tasks) != NULL) {
        n_threads++;
    }
    return n_threads;
}

/* A thread that was joined is seen there for another moment. */
static void assert_threads(guint expected)
{
    for (int i = 0; i < 10000 && count_threads() != expected; i++) {
        g_usleep(1000);
    }
    g_assert_cmpuint(count_threads(), ==, expected);
}

/* Asking again and again, also while the last time has not been seen to, changes nothing in the
 * file and leaves no thread behind. */
static void test_start_and_end(void)
{
    g_autofree char *path = NULL;
    const guint n_before = count_threads();
    int fd = g_file_open_tmp("waxseal-XXXXXX", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_autoptr(GString) written = g_string_new(NULL);
    for (int round = 0; round < 20; round++) {
        Writeback *writeback = writeback_new(fd);
        assert_threads(n_before + 1);
        for (int i = 0; i < round; i++) {
            g_autofree char *block = g_strnfill(10000, (char)('a' + i));
            g_assert_cmpint(write(fd, block, strlen(block)), ==, strlen(block));
            g_string_append(written, block);
            writeback_start(writeback);
        }
        writeback_free(writeback);
        assert_threads(n_before);
    }
    g_autofree char *content = NULL;
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, written->str);
    close(fd);
    g_unlink(path);
}

/* It is a hint: what cannot be written early is no error. */
static void test_a_file_that_cannot(void)
{
    int pipe_fds[2];
    g_assert_cmpint(pipe(pipe_fds), ==, 0);
    Writeback *writeback = writeback_new(pipe_fds[1]);
    for (int i = 0; i < 100; i++) {
        writeback_start(writeback);
    }
    writeback_free(writeback);
    writeback_free(NULL);
    g_assert_cmpint(write(pipe_fds[1], "x", 1), ==, 1);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/writeback/start_and_end", test_start_and_end);
    g_test_add_func("/writeback/a_file_that_cannot", test_a_file_that_cannot);
    return g_test_run();
}
