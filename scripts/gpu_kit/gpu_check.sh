#!/usr/bin/env bash
# gpu_check.sh [--first | --rest] [--small] [--output FOLDER]: measures Cellwise on this machine's GPU, with the PyTorch that
# is installed here; nothing is fetched or built. --first: the machine, the GPU tests and parity, in two minutes at most;
# --rest: accuracy and speed, in five. FOLDER (gpu-report) gets report.json and summary.txt, written again after each stage.
# CELLWISE_TORCH names another Python than python3.
set -euo pipefail
here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
python=${CELLWISE_TORCH:-python3}
if ! command -v "$python" >/dev/null; then
    echo "gpu_check: error: '$python' is no program: CELLWISE_TORCH names a Python that has torch" >&2
    exit 4
fi
exec "$python" "$here/gpu_check.py" "$@"
