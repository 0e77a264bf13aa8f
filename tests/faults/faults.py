"""What the fault scripts share: running cellwise, killing it, and judging what lies on the disk afterwards."""
import hashlib
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import time
import tomllib

PROGRAM = os.environ.get("CELLWISE_PROGRAM") or str(
    pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "bin" / "cellwise")
SMALL = ["--limit", "200", "--length", "20", "--hidden-size", "8", "--embedding-size", "8", "--batch-size", "16"]


class Failure(Exception):
    """What was found is not what was promised."""


def expect(holds, message):
    if not holds:
        raise Failure(message)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def run(*arguments, timeout=120, **more):
    """Runs the program to its end."""
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          errors="replace", **more)


def succeed(*arguments, **more):
    done = run(*arguments, **more)
    expect(done.returncode == 0, f"{' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stderr}")
    return done


def unfinished(folder):
    """The temporary files below a folder."""
    return sorted(path for path in pathlib.Path(folder).rglob("*.part"))


class Killer:
    """Starts the program and kills it (SIGKILL) at a random moment, or while it writes a file."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kills = 0      # that met a living program
        self.in_write = 0   # of these, so many left an unfinished file behind

    def at_random(self, arguments, seconds, folder, **more):
        """Kills after a time drawn from 0 … seconds. False if the program was through before."""
        child = self._start(arguments, **more)
        try:
            child.wait(self.random.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            return self._kill(child, folder)
        return self._ended(child, arguments)

    def in_writing(self, arguments, folder, skipped, **more):
        """Kills as soon as an unfinished file is seen in the folder, `skipped` of them having been let pass."""
        known = set(unfinished(folder))
        child = self._start(arguments, **more)
        seen = set()
        deadline = time.monotonic() + 120
        while child.poll() is None:
            expect(time.monotonic() < deadline, f"{arguments}: does not end")
            seen |= {entry.path for entry in self._walk(folder) if entry.name.endswith(".part")} - set(map(str, known))
            if len(seen) > skipped:
                return self._kill(child, folder)
        return self._ended(child, arguments)

    @staticmethod
    def _walk(folder):
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except FileNotFoundError:
            return []

    @staticmethod
    def _start(arguments, **more):
        return subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                **more)

    def _kill(self, child, folder):
        before = len(unfinished(folder)) if pathlib.Path(folder).exists() else 0
        child.send_signal(signal.SIGKILL)
        if child.wait() != -signal.SIGKILL:
            return False
        self.kills += 1
        self.in_write += bool(before and unfinished(folder))
        return True

    @staticmethod
    def _ended(child, arguments):
        expect(child.returncode == 0, f"{arguments}: exit code {child.returncode}")
        return False


def checkpoint_steps(path):
    """Reads a checkpoint with nothing of cellwise's code: how many steps it holds. Fails if it is not whole."""
    content = path.read_bytes()
    expect(len(content) > 8, f"{path}: {len(content)} bytes")
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    state = header.pop("__metadata__")
    data = content[8 + length:]
    ends = [entry["data_offsets"][1] for entry in header.values()]
    expect(max(ends) == len(data), f"{path}: has {len(data)} bytes of tensors, its header {max(ends)}")
    hashes = {name: hashlib.sha256(data[slice(*entry["data_offsets"])]).hexdigest() for name, entry in header.items()}
    text = state["state"] + "".join(f"\n{name} {hashes[name]}" for name in sorted(hashes))
    expect(hashlib.sha256(text.encode()).hexdigest() == state["sha256"], f"{path}: its SHA-256 does not check")
    return json.loads(state["state"])["steps"]


def require_whole(folder):
    """Every file in a run's folder that has its final name must be whole."""
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_dir() or path.suffix == ".part":
            continue
        try:
            if path.suffix == ".json":
                json.loads(path.read_text())
            elif path.suffix == ".jsonl":
                for line in path.read_text().splitlines():
                    json.loads(line)
            elif path.suffix == ".toml":
                tomllib.loads(path.read_text())
            elif path.suffix == ".csv":
                expect(path.read_text().endswith("\n"), f"{path}: its last line is cut")
            elif path.suffix == ".html":
                expect(path.read_text().rstrip().endswith("</html>"), f"{path}: is cut")
            elif path.name == "checkpoint.safetensors":
                checkpoint_steps(path)
        except ValueError as error:
            raise Failure(f"{path}: {error}") from error


def result_of(folder):
    """What a finished run gave, without its times: must not depend on how often it was killed."""
    folder = pathlib.Path(folder)
    epochs = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return {
        "model": hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest(),
        "predictions": (folder / "predictions.csv").read_text(),
        "result": json.loads((folder / "result.json").read_text()),
        "epochs": [{key: value for key, value in epoch.items() if not key.endswith(("seconds", "time"))}
                   for epoch in epochs],
    }
