/* arc_signature.h - what one ARC-Message-Signature or ARC-Seal field says.
 *
 * Reads RFC 8617 sections 4.1.2 and 4.1.3: the tags of a DKIM-Signature, with i= for the set
 * and without v=; in a seal a, b, d, s, t and cv only. Other tags are ignored, but for h= in a
 * seal. The RFC puts i= first; real seals have it anywhere.
 *
 * Memory and errors: as dkim_signature.h; `fault` is in the DkimSignature.
 */
#pragma once

#include "schema/arc_verdict.h"
#include "schema/dkim_signature.h"

typedef struct {
    DkimSignature signature;
    bool has_instance;
    unsigned instance;         /* i=, 0 to 99; only with has_instance */
    ArcCv cv;                  /* of a seal */
    bool has_canonicalization; /* c= is there; without, it is simple/simple as in DKIM */
} ArcSignature;

/* Reads the value of an ARC-Message-Signature field. */
void arc_message_signature_parse(Slice value, ArcSignature *signature);

/* Reads the value of an ARC-Seal field. */
void arc_seal_parse(Slice value, ArcSignature *signature);
