# shellcheck shell=bash
# say TEXT: a line on standard error. die TEXT: an error, and exit code 4 (the machine lacks something) or what $code says.

say() { printf 'cellwise: %s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit "${code:-4}"
}
