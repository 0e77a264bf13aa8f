#!/usr/bin/env bash
# run_tensorboard.sh SCRIPT.py [ARGUMENT…]: as run.sh, with TensorBoard in place of Keras (30 MB).
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
CELLWISE_INTEROP_REQUIREMENTS=$here/tensorboard_requirements.txt exec "$here/run.sh" "$@"
