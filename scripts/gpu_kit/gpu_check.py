"""The stages of gpu_check.sh: each runs programs, adds what they said to report.json, and takes as long as it may."""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import kit
import stages
import summary


class Check:
    """What all stages share: the programs, the device, the report so far."""

    def __init__(self, options, programs, torch):
        self.small = options.small
        self.folder = pathlib.Path(options.output)
        self.programs = programs
        self.environment = kit.environment(programs, torch[0])
        if options.small:  # threads that wait do not take the processor from others
            self.environment["OMP_WAIT_POLICY"] = "passive"
        self.data = str(kit.HERE / "data")
        self.scratch = tempfile.TemporaryDirectory(prefix="gpu-check-")
        self.deadline = None
        self.no_gpu = None  # why not; empty: there is one
        self.report = {"kit": json.loads((kit.HERE / "kit.json").read_text()), "small": options.small,
                       "torch": {"version": torch[1], "cuda": torch[2], "folder": str(torch[0])},
                       "python": platform.python_version(), "stages": {}}
        try:  # what an earlier call of the same kit found is kept: --first, then --rest
            earlier = json.loads((self.folder / "report.json").read_text())
            if {**earlier, "stages": {}} == self.report:
                self.report["stages"] = earlier["stages"]
        except (OSError, ValueError):
            pass

    @property
    def device(self):
        return "cpu" if self.no_gpu else "cuda"

    def left(self, limit):
        seconds = limit if self.deadline is None else min(limit, self.deadline - time.monotonic())
        if seconds < 1:
            raise stages.Skipped("no time is left")
        return seconds

    def run(self, words, limit, codes=(0,)):
        """Runs one of the kit's programs, or Python; what it printed. Raises stages.Failed."""
        program = self.programs / words[0]
        command = [sys.executable if words[0] == "python" else str(program), *map(str, words[1:])]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=self.left(limit),
                                  env=self.environment, cwd=self.scratch.name, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as error:
            raise stages.Failed(f"{' '.join(map(str, words[:3]))} took more than {error.timeout:.0f} s") from error
        if done.returncode not in codes:
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines()[-6:]
            raise stages.Failed(f"{' '.join(map(str, words[:3]))} ended with {done.returncode}: " + " | ".join(lines))
        return done

    def cellwise(self, *words, limit, codes=(0,)):
        return self.run(["bin/cellwise", *words], limit, codes)

    def write(self):
        for name, text in (("report.json", json.dumps(self.report, indent=1) + "\n"),
                           ("summary.txt", summary.text(self.report))):
            path = self.folder / (name + ".new")
            path.write_text(text)
            os.replace(path, self.folder / name)


def run_stage(check, name, function, in_need_of_gpu):
    start = time.monotonic()
    result = {}
    check.report["stages"][name] = result
    try:
        if in_need_of_gpu and check.no_gpu:
            raise stages.Skipped(check.no_gpu)
        check.left(1)
        with kit.GpuWatch() as watch:
            function(check, result)
        result["gpu"] = watch.summary()
        outcome = "failed" if result.get("failed") else "done"
    except stages.Skipped as reason:
        outcome, result["reason"] = "skipped", str(reason)
    except (stages.Failed, KeyError, ValueError, OSError) as reason:
        outcome, result["reason"] = "failed", f"{reason}" or type(reason).__name__
    result["outcome"], result["seconds"] = outcome, round(time.monotonic() - start, 1)
    check.write()
    print(f"gpu_check: {name}: {outcome} in {result['seconds']} s" + (f" ({result['reason']})" if "reason" in result else ""),
          flush=True)


def main():
    parser = argparse.ArgumentParser(prog="gpu_check.sh", description="Measures Cellwise on this machine's GPU.")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--first", action="store_true", help="the machine, the GPU tests and parity alone")
    part.add_argument("--rest", action="store_true", help="accuracy and speed alone")
    parser.add_argument("--small", action="store_true", help="little work in each stage: to try the kit itself")
    parser.add_argument("--output", default="gpu-report", metavar="FOLDER")
    options = parser.parse_args()
    torch = kit.find_torch()
    kit.check_c_library()
    try:
        pathlib.Path(options.output).mkdir(parents=True, exist_ok=True)
        (pathlib.Path(options.output) / "summary.txt").touch()
    except OSError as error:
        kit.fail(f"cannot write into '{options.output}': {error.strerror}; --output names another folder")
    programs = kit.unpack(pathlib.Path(options.output).resolve())
    check = Check(options, programs, torch)
    # The machine is always told; whether there is a GPU decides about what follows.
    run_stage(check, "machine", stages.machine, False)
    machine = check.report["stages"]["machine"]
    if machine["outcome"] == "failed":
        kit.fail(machine["reason"])
    if machine["gpus"] and check.no_gpu:  # as with a driver that is too old
        kit.fail(check.no_gpu)
    parts = [] if options.rest else [(stages.FIRST, 110)]
    parts += [] if options.first else [(stages.REST, 290)]
    for part, seconds in parts:
        check.deadline = time.monotonic() + seconds
        for name, function, in_need_of_gpu in part:
            run_stage(check, name, function, in_need_of_gpu)
    print(summary.text(check.report))
    failed = [name for name, result in check.report["stages"].items() if result["outcome"] == "failed"]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
