#!/usr/bin/env python3
"""Takes the ground from under cellwise, and checks that it says so, ends with the documented code, leaves nothing
half-written and can go on afterwards: full disks, folders that cannot be written, signals, a stopped process, two
processes at one cache, data that changes meanwhile, sizes that no machine has.

    tests/faults/environment.py            all of it (a few minutes; full disks need root, to mount them)
    tests/faults/environment.py signals    one group: disk, readonly, signals, together, changing, sizes
    tests/faults/environment.py --quick    fewer repetitions, as CTest does

CELLWISE_PROGRAM names the program, otherwise build/release/bin/cellwise. Prints a table; exits with 1 if anything was
not as promised, and names what it had to leave out.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from faults import PROGRAM, SMALL, Failure, expect, require_whole, result_of, run, succeed, unfinished
from reviews import small_review_folder

TRAIN = ["train", "--cell", "gru", "--data", "synthetic", "--epochs", "2", "--checkpoint-every", "2", "--threads", "2",
         "--quiet", *SMALL]


class Omitted(Exception):
    """Cannot be tried here."""


@contextlib.contextmanager
def small_disk(kilobytes):
    """A file system of this size."""
    if os.geteuid() != 0:
        raise Omitted("mounting a small disk needs root")
    with tempfile.TemporaryDirectory(prefix="cellwise-disk-") as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            raise Omitted(f"no small disk can be mounted: {mounted.stderr.strip()}")
        try:
            yield pathlib.Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def refused(code, words, *arguments, **more):
    """The program must end with this code and one clear message that holds these words."""
    done = run(*arguments, **more)
    expect(done.returncode == code, f"{' '.join(map(str, arguments))}: exit code {done.returncode} instead of {code}\n"
                                    f"{done.stderr}")
    message = done.stderr[done.stderr.rfind("cellwise: error:"):]
    expect("cellwise: error:" in done.stderr, f"no message: {done.stderr}")
    for word in words:
        expect(word in message, f"'{word}' is not in: {message}")
    return done


# Full disks.

def full_disk_for_a_run(scratch, repetitions):
    """A run's folder on disks of growing size: each ends with 4, and goes on once there is room."""
    reference = scratch / "reference"
    succeed(*TRAIN, "--output", reference)
    needed = sum(path.stat().st_size for path in reference.rglob("*")) // 1024 + 64
    tried = 0
    for number in range(repetitions):
        with small_disk(8 + needed * number // repetitions) as disk:
            done = run(*TRAIN, "--output", disk / "run")
            if done.returncode == 0:
                break
            tried += 1
            expect(done.returncode == 4, f"exit code {done.returncode}: {done.stderr}")
            expect("No space left on device" in done.stderr, done.stderr)
            require_whole(disk)
            expect(not unfinished(disk), f"half-written files stay: {unfinished(disk)}")
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            has_begun = (disk / "run" / "config.toml").exists()
            succeed(*(["train", "--resume", disk / "run", "--quiet"] if has_begun else
                      [*TRAIN, "--output", disk / "run"]))
            expect(result_of(disk / "run") == result_of(reference), "another result than on a disk with room")
    expect(tried >= repetitions // 2, f"only {tried} disks were too small")
    return f"{tried} disks of 8 kB to {needed} kB: exit 4, everything whole; with room the same result as ever"


def full_disk_for_the_cache(scratch, repetitions):
    data = small_review_folder(scratch / "reviews")
    with small_disk(60) as disk:
        there = os.environ | {"XDG_CACHE_HOME": str(disk)}
        refused(4, ["prepared copy could not be written"], "data", "prepare", "--data", data, env=there)
        expect(not unfinished(disk) and not list(disk.rglob("*.prepared")), "a half-written copy stays")
        done = succeed("train", "--data", data, "--epochs", "1", *SMALL, "--output", scratch / "without-cache", env=there)
        expect("No space left on device" in done.stderr and "no prepared copy is kept" in done.stderr, done.stderr)
    return "`data prepare`: exit 4; `train` says that no copy is kept, and trains"


def full_disk_for_results(scratch, repetitions):
    """Reports, JSON files, exports, predictions."""
    succeed(*TRAIN, "--output", scratch / "finished")
    (scratch / "texts.txt").write_text("a good film\n" * 500)
    with small_disk(4) as disk:
        for arguments in (["report", scratch / "finished", "--output", disk / "report.html"],
                          ["export", scratch / "finished", "--format", "keras", "--output", disk / "model.keras"],
                          ["data", "synthetic", "--reviews", "2000", "--output", disk / "texts.csv"],
                          ["predict", "--model", scratch / "finished", "--file", scratch / "texts.txt", "--json",
                           disk / "predictions.json"]):
            refused(4, ["No space left on device"], *arguments)
            expect(not list(disk.iterdir()), f"{arguments[0]}: {list(disk.iterdir())} stays")
    with small_disk(500) as disk:  # room for one report
        old = disk / "report.html"
        succeed("report", scratch / "finished", "--output", old)
        former = old.read_bytes()
        refused(4, ["No space left on device", str(old)], "report", scratch / "finished", "--output", old)
        expect(old.read_bytes() == former and not unfinished(disk), "the former report was damaged")
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "report", str(scratch / "finished")], stdout=full, stderr=subprocess.PIPE,
                              text=True)
    expect(done.returncode == 4 and "standard output" in done.stderr, f"/dev/full: {done.returncode} {done.stderr}")
    return "report, export, data synthetic, predict --json, standard output: exit 4, nothing stays, the former file does"


# Folders that cannot be written.

def read_only_folders(scratch, repetitions):
    """Without root's right to write everywhere."""
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        raise Omitted("root may write everywhere, and there is no setpriv to give that up")
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []
    succeed(*TRAIN, "--output", scratch / "finished")
    data = small_review_folder(scratch / "reviews")
    locked = scratch / "locked"
    locked.mkdir()
    (scratch / "finished" / "report.html").chmod(0o444)
    for folder in (locked, scratch / "finished"):
        folder.chmod(0o555)

    def run_plainly(*arguments, cache=scratch / "cache"):
        return subprocess.run([*plain, PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env=os.environ | {"XDG_CACHE_HOME": str(cache)})

    expect(run_plainly("--version").returncode == 0, "the program does not start")
    for arguments in ([*TRAIN, "--output", locked / "run"], [*TRAIN, "--output", locked],
                      ["report", scratch / "finished"], ["train", "--resume", scratch / "finished"],
                      ["export", scratch / "finished", "--output", locked / "model.keras", "--format", "keras"],
                      ["data", "info", "--data", "synthetic", "--json", locked / "info.json"]):
        done = run_plainly(*arguments)
        expect(done.returncode == 4, f"{arguments}: exit code {done.returncode}: {done.stderr}")
        expect("cellwise: error: cannot" in done.stderr, done.stderr)
    done = run_plainly("data", "prepare", "--data", data, cache=locked)
    expect(done.returncode == 4 and "cannot make the folder" in done.stderr, done.stderr)
    done = run_plainly("data", "info", "--data", data, cache=locked)
    expect(done.returncode == 0 and "no prepared copy is kept" in done.stderr, done.stderr)
    expect(not list(locked.iterdir()), f"{list(locked.iterdir())} was written")
    return "run, resume, report, export, --json, cache: exit 4 with the folder's name; reading works without a cache"


# Signals.

def with_signals(arguments, signals, seconds, **more):
    """Runs the program while it gets signals all the time."""
    child = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             **more)
    sent = 0
    done = threading.Event()

    def storm():
        nonlocal sent
        while not done.is_set() and child.poll() is None:
            for number in signals:
                child.send_signal(number)
                sent += 1
            time.sleep(seconds)

    thread = threading.Thread(target=storm)
    thread.start()
    output, errors = child.communicate(timeout=240)
    done.set()
    thread.join()
    expect(child.returncode == 0, f"{arguments}: exit code {child.returncode}\n{errors}")
    return output, sent


def signals_and_stops(scratch, repetitions):
    """SIGSTOP and SIGCONT end system calls early; SIGWINCH, SIGCHLD and SIGURG come from terminals and children."""
    data = small_review_folder(scratch / "reviews")
    succeed(*TRAIN, "--output", scratch / "reference")
    sent = 0
    for number in range(repetitions):
        storm = [signal.SIGWINCH, signal.SIGCHLD, signal.SIGURG, signal.SIGSTOP, signal.SIGCONT]
        sent += with_signals([*TRAIN, "--output", scratch / f"run-{number}"], storm, 0.002)[1]
        expect(result_of(scratch / f"run-{number}") == result_of(scratch / "reference"), "another result")
        there = os.environ | {"XDG_CACHE_HOME": str(scratch / f"cache-{number}")}
        output, count = with_signals(["data", "prepare", "--data", data, "--json", "-"], storm, 0.0005, env=there)
        expect(json.loads(output)["source"]["prepared_copy"], "no copy was kept")
        sent += count + with_signals(["report", scratch / f"run-{number}"], storm, 0.0005)[1]
        require_whole(scratch / f"run-{number}")
    return f"{sent} signals during {3 * repetitions} commands: all ended with 0 and the same results"


def stopped_for_a_while(scratch, repetitions):
    """A stopped process keeps its lock; a second one says so and leaves."""
    child = subprocess.Popen([PROGRAM, *map(str, [*TRAIN, "--output", scratch / "run"])], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    while not (scratch / "run" / "checkpoint.safetensors").exists():
        expect(child.poll() is None, "the run ended before it was stopped")
        time.sleep(0.005)
    child.send_signal(signal.SIGSTOP)
    refused(4, ["another cellwise is at work"], "train", "--resume", scratch / "run")
    child.send_signal(signal.SIGCONT)
    expect(child.wait(120) == 0, f"exit code {child.returncode}")
    require_whole(scratch / "run")
    return "the second is refused (exit 2), the first goes on and ends well"


# One cache for several.

def preparing_together(scratch, repetitions):
    data = small_review_folder(scratch / "reviews")
    hashes = set()
    for number in range(repetitions):
        cache = scratch / f"cache-{number}"
        children = [subprocess.Popen([PROGRAM, "data", "prepare", "--data", str(data), "--json", "-"],
                                     env=os.environ | {"XDG_CACHE_HOME": str(cache)}, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True) for _ in range(4)]
        for child in children:
            output, errors = child.communicate(timeout=120)
            expect(child.returncode == 0, f"exit code {child.returncode}: {errors}")
            hashes.add(json.loads(output)["source"]["sha256"])
        expect(not unfinished(cache), f"unfinished files stay: {unfinished(cache)}")
        copies = list(cache.rglob("*.prepared"))
        expect(len(copies) == 1, f"{len(copies)} copies")
        done = succeed("data", "prepare", "--data", data, env=os.environ | {"XDG_CACHE_HOME": str(cache)})
        expect("already prepared" in done.stdout, done.stdout)
    expect(len(hashes) == 1, f"different data: {hashes}")
    return f"{repetitions} times four at once: one whole copy each time, all with the same data"


# Data that changes.

def changing_files(scratch, repetitions):
    """A review is rewritten, with a word of the same length, while it is read and right afterwards."""
    draws = random.Random(7)
    data = small_review_folder(scratch / "reviews")
    review = data / "aclImdb" / "train" / "pos" / "0_9.txt"
    cache = scratch / "cache"
    there = os.environ | {"XDG_CACHE_HOME": str(cache)}
    truth = {}

    def hash_of(environment):
        done = succeed("data", "info", "--data", data, "--json", "-", env=environment)
        return json.loads(done.stdout)["source"]["sha256"]

    for word in ("pos", "neg"):
        review.write_text(f"{word} film")
        truth[word] = hash_of(os.environ | {"XDG_CACHE_HOME": str(scratch / f"cache-{word}")})
    expect(truth["pos"] != truth["neg"], "the change does not show in the hash")
    for _ in range(repetitions):
        before, after = draws.sample(["pos", "neg"], 2)
        review.write_text(f"{before} film")
        times = review.stat()
        child = subprocess.Popen([PROGRAM, "data", "prepare", "--data", str(data)], env=there,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(draws.uniform(0, 0.4))
        review.write_text(f"{after} film")
        os.utime(review, ns=(times.st_atime_ns, times.st_mtime_ns))
        child.wait(120)
        expect(hash_of(there) == truth[after], "the cache is stale")
    return f"{repetitions} changes while it was prepared, size and time of change kept: never stale"


# Sizes that no machine has.

def refused_size(*arguments):
    """2 for a value that no machine takes, 4 for one that this one has no memory for."""
    done = run(*arguments, preexec_fn=limit_memory)
    code = 4 if "GB of memory" in done.stderr else 2
    expect(done.returncode == code, f"{arguments}: exit code {done.returncode} instead of {code}: {done.stderr}")
    return done


def absurd_sizes(scratch, repetitions):
    train = ["train", "--data", "synthetic", "--epochs", "1", "--limit", "200", "--output", scratch / "absurd"]
    refusals = [
        ["--hidden-size", "1000000000"], ["--hidden-size", "100000000"], ["--hidden-size", "100000"],
        ["--embedding-size", "1000000000"], ["--embedding-size", "100000000"], ["--vocabulary-size", "1000000000"],
        ["--vocabulary-size", "10000000", "--embedding-size", "1000"], ["--length", "2000000000"],
        ["--length", "1000000", "--limit", "0", "--data", "synthetic", "--engine", "torch", "--batch-size", "1000"],
        ["--batch-size", "2000000000"], ["--batch-size", "99999999999999999999"], ["--layers", "1000000"],
        ["--layers", "64", "--hidden-size", "10000"], ["--threads", "1000000"], ["--epochs", "99999999999"],
        ["--stack", "lstm:99999999"], ["--limit", "-1"]]
    with_bytes = 0
    for flags in refusals:
        start = time.monotonic()
        done = refused_size(*train, *flags)
        expect(time.monotonic() - start < 30, f"{flags}: refused only after {time.monotonic() - start:.0f} s")
        with_bytes += "GB of memory" in done.stderr and "this machine has" in done.stderr
    expect(with_bytes >= 5, f"only {with_bytes} messages name the bytes")
    succeed(*TRAIN, "--output", scratch / "small")
    for arguments in (["evaluate", scratch / "small", "--length", "2000000000"],
                      ["predict", "--model", scratch / "small", "--length", "2000000000", "good"],
                      ["data", "synthetic", "--reviews", "999999999999", "--output", scratch / "texts.csv"],
                      ["gradients", "--synthetic", "--length", "1000000", "--batch-size", "1000"],
                      ["bench", "--batch-size", "2000000000"]):
        refused_size(*arguments)
    return f"{len(refusals) + 5} refused with exit 2 or, of the machine, 4 before memory is taken, {with_bytes} naming the bytes needed and there"


def out_of_memory(scratch, repetitions):
    """What passes for feasible and then is not: address space is limited, as on a busy machine."""
    refused(4, ["out of memory", "bytes"], "train", "--data", "synthetic", "--limit", "200", "--epochs", "1",
            "--vocabulary-size", "3000000", "--embedding-size", "400", "--output", scratch / "run",
            preexec_fn=lambda: limit_memory(6 << 30))
    return "exit 4, with the bytes that could not be had"


def limit_memory(most=8 << 30):
    """So that a mistake of the program ends the program, not the machine."""
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


GROUPS = {"disk": [full_disk_for_a_run, full_disk_for_the_cache, full_disk_for_results],
          "readonly": [read_only_folders],
          "signals": [signals_and_stops, stopped_for_a_while],
          "together": [preparing_together],
          "changing": [changing_files],
          "sizes": [absurd_sizes, out_of_memory]}
REPETITIONS = {full_disk_for_a_run: 20, signals_and_stops: 10, preparing_together: 10, changing_files: 40}
QUICK = {full_disk_for_a_run: 2, signals_and_stops: 1, preparing_together: 1, changing_files: 3}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(unknown)}")
    repetitions = QUICK if options.quick else REPETITIONS
    failures, omissions = 0, 0
    print("| what | seconds | result |\n| --- | ---: | --- |", flush=True)
    for fault in (fault for group in options.groups or GROUPS for fault in GROUPS[group]):
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="cellwise-fault-") as scratch:
            os.chmod(scratch, 0o755)
            os.environ["XDG_CACHE_HOME"] = str(pathlib.Path(scratch) / "cache-of-its-own")
            try:
                verdict = fault(pathlib.Path(scratch), repetitions.get(fault, 1))
            except Failure as failure:
                failures += 1
                verdict = f"FAILED: {failure}"
            except Omitted as reason:
                omissions += 1
                verdict = f"left out: {reason}"
        print(f"| {fault.__name__.replace('_', ' ')} | {time.monotonic() - start:.0f} | {verdict} |", flush=True)
    print(f"{failures} failures, {omissions} left out")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
