/* message_view_domainkeys.h - the section about a message's DomainKey-Signatures, for show.
 *
 * The method before DKIM (RFC 4870): told under a heading of its own, so that nobody takes it
 * for part of the verdict.
 */
#pragma once

#include "query/message_view.h"

/* Appends the section; nothing for a message without such fields. */
void message_view_append_domainkeys(const MessageView *view, GString *out);
