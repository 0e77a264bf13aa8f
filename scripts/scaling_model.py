#!/usr/bin/env python3
"""scaling_model.py PROGRAM [BENCH_FLAG...]: what a fused training step would take with more threads than this machine has.

It measures the parts of a step with one thread (`PROGRAM bench --phases --threads 1`) and takes each part for as many tasks
as the engine makes of it at these sizes. A part with T tasks on n threads takes ceil(T / n) / T of its time; LibTorch's
small tensors stay on one thread; the optimizer moves memory, and is taken to gain up to four threads. The prediction for
two threads stands beside what two threads took here, so that the model can be judged. Not in it: other shares of the caches,
slower clocks with more cores at work, and several sockets.
"""
import json
import math
import subprocess
import sys

THREADS = [1, 2, 4, 8, 16, 32, 64]
LANES = {"AVX3": 16, "AVX2": 8}
ROWS_OF_TWO_BLOCKS = 32  # src/engine/plan.cpp
CHUNK_ROWS = 64  # src/engine/packing.h
GROUPS = 8  # src/engine/recurrent_backward.cpp
LEAST_SHARED_STEP = 32768  # src/engine/recurrent_pass.h
MEMORY_THREADS = 4  # threads that the optimizer's memory traffic feeds
MEETING = 0.4e-3  # ms that the members of a team wait for one another in each step
GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}


def measured(program, flags, threads):
    command = [program, "bench", "--without-torch", "--phases", "--threads", str(threads), "--json", "-", *flags]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def members(cell, rows, lanes, blocks, threads, product_panel):
    """Threads that share a block's steps (RecurrentPass::team_members)."""
    hidden = math.ceil(cell["hidden_size"] / lanes) * lanes
    panel = {"simple_rnn": 4 if lanes == 16 else 2}.get(cell["cell"], 1)
    parts = math.ceil(hidden / lanes / max(panel, product_panel))
    if rows * hidden * hidden * GATES[cell["cell"]] < LEAST_SHARED_STEP:
        return 1
    return max(1, min(threads // blocks, parts))


def predicted(cell, lanes, threads):
    batch, steps = cell["batch_size"], cell["length"]
    blocks = min(batch, math.ceil(batch / ROWS_OF_TWO_BLOCKS) * 2)
    rows = math.ceil(batch / blocks)
    distinct = 2200 * batch / 64  # words of a batch; the number of tasks depends little on it

    def tasks(count, together=threads):
        return math.ceil(count / min(count, together)) / count

    def recurrence(product_panel):
        team = members(cell, rows, lanes, blocks, threads, product_panel)
        share = tasks(blocks) / team
        return share, steps * MEETING if team > 1 else 0

    total = 0
    for phase in cell["phases"]:
        name, ms = phase["phase"], phase["ms"]
        if name.startswith("projection"):
            total += ms * tasks(math.ceil(distinct / CHUNK_ROWS))
        elif name.startswith("recurrence"):
            share, meeting = recurrence(1 if "forward" in name else 2)
            total += ms * share + meeting
        elif name.startswith("the blocks' sums"):
            total += ms * tasks(GROUPS)
        elif name.startswith("optimizer"):
            total += ms / min(threads, MEMORY_THREADS)
        elif name.startswith("plan"):
            total += ms / min(threads, 2)
        elif name.startswith("partial"):
            total += ms * tasks(12)
        else:  # head, loss, autograd
            total += ms
    return total


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, flags = sys.argv[1], sys.argv[2:]
    one, two = (measured(program, flags, threads) for threads in (1, 2))
    lanes = LANES[one["instruction_set"].split("_")[0]]
    print(f"{one['processor']}, {one['instruction_set']}: ms of a training step, predicted from the parts on one thread\n")
    print("| cell | " + " | ".join(f"{threads} thread{'s' if threads > 1 else ''}" for threads in THREADS) +
          " | two, measured |\n| --- |" + " ---: |" * (len(THREADS) + 1))
    for cell, cell_of_two in zip(one["cells"], two["cells"], strict=True):
        times = [predicted(cell, lanes, threads) for threads in THREADS]
        texts = [f"{ms:.2f} ({times[0] / ms:.1f}×)" if ms != times[0] else f"{ms:.2f}" for ms in times]
        print(f"| {cell['cell']} | " + " | ".join(texts) + f" | {cell_of_two['fused_train_ms']:.2f} |")


if __name__ == "__main__":
    main()
