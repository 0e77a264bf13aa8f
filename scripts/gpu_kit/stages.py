"""What gpu_check.py does, stage after stage. A stage fills a dictionary, and raises Failed or Skipped with the reason."""
import json
import os
import pathlib
import subprocess

import kit

CELLS = ("simple_rnn", "lstm", "gru")


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def json_of(done):
    return json.loads(done.stdout)


def machine(check, result):
    result["processors"] = len(os.sched_getaffinity(0))
    try:
        result["nvidia_smi"] = subprocess.run(["nvidia-smi"], capture_output=True, text=True, timeout=20).stdout
        query = "name,driver_version,memory.total,clocks.max.sm,clocks.max.mem,power.limit,compute_cap"
        listed = subprocess.run(["nvidia-smi", "--query-gpu=" + query, "--format=csv,noheader"],
                                capture_output=True, text=True, timeout=20)
        result["gpus"] = listed.stdout.splitlines() if listed.returncode == 0 else []
    except (OSError, subprocess.TimeoutExpired):
        result["gpus"] = []
    wanted = check.cellwise("doctor", "--device", "cuda", "--data", check.data, limit=40, codes=(0, 4))
    check.no_gpu = "" if wanted.returncode == 0 else wanted.stderr.strip().replace("cellwise: error: ", "")
    result["no_gpu"] = check.no_gpu


def doctor(check, result):
    done = check.cellwise("doctor", "--device", check.device, "--data", check.data, "--json", "-", limit=40)
    result["findings"] = {each["name"]: each["value"] for each in json_of(done)["findings"]}


def gpu_tests(check, result):
    output = pathlib.Path(check.scratch.name) / "tests.json"
    check.run(["bin/gpu_test", f"--gtest_output=json:{output}"], limit=90, codes=(0, 1))
    tests = [test for suite in json.loads(output.read_text())["testsuites"] for test in suite["testsuite"]]
    result["tests"] = []
    for test in tests:
        told = [entry.get("failure") or entry.get("message", "") for key in ("failures", "skipped") for entry in test.get(key, [])]
        outcome = "failed" if "failures" in test else "skipped" if test.get("result") == "SKIPPED" else "passed"
        result["tests"].append({"name": test["name"], "outcome": outcome, "seconds": test["time"], "told": told[:3]})
    for outcome in ("passed", "failed", "skipped"):
        result[outcome] = sum(test["outcome"] == outcome for test in result["tests"])
    if result["skipped"] == len(tests):
        raise Skipped(check.no_gpu or "every test was skipped")


def parity(check, result):
    golden = kit.HERE / "keras_golden"
    for precision in ("float32", "float64"):
        done = check.cellwise("parity", golden, "--device", check.device, "--precision", precision, "--json", "-",
                              limit=40, codes=(0, 1))
        document = json_of(done)
        shares = [(each["share_of_tolerance"], case["case"], each["quantity"])
                  for case in document["cases"] for each in case["quantities"] if each["share_of_tolerance"] is not None]
        result[precision] = {"device": document["device"], "cases": len(document["cases"]),
                             "passed": sum(case["passed"] for case in document["cases"]), "worst": max(shares)}
        if not document["passed"]:
            result["failed"] = True


def tutorial(check, result):
    size = ["--limit", "500", "--epochs", "1", "--seeds", "2"] if check.small else ["--seeds", "3"]
    for device in ("cpu",) if check.no_gpu else ("cuda", "cpu"):
        folder = f"tutorial-{device}"
        done = check.cellwise("compare", "--preset", "tutorial", *size, "--offline", "--data", check.data, "--device", device,
                              "--output", folder, "--quiet", "--json", "-", limit=150)
        document = json_of(done)
        cells = {}
        for cell in CELLS:
            runs = [run for run in document["runs"] if run["cell"] == cell]
            summary = next(each for each in document["summary"] if each["cell"] == cell)
            cells[cell] = {"engine": runs[0]["engine"], "accuracies": [run["test_accuracy"] for run in runs],
                           "mean_accuracy": summary["mean_accuracy"], "std_accuracy": summary["std_accuracy"],
                           "epoch_seconds": [[epoch["train_seconds"] for epoch in run["epochs"]] for run in runs]}
        result[device] = cells
    if check.no_gpu:
        result["gpu_part"] = f"skipped: {check.no_gpu}"


def compare_with_torch(check, shape, file, compiled):
    words = ["python", kit.HERE / "gpu_peer.py", file, check.device, 1 if check.small else 10]
    try:
        answer = json_of(check.run(words + (["compiled"] if compiled else []), limit=90 if compiled else 60))
    except Failed as reason:
        return {"reason": str(reason)}
    distance = max(abs(a - b) for a, b in zip(answer.pop("probabilities"), shape["probabilities"]))
    answer["largest_difference_of_probabilities"] = distance
    answer["same_work"] = distance < 1e-4
    return answer


def steps(check, result):
    """The product, PyTorch eager and PyTorch compiled, on the same batches from the same weights."""
    shapes = measure(check, ["lstm,4,16"] if check.small else [f"{cell},64,64" for cell in CELLS])
    for shape in shapes:
        file = pathlib.Path(check.scratch.name) / shape.pop("file")
        shape["pytorch_eager"] = compare_with_torch(check, shape, file, False)
        shape["pytorch_compiled"] = compare_with_torch(check, shape, file, True)
        shape.pop("probabilities")
        best = shape["recorded_train_ms"] or shape["eager_train_ms"]
        for name in ("pytorch_eager", "pytorch_compiled"):
            if "train" in shape[name]:
                shape[name]["times_as_long_as_cellwise"] = shape[name]["train"]["ms"] / best
                if not shape[name]["same_work"]:
                    result["failed"] = True
    result["shapes"] = shapes


def measure(check, shapes):
    rounds = 1 if check.small else 15
    done = check.run(["bin/gpu_speed", check.device, check.data, rounds, check.scratch.name, *shapes], limit=120)
    return json_of(done)["shapes"]


def curves(check, result):
    batches, hidden = ((8,), (32,)) if check.small else ((16, 32, 64, 128, 256, 512), (32, 64, 128, 256, 512))
    for name, shapes in (("batch", [f"lstm,{size},{16 if check.small else 64}" for size in batches]), ("hidden", [f"lstm,{4 if check.small else 64},{size}" for size in hidden])):
        result[name] = measure(check, shapes)
        for shape in result[name]:
            del shape["probabilities"], shape["file"]


def threads(check, result):
    """The CPU's fused engine with 1, 2, 4, 8 and 16 threads, as far as there are processors."""
    available = len(os.sched_getaffinity(0))
    for count in (1, 2, 4, 8, 16):
        if count > available:
            result[str(count)] = {"reason": f"this machine has {available} processors"}
            continue
        document = json_of(check.cellwise("bench", "--threads", count, "--without-torch", "--rounds", 3 if check.small else 10,
                                          "--data", check.data, "--json", "-", limit=60))
        result[str(count)] = {"fma_peak_gflops": document["fma_peak_gflops"],
                              **{cell["cell"]: {"train_ms": cell["fused_train_ms"], "forward_ms": cell["fused_forward_ms"],
                                                "peak_share": cell["peak_share"]} for cell in document["cells"]}}


# Name, function, whether it says nothing without a GPU.
FIRST = (("doctor", doctor, False), ("gpu_tests", gpu_tests, False), ("parity", parity, False))
REST = (("tutorial", tutorial, False), ("steps", steps, False), ("curves", curves, False), ("threads", threads, False))
