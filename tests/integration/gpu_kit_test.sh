#!/usr/bin/env bash
# gpu_kit_test.sh PROJECT: gpu_check.sh of the kit for GPUs, with stand-ins for its programs and for PyTorch: what it
# refuses, what it skips without a GPU and what its report keeps.
set -euo pipefail
project=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset CELLWISE_TORCH
export PYTHONDONTWRITEBYTECODE=1
failed() {
    echo "$*" >&2
    exit 1
}

kit=$folder/kit
mkdir -p "$kit/keras_golden" "$kit/data" "$folder/programs/bin" "$folder/tools"
cp "$project"/scripts/gpu_kit/*.py "$project/scripts/gpu_kit/gpu_check.sh" "$project/src/benchmark/peer.py" "$kit/"
echo '{"version": "9.9.9", "revision": "abc", "libtorch": "2.11.0"}' >"$kit/kit.json"
echo 2.11.0 >"$kit/torch_version.txt"
echo 2.17 >"$kit/glibc_version.txt"
cat >"$folder/programs/bin/cellwise" <<'END'
#!/usr/bin/env python3
import json, os, sys
words = sys.argv[1:]
device = words[words.index("--device") + 1] if "--device" in words else "cpu"
if words[0] == "doctor" and device == "cuda":
    print("cellwise: error: " + os.environ.get("NO_GPU", "no GPU, says the stand-in"), file=sys.stderr)
    sys.exit(4)
cells = ("simple_rnn", "lstm", "gru")
print(json.dumps({
    "doctor": {"findings": [{"name": "device", "value": device}]},
    "parity": {"device": device, "passed": os.environ.get("PARITY", "1") == "1",
               "cases": [{"case": "one", "passed": os.environ.get("PARITY", "1") == "1",
                          "quantities": [{"quantity": "loss", "share_of_tolerance": 0.25}]}]},
    "compare": {"runs": [{"cell": cell, "engine": "fused", "test_accuracy": 0.75, "epochs": [{"train_seconds": 1.5}]} for cell in cells],
                "summary": [{"cell": cell, "mean_accuracy": 0.75, "std_accuracy": None} for cell in cells]},
    "bench": {"fma_peak_gflops": 100, "cells": [{"cell": cell, "fused_train_ms": 2, "fused_forward_ms": 1, "peak_share": 0.5}
                                                for cell in cells]},
}[words[0]]))
END
cat >"$folder/programs/bin/gpu_test" <<'END'
#!/bin/sh
cat >"${1#--gtest_output=json:}" <<'JSON'
{"testsuites": [{"testsuite": [{"name": "One", "result": "SKIPPED", "time": "0s", "skipped": [{"message": "no GPU"}]}]}]}
JSON
END
cat >"$folder/programs/bin/gpu_speed" <<'END'
#!/usr/bin/env python3
import json, sys
print(json.dumps({"shapes": [{"cell": text.split(",")[0], "device": sys.argv[1], "batch_size": int(text.split(",")[1]),
                              "hidden_size": int(text.split(",")[2]), "eager_train_ms": 3.0, "recorded_train_ms": None,
                              "forward_ms": 1.0, "file": text, "probabilities": [0.5]} for text in sys.argv[5:]]}))
END
chmod +x "$folder"/programs/bin/*
tar -C "$folder/programs" -cJf "$kit/programs.tar.xz" .
torch() { # version, CUDA's version as Python text, what the library knows
    rm -rf "$folder/python/torch"
    mkdir -p "$folder/python/torch/lib"
    touch "$folder/python/torch/__init__.py"
    printf "__version__ = '%s'\ncuda: Optional[str] = %s\n" "$1" "$2" >"$folder/python/torch/version.py"
    echo "$3" >"$folder/python/torch/lib/libc10.so"
}
check() { PYTHONPATH=$folder/python "$kit/gpu_check.sh" --output "$folder/report" "$@"; }
refuses() { # words, then what is run
    local words=$1 code=0
    shift
    "$@" >"$folder/output" 2>"$folder/errors" || code=$?
    [[ $code -eq 4 ]] || failed "'$*' ended with $code: $(cat "$folder/output" "$folder/errors")"
    grep -qF -- "$words" "$folder/errors" || failed "'$words' is not said: $(cat "$folder/errors")"
    [[ $(grep -c '^gpu_check: error: ' "$folder/errors") -eq 1 && $(wc -l <"$folder/errors") -eq 1 ]] ||
        failed "not one message: $(cat "$folder/errors")"
}
of_report() { python3 -c "import json, sys; report = json.load(open(sys.argv[1])); print(($1))" "$folder/report/report.json"; }

mkdir "$folder/python"
refuses "has no torch" check
torch 2.9.0 "'13.0'" __cxx11
refuses "this kit was built for 2.11.0" check
torch 2.11.0+cpu None __cxx11
refuses "was built for the CPU only" check
torch 2.11.0+cu126 "'12.6'" __cxx11
refuses "was built for CUDA 12.6" check
torch 2.11.0+cu130 "'13.0'" nothing
refuses "C++ ABI from before 2015" check
rm "$folder/python/torch/lib/libc10.so"
refuses "is not whole" check
torch 2.11.0+cu130 "'13.0'" __cxx11
CELLWISE_TORCH=no-such-python refuses "is no program" check
echo 9.99 >"$kit/glibc_version.txt"
refuses "need 9.99 or newer" check
echo 2.17 >"$kit/glibc_version.txt"
refuses "cannot write into" check --output /proc/1/nowhere
cp "$kit/programs.tar.xz" "$folder/whole"
head -c 300 "$folder/whole" >"$kit/programs.tar.xz"
refuses "copy the kit again" check
cp "$folder/whole" "$kit/programs.tar.xz"
# A GPU that cannot be used is not passed over.
printf '#!/bin/sh\necho "NVIDIA H100, 550.54"\n' >"$folder/tools/nvidia-smi"
chmod +x "$folder/tools/nvidia-smi"
code=0
PATH=$folder/tools:$PATH NO_GPU="the driver 550.54 is too old" check >/dev/null 2>"$folder/errors" || code=$?
if [[ $code -ne 4 ]] || ! grep -q 'error: the driver 550.54 is too old' "$folder/errors"; then failed "an old driver was not refused"; fi

# Without a GPU the first part, then the rest; the report keeps both.
check --first >"$folder/output" || failed "without a GPU: $(cat "$folder/output")"
[[ $(of_report "list(report['stages'])") == "['machine', 'doctor', 'gpu_tests', 'parity']" ]] || failed "other stages: $(cat "$folder/output")"
[[ $(of_report "report['stages']['gpu_tests']['outcome'], report['stages']['gpu_tests']['reason']") == "('skipped', 'no GPU, says the stand-in')" ]] ||
    failed "the GPU tests were not skipped with the reason"
[[ $(of_report "report['stages']['parity']['float64']") == "{'device': 'cpu', 'cases': 1, 'passed': 1, 'worst': [0.25, 'one', 'loss']}" ]] ||
    failed "parity: $(of_report "report['stages']['parity']")"
check --rest --small >/dev/null || failed "the rest"
[[ $(of_report "len(report['stages']), report['small']") == "(5, True)" ]] || failed "a small report was mixed with a whole one"
check --first --small >/dev/null
[[ $(of_report "len(report['stages'])") == 8 ]] || failed "the second part forgot the first"
[[ $(of_report "report['stages']['tutorial']['cpu']['gru']['mean_accuracy']") == 0.75 ]] || failed "no accuracy"
# The stand-in for PyTorch cannot compute, and the stage says so and goes on.
[[ $(of_report "'reason' in report['stages']['steps']['shapes'][0]['pytorch_eager'], report['stages']['steps']['outcome']") == "(True, 'done')" ]] ||
    failed "PyTorch's failure was not told"
grep -q 'lstm on cpu: step 3.000 ms eager, – recorded' "$folder/report/summary.txt" || failed "no summary: $(cat "$folder/report/summary.txt")"
# A check that fails is the exit code's.
code=0
PARITY=0 check --first --small >/dev/null || code=$?
[[ $code -eq 1 && $(of_report "report['stages']['parity']['outcome']") == failed ]] || failed "a failed parity ended with $code"
