#!/usr/bin/env bash
# same_as.sh OLD NEW: whether two builds of the program do the same. Each runs one list of commands in a folder of its
# own; exit codes, messages, documents, models and checkpoints are compared, byte for byte. Seconds, dates, the folders'
# own names and what a build says of itself (version, revision) are masked. Prints what differs; exit code 1 if anything does.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
if [[ $# -ne 2 || ! -x $1 || ! -x $2 ]]; then
    code=2
    die "usage: scripts/same_as.sh OLD NEW (two programs)"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

small=(--data synthetic --limit 200 --length 20 --embedding-size 8 --hidden-size 8 --epochs 2 --batch-size 16 --threads 2)
commands() {
    cat <<END
compare ${small[*]} --seeds 2 --baseline --output compare --json compare.json
train ${small[*]} --cell gru --batch-norm --dropout 0.3 --validation-split 0.2 --output gru --json gru.json
train ${small[*]} --cell lstm --precision float64 --bidirectional --layers 2 --output lstm64
train ${small[*]} --cell rnn --optimizer sgd --learning-rate 9.87e8 --l2 1 --output diverged
evaluate gru --json evaluate.json
predict gru --text "great film" --explain occlusion --json predict.json
gates --cell lstm --json gates.json
gates --model gru --text "great film" --json gates-text.json
gradients --synthetic --cells lstm --length 20 --hidden-size 8 --json gradients.json
summary gru --json summary.json
export gru --output gru.keras --json export.json
import gru.keras --output imported --json import.json
runs list . --json list.json
runs show gru --json show.json
runs compare compare gru --json runs-compare.json
report gru --output report.html --json report.json
claims --list
claims exploding-gradients --explain
reproduction nosuch.json
doctor --json doctor.json
data synthetic --output made.csv --reviews 50
data info --data made.csv --json info.json
train --config gru/config.toml --seed 3 --output again
train --resume gru
customers synthetic --rows 300 --output table.csv
customers describe table.csv --target target --json describe.json
customers compare table.csv --target target --models logistic,random_forest --folds 2 --json customers.json
help
train --help
nosuch
END
}

# mask FILE: all but what may differ between two runs of one program.
mask() {
    sed -E -e 's/[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)? ?(ms|s|min|hours?|reviews\/s|GFLOP\/s|GiB)\b/TIME/g' \
        -e 's/"(seconds|[a-z_]*_seconds|unix_time|begun|written|git_revision|version|memory_bytes|[a-z_]*_path|path|data|folder)": ?[^,}]*/"\1": MASKED/g' \
        -e 's/"seconds": MASKED,"std":[^}]*/"seconds": MASKED/g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]+( UTC|Z)?/DATE/g' -e 's/[0-9]+\.[0-9]+ ± [0-9.]+/MEAN/g' \
        -e 's#(<td>)[0-9]+\.[0-9](</td>)#\1SECONDS\2#g' -e 's#(>Revision</th><td class="text">)[^<]*#\1MASKED#' \
        -e 's/ +[0-9]+\.[0-9]$/ SECONDS/' -e "s#$work/(old|new)#FOLDER#g" -e 's/cellwise-[a-z]+/cellwise/g' "$1" |
        if [[ $1 == *metrics.csv ]]; then cut -d, -f1-6; elif [[ $1 == *.err ]]; then sort; else cat; fi
}

run_all() {
    local program=$1 folder=$2 number=0 words
    mkdir -p "$folder/said"
    while IFS= read -r line; do
        number=$((number + 1))
        eval "words=($line)"
        (cd "$folder" && exec -a cellwise "$program" "${words[@]}") >"$folder/said/$number.out" 2>"$folder/said/$number.err" \
            </dev/null && status=0 || status=$?
        echo "$status: $line" >>"$folder/said/codes"
    done < <(commands)
}
run_all "$(readlink -f "$1")" "$work/old"
run_all "$(readlink -f "$2")" "$work/new"

differences=0
while IFS= read -r file; do
    if [[ ! -e $work/new/$file ]]; then
        say "$file: only the old program writes it"
    elif [[ $file == *.safetensors || $file == *.keras ]]; then
        cmp -s "$work/old/$file" "$work/new/$file" && continue
        say "$file: other bytes"
    elif [[ $file == *events.out* || $file == *progress.jsonl || $file == ./doctor.json ]]; then
        continue # times of day, or what the machine has left
    else
        diff <(mask "$work/old/$file") <(mask "$work/new/$file") >"$work/difference" && continue
        say "$file differs:"
        head -n 6 "$work/difference" | cut -c 1-200 >&2
    fi
    differences=$((differences + 1))
done < <(cd "$work/old" && find . -type f | sort)
while IFS= read -r file; do
    [[ -e $work/old/$file ]] && continue
    say "$file: only the new program writes it"
    differences=$((differences + 1))
done < <(cd "$work/new" && find . -type f | sort)
if [[ $differences -gt 0 ]]; then
    code=1
    die "$differences files differ"
fi
say "the same: $(commands | wc -l) commands, $(find "$work/old" -type f | wc -l) files"
