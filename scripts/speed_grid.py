#!/usr/bin/env python3
"""Measures the fused engine against torch::nn at a grid of sizes, both in turns in one process.

    scripts/speed_grid.py [--binary build/release/bin/cellwise] [--threads 2] [--csv docs/speed-grid.csv]

Each line of the CSV is one cell at one point: how many times as fast as torch::nn a training step and the forward pass
are, and the milliseconds. At the end the summary for docs/performance.md is printed. A quiet machine is needed.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys

CELLS = "simple_rnn,lstm,gru"
# What stands on top of the sizes: the flags of `bench`, by name.
KINDS = {
    "words": [],
    "vectors": ["--input", "vectors"],
    "two layers": ["--layers", "2"],
    "both directions": ["--bidirectional"],
}
COLUMNS = ["kind", "cell", "hidden", "batch", "length", "embedding", "train_ratio", "forward_ratio", "fused_train_ms",
           "torch_train_ms", "fused_forward_ms", "torch_forward_ms"]


def measured(arguments, kind, hidden, batch, lengths, embeddings):
    """The rows of one call of `bench`: all lengths and embeddings at one hidden size and one batch."""
    # Small steps are noisy and cost nothing.
    rounds = 9 if hidden * batch <= 4096 else 3 if hidden * batch <= 32768 else 1
    command = [arguments.binary, "bench", "--quiet", "--cells", CELLS, "--threads", str(arguments.threads), "--rounds",
               str(rounds), "--hidden-size", str(hidden), "--batch-size", str(batch), "--length",
               ",".join(map(str, lengths)), "--embedding-size", ",".join(map(str, embeddings)), "--json", "-"]
    if arguments.data:
        command += ["--data", arguments.data]
    result = subprocess.run(command + KINDS[kind], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr}")
    for cell in json.loads(result.stdout)["cells"]:
        yield {"kind": kind, "cell": cell["cell"], "hidden": cell["hidden_size"], "batch": cell["batch_size"],
               "length": cell["length"], "embedding": cell["embedding_size"],
               "train_ratio": f"{cell['train_ratio']:.2f}", "forward_ratio": f"{cell['forward_ratio']:.2f}",
               **{key: f"{cell[key]:.3f}" for key in COLUMNS[8:]}}


def points(quick, hidden_sizes, batch_sizes):
    """(kind, hidden, batch, lengths, embeddings): the whole grid for words, its corners and middle for the others."""
    lengths, embeddings = [20, 200, 800], [32, 300]
    if quick:
        hidden_sizes, lengths, embeddings = hidden_sizes[:2], [20], [32]
    for hidden in hidden_sizes:
        for batch in batch_sizes:
            yield "words", hidden, batch, lengths, embeddings
    for kind in list(KINDS)[1:]:
        for hidden in [size for size in hidden_sizes if size != 256]:
            for batch in batch_sizes[:1] if quick else [size for size in batch_sizes if size <= 64]:
                yield kind, hidden, batch, [20, 200] if not quick else lengths, [128]


def summary(rows):
    """For each kind and cell: the range of the ratios, and the points where torch::nn is ahead."""
    lines = ["| input and layers | cell | points | training: least, median, most | forward: least, median, most | behind |",
             "| --- | --- | ---: | ---: | ---: | ---: |"]
    behind = []
    for kind in KINDS:
        for cell in CELLS.split(","):
            chosen = [row for row in rows if row["kind"] == kind and row["cell"] == cell]
            if not chosen:
                continue
            texts = []
            for what in ("train_ratio", "forward_ratio"):
                ratios = [float(row[what]) for row in chosen]
                texts.append(f"{min(ratios):.2f}, {statistics.median(ratios):.2f}, {max(ratios):.2f}")
            slower = [row for row in chosen if min(float(row["train_ratio"]), float(row["forward_ratio"])) < 1]
            behind += slower
            lines.append(f"| {kind} | {cell} | {len(chosen)} | {texts[0]} | {texts[1]} | {len(slower)} |")
    for row in behind:
        lines.append(f"behind: {row}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/bin/cellwise")
    parser.add_argument("--threads", type=int, default=0, help="0: all processors")
    parser.add_argument("--data", help="the reviews, as for bench")
    parser.add_argument("--csv", default="speed-grid.csv")
    parser.add_argument("--hidden-sizes", type=int, nargs="+", default=[16, 64, 256, 512], help="only these")
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 16, 64, 256], help="only these")
    parser.add_argument("--quick", action="store_true", help="a few small points, to see that it works")
    parser.add_argument("--summary-of", metavar="CSV", help="only print the summary of a file written before")
    arguments = parser.parse_args()
    if arguments.summary_of:
        with open(arguments.summary_of, newline="") as file:
            print(summary(list(csv.DictReader(file))))
        return
    rows = []
    with open(arguments.csv, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for kind, hidden, batch, lengths, embeddings in points(arguments.quick, arguments.hidden_sizes, arguments.batch_sizes):
            for row in measured(arguments, kind, hidden, batch, lengths, embeddings):
                rows.append(row)
                writer.writerow(row)
                file.flush()
            print(f"{kind}: hidden {hidden}, batch {batch} done", file=sys.stderr)
    print(summary(rows))


if __name__ == "__main__":
    main()
