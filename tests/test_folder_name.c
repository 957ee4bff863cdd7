/* SPDX-License-Identifier: MIT */
#include "indexer/folder_name.h"

typedef struct {
    const char *name; /* of the test */
    const char *parent;
    const char *entry;
    bool in_maildir;
    const char *folder;
} Case;

static const Case directories[] = {
    {"a_directory_is_a_folder", "", "Archive", false, "Archive"},
    {"below_another", "Archive", "2017", false, "Archive/2017"},
    {"dots_part_folders_of_a_maildir", "me", ".Work.2017", true, "me/Work/2017"},
    {"dots_elsewhere_are_part_of_the_name", "", ".Work.2017", false, ".Work.2017"},
    {"utf7_becomes_text", "", ".Envoy&AOk-s", true, "Envoyés"},
    {"utf7_with_an_ampersand", "", ".R&-D", true, "R&D"},
    {"utf7_that_is_none_stays", "", ".R&D", true, "R&D"},
    {"utf7_is_not_read_elsewhere", "", "R&AOk-", false, "R&AOk-"},
    {"thunderbird", "Mail", "Inbox.sbd", false, "Mail/Inbox"},
    {"apple_mail", "", "INBOX.mbox", false, "INBOX"},
    {"a_name_is_not_cut_to_nothing", "", ".mbox", false, ".mbox"},
    {"the_maildir_itself", "me", ".", true, "me"},
};

static const Case mboxes[] = {
    {"an_mbox_is_a_folder", "Mail", "Inbox", false, "Mail/Inbox"},
    {"without_its_extension", "", "All mail.mbox", false, "All mail"},
    {"without_both_extensions", "lists", "2017-March.MBOX.gz", false, "lists/2017-March"},
    {"other_extensions_stay", "", "2017-March.txt.gz", false, "2017-March.txt"},
    {"called_mbox_is_the_folder_around_it", "Top/Sent", "mbox", false, "Top/Sent"},
    {"called_mbox_at_the_top", "", "mbox", false, "mbox"},
};

static void test_directory(gconstpointer data)
{
    const Case *test = data;
    g_autofree char *folder =
        folder_name_of_directory(test->parent, test->entry, test->in_maildir);
    g_assert_cmpstr(folder, ==, test->folder);
}

static void test_mbox(gconstpointer data)
{
    const Case *test = data;
    g_autofree char *folder = folder_name_of_mbox(test->parent, test->entry);
    g_assert_cmpstr(folder, ==, test->folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autofree char *path =
            g_strdup_printf("/folder_name/directory/%s", directories[i].name);
        g_test_add_data_func(path, &directories[i], test_directory);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(mboxes); i++) {
        g_autofree char *path = g_strdup_printf("/folder_name/mbox/%s", mboxes[i].name);
        g_test_add_data_func(path, &mboxes[i], test_mbox);
    }
    return g_test_run();
}
