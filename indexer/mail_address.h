/* mail_address.h - the address lists of From, To and their kin.
 *
 * Reads RFC 5322 sections 3.4 and 4.4 as mail has them: groups are flattened, routes dropped,
 * comments become names where there is no other; bare addresses, `a@b <c@d>`, commas inside
 * encoded-words, unclosed quotes and brackets, raw 8-bit. Without recursion: GMime's reader
 * overflows the stack on groups nested in groups.
 *
 * Memory: a reader keeps buffers between fields; results are kept in the record's arena.
 * Errors: none; bad-address, address-nesting, too-many-addresses are added to the record.
 * Limits: MAIL_ADDRESS_MAX addresses a message; longer names and addresses are cut.
 */
#pragma once

#include "schema/encoded_word.h"
#include "schema/record.h"

/* Postfix stops at 10,240 tokens. */
#define MAIL_ADDRESS_MAX 10000

/* RFC 5321 allows 254 bytes for an address. */
#define MAIL_ADDRESS_BYTES_MAX      500
#define MAIL_ADDRESS_NAME_BYTES_MAX 1000

typedef struct MailAddressReader MailAddressReader;

/* Returns: (transfer full). `words` and `charsets` are borrowed and must outlive the reader. */
MailAddressReader *mail_address_reader_new(EncodedWordDecoder *words, CharsetDecoder *charsets);

/* Accepts NULL. */
void mail_address_reader_free(MailAddressReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailAddressReader, mail_address_reader_free)

/* Appends the mailboxes of a field body, folding still in, to record->addresses. */
void mail_address_reader_append(MailAddressReader *reader, Slice value, AddressRole role,
                                MailRecord *record);
