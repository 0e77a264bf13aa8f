#!/usr/bin/env bash
# reproduction.sh REFERENCE [SEEDS]: measures the tables of docs/reproduction.md anew. Runs the presets
# tutorial and clipped with SEEDS seeds (10), compares them with the recorded Keras runs in REFERENCE, and
# puts the tables between the page's marks. A comparison that runs/reproduction-* already holds is kept.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
reference=${1:?usage: scripts/reproduction.sh REFERENCE.jsonl [SEEDS]}
seeds=${2:-10}
page=docs/reproduction.md

folders=()
for preset in tutorial clipped; do
    folder=runs/reproduction-$preset
    if [[ ! -e $folder/comparison.json ]]; then
        ./cellwise compare --preset "$preset" --seeds "$seeds" --output "$folder"
    fi
    folders+=("$folder")
done
tables=$(mktemp)
trap 'rm -f "$tables" "$tables.page"' EXIT
./cellwise reproduction "${folders[@]}" --reference "$reference" --markdown "$tables"
awk -v tables="$tables" '
    /<!-- measured -->/ { print; print ""; while ((getline line < tables) > 0) print line; print ""; inside = 1 }
    /<!-- end -->/ { inside = 0 }
    !inside { print }
' "$page" >"$tables.page"
cat "$tables.page" >"$page"
