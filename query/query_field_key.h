/* query_field_key.h - key: the key that a signature was checked with.
 *
 *     key:28795a16                          first digits of the SHA-256 of its SPKI
 *     key:selector._domainkey.example.com   its name in the DNS
 *     key:1024, key:<1024, key:>=2048       its bits
 *     key:recovered                         its state
 */
#pragma once

#include "query/query_compiler.h"

QueryFieldCompile query_field_compile_key;
