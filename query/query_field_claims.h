/* query_field_claims.h - the field claims: what the message says that others have checked.
 */
#pragma once

#include "query/query_compiler.h"

/* claims:dkim=pass, claims:dkim (any result), claims:none (no claim at all). */
QueryFieldCompile query_field_compile_claims;
