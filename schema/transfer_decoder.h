/* transfer_decoder.h - base64, quoted-printable and uuencode back to bytes, block by block.
 *
 * Reads RFC 2045 section 6 and the classic uuencode leniently: base64 goes on after padding in
 * mid-stream (parts glued together by gateways), bytes outside the alphabet are passed over, a
 * lost "=" at the end costs nothing; a bad quoted-printable escape stays as it is written.
 *
 * Memory: none; the caller gives the output block. A decoder is a small open struct.
 * Errors: none; `is_damaged` says that something was passed over that should not be there.
 */
#pragma once

#include "schema/slice.h"

typedef enum {
    TRANSFER_IDENTITY, /* 7bit, 8bit, binary */
    TRANSFER_BASE64,
    TRANSFER_QUOTED_PRINTABLE,
    TRANSFER_UUENCODE
} TransferEncoding;

/* No output block may be smaller: what one step of a decoder may write. */
#define TRANSFER_BLOCK_MIN 64

typedef struct {
    TransferEncoding encoding;
    bool is_damaged;
    uint32_t bits; /* base64, uuencode: sextets of an unfinished group */
    int n_bits;
    size_t line_left; /* uuencode: bytes that the line still owes; SIZE_MAX between lines */
    bool is_finished; /* uuencode: a line of length 0 was read */
} TransferDecoder;

void transfer_decoder_init(TransferDecoder *decoder, TransferEncoding encoding);

/* Decodes from the front of `input`, which is moved on, into out[0 .. capacity). Called until
 * `input` is empty. Input may be cut anywhere for base64; quoted-printable and uuencode want
 * whole bodies. Returns: the bytes written; 0 is possible before the end of the input. */
size_t transfer_decoder_run(TransferDecoder *decoder, Slice *input, char *out, size_t capacity);

/* Says that the input has ended; sets is_damaged when it ended too early. */
void transfer_decoder_finish(TransferDecoder *decoder);

/* What follows the line "begin mode name" of a uuencoded body; all of `body` without one. */
Slice transfer_skip_uu_begin(Slice body);

/* Appends all of `input`, decoded, but at most `limit` bytes.
 * Returns: false when there was more. */
bool transfer_decoder_append_all(TransferDecoder *decoder, Slice input, size_t limit,
                                 GString *out);

/* The encoding that a Content-Transfer-Encoding field names (RFC 2045 section 6.1), and the
 * wild spellings. Returns: false for an unknown one; `ret_encoding` is then IDENTITY. */
bool transfer_encoding_parse(Slice name, TransferEncoding *ret_encoding);
