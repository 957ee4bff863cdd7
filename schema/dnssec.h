/* dnssec.h - the words for what DNSSEC says of an answer of the DNS (RFC 4033 section 5).
 *
 * Memory: constants only. Errors: none.
 */
#pragma once

/* X(enum name, word, what it means). The words are for good. */
#define DNSSEC_LIST(X)                                                                         \
    X(NONE, "", "")                                                                            \
    X(SECURE, "secure", "a chain of signatures proves that the domain answered this")          \
    X(INSECURE, "insecure", "the domain's DNS is not signed: the word of the server asked")    \
    X(BOGUS, "bogus", "the signatures of the DNS do not fit: forged or broken")                \
    X(INDETERMINATE, "indeterminate", "not checked: the word of the server asked")

typedef enum {
#define DNSSEC_ENUM(name, word, meaning) DNSSEC_##name,
    DNSSEC_LIST(DNSSEC_ENUM)
#undef DNSSEC_ENUM
        DNSSEC_COUNT
} DnssecState;

/* The word that the archive holds; "" where DNSSEC does not apply. Returns: (transfer none) a
 * constant. */
const char *dnssec_word(DnssecState state);

/* The state of a word, which may be NULL. Returns: DNSSEC_NONE for a word that is none. */
DnssecState dnssec_of_word(const char *word);

/* What a state means, for a person. Returns: (transfer none) a constant, "" for none. */
const char *dnssec_meaning(DnssecState state);
