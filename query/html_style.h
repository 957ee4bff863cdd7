/* html_style.h - what of the inline CSS of a mail may be kept.
 *
 * A fixed list of properties, each value by its own grammar: a word of letters, or a colour as
 * #hex or rgb(). No url(), no expression(), no position: nothing that loads, runs or moves out
 * of its place can be written in it.
 */
#pragma once

#include "schema/slice.h"

/* Appends the declarations of `style` that may stay, in a form of ours. Linear. */
void html_style_append(GString *out, Slice style);

/* Appends "name:value;" if the value is a colour. */
void html_style_append_color(GString *out, const char *name, Slice value);
