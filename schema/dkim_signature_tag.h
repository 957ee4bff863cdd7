/* dkim_signature_tag.h - the tags that DKIM-Signature and the fields of ARC have in common.
 *
 * Reads RFC 6376 section 3.5 with RFC 8301, 8463 and 8616, one function a tag. Which of them a
 * field has, and what else it must say, is a table of DkimTagRule in the module of that field.
 *
 * Memory: a DkimSignature borrows from the tags. Errors: constant words; NULL is none.
 */
#pragma once

#include "schema/dkim_signature.h"

/* Takes the value of a tag into the signature. Returns: (transfer none) why it cannot; NULL. */
typedef const char *DkimTagReader(const DkimTag *tag, DkimSignature *signature);

typedef struct {
    const char *name;
    const char *missing; /* the fault when the tag is not there; NULL: it is optional */
    DkimTagReader *read;
} DkimTagRule;

/* Reads `tags` by `rules` into `signature`, whatever it held. Every tag that can be read is
 * taken. Returns: (transfer none) the first fault by the order of the rules; NULL. */
const char *dkim_signature_read(const DkimTagList *tags, const DkimTagRule *rules,
                                size_t n_rules, DkimSignature *signature);

/* bh= against a=. Returns: (transfer none) the fault; NULL. */
const char *dkim_signature_check_hash(const DkimSignature *signature);

DkimTagReader dkim_read_algorithm;        /* a= */
DkimTagReader dkim_read_signature;        /* b= */
DkimTagReader dkim_read_body_hash;        /* bh= */
DkimTagReader dkim_read_canonicalization; /* c= */
DkimTagReader dkim_read_domain;           /* d= */
DkimTagReader dkim_read_signed_fields;    /* h=, any names */
DkimTagReader dkim_read_body_length;      /* l= */
DkimTagReader dkim_read_query;            /* q= */
DkimTagReader dkim_read_selector;         /* s= */
DkimTagReader dkim_read_signed_at;        /* t= */
DkimTagReader dkim_read_expires_at;       /* x= */
