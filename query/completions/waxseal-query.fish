# Completion of waxseal-query for fish. The program itself says what may stand next.
complete -c waxseal-query -a '(waxseal-query complete (commandline -opc)[2..] (commandline -ct | string collect -a) 2>/dev/null)'
