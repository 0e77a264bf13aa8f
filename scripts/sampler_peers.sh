#!/usr/bin/env bash
# Measures our samplers against Optuna's on functions of known minimum: 20 seeds, 50 trials each, one asked at a time.
# Prints the table of docs/tuning.md. Optuna comes from PyPI into a virtual environment (its GP needs PyTorch: 5 GB,
# and half an hour for its studies); with --quick its GP is left out.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build/sampler_peers
build=${CELLWISE_BUILD:-build/release}
benchmark=$build/bin/sampler_benchmark
samplers=random,tpe,gp
packages=(optuna==5.0.0 scipy==1.17.1 torch==2.15.0)
if [[ ${1:-} == --quick ]]; then
    samplers=random,tpe
    packages=(optuna==5.0.0 scipy==1.17.1)
fi
if [[ ! -x $benchmark ]]; then
    echo "build it first: cmake -S . -B $build -DCELLWISE_BENCHMARKS=ON && ninja -C $build sampler_benchmark" >&2
    exit 2
fi
mkdir -p "$folder"
[[ -x $folder/python/bin/python ]] || python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet "${packages[@]}"
OMP_NUM_THREADS=1 "$folder/python/bin/python" scripts/sampler_peers.py --samplers "$samplers" >"$folder/peers.csv" &
"$benchmark" --samplers "$samplers" >"$folder/ours.csv"
wait $!
python3 scripts/sampler_table.py "$folder/ours.csv" "$folder/peers.csv"
