#!/usr/bin/env bash
# program.sh TREE [RELEASE], in an image that is being built: lays out in TREE what a release holds: RELEASE, an archive that
# lies beside its SHA256SUMS, or what is built here from the sources.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
tree=$1
if [[ -n ${2:-} ]]; then
    # shellcheck source=scripts/use_release.sh
    . "$root/scripts/use_release.sh"
    XDG_CACHE_HOME=/tmp/release ensure_release "$root/$2"
    # shellcheck disable=SC2154  # set by ensure_release
    rm "$release/complete"
    mv "$release" "$tree"
    exit
fi
"$root/scripts/build.sh" release cellwise
"$root/scripts/release_tree.sh" "$root/build/release" "$tree"
ccache --show-stats
