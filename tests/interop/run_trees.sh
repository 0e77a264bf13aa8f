#!/usr/bin/env bash
# run_trees.sh SCRIPT.py: as run.sh, beside real XGBoost and LightGBM.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export CELLWISE_INTEROP_REQUIREMENTS=$here/trees_requirements.txt
exec "$here/run.sh" "$@"
