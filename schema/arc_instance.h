/* arc_instance.h - which set an ARC field belongs to.
 *
 *     instance = [CFWS] %s"i" [CFWS] "=" [CFWS] position
 *     position = 1*2DIGIT                            ; 1 - 50
 *
 * begins every ARC field (RFC 8617 section 4.2.1), with comments where RFC 5322 allows them.
 */
#pragma once

#include "schema/slice.h"

/* Takes `instance [CFWS] ";"` off the front of `rest`. Returns: false when there is none such;
 * both outputs are then untouched. `ret_instance` is 0 to 99. */
bool arc_instance_take(Slice *rest, unsigned *ret_instance);

/* Reads a position alone, as the value of a tag. Returns: false when it is none. */
bool arc_instance_parse(Slice text, unsigned *ret_instance);
