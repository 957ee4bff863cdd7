/* mime_mutator.h - changes a mail as one who knows MIME would, for the fuzzer of whole mails.
 *
 * Copies, removes, nests and encodes parts, changes boundaries, encodings, types and header
 * fields. What it does follows from the seed alone. Finds parts and fields by the look of their
 * lines; any bytes will do.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Changes the `size` bytes at `data` in place, which has room for `max_size`.
 * Returns: their new number, at most `max_size`. */
size_t mime_mutator_run(uint8_t *data, size_t size, size_t max_size, unsigned seed);
