#!/usr/bin/env bash
# prepare.sh PRESET [RELEASE], in an image that is being built: installs the packages that a build needs and fetches
# LibTorch; where a RELEASE is named, what unpacking it needs. A step of its own, so that a change of the sources does not
# repeat it.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
# shellcheck source=scripts/packages.sh
. "$root/scripts/packages.sh"
# shellcheck source=scripts/libtorch.sh
. "$root/scripts/libtorch.sh"
if [[ -n ${2:-} ]]; then
    ensure_packages image
    exit
fi
ensure_packages build release
ensure_libtorch "$1"
