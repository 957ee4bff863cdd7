/* query_field_evidence.h - the fields about signatures: is:, dkim:, arc:, domainkeys:,
 * signed-by: ...
 */
#pragma once

#include "query/query_compiler.h"

typedef enum {
    QUERY_SIGNATURE_SIGNED_BY, /* d= of a passing signature, sub-domains included */
    QUERY_SIGNATURE_CLAIMS_BY, /* d= of any signature */
    QUERY_SIGNATURE_SELECTOR,
    QUERY_SIGNATURE_ALGORITHM
} QuerySignatureKind;

/* is:verified and the like; is:attachment is has:attachment. */
QueryFieldCompile query_field_compile_is;

/* dkim:pass and the like: the message's result; dkim:body-mismatch: any signature's. */
QueryFieldCompile query_field_compile_dkim;

/* arc:pass and the like: the validity of the message's ARC chain. */
QueryFieldCompile query_field_compile_arc;

/* domainkeys:pass and the like: the best of the DomainKey-Signatures. */
QueryFieldCompile query_field_compile_domainkeys;

/* field->argument is a QuerySignatureKind. */
QueryFieldCompile query_field_compile_signature;

/* A caveat of the message's verdict. */
QueryFieldCompile query_field_compile_caveat;
