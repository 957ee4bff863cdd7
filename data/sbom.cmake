# Writes share/waxseal/sbom.spdx.json: the libraries that the programs are linked with or load, in the versions of this build.

# libunbound is loaded by its name (indexer/dns_library.c); its version is that of the header.
file(STRINGS ${UNBOUND_INCLUDE_DIR}/unbound.h sbom_lines REGEX "define UNBOUND_VERSION_")
string(REGEX MATCHALL "[0-9]+" sbom_numbers "${sbom_lines}")
list(JOIN sbom_numbers . sbom_unbound_version)

# NAME|VERSION|LICENCE|SHARED OBJECT of each. tests/supply.py compares the list with what the programs need.
set(sbom_packages
  "glib|${GLIB_glib-2.0_VERSION}|LGPL-2.1-or-later|libglib-2.0.so.0 libgio-2.0.so.0 libgobject-2.0.so.0 libgmodule-2.0.so.0"
  "gmime|${GMIME_VERSION}|LGPL-2.1-or-later|libgmime-3.0.so.0"
  "sqlite|${SQLITE_VERSION}|blessing|libsqlite3.so.0"
  "openssl|${CRYPTO_VERSION}|Apache-2.0|libcrypto.so.3"
  "libseccomp|${SECCOMP_VERSION}|LGPL-2.1-only|libseccomp.so.2"
  "gmp|${GMP_VERSION}|LGPL-3.0-or-later OR GPL-2.0-or-later|libgmp.so.10"
  "libpsl|${PSL_VERSION}|MIT|libpsl.so.5"
  "zlib|${ZLIB_VERSION}|Zlib|libz.so.1"
  "minizip|${MINIZIP_VERSION}|Zlib|libminizip.so.1"
  "jansson|${JANSSON_VERSION}|MIT|libjansson.so.4"
  "libunbound|${sbom_unbound_version}|BSD-3-Clause|libunbound.so.8"
  "glibc|NOASSERTION|LGPL-2.1-or-later|libc.so.6 libm.so.6")

string(TIMESTAMP sbom_created UTC) # of SOURCE_DATE_EPOCH when that is set
set(sbom_json "{}")
macro(sbom_set)
  string(JSON sbom_json SET "${sbom_json}" ${ARGN})
endmacro()

function(sbom_package json_variable id name version licence comment)
  set(package "{}")
  foreach(pair "SPDXID|SPDXRef-${id}" "name|${name}" "versionInfo|${version}" "licenseConcluded|${licence}"
      "licenseDeclared|${licence}" "copyrightText|NOASSERTION" "downloadLocation|NOASSERTION" "comment|${comment}")
    string(REGEX MATCH "^[^|]+" key "${pair}")
    string(REGEX REPLACE "^[^|]+\\|" "" value "${pair}")
    string(JSON package SET "${package}" ${key} "\"${value}\"")
  endforeach()
  string(JSON package SET "${package}" filesAnalyzed false)
  set(${json_variable} "${package}" PARENT_SCOPE)
endfunction()

sbom_set(spdxVersion "\"SPDX-2.3\"")
sbom_set(dataLicense "\"CC0-1.0\"")
sbom_set(SPDXID "\"SPDXRef-DOCUMENT\"")
sbom_set(name "\"waxseal-${PROJECT_VERSION}\"")
sbom_set(documentNamespace "\"https://spdx.org/spdxdocs/waxseal-${PROJECT_VERSION}\"")
sbom_set(creationInfo "{\"created\": \"${sbom_created}\", \"creators\": [\"Tool: waxseal-sbom\"]}")
sbom_package(sbom_package waxseal waxseal "${PROJECT_VERSION}" MIT "waxseal-index waxseal-query")
sbom_set(packages "[${sbom_package}]")
sbom_set(relationships "[{\"spdxElementId\": \"SPDXRef-DOCUMENT\", \"relationshipType\": \"DESCRIBES\", \
\"relatedSpdxElement\": \"SPDXRef-waxseal\"}]")
set(sbom_index 1)
foreach(line IN LISTS sbom_packages)
  string(REPLACE "|" ";" fields "${line}")
  list(GET fields 0 name)
  list(GET fields 1 version)
  list(GET fields 2 licence)
  list(GET fields 3 objects)
  sbom_package(sbom_package "${name}" "${name}" "${version}" "${licence}" "${objects}")
  sbom_set(packages ${sbom_index} "${sbom_package}")
  sbom_set(relationships ${sbom_index} "{\"spdxElementId\": \"SPDXRef-waxseal\", \"relationshipType\": \"DYNAMIC_LINK\", \
\"relatedSpdxElement\": \"SPDXRef-${name}\"}")
  math(EXPR sbom_index "${sbom_index} + 1")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/share/waxseal/sbom.spdx.json CONTENT "${sbom_json}\n" @ONLY)
