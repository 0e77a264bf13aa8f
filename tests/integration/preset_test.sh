#!/usr/bin/env bash
# preset_test.sh PROJECT: which preset ./cellwise takes, by the driver that nvidia-smi tells of.
set -euo pipefail
# shellcheck source=scripts/preset.sh
. "$1/scripts/preset.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset CELLWISE_PRESET

expect() { # what nvidia-smi prints, its exit code, the preset
    printf '#!/bin/sh\necho "%s"\nexit %s\n' "$1" "$2" >"$folder/nvidia-smi"
    chmod +x "$folder/nvidia-smi"
    local chosen
    chosen=$(PATH=$folder:$PATH default_preset)
    if [[ $chosen != "$3" ]]; then
        echo "nvidia-smi prints '$1' and exits with $2: the preset is '$chosen', not '$3'" >&2
        exit 1
    fi
}
expect 580.65.06 0 cuda
expect 610.10 0 cuda
expect 550.54.15 0 release
expect "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver" 9 release
expect "" 0 release
[[ $(PATH=$folder:$PATH CELLWISE_PRESET=debug default_preset) == debug ]]
