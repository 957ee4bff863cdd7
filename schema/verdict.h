/* verdict.h - the words of the evidence model, and how a message's verdict follows from its
 * signatures.
 *
 * Pure functions on plain data: the indexer calls them when a message is read, and again when a
 * key turns up later. Nothing here looks at mail, keys or the clock.
 *
 * Terms: RFC 8601 section 2.7.1 for results, plus `nokey`. DESIGN: "Evidence, not a badge".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The result of one signature. */
typedef enum {
    DKIM_RESULT_NOKEY, /* nothing contradicts it, but no key is known */
    DKIM_RESULT_PASS,
    DKIM_RESULT_FAIL,
    DKIM_RESULT_NEUTRAL,
    DKIM_RESULT_POLICY,
    DKIM_RESULT_TEMPERROR,
    DKIM_RESULT_PERMERROR,
    DKIM_RESULT_COUNT
} DkimResult;

/* The result of a message: the best of its signatures, in this order. */
typedef enum {
    MESSAGE_DKIM_NONE,
    MESSAGE_DKIM_ERROR, /* neutral, policy, temperror or permerror */
    MESSAGE_DKIM_FAIL,
    MESSAGE_DKIM_NOKEY,
    MESSAGE_DKIM_PASS,
    MESSAGE_DKIM_COUNT
} MessageDkim;

typedef enum {
    LEVEL_NONE,     /* may still be dkim:pass */
    LEVEL_LIMITED,  /* passes and is aligned, but falls short of the green mark; caveats say how
                     */
    LEVEL_VERIFIED, /* the green mark */
    LEVEL_COUNT
} Level;

/* A fact that is known, known to be false, or not known. */
/* The reason of a fail whose key is known: it does not verify the header, or, of DomainKeys,
 * header and body. */
#define DKIM_REASON_BAD_SIGNATURE "the signature does not verify"

typedef enum { TRI_UNKNOWN, TRI_NO, TRI_YES } Tri;

/* X(enum name, word, sentence). */
#define CAVEAT_LIST(X)                                                                         \
    X(UNALIGNED, "unaligned", "the signing domain is not the author's domain")                 \
    X(PARTIAL_BODY, "partial-body", "l= leaves a part of the body unsigned")                   \
    X(WEAK_KEY, "weak-key", "the key has fewer than 1,024 bits and could be broken")           \
    X(SHA1, "sha1", "signed with rsa-sha1: normal in 2012, no longer trusted for new mail")    \
    X(TEST_MODE, "test-mode", "the key record says that the domain is testing (t=y)")          \
    X(EXPIRED, "expired", "the signature had expired when the message was received (x=)")      \
    X(UNSIGNED_SUBJECT, "unsigned-subject", "the Subject is not signed")                       \
    X(UNSIGNED_DATE, "unsigned-date", "the Date is not signed")                                \
    X(UNSIGNED_TO, "unsigned-to", "the To field is not signed")                                \
    X(UNSIGNED_CONTENT_TYPE, "unsigned-content-type", "the Content-Type is not signed")        \
    X(ADDED_HEADER, "added-header", "a signed field occurs more often than it was signed")     \
    X(MULTIPLE_FROM, "multiple-from",                                                          \
      "more than one author, or a name that poses as an address")                              \
    X(LEAKED_KEY, "leaked-key", "the private key is known to have been published or broken")   \
    X(RECOVERED_KEY, "recovered-key", "the key was computed from the signatures themselves")   \
    X(SHARED_KEY, "shared-key", "the key is known under another name")                         \
    X(OUTSIDE_KEY_WINDOW, "outside-key-window", "the Date lies outside the key's known life")  \
    X(REPAIRED, "repaired", "verifies after a known damage to the message was undone")

typedef enum {
#define CAVEAT_ENUM(name, word, sentence) CAVEAT_##name,
    CAVEAT_LIST(CAVEAT_ENUM)
#undef CAVEAT_ENUM
        CAVEAT_COUNT
} Caveat;

/* A set of caveats, one bit each. */
typedef uint32_t CaveatSet;
_Static_assert(CAVEAT_COUNT <= 32, "a CaveatSet has 32 bits");

#define CAVEAT_BIT(name) (UINT32_C(1) << CAVEAT_##name)

/* What a message's level needs to know of one signature. */
typedef struct {
    DkimResult result;
    CaveatSet caveats;
} VerdictInput;

/* The verdict of a message. */
typedef struct {
    MessageDkim dkim;
    Level level;
    CaveatSet caveats; /* of the signature that gave the level, else of the best one */
    size_t best;       /* index of that signature; SIZE_MAX without any */
} Verdict;

/* Combines the signatures of one message. A signature is verified when it passes and has none
 * of the caveats that bar the green mark; limited when it passes and is aligned with a key that
 * was published. The best signature wins; the first of equals. */
Verdict verdict_of(const VerdictInput *signatures, size_t n_signatures);

/* The words that the archive holds. Returns: (transfer none) a constant. */
const char *dkim_result_word(DkimResult result);
const char *message_dkim_word(MessageDkim dkim);
const char *level_word(Level level); /* "none", "limited", "verified" */
const char *caveat_word(Caveat caveat);
const char *caveat_sentence(Caveat caveat);

/* The other way round. An unknown word is DKIM_RESULT_PERMERROR; unknown caveats are left out.
 */
DkimResult dkim_result_of_word(const char *word);
CaveatSet caveat_set_of_words(const char *words);

/* The words of a set, separated by a space. Returns: (transfer full) free with g_free. */
char *caveat_set_words(CaveatSet caveats);
