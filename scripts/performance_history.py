#!/usr/bin/env python3
"""performance_history.py PROGRAM [BENCH_FLAG...]: adds what `PROGRAM bench` measures to docs/performance-history.csv,
one line a cell. Lines compare within one machine and one load of it only: where two builds are in question,
`bench --against PATH` takes them in turns."""
import argparse
import csv
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HISTORY = pathlib.Path(__file__).resolve().parent.parent / "docs" / "performance-history.csv"
COLUMNS = ["date", "commit", "processor", "instruction_set", "threads", "peak_gflops", "cell", "train_ms", "train_ratio",
           "train_peak_share", "forward_ms", "forward_ratio"]


def rounded(value, digits):
    return "" if value is None else f"{value:.{digits}f}"


def lines_of(told, commit):
    for cell in told["cells"]:
        yield [datetime.date.today().isoformat(), commit, told["processor"], told["instruction_set"], told["threads"],
               rounded(told["fma_peak_gflops"], 0), cell["cell"], rounded(cell["fused_train_ms"], 3),
               rounded(cell["train_ratio"], 2), rounded(cell["peak_share"], 3), rounded(cell["fused_forward_ms"], 3),
               rounded(cell["forward_ratio"], 2)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="a build of cellwise")
    arguments, flags = parser.parse_known_args()
    program = shutil.which(arguments.program)
    if program is None:
        parser.error(f"there is no program '{arguments.program}'")
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=HISTORY.parent, check=True,
                            capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        document = pathlib.Path(folder) / "bench.json"
        if subprocess.run([program, "bench", "--json", str(document), *flags]).returncode != 0:
            sys.exit("the bench failed: nothing was added")
        told = json.loads(document.read_text())
    is_new = not HISTORY.exists()
    with HISTORY.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(COLUMNS)
        writer.writerows(lines_of(told, commit))
    print(f"{len(told['cells'])} lines added to {HISTORY}")


if __name__ == "__main__":
    main()
