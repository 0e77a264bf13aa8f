"""The report for people: one line for each figure."""


def milliseconds(value):
    return "–" if value is None else f"{value:.3f} ms"


def machine(stage):
    if stage.get("no_gpu"):
        return [f"no GPU: {stage['no_gpu']}"]
    return stage.get("gpus", [])


def doctor(stage):
    return [f"{name}: {value}" for name, value in stage.get("findings", {}).items() if name in ("program", "processor", "device")]


def gpu_tests(stage):
    if "tests" not in stage:
        return []
    lines = [f"{stage['passed']} passed, {stage['failed']} failed, {stage['skipped']} skipped"]
    return lines + [f"failed: {test['name']}: {' '.join(test['told'])[:200]}" for test in stage["tests"] if test["outcome"] == "failed"]


def parity(stage):
    return [f"{precision} on {each['device']}: {each['passed']} of {each['cases']} cases, worst share of the tolerance {each['worst'][0]:.4f}"
            for precision in ("float32", "float64") if (each := stage.get(precision))]


def tutorial(stage):
    lines = []
    for device in ("cuda", "cpu"):
        for cell, each in stage.get(device, {}).items():
            deviation = "" if each["std_accuracy"] is None else f" ± {each['std_accuracy']:.4f}"
            seconds = sum(each["epoch_seconds"][0])
            lines.append(f"{device} ({each['engine']}) {cell}: {each['mean_accuracy']:.4f}{deviation}, "
                         f"{len(each['epoch_seconds'][0])} epochs of the first seed in {seconds:.2f} s")
    return lines + ([stage["gpu_part"]] if "gpu_part" in stage else [])


def steps(stage):
    lines = []
    for shape in stage.get("shapes", []):
        lines.append(f"{shape['cell']} on {shape['device']}: step {milliseconds(shape['eager_train_ms'])} eager, "
                     f"{milliseconds(shape['recorded_train_ms'])} recorded; forward {milliseconds(shape['forward_ms'])}")
        for name in ("pytorch_eager", "pytorch_compiled"):
            peer = shape[name]
            if "train" in peer:
                busy = f", kernels busy {milliseconds(peer['kernels_busy_ms'])}" if peer.get("kernels_busy_ms") else ""
                lines.append(f"  {name}: step {milliseconds(peer['train']['ms'])} ({peer['times_as_long_as_cellwise']:.2f} times), "
                             f"forward {milliseconds(peer['forward']['ms'])}{busy}")
            else:
                lines.append(f"  {name}: {peer['reason'][:160]}")
    return lines


def curves(stage):
    return [f"{name}: lstm batch {shape['batch_size']} hidden {shape['hidden_size']}: step {milliseconds(shape['eager_train_ms'])} eager, "
            f"{milliseconds(shape['recorded_train_ms'])} recorded" for name in ("batch", "hidden") for shape in stage.get(name, [])]


def threads(stage):
    lines = []
    for count in ("1", "2", "4", "8", "16"):
        each = stage.get(count, {})
        if "lstm" in each:
            lines.append(f"{count} threads, fused: " + ", ".join(
                f"{cell} {each[cell]['train_ms']:.2f} ms" for cell in ("simple_rnn", "lstm", "gru")))
        elif "reason" in each:
            lines.append(f"{count} threads: {each['reason']}")
    return lines


def text(report):
    lines = [f"Cellwise {report['kit']['version']} ({report['kit']['revision']}), PyTorch {report['torch']['version']}"
             + (", small: the figures say nothing" if report["small"] else "")]
    for name, stage in report["stages"].items():
        lines.append(f"{name}: {stage.get('outcome', 'running')}" + (f" ({stage['reason']})" if "reason" in stage else ""))
        lines += ["  " + line for line in globals()[name](stage)]
        if stage.get("gpu"):
            lines.append("  GPU: " + ", ".join(f"{key} {value['median']:g} ({value['least']:g} to {value['most']:g})"
                                               for key, value in stage["gpu"].items()))
    return "\n".join(lines) + "\n"
