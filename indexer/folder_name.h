/* folder_name.h - what a person would call the mail folder that a file or directory is.
 *
 * ".Work.2017" of a Maildir is Work/2017, its modified UTF-7 (RFC 3501 section 5.1.3) becomes
 * text; "Inbox.sbd" (Thunderbird) and "Inbox.mbox" (Apple Mail) are Inbox; an mbox is a folder
 * by its own name, but a file that is called "mbox" is the one it lies in.
 *
 * Memory: results are the caller's. Errors: none; a name that is not understood stays.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The folder that the directory `name` is, below `parent` ("" at the top). `in_maildir`: it
 * lies beside cur and new. Returns: (transfer full). */
char *folder_name_of_directory(const char *parent, const char *name, bool in_maildir);

/* The folder that the mbox `name` in the folder `parent` is. Returns: (transfer full). */
char *folder_name_of_mbox(const char *parent, const char *name);
