# Writes OUTPUT, a C header that holds the text of INPUT as the string constant schema_sql.
file(READ "${INPUT}" text)
string(REGEX REPLACE "([\\\\\"])" "\\\\\\1" text "${text}")
string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
file(WRITE "${OUTPUT}" "/* Made from schema.sql. */\n#pragma once\n\nstatic const char schema_sql[] =\n    \"${text}\";\n")
