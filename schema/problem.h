/* problem.h - the fixed words for what was odd about a message.
 *
 * A problem never stops a run; it is a row in the table `problem`, column `word`. Adding one is
 * a line in PROBLEM_LIST and a line in docs/schema.md.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* X(enum name, word, what it means) - the order is not stored, the words are. */
#define PROBLEM_LIST(X)                                                                        \
    X(PARSER_CRASHED, "parser-crashed", "the MIME parser died; only header fields were read")  \
    X(PARSER_TIMEOUT, "parser-timeout", "the MIME parser ran too long; only header fields")    \
    X(UNREADABLE, "unreadable", "neither parser survived; only size and hash are known")       \
    X(EMPTY, "empty", "the message has no bytes, or only white space")                         \
    X(NO_HEADER, "no-header", "no header field was found")                                     \
    X(NO_BODY_SEPARATOR, "no-body-separator", "no blank line ends the header")                 \
    X(BAD_HEADER_LINE, "bad-header-line", "a line among the header fields is none")            \
    X(BYTE_ORDER_MARK, "byte-order-mark", "the message begins with a byte order mark")         \
    X(LEADING_BLANK_LINE, "leading-blank-line", "blank lines come before the header")          \
    X(NUL_BYTE, "nul-byte", "the message contains NUL bytes")                                  \
    X(BARE_CR, "bare-cr", "a CR stands without its LF")                                        \
    X(MIXED_LINE_ENDS, "mixed-line-ends", "both CRLF and LF end lines")                        \
    X(NO_FROM, "no-from", "no From field")                                                     \
    X(MULTIPLE_FROM, "multiple-from", "more than one From field")                              \
    X(BAD_ADDRESS, "bad-address", "an address field could not be read in full")                \
    X(NO_DATE, "no-date", "no Date field")                                                     \
    X(BAD_DATE, "bad-date", "the Date field is no date, or an implausible one")                \
    X(NO_MESSAGE_ID, "no-message-id", "no Message-ID field")                                   \
    X(DUPLICATE_HEADER, "duplicate-header", "a field that may occur once occurs again")        \
    X(BAD_ENCODED_WORD, "bad-encoded-word", "an RFC 2047 word could not be decoded")           \
    X(RAW_8BIT_HEADER, "raw-8bit-header", "a header field has bytes above 127, not UTF-8")     \
    X(BAD_CHARSET, "bad-charset", "unknown charset, or bytes that it does not have")           \
    X(CHARSET_GUESSED, "charset-guessed", "the text was read in a charset not declared")       \
    X(BAD_TRANSFER_ENCODING, "bad-transfer-encoding", "damaged base64, quoted-printable")      \
    X(BAD_MIME, "bad-mime", "the MIME structure is broken")                                    \
    X(NO_BOUNDARY, "no-boundary", "a multipart without a boundary, or one never found")        \
    X(TRUNCATED_MULTIPART, "truncated-multipart", "a multipart's closing boundary is missing") \
    X(MESSAGE_TOO_LARGE, "message-too-large", "bytes beyond a limit were hashed, not read")    \
    X(TOO_MANY_HEADERS, "too-many-headers", "header fields beyond a limit were not read")      \
    X(HEADER_TOO_LARGE, "header-too-large", "a header field was cut at a limit")               \
    X(TOO_MANY_ADDRESSES, "too-many-addresses", "addresses beyond a limit were not read")      \
    X(ADDRESS_NESTING, "address-nesting", "groups nested in an address field were not read")   \
    X(MIME_TOO_DEEP, "mime-too-deep", "MIME parts nested beyond a limit were not read")        \
    X(TOO_MANY_PARTS, "too-many-parts", "MIME parts beyond a limit were not read")             \
    X(TEXT_TOO_LARGE, "text-too-large", "text beyond a limit was not indexed")                 \
    X(ATTACHMENT_TOO_LARGE, "attachment-too-large", "decoded bytes beyond a limit not read")   \
    X(TOO_MANY_SIGNATURES, "too-many-signatures", "signatures beyond a limit not checked")     \
    X(TOO_MANY_CLAIMS, "too-many-claims", "claimed results beyond a limit were not read")      \
    X(FROM_LINE_SUSPECT, "from-line-suspect", "a From line inside, or a doubtful split")       \
    X(BAD_CONTENT_LENGTH, "bad-content-length", "no separator where Content-Length points")    \
    X(ENCRYPTED, "encrypted", "a part is encrypted; its text is not indexed")

typedef enum {
#define PROBLEM_ENUM(name, word, meaning) PROBLEM_##name,
    PROBLEM_LIST(PROBLEM_ENUM)
#undef PROBLEM_ENUM
        PROBLEM_COUNT
} Problem;

/* A set of problems, one bit each; a message has each word at most once. */
typedef uint64_t ProblemSet;
_Static_assert(PROBLEM_COUNT <= 64, "a ProblemSet has 64 bits");

#define PROBLEM_BIT(name) (UINT64_C(1) << PROBLEM_##name)

static inline void problem_set_add(ProblemSet *set, Problem problem)
{
    *set |= UINT64_C(1) << problem;
}

static inline bool problem_set_has(ProblemSet set, Problem problem)
{
    return (set >> problem & 1) != 0;
}

/* The word that the archive holds. Returns: (transfer none) a constant. */
const char *problem_word(Problem problem);

/* One line for a person. Returns: (transfer none) a constant. */
const char *problem_meaning(Problem problem);
