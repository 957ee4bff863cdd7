#!/bin/sh
# man.sh PROGRAM: makes the manual page of a built program from its own --help, so that the two cannot differ.
# Writes mdoc(7) to standard output.
set -eu
program=$1
name=$(basename "$program")
export ASAN_OPTIONS=detect_leaks=0 LC_ALL=C

# What roff would read as its own is quoted.
text() {
    sed -e 's/ *$//' -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/"
}

# The lines of a help: options become a list, the rest stays as it was typed.
body() {
    text | awk '
        function leave() {
            if (state == "list") print ".El"
            if (state == "plain") print ".Ed"
            state = ""
        }
        /^  (-[^ ], |    )?--[a-zA-Z]/ {
            if (state != "list") { leave(); print ".Bl -tag -width Ds"; state = "list" }
            line = $0
            sub(/^ +/, "", line)
            at = match(line, /  +/)
            # A long option leaves one space before its help.
            if (at == 0) { match(line, /^(-., )?--[^ ]+( [A-Z:]+)? /); at = RLENGTH }
            option = substr(line, 1, at - 1)
            help = substr(line, at)
            sub(/^ +/, "", help)
            gsub(/-/, "\\-", option)
            print ".It " option
            if (help != "") print help
            next
        }
        /^$/ { if (state == "plain") print ""; next }
        {
            if (state != "plain") { leave(); print ".Bd -literal -compact"; state = "plain" }
            print
        }
        END { leave() }' | awk '
        # No empty line ends a display.
        /^$/ { empty = empty "\n"; next }
        { if ($0 != ".Ed") printf "%s", empty; empty = ""; print }'
}

head_of() {
    cat <<EOF
.\\" Made by docs/man.sh from the --help of the program; change that.
.Dd November 28, 2026
.Dt $(printf '%s' "$name" | tr a-z A-Z) 1
.Os
.Sh NAME
.Nm $name
.Nd $1
EOF
}

query() {
    head_of "search a mail archive, and tell what its signatures prove"
    cat <<EOF
.Sh SYNOPSIS
.Nm
.Op Ar option ...
.Ar command
.Op Ar argument ...
.Sh DESCRIPTION
.Nm
reads an archive that
.Xr waxseal-index 1
has made.
It never writes to it.
What a query may say is in
.Xr waxseal-query-syntax 7 .
.Sh COMMANDS
EOF
    "$program" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | while read -r command; do
        printf '.Ss %s\n' "$command"
        # Its last line about options is a section here.
        "$program" "$command" --help | sed -e '1s/^Usage: //' -e '/^Also -d FILE/d' | body
    done
    printf '.Sh OPTIONS\nEvery command takes these, too:\n'
    "$program" --help | grep '^  \(-., \|    \)--' | body
    cat <<EOF
.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev WAXSEAL_DB
The archive, when no option names one.
.It Ev WAXSEAL_NOTES
The file of tags and notes, when no option names one.
.It Ev PAGER
What shows a long output on a terminal; less without.
.It Ev NO_COLOR
No colours when it is set.
.El
.Sh EXIT STATUS
.Bl -tag -width Ds
.It 0
Something was found, or all is well.
.It 1
Nothing was found.
.It 2
The query or the command line is wrong.
.It 3
The archive cannot be read, or output cannot be written.
.It 4
Done, and something that belongs to it is missing.
.El
.Sh SEE ALSO
.Xr waxseal-index 1 ,
.Xr waxseal-query-syntax 7
EOF
}

index() {
    head_of "read mail dumps into an archive, and check their signatures"
    cat <<EOF
.Sh SYNOPSIS
.Nm
.Op Ar option ...
.Op Ar source ...
.Sh DESCRIPTION
EOF
    "$program" --help | sed 1d | body
    cat <<EOF
.Pp
.Fl -keys
and
.Fl -recover-name
may be repeated.
The keys of
.Fl -keys
are kept in the archive, and settle what is in it already.
.Fl -recover-keys
can be interrupted at any time, and goes on when it is given again.
The DNS is never asked without
.Fl -dns :
the servers that are asked, and those of the senders' domains, learn whose mail you are reading, and when.
.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev WAXSEAL_DB
The archive, when no option names one.
.El
.Sh EXIT STATUS
.Bl -tag -width Ds
.It 0
Done.
.It 1
Failed.
.It 2
The command line is wrong.
.It 4
Done, and some input was damaged.
.El
.Sh SEE ALSO
.Xr waxseal-query 1
EOF
}

case $name in
waxseal-query) query ;;
waxseal-index) index ;;
esac
