#!/usr/bin/env bash
# run_torch.sh SCRIPT.py [ARGUMENT…]: runs a Python test with a Python that can import torch, which is not
# fetched for it (5 GB): CELLWISE_TORCH_PYTHON, else python3. Exits with 77, which CTest counts as skipped,
# where there is none.
set -euo pipefail
python=${CELLWISE_TORCH_PYTHON:-python3}
if ! "$python" -c 'import torch' 2>/dev/null; then
    printf "SKIPPED: '%s' has no package torch; name a Python that has with CELLWISE_TORCH_PYTHON\n" "$python"
    exit 77
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$@"
