# Completion of both programs for bash. They say themselves what may stand next.
_waxseal() {
    local line=${COMP_LINE:0:COMP_POINT} words word
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[-1]}
    mapfile -t COMPREPLY < <("${words[0]}" --complete "${words[@]:1}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 0 ]]; then
        compopt -o default 2>/dev/null
        return
    fi
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]]; then
        compopt -o nospace 2>/dev/null
    fi
    # Bash replaces only what stands behind the last of these.
    local kept=${word%"${word##*[:@]}"}
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
}
complete -F _waxseal waxseal-query waxseal-index
