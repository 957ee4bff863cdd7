/* repair.h - the words for the known ways in which mail is bent on its way into a dump, and
 * what it takes to undo each.
 *
 * A signature that fails on the bytes of the dump, and verifies once one of these is undone,
 * has the repair's word in the archive. The bytes themselves are never changed. How each is
 * undone is in repair_bytes; when it is tried, in indexer/dkim_repair.
 */
#pragma once

/* X(enum name, word, what was done: "verifies after ..."). The order is that in which they are
 * tried; words are for good. */
#define REPAIR_LIST(X)                                                                         \
    X(NONE, "", "")                                                                            \
    X(FINAL_LINE_END, "final-line-end",                                                        \
      "undoing an added or lost line end at the end of the body")                              \
    X(QUOTING_KEPT, "quoting-kept", "leaving lines \">From \" as they are in the mbox")        \
    X(MBOXO, "mboxo", "undoing mbox quoting of lines \">From \"")                              \
    X(MBOXRD, "mboxrd", "undoing mbox quoting of lines \">From \", \">>From \" and so on")     \
    X(CLIENT_FIELDS, "client-fields", "leaving out header fields that mail programs add")      \
    X(EXTRA_CR, "extra-cr", "taking away doubled CRs before line ends")                        \
    X(LONE_CR, "lone-cr", "reading lone CRs as line ends")

typedef enum {
#define REPAIR_ENUM(name, word, done) REPAIR_##name,
    REPAIR_LIST(REPAIR_ENUM)
#undef REPAIR_ENUM
        REPAIR_COUNT
} Repair;

/* The word that the archive holds; "" for none. Returns: (transfer none) a constant. */
const char *repair_word(Repair repair);

/* "verifies after undoing ..."; "" for none. Returns: (transfer none) a constant. */
const char *repair_sentence(Repair repair);

/* The repair of a word. Returns: REPAIR_NONE for a word that is none. */
Repair repair_of_word(const char *word);

/* "undoing ...", for a word. Returns: (transfer none) a constant, "" for one that is none. */
const char *repair_done_of_word(const char *word);
