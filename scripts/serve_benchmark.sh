#!/usr/bin/env bash
# Measures `cellwise serve` with an LSTM of the tutorial's size and reviews of 200 words: one connection, 64 connections
# with one review a request, 64 with 64 reviews, with 200 slow clients beside them, and beside a training. Answers are
# compared with `predict` while the load runs. Needs wrk (apt-get install wrk).
#   scripts/serve_benchmark.sh [SECONDS]        each measurement takes so long; default 15
set -euo pipefail
seconds=${1:-15}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=${CELLWISE_PROGRAM:-build/release/bin/cellwise}
command -v wrk > /dev/null || { echo "serve_benchmark.sh: wrk is missing: apt-get install wrk" >&2; exit 4; }
folder=$(mktemp -d)
server='' training=''
stop() {
    for process in $server $training; do kill "$process" 2> /dev/null || true; done
    wait
    rm -rf "$folder"
}
trap stop EXIT

"$program" train --data synthetic --cell lstm --limit 512 --epochs 1 --quiet --output "$folder/lstm" > /dev/null
python3 - "$folder" << 'PYTHON'
import json, pathlib, random, sys
folder = pathlib.Path(sys.argv[1])
words = json.loads((folder / "lstm/vocabulary.json").read_text())
texts = [" ".join(random.Random(i).choices(words, k=200)) for i in range(256)]
(folder / "texts.txt").write_text("\n".join(texts) + "\n")
for name, count in (("one", 1), ("many", 64)):
    bodies = [json.dumps({"texts": texts[i : i + count]}) for i in range(0, 256, count)]
    lines = ",\n".join("[==[" + body + "]==]" for body in bodies)
    (folder / f"{name}.lua").write_text(
        f"local bodies = {{{lines}}}\nlocal at = 0\nwrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\n"
        "request = function() at = at % #bodies + 1; return wrk.format(nil, nil, nil, bodies[at]) end\n"
        "done = function(summary, latency, requests)\n"
        "  local e = summary.errors\n"
        "  print(string.format('%9.0f requests/s   p50 %.2f  p99 %.2f  p99.9 %.2f ms   failed %d', summary.requests / summary.duration * 1e6,\n"
        "    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3,\n"
        "    e.connect + e.read + e.write + e.status + e.timeout))\nend\n")
PYTHON

"$program" serve "$folder/lstm" --port 0 --runs "$folder" > "$folder/address" 2> "$folder/log" &
server=$!
until grep -q listening "$folder/address" 2> /dev/null; do sleep 0.1; done
address=$(sed 's/listening on //' "$folder/address")
memory() { awk '/VmRSS/ {print $2 / 1024}' "/proc/$server/status"; }
measure() { # title, connections, script
    printf '%-44s' "$1"
    wrk -t1 -c"$2" -d"${seconds}s" -s "$folder/$3.lua" "$address/v1/predict" | tail -1
}
# What is answered under load is what predict says.
compare() {
    python3 - "$program" "$folder" "$address" << 'PYTHON'
import json, subprocess, sys, urllib.request
program, folder, address = sys.argv[1:]
texts = open(f"{folder}/texts.txt").read().splitlines()
told = subprocess.run([program, "predict", "--model", f"{folder}/lstm", "--file", f"{folder}/texts.txt", "--json", "-"], capture_output=True, check=True).stdout
wanted = [one["probability"] for one in json.loads(told)["predictions"]]
wrong = 0
for count in (1, 3, 64):
    for begin in range(0, 256, count):
        body = json.dumps({"texts": texts[begin : begin + count]}).encode()
        request = urllib.request.Request(address + "/v1/predict", body, {"Content-Type": "application/json"})
        answer = json.load(urllib.request.urlopen(request))["predictions"]
        wrong += sum(one["probability"] != want for one, want in zip(answer, wanted[begin : begin + count], strict=True))
print(f"answers that differ from predict, of 768 asked under load: {wrong}")
PYTHON
}

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: /processor: /'
echo "threads: $(nproc), wrk among them; LSTM 64, embedding 128, 200 words; ${seconds} s each"
before=$(memory)
measure "1 connection, 1 review" 1 one
measure "64 connections, 1 review" 64 one
measure "64 connections, 64 reviews" 64 many
measure "8 connections, 64 reviews" 8 many
(measure "64 connections, 1 review, while compared" 64 one) &
under_load=$!
compare
wait "$under_load"
python3 - "${address##*:}" "$seconds" << 'PYTHON' &
import socket, sys, time
slow = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(200)]
until = time.time() + float(sys.argv[2]) + 2
while time.time() < until:
    for one in slow:
        try:
            one.sendall(b"G")
        except OSError:
            pass
    time.sleep(1)
PYTHON
slow=$!
measure "64 connections, 1 review, 200 slow clients" 64 one
wait "$slow"
"$program" train --data synthetic --cell lstm --epochs 1000 --quiet --output "$folder/beside" > /dev/null 2>&1 &
training=$!
measure "64 connections, 1 review, beside a training" 64 one
kill "$training"
wait "$training" || true
training=''
echo "resident memory: ${before} MiB before, $(memory) MiB after"
