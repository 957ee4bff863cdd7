/* SPDX-License-Identifier: MIT */
#include "query/query_field.h"

#include "query/query_address.h"
#include "query/query_field_claims.h"
#include "query/query_field_evidence.h"
#include "query/query_field_key.h"
#include "query/query_field_notes.h"
#include "query/query_field_part.h"
#include "query/query_field_text.h"
#include "query/query_field_value.h"
#include "schema/nearest_word.h"

static const QueryField table[] = {
    {.name = "from",
     .aliases = {"f"},
     .value = "WHO",
     .help = "address or name of the author; @dom.fr: a domain",
     .reference = "the author, see below",
     .compile = query_field_compile_address,
     .argument = QUERY_ADDRESS_FROM},
    {.name = "to",
     .aliases = {"t"},
     .value = "WHO",
     .help = "address or name in To",
     .reference = "someone in To",
     .compile = query_field_compile_address,
     .argument = QUERY_ADDRESS_TO},
    {.name = "cc",
     .value = "WHO",
     .help = "address or name in Cc",
     .reference = "someone in Cc",
     .compile = query_field_compile_address,
     .argument = QUERY_ADDRESS_CC},
    {.name = "bcc",
     .value = "WHO",
     .help = "address or name in Bcc",
     .reference = "someone in Bcc",
     .compile = query_field_compile_address,
     .argument = QUERY_ADDRESS_BCC},
    {.name = "with",
     .aliases = {"participants", "contact"},
     .value = "WHO",
     .help = "any of from, to, cc, bcc",
     .reference = "someone in From, To, Cc or Bcc",
     .compile = query_field_compile_address,
     .argument = QUERY_ADDRESS_WITH},
    {.name = "recipient",
     .aliases = {"recip"},
     .value = "WHO",
     .help = "any of to, cc, bcc",
     .reference = "someone in To, Cc or Bcc",
     .compile = query_field_compile_address,
     .argument = QUERY_ADDRESS_RECIPIENT},
    {.name = "subject",
     .aliases = {"s"},
     .value = "TEXT",
     .help = "words of the subject",
     .reference = "words of the subject",
     .compile = query_field_compile_text,
     .argument = QUERY_TEXT_SUBJECT},
    {.name = "body",
     .aliases = {"b"},
     .value = "TEXT",
     .help = "words of the message's text",
     .reference = "words of the message's text",
     .compile = query_field_compile_text,
     .argument = QUERY_TEXT_BODY},
    {.name = "attachment",
     .aliases = {"filename", "file"},
     .value = "TEXT",
     .help = "attachment name: words, or extension",
     .reference = "words of an attachment's file name; it is split at `. _ -`, so "
                  "`attachment:pdf` is an extension",
     .compile = query_field_compile_text,
     .argument = QUERY_TEXT_ATTACHMENT_NAME},
    {.name = "in-attachment",
     .value = "TEXT",
     .help = "words of an attachment's text",
     .reference = "words of an attached text",
     .compile = query_field_compile_text,
     .argument = QUERY_TEXT_ATTACHMENT_TEXT},
    {.name = "type",
     .value = "KIND",
     .help = "kind of attachment: pdf image word excel archive ...",
     .reference = "kind of attachment: `pdf image audio video text html csv calendar message "
                  "word excel powerpoint archive zip`, or any file extension",
     .compile = query_field_compile_type},
    {.name = "mime",
     .aliases = {"mimetype"},
     .value = "TYPE",
     .help = "MIME type of an attachment; * allowed",
     .reference = "MIME type of an attachment, declared or recognised; `mime:image/*`",
     .compile = query_field_compile_mime},
    {.name = "has",
     .value = "WORD",
     .help = "attachment, twin, problem, tag, note, kind of attachment",
     .reference = "`has:attachment`; `has:twin`, another message has the same Message-ID and "
                  "other bytes; `has:problem`, something was odd when it was read; `has:tag` "
                  "and `has:note`, of one's own; `has:pdf` and every other kind",
     .compile = query_field_compile_has,
     .words = {"attachment", "twin", "problem", "tag", "note", "pdf", "image", "audio", "video",
               "text", "html", "csv", "calendar", "message", "word", "excel", "powerpoint",
               "archive", "zip"}},
    {.name = "date",
     .aliases = {"d"},
     .value = "RANGE",
     .help = "2017, 2017-05, 2017-05-31, 2017-01..2017-05, ..2016",
     .reference = "see below",
     .compile = query_field_compile_date,
     .argument = QUERY_DATE_WITHIN},
    {.name = "after",
     .aliases = {"since"},
     .value = "DATE",
     .help = "that date included",
     .reference = "that date and later",
     .compile = query_field_compile_date,
     .argument = QUERY_DATE_SINCE},
    {.name = "before",
     .value = "DATE",
     .help = "that date excluded",
     .reference = "earlier than that date",
     .compile = query_field_compile_date,
     .argument = QUERY_DATE_BEFORE},
    {.name = "until",
     .value = "DATE",
     .help = "that date included",
     .reference = "that date and earlier",
     .compile = query_field_compile_date,
     .argument = QUERY_DATE_UNTIL},
    {.name = "on",
     .value = "DATE",
     .help = "that day, month or year",
     .reference = "that day, month or year",
     .compile = query_field_compile_date,
     .argument = QUERY_DATE_WITHIN},
    {.name = "size",
     .value = "SIZE",
     .help = ">1M, <500k, 10k..2M (k = 1000, Ki = 1024)",
     .reference = "`size:>1M`, `size:<=500k`, `size:10k..2M`; `size:1M` is 1M or more",
     .compile = query_field_compile_size,
     .argument = QUERY_SIZE_RANGE},
    {.name = "larger",
     .value = "SIZE",
     .help = "more bytes than that",
     .reference = "more bytes",
     .compile = query_field_compile_size,
     .argument = QUERY_SIZE_LARGER},
    {.name = "smaller",
     .value = "SIZE",
     .help = "fewer bytes than that",
     .reference = "fewer bytes",
     .compile = query_field_compile_size,
     .argument = QUERY_SIZE_SMALLER},
    {.name = "is",
     .value = "WORD",
     .help = "verified, limited, unverified, signed, unsigned",
     .reference = "`is:verified`, `is:limited`, `is:unverified`, `is:signed` (carries any "
                  "signature), `is:unsigned`, `is:attachment`",
     .compile = query_field_compile_is,
     .words = {"verified", "limited", "unverified", "signed", "unsigned", "attachment"}},
    {.name = "dkim",
     .value = "RESULT",
     .help = "pass, fail, nokey, none, error, body-mismatch",
     .reference = "the message's result, which is the best of its signatures: `pass`, "
                  "`nokey` (or `no-key`), `fail`, `error`, `none`; and `dkim:body-mismatch`, "
                  "a signature of it does not fit the body",
     .compile = query_field_compile_dkim,
     .words = {"pass", "fail", "nokey", "no-key", "none", "error", "body-mismatch"}},
    {.name = "arc",
     .value = "RESULT",
     .help = "the ARC chain: pass, fail, nokey, none",
     .reference = "whether the chain of mail servers that sealed the message (ARC) holds: "
                  "`pass`, `nokey` (or `no-key`), `fail`, `none`; `show` tells who sealed "
                  "and what they claim",
     .compile = query_field_compile_arc,
     .words = {"pass", "fail", "nokey", "no-key", "none"}},
    {.name = "domainkeys",
     .value = "RESULT",
     .help = "pass, fail, nokey, none, error",
     .reference =
         "the result of DomainKeys, the method before DKIM: the best of the "
         "DomainKey-Signatures: `pass`, `nokey` (or `no-key`), `fail`, `error`, `none`; "
         "it counts for nothing else",
     .compile = query_field_compile_domainkeys,
     .words = {"pass", "fail", "nokey", "no-key", "none", "error"}},
    {.name = "claims",
     .value = "METHOD[=RESULT]",
     .help = "what servers claim, unchecked: dkim=pass, dmarc",
     .reference = "what Authentication-Results and Received-SPF fields claim, which anybody "
                  "can write and nobody here has checked: `claims:dkim=pass`, "
                  "`claims:spf=fail`, `claims:dmarc` for any result; `claims:none`, no such "
                  "claim",
     .compile = query_field_compile_claims},
    {.name = "signed-by",
     .aliases = {"signer"},
     .value = "DOMAIN",
     .help = "a passing signature of that domain or one below",
     .reference = "a passing signature of that domain or one below it",
     .compile = query_field_compile_signature,
     .argument = QUERY_SIGNATURE_SIGNED_BY},
    {.name = "claims-by",
     .value = "DOMAIN",
     .help = "any signature that names that domain, good or not",
     .reference = "any signature that names that domain",
     .compile = query_field_compile_signature,
     .argument = QUERY_SIGNATURE_CLAIMS_BY},
    {.name = "selector",
     .value = "NAME",
     .help = "a signature with that selector",
     .reference = "a signature with that selector",
     .compile = query_field_compile_signature,
     .argument = QUERY_SIGNATURE_SELECTOR},
    {.name = "key",
     .value = "KEY",
     .help = "the key of a signature: SHA-256, name, bits, state",
     .reference = "a signature that was checked with that key: by the first 8 or more digits "
                  "of the SHA-256 of its SubjectPublicKeyInfo, as `keys` and `verify` show it; "
                  "by its name in the DNS, `key:val2014._domainkey.mairie-valmont.example`; by "
                  "its bits, `key:1024`, `key:<1024`, `key:>=2048`; by what is known of it, "
                  "`key:good`, `key:weak`, `key:leaked`, `key:recovered`, `key:revoked`",
     .compile = query_field_compile_key},
    {.name = "alg",
     .value = "NAME",
     .help = "a signature by rsa-sha256, rsa-sha1, ed25519-sha256",
     .reference = "`rsa-sha256`, `rsa-sha1`, `ed25519-sha256`",
     .compile = query_field_compile_signature,
     .argument = QUERY_SIGNATURE_ALGORITHM},
    {.name = "caveat",
     .value = "WORD",
     .help = "a caveat of the verdict: partial-body weak-key ...",
     .reference = "a caveat of the verdict, such as `partial-body` or `weak-key`",
     .compile = query_field_compile_caveat},
    {.name = "tag",
     .value = "TAG",
     .help = "a tag of one's own; the first letters and * for several",
     .reference = "a tag that `waxseal-query tag` has set; `tag:press*` begins so",
     .compile = query_field_compile_tag},
    {.name = "note",
     .value = "TEXT",
     .help = "words of a note of one's own",
     .reference = "words of a note that `waxseal-query note` has set",
     .compile = query_field_compile_note},
    {.name = "language",
     .aliases = {"lang"},
     .value = "CODE",
     .help = "language of the text: en, fr ...; none: not clear",
     .reference =
         "the language of the message's text: `en fr de es it pt nl sv da no fi pl cs hu "
         "ro tr ru uk bg el ar he th zh ja ko`, or `none`, it is not clear",
     .compile = query_field_compile_language},
    {.name = "msgid",
     .aliases = {"rfc822msgid", "mid"},
     .value = "ID",
     .help = "the Message-ID",
     .reference = "the Message-ID, with or without `< >`",
     .compile = query_field_compile_msgid},
    {.name = "id",
     .value = "NUMBER",
     .help = "the number of a message in this archive",
     .reference = "the number of a message in this archive",
     .compile = query_field_compile_id},
    {.name = "thread",
     .value = "ID",
     .help = "the thread of a message: its number or its Message-ID",
     .reference =
         "every message in the thread of this one, which is named by its number or its "
         "Message-ID; `waxseal-query thread` draws it",
     .compile = query_field_compile_thread},
    {.name = "hash",
     .value = "HEX",
     .help = "first digits of the SHA-256 of a message or attachment",
     .reference = "the first digits of the SHA-256 of a message or of an attachment",
     .compile = query_field_compile_hash},
    {.name = "source",
     .aliases = {"path"},
     .value = "PATH",
     .help = "file or folder that it was read from; * allowed",
     .reference = "the file or folder that it was read from; whole components, `*` allowed",
     .compile = query_field_compile_place,
     .argument = QUERY_PLACE_SOURCE},
    {.name = "folder",
     .value = "NAME",
     .help = "mail folder; * allowed",
     .reference = "the mail folder, the same way",
     .compile = query_field_compile_place,
     .argument = QUERY_PLACE_FOLDER},
};

const QueryField *query_field_table(size_t *ret_count)
{
    *ret_count = G_N_ELEMENTS(table);
    return table;
}

/* Whether `name` is the field's name (index 0) or an alias. Returns: that string, or NULL. */
static const char *nth_name(const QueryField *field, size_t n)
{
    if (n == 0) {
        return field->name;
    }
    return n <= QUERY_FIELD_MAX_ALIASES ? field->aliases[n - 1] : NULL;
}

const QueryField *query_field_find(Slice name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *known = NULL;
        for (size_t n = 0; (known = nth_name(&table[i], n)) != NULL; n++) {
            if (slice_equal_nocase(name, slice_of_string(known))) {
                return &table[i];
            }
        }
    }
    return NULL;
}

const char *query_field_nearest(Slice name)
{
    NearestWord nearest = nearest_word_begin(name);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *known = NULL;
        for (size_t n = 0; (known = nth_name(&table[i], n)) != NULL; n++) {
            nearest_word_try(&nearest, known);
        }
    }
    return nearest.word;
}
