#!/usr/bin/env bash
# Measures `cellwise serve` with an LSTM of the tutorial's size and reviews of 200 words: one connection, 64 connections
# with one review a request, 64 reviews a request (beside what `bench` says of the forward pass in the same run), with 200
# slow clients beside them, and beside a training. Answers are compared with `predict` while the load runs. Needs wrk
# (apt-get install wrk). Then FastAPI serves the same weights in PyTorch and Keras, where CELLWISE_PEER_PYTHON names a
# Python that has torch, keras, fastapi, uvicorn, uvloop and httptools; serve_peers.py says how. Where that has streamlit too,
# serve_clicks.py compares the pages in a browser.
#   scripts/serve_benchmark.sh [SECONDS]        each measurement takes so long; default 15
set -euo pipefail
seconds=${1:-15}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=${CELLWISE_PROGRAM:-build/release/bin/cellwise}
command -v wrk > /dev/null || { echo "serve_benchmark.sh: wrk is missing: apt-get install wrk" >&2; exit 4; }
folder=$(mktemp -d)
server='' training='' peer=''
stop() {
    for process in $server $training $peer; do kill "$process" 2> /dev/null || true; done
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
until grep -q listening "$folder/address" 2> /dev/null; do
    kill -0 "$server" 2> /dev/null || { cat "$folder/log" >&2; exit 4; }
    sleep 0.1
done
address=$(sed 's/listening on //' "$folder/address")
memory() { awk '/VmRSS/ {print $2 / 1024}' "/proc/$server/status"; }
measure() { # title, connections, script[, address]
    printf '%-58s' "$1"
    wrk -t1 -c"$2" -d"${seconds}s" --timeout 10s -s "$folder/$3.lua" "${4:-$address}/v1/predict" | tail -1
    sleep 1 # what wrk has left behind is answered meanwhile
}
# What is answered is what predict says, but for `difference` at most.
compare() { # address, difference, title
    python3 - "$program" "$folder" "$@" << 'PYTHON'
import json, subprocess, sys, urllib.request
program, folder, address, most, title = sys.argv[1:]
texts = open(f"{folder}/texts.txt").read().splitlines()
told = subprocess.run([program, "predict", "--model", f"{folder}/lstm", "--file", f"{folder}/texts.txt", "--json", "-"], capture_output=True, check=True).stdout
wanted = [one["probability"] for one in json.loads(told)["predictions"]]
wrong = 0
for count in (1, 3, 64):
    for begin in range(0, 256, count):
        body = json.dumps({"texts": texts[begin : begin + count]}).encode()
        request = urllib.request.Request(address + "/v1/predict", body, {"Content-Type": "application/json"})
        answer = json.load(urllib.request.urlopen(request))["predictions"]
        wrong += sum(abs(one["probability"] - want) > float(most) for one, want in zip(answer, wanted[begin : begin + count], strict=True))
print(f"{title}: answers that differ from predict, of 768: {wrong}")
PYTHON
}

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: /processor: /'
echo "threads: $(nproc), wrk among them; LSTM 64, embedding 128, 200 words; ${seconds} s each"
# Work of others makes all figures worse; this line says whether there was any.
echo "load of the machine before: $(cut -d' ' -f1-3 /proc/loadavg)"
before=$(memory)
measure "1 connection, 1 review" 1 one
measure "64 connections, 1 review" 64 one
measure "64 connections, 64 reviews" 64 many
measure "8 connections, 64 reviews" 8 many
"$program" bench --cells lstm --without-torch --rounds 15 --json - 2> /dev/null > "$folder/bench.json"
python3 -c 'import json, sys; ms = json.load(open(sys.argv[1]))["cells"][0]["fused_forward_ms"]
print(f"bench, forward pass of 64 reviews: {ms:.2f} ms, {64000 / ms:.0f} reviews/s")' "$folder/bench.json"
(measure "64 connections, 1 review, while compared" 64 one) &
under_load=$!
compare "$address" 0 "cellwise, under load" > "$folder/compared"
wait "$under_load"
cat "$folder/compared"
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

# The peers, one after the other; ours again beside each, as the machine may have changed.
python=${CELLWISE_PEER_PYTHON:-python3}
export KERAS_BACKEND=jax JAX_PLATFORMS=cpu
port=$((20000 + RANDOM % 10000))
run_peer() { # pytorch or keras, the exported file, title[, --batch]
    if ! "$python" -c "import fastapi, uvicorn, ${1/pytorch/torch}" 2> /dev/null; then
        echo "$3: not measured: '$python' has not all of $1, fastapi and uvicorn; name one that has with CELLWISE_PEER_PYTHON"
        return
    fi
    port=$((port + 1))
    "$python" scripts/serve_peers.py "$1" "$2" "$folder/lstm/vocabulary.json" "$port" ${4:+"$4"} > "$folder/peer" 2>&1 &
    peer=$!
    until (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do
        kill -0 "$peer" 2> /dev/null || { tail -3 "$folder/peer" >&2; exit 4; }
        sleep 0.2
    done
    compare "http://127.0.0.1:$port" 1e-5 "$3"
    measure "$3: 1 connection, 1 review" 1 one "http://127.0.0.1:$port"
    measure "$3: 64 connections, 1 review" 64 one "http://127.0.0.1:$port"
    measure "cellwise: 64 connections, 1 review" 64 one
    measure "$3: 8 connections, 64 reviews" 8 many "http://127.0.0.1:$port"
    measure "cellwise: 8 connections, 64 reviews" 8 many
    kill "$peer"
    wait "$peer" || true
    peer=''
}
"$program" export "$folder/lstm" --format pytorch --output "$folder/lstm.pt" --quiet > /dev/null
"$program" export "$folder/lstm" --format keras --output "$folder/lstm.keras" --quiet > /dev/null
run_peer pytorch "$folder/lstm.pt" "FastAPI + PyTorch"
run_peer pytorch "$folder/lstm.pt" "FastAPI + PyTorch, batched" --batch
run_peer keras "$folder/lstm.keras" "FastAPI + Keras"
run_peer keras "$folder/lstm.keras" "FastAPI + Keras, batched" --batch
# What a reader waits for in a browser, in turns of the same reviews.
if "$python" -c "import streamlit, torch" 2> /dev/null; then
    "$python" scripts/serve_clicks.py "$address" "$program" "$folder/lstm" "$folder/lstm.pt" "$folder/texts.txt"
else
    echo "Streamlit: not measured: '$python' has not both streamlit and torch; name one that has with CELLWISE_PEER_PYTHON"
fi
echo "load of the machine after: $(cut -d' ' -f1-3 /proc/loadavg)"
