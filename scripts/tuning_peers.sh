#!/usr/bin/env bash
# Tunes XGBoost on the Telco customers, 50 trials of five stratified folds of the training part, by cellwise and by
# Optuna with the same space, in turns. Prints the table of docs/tuning.md. Optuna, XGBoost and scikit-learn come from
# PyPI into a virtual environment. scripts/tuning_peers.sh [ROUNDS] (3)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
table=${TELCO:-../shared/data/telco_churn.csv}
program=${CELLWISE_BUILD:-build/release}/bin/cellwise
folder=build/tuning_peers
if [[ ! -x $program ]]; then
    echo "build it first: ./cellwise" >&2
    exit 2
fi
mkdir -p "$folder"
[[ -x $folder/python/bin/python ]] || python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    optuna==5.0.0 scipy==1.17.1 xgboost-cpu==3.2.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
python=$folder/python/bin/python
"$python" scripts/tuning_peers.py --table "$table" --trials 1 >/dev/null # what is read for the first time is cached now
now() { date +%s.%N; }
echo "| round | seed | program | whole program, s | best mean AUC |"
echo "| --- | --- | --- | --- | --- |"
for ((round = 1; round <= rounds; ++round)); do
    seed=$((41 + round))
    rm -rf "$folder/study"
    begun=$(now)
    "$program" customers tune "$table" --target Churn --stratify --model xgboost --budget 50 --confirm-seeds 0 \
        --seed "$seed" --quiet --output "$folder/study" --json "$folder/study.json" >/dev/null
    ended=$(now)
    best=$("$python" -c "import json; print(json.load(open('$folder/study.json'))['best']['objective'])")
    awk -v r="$round" -v s="$seed" -v a="$begun" -v b="$ended" -v v="$best" \
        'BEGIN { printf "| %d | %d | cellwise | %.1f | %.4f |\n", r, s, b - a, v }'
    begun=$(now)
    "$python" scripts/tuning_peers.py --table "$table" --trials 50 --seed "$seed" >"$folder/optuna.json"
    ended=$(now)
    read -r best search < <("$python" -c "import json; r = json.load(open('$folder/optuna.json')); print(r['best'], r['seconds'])")
    awk -v r="$round" -v s="$seed" -v a="$begun" -v b="$ended" -v v="$best" -v t="$search" \
        'BEGIN { printf "| %d | %d | Optuna | %.1f, of them %.1f its search | %.4f |\n", r, s, b - a, t, v }'
done
