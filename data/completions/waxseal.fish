# Completion of both programs for fish. They say themselves what may stand next.
for program in waxseal-query waxseal-index
    complete -c $program -a "($program --complete (commandline -opc)[2..] (commandline -ct | string collect -a) 2>/dev/null)"
end
