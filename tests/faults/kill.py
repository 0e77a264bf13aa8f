#!/usr/bin/env python3
"""Kills cellwise (SIGKILL) while it trains, saves, compares, prepares data and writes a report, and checks each time
that nothing is lost: what has its final name is whole, the run goes on from its last checkpoint and ends with the
very result of a run that was never killed, the prepared copy is intact or made anew, no unfinished file stays.

    tests/faults/kill.py                   200 kills (about a quarter of an hour on two cores)
    tests/faults/kill.py --kills 12        fewer, as CTest does
    tests/faults/kill.py --seed 7          other moments

CELLWISE_PROGRAM names the program, otherwise build/release/bin/cellwise. Prints a table; exits with 1 if anything
was not as promised.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

from faults import (SMALL, Failure, Killer, checkpoint_steps, expect, require_whole, result_of, succeed, unfinished)
from reviews import small_review_folder

TRAIN = ["train", "--cell", "gru", "--data", "synthetic", "--epochs", "3", "--checkpoint-every", "1", "--threads", "2",
         "--dropout", "0.2", "--quiet", *SMALL]
COMPARE = ["compare", "--data", "synthetic", "--epochs", "1", "--checkpoint-every", "2", "--threads", "2", "--quiet",
           *SMALL]


def seconds_of(*arguments):
    start = time.monotonic()
    succeed(*arguments)
    return time.monotonic() - start


class Training:
    """One run, killed again and again until it is through; then another."""

    command, base = "train", TRAIN

    def __init__(self, killer, folder, in_writing):
        self.killer, self.folder, self.in_writing = killer, folder, in_writing
        self.seconds = seconds_of(*self.base, "--output", folder / "reference")
        self.reference = self.results(folder / "reference")
        self.number, self.steps, self.finished = 0, {}, 0

    @staticmethod
    def results(run_folder):
        return result_of(run_folder)

    @property
    def run_folder(self):
        return self.folder / f"run-{self.number}"

    def arguments(self):
        """As a person would go on: with --resume, once there is something to resume."""
        if (self.run_folder / "config.toml").exists():
            return [self.command, "--resume", self.run_folder, "--quiet"]
        return [*self.base, "--output", self.run_folder]

    def kill_once(self):
        if self.in_writing:
            killed = self.killer.in_writing(self.arguments(), self.run_folder, self.killer.random.randrange(12))
        else:
            killed = self.killer.at_random(self.arguments(), 1.2 * self.seconds, self.run_folder)
        if self.run_folder.exists():
            require_whole(self.run_folder)
            self.require_progress_kept()
        if not killed:
            self.judge()

    def require_progress_kept(self):
        for path in self.run_folder.rglob("checkpoint.safetensors"):
            steps = checkpoint_steps(path)
            expect(steps >= self.steps.get(path, 0), f"{path}: fell from step {self.steps.get(path)} back to {steps}")
            self.steps[path] = steps

    def judge(self):
        expect(self.results(self.run_folder) == self.reference, f"{self.run_folder}: another result than unkilled")
        expect(not unfinished(self.run_folder), f"unfinished files stay: {unfinished(self.run_folder)}")
        expect(not list(self.run_folder.rglob("checkpoint.safetensors")), "a checkpoint stays in a finished run")
        self.finished += 1
        shutil.rmtree(self.run_folder)
        self.number += 1
        self.steps = {}

    def close(self):
        if self.run_folder.exists():
            succeed(*self.arguments())
            require_whole(self.run_folder)
            self.judge()
        return f"{self.finished} runs ended with the unkilled run's model, metrics and predictions, bit for bit"


class Comparing(Training):
    command, base = "compare", COMPARE

    @staticmethod
    def results(run_folder):
        cells = {cell: result_of(run_folder / cell) for cell in ("simple_rnn", "lstm", "gru")}
        record = json.loads((run_folder / "comparison.json").read_text())
        return cells, [(run["cell"], run["test_accuracy"], run["test_loss"]) for run in record["runs"]]


class Preparing:
    """`data prepare` into a cache that keeps what the killed ones leave."""

    def __init__(self, killer, folder, data):
        self.killer, self.folder, self.data = killer, folder, data
        self.cache = folder / "cache"
        self.environment = os.environ | {"XDG_CACHE_HOME": str(self.cache)}
        start = time.monotonic()
        reference = self.facts(self.environment | {"XDG_CACHE_HOME": str(folder / "reference")})
        self.seconds = time.monotonic() - start
        self.sha256 = reference["sha256"]
        self.prepared = self.cache / "cellwise" / "prepared"

    def facts(self, environment):
        done = succeed("data", "prepare", "--data", self.data, "--json", "-", env=environment)
        expect("damaged" not in done.stderr, done.stderr)
        return json.loads(done.stdout)["source"]

    def kill_once(self):
        if self.killer.random.random() < 0.5:  # else the copy of the last time is there: killed while it is read
            for path in self.prepared.glob("*.prepared"):
                path.unlink()
        arguments = ["data", "prepare", "--data", self.data]
        if self.killer.random.random() < 0.5:
            self.killer.in_writing(arguments, self.prepared, self.killer.random.randrange(2), env=self.environment)
        else:
            self.killer.at_random(arguments, 1.1 * self.seconds, self.prepared, env=self.environment)
        done = succeed("data", "info", "--data", self.data, "--limit", "1", "--json", "-", env=self.environment)
        expect("damaged" not in done.stderr, f"a half-written copy was taken for a whole one: {done.stderr}")
        expect(json.loads(done.stdout)["source"]["sha256"] == self.sha256, "the cache gave other data")
        expect(len(unfinished(self.cache)) <= 1, f"unfinished files pile up: {unfinished(self.cache)}")

    def close(self):
        for path in self.prepared.glob("*.prepared"):
            path.unlink()
        expect(self.facts(self.environment)["sha256"] == self.sha256, "the cache gave other data")
        expect(not unfinished(self.cache), f"unfinished files stay: {unfinished(self.cache)}")
        return "every next start loaded the same data; no unfinished file stays"


class Reporting:
    """`report` over a report that is there."""

    def __init__(self, killer, folder):
        self.killer, self.folder = killer, folder / "run"
        succeed(*TRAIN, "--output", self.folder)
        self.seconds = seconds_of("report", self.folder, "--quiet")

    def kill_once(self):
        if self.killer.random.random() < 0.5:
            self.killer.in_writing(["report", self.folder, "--quiet"], self.folder, 0)
        else:
            self.killer.at_random(["report", self.folder, "--quiet"], 1.1 * self.seconds, self.folder)
        require_whole(self.folder)
        expect(len(unfinished(self.folder)) <= 1, f"unfinished files pile up: {unfinished(self.folder)}")

    def close(self):
        succeed("report", self.folder, "--quiet")
        require_whole(self.folder)
        expect(not unfinished(self.folder), f"unfinished files stay: {unfinished(self.folder)}")
        return "the report was always whole; no unfinished file stays"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", help="reviews to prepare: imdb.npz or the archive; otherwise small ones are made")
    options = parser.parse_args()
    shares = {"training": 0.3, "saving": 0.25, "comparing": 0.15, "preparing data": 0.2, "writing a report": 0.1}
    failures = 0
    total = total_in_write = 0
    start = time.monotonic()
    print(f"seed {options.seed}\n| killed while | kills | of these while a file was being written | afterwards |")
    print("| --- | ---: | ---: | --- |", flush=True)
    with tempfile.TemporaryDirectory(prefix="cellwise-kill-") as scratch:
        scratch = pathlib.Path(scratch)
        os.environ["XDG_CACHE_HOME"] = str(scratch / "cache")
        data = options.data or small_review_folder(scratch / "reviews", 1000)
        for number, (name, share) in enumerate(shares.items()):
            wanted = max(2, round(options.kills * share))
            killer = Killer(1000 * options.seed + number)
            folder = scratch / name.replace(" ", "-")
            folder.mkdir()
            try:
                scenario = {"training": lambda: Training(killer, folder, False),
                            "saving": lambda: Training(killer, folder, True),
                            "comparing": lambda: Comparing(killer, folder, False),
                            "preparing data": lambda: Preparing(killer, folder, data),
                            "writing a report": lambda: Reporting(killer, folder)}[name]()
                tries = 0
                while killer.kills < wanted:
                    tries += 1
                    expect(tries < 20 * wanted, "the program is always through before it can be killed")
                    scenario.kill_once()
                verdict = scenario.close()
            except Failure as failure:
                failures += 1
                verdict = f"FAILED: {failure}"
            print(f"| {name} | {killer.kills} | {killer.in_write} | {verdict} |", flush=True)
            total += killer.kills
            total_in_write += killer.in_write
    print(f"| all, {time.monotonic() - start:.0f} s | {total} | {total_in_write} | {failures} failures |")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
