/* html_entity.h - character references of HTML: &eacute; &#233; &#xE9;
 *
 * Knows the names of HTML 4.01; a missing ";" is forgiven, as browsers do.
 */
#pragma once

#include "schema/slice.h"

/* The longest name is "thetasym"; numbers may have zeros in front. */
#define HTML_ENTITY_NAME_MAX 10

/* Reads the reference at the begin of `text`, which begins with "&".
 * Returns: its length, 0 when it is none; `ret_character` may be no valid one. */
size_t html_entity_parse(Slice text, uint32_t *ret_character);
