/* rfc_keys.h - the public keys of RFC 6376 appendix C and RFC 8463 appendix A: seeds are signed
 * with them.
 */
#pragma once

#include "indexer/key_store.h"

/* Returns: (transfer full). */
KeyStore *rfc_keys_new(void);
