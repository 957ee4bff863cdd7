# Writes OUTPUT, a C header that holds the text of INPUT as the string constant NAME.
file(READ "${INPUT}" text)
string(REGEX REPLACE "([\\\\\"])" "\\\\\\1" text "${text}")
string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
file(WRITE "${OUTPUT}" "#pragma once\n\nstatic const char ${NAME}[] =\n    \"${text}\";\n")
