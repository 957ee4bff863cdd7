/* message_view_arc.h - the section about a message's ARC chain, for show.
 *
 * In plain words: who sealed, what the sealer says it saw, whether the seal holds. What a
 * sealer says is always told as its claim.
 */
#pragma once

#include "query/message_view.h"

/* Appends the section; nothing for a message without ARC fields. */
void message_view_append_arc(const MessageView *view, GString *out);
