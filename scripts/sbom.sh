#!/usr/bin/env bash
# Lists what Cellwise is built from, with the versions that are installed here: docs/sbom.cdx.json (a software bill
# of materials, CycloneDX 1.6, validated) and docs/dependencies.md. Needs the packages of the build and a built
# program. `scripts/sbom.sh --check` writes nothing and fails where the two files are not what it would write.
# `scripts/sbom.sh --release FOLDER` writes FOLDER/cellwise-VERSION.cdx.json alone, with what a release holds.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
# shellcheck source=scripts/packages.sh
. "$root/scripts/packages.sh"
# shellcheck source=scripts/libtorch.sh
. "$root/scripts/libtorch.sh"
# shellcheck source=scripts/tree_libraries.sh
. "$root/scripts/tree_libraries.sh"

program=${CELLWISE_PROGRAM:-$root/build/${CELLWISE_PRESET:-release}/bin/cellwise}
[[ -x $program ]] || die "'$program' is not there: build it first with ./cellwise --version"
requirements=$root/scripts/sbom-requirements.txt
environment=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise/sbom-$(sha256sum "$requirements" | cut -c1-12)
if [[ ! -e $environment/complete ]]; then
    say "fetching the CycloneDX library into $environment"
    rm -rf "$environment"
    if ! /usr/bin/python3 -m venv "$environment" ||
        ! "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$requirements" >&2; then
        rm -rf "$environment"
        die "the CycloneDX library could not be fetched from PyPI (apt-get install python3-venv, and check the network)"
    fi
    touch "$environment/complete"
fi
# shellcheck disable=SC2154  # set by packages.sh and libtorch.sh
"$environment/bin/python3" "$root/scripts/sbom.py" --root "$root" --program "$program" \
    --build "${packages_build[*]}" --tests "${packages_tests[*]}" --lint "${packages_lint[*]}" \
    --wheels "$libtorch_cpu_requirements" --tree-wheels "$tree_libraries_requirements" --gpu-wheels "${libtorch_cuda_requirements:-}" "$@"
