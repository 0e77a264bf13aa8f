# shellcheck shell=bash
# check WHAT COMMAND…: runs the command, says what it was for and whether it held, and counts in $failures those that
# did not. Needs a say, as messages.sh has it.
failures=0
check() {
    local what=$1
    shift
    if "$@"; then say "ok: $what"; else
        say "FAILED: $what"
        failures=$((failures + 1))
    fi
}
