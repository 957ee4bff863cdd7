/* SPDX-License-Identifier: MIT */
#include "indexer/key_state.h"

const char *key_state_word(const Key *key)
{
    const DkimKeyRecord *material = &key->material;
    if ((material->flags & KEY_FLAG_NO_ANSWER) != 0) {
        return "no-answer";
    }
    if (material->fault != NULL) {
        return (material->flags & KEY_FLAG_REVOKED) != 0 ? "revoked" : "unusable";
    }
    if (key->facts->is_leaked) {
        return "leaked";
    }
    if (key_is_recovered(key)) {
        return "recovered";
    }
    return material->type == KEY_TYPE_RSA && material->bits < KEY_BITS_STRONG ? "weak" : "good";
}
