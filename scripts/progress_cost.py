#!/usr/bin/env python3
"""What progress.jsonl costs a training: the same training with the file and without it (a library loaded before it refuses
to open the file, and the training then does without), in pairs, in an order drawn for each. Printed is the ratio of their
processor times, with a 95% interval over the pairs; the wall clock tells little where others work on the machine.
    scripts/progress_cost.py [PAIRS]        default 20; the program is CELLWISE_PROGRAM or build/release/bin/cellwise"""

import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("CELLWISE_PROGRAM", str(ROOT / "build/release/bin/cellwise"))
REFUSE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
static int opened(const char* name, const char* path, int flags, int mode) {
    const char* end = strrchr(path, '/');
    if (end && !strcmp(end, "/progress.jsonl")) { errno = EACCES; return -1; }
    return ((int (*)(const char*, int, ...))dlsym(RTLD_NEXT, name))(path, flags, mode);
}
int open(const char* path, int flags, ...) { va_list all; va_start(all, flags); int mode = va_arg(all, int); va_end(all); return opened("open", path, flags, mode); }
int open64(const char* path, int flags, ...) { va_list all; va_start(all, flags); int mode = va_arg(all, int); va_end(all); return opened("open64", path, flags, mode); }
"""


def train(folder, library):
    """(seconds of the processor, seconds, lines of progress.jsonl)."""
    run = folder / "run"
    subprocess.run(["rm", "-rf", run], check=True)
    environment = {**os.environ, **({"LD_PRELOAD": str(library)} if library else {})}
    before, begun = os.times(), time.perf_counter()
    subprocess.run([PROGRAM, "train", "--data", "synthetic", "--cell", "lstm", "--limit", "8000", "--epochs", "3", "--quiet", "--output", run], env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    after, ended = os.times(), time.perf_counter()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    progress = run / "progress.jsonl"
    return used, ended - begun, len(progress.read_bytes().splitlines()) if progress.exists() else 0


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "refuse.c").write_text(REFUSE)
        library = folder / "refuse.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, folder / "refuse.c", "-ldl"], check=True)
        train(folder, None)
        ratios, walls, lines, seconds = [], [], [], []
        for _ in range(pairs):
            kinds = random.sample([True, False], 2)
            told = {kind: train(folder, None if kind else library) for kind in kinds}
            if not told[True][2] or told[False][2]:
                sys.exit("progress_cost.py: the file is not there where it should be, or there where it should not")
            ratios.append(told[True][0] / told[False][0])
            walls.append(told[True][1] / told[False][1])
            lines.append(told[True][2])
            seconds.append(told[False][0])
    for title, values in (("processor time", ratios), ("wall clock", walls)):
        logs = [math.log(value) for value in values]
        middle, half = statistics.mean(logs), 2.0 * statistics.stdev(logs) / math.sqrt(len(logs))
        print(f"{title}: with the file / without: {math.exp(middle):.4f} (95%: {math.exp(middle - half):.4f} to {math.exp(middle + half):.4f}), median {statistics.median(values):.4f}")
    print(f"{pairs} pairs; {statistics.median(seconds):.1f} s of the processor without, {statistics.median(lines):.0f} lines with")


if __name__ == "__main__":
    main()
