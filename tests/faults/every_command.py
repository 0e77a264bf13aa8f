#!/usr/bin/env python3
"""Runs every command of cellwise as real terminals, disks and users do, and checks that it does its work and ends with
the documented code: standard error and output that cannot be written, signals of a terminal, outputs that are links,
pipes and devices, names that cannot be, folders that may not be read, paths that are not UTF-8.

    tests/faults/every_command.py            all of it (a minute or two)
    tests/faults/every_command.py streams    one group: streams, signals, outputs, inputs, names, rights, bytes, room

CELLWISE_PROGRAM names the program, otherwise build/release/bin/cellwise. Prints a table; exits with 1 if anything was
not as promised, and names what it had to leave out.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time

from environment import Omitted, small_disk
from faults import PROGRAM, SMALL, Failure, expect, require_whole, succeed

DATA = ["--data", "synthetic", "--limit", "60"]
SIZES = ["--length", "10", "--hidden-size", "4", "--embedding-size", "4", "--epochs", "1", "--threads", "1"]
ODD = b"data-\xb8\xae\xba\xe4"  # a Korean name as Windows wrote it
SHOWN = r"data-\xb8\xae\xba\xe4"  # the same, as JSON shows it
TABLE = "text,label\n" + "".join(f"a {word} film {i},{label}\n" for i in range(30)
                                       for word, label in (("good", 1), ("bad", 0)))


class Things:
    """What the commands work on, made once: a table, two runs, a comparison, a Keras file."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.runs = self.folder / "runs"
        self.run, self.other, self.comparison = self.runs / "gru", self.runs / "lstm", self.runs / "both"
        self.table, self.keras = self.folder / "reviews.csv", self.folder / "model.keras"
        self.table.write_text(TABLE)
        for cell, run in (("gru", self.run), ("lstm", self.other)):
            succeed("train", "--cell", cell, *DATA, *SIZES, "--output", run)
        succeed("compare", "--cells", "rnn,gru", *DATA, *SIZES, "--output", self.comparison)
        succeed("export", self.run, "--format", "keras", "--output", self.keras)

    def commands(self, output):
        """Every command that works on something, with what it needs; `output`: a folder for what it makes."""
        return {
            "train": ["train", "--cell", "rnn", *DATA, *SIZES, "--output", output / "new-run"],
            "compare": ["compare", "--cells", "rnn", *DATA, *SIZES, "--output", output / "new-comparison"],
            "data info": ["data", "info", "--data", self.table, "--limit", "10"],
            "data show": ["data", "show", "--data", self.table, "--split", "train", "--index", "0"],
            "data prepare": ["data", "prepare", "--data", "synthetic"],
            "data synthetic": ["data", "synthetic", "--reviews", "10", "--output", output / "made.csv"],
            "evaluate": ["evaluate", self.run],
            "predict": ["predict", "--model", self.run, "a good film"],
            "import": ["import", self.keras, "--output", output / "imported"],
            "export": ["export", self.run, "--format", "keras", "--output", output / "out.keras"],
            "summary": ["summary", self.run],
            "runs list": ["runs", "list", self.runs],
            "runs show": ["runs", "show", self.run],
            "runs compare": ["runs", "compare", self.run, self.other],
            "report": ["report", self.run, "--output", output / "report.html"],
            "gates": ["gates", "--cell", "gru", "--seed", "7"],
            "gates of a model": ["gates", "--model", self.run, "--text", "a good film"],
            "gradients": ["gradients", "--model", self.run, *DATA],
            "sentence": ["sentence"],
            "regularisation": ["regularisation"],
            "claims": ["claims", "--list"],
            "completion": ["completion", "bash"],
            "man": ["man"],
            "help": ["--help"],
            "version": ["--version"],
        }

    # Those that have no --json.
    plain = ("completion", "man", "help", "version", "claims", "data synthetic")


def clean(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def code_of(arguments, **streams):
    """The exit code with these streams; all else goes nowhere."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | streams
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], timeout=120, **streams).returncode


def with_closed(arguments, *descriptors):
    """The exit code of the program started without these descriptors."""
    closing = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in descriptors)
    return subprocess.run(["sh", "-c", f'"$@" {closing}', "sh", PROGRAM, *map(os.fspath, arguments)], timeout=120,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).returncode


def broken_pipe():
    read, write = os.pipe()
    os.close(read)
    return write


# Standard error and output.

def errors_that_nobody_reads(things, scratch):
    """Standard error full, broken or closed: the same exit code and the same results."""
    tried = 0
    with open("/dev/full", "wb") as full:
        for name, arguments in (things.commands(scratch / "out") | {"refused": ["evaluate", "nosuch"],
                                                                    "misused": ["train", "--nosuch"]}).items():
            clean(scratch / "out")
            expected = code_of(arguments)
            for fault in ("full", "broken", "closed"):
                clean(scratch / "out")
                if fault == "closed":
                    code = with_closed(arguments, 2)
                else:
                    pipe = broken_pipe()
                    code = code_of(arguments, stderr=full if fault == "full" else pipe)
                    os.close(pipe)
                expect(code == expected, f"{name} with standard error {fault}: {code} instead of {expected}")
                tried += 1
            if name == "train":
                expect((scratch / "out/new-run/model.safetensors").exists(), "no model was kept")
    return f"{tried} calls with the exit code that they have otherwise"


def results_that_nobody_reads(things, scratch):
    """Standard output full: 4, once the files are written; its reader gone: SIGPIPE; closed: nothing is missed."""
    tried = 0
    with open("/dev/full", "wb") as full:
        for name, arguments in things.commands(scratch / "out").items():
            for fault, wanted in (("full", 4), ("broken", -signal.SIGPIPE), ("closed", 0)):
                clean(scratch / "out")
                pipe = broken_pipe()
                code = (with_closed(arguments, 1) if fault == "closed"
                        else code_of(arguments, stdout=full if fault == "full" else pipe))
                os.close(pipe)
                expect(code == wanted, f"{name} with standard output {fault}: {code} instead of {wanted}")
                for made in ("new-run/model.safetensors", "new-comparison/comparison.json", "report.html"):
                    if name in ("train", "compare", "report") and name[:3] in made.replace("new-run", "train"):
                        expect((scratch / "out" / made).exists(), f"{name}: {made} was not written")
                tried += 1
    return f"{tried} calls: full 4, broken SIGPIPE, closed 0; what they make is made"


def closed_descriptors(things, scratch):
    """A closed descriptor's number must not be given to a file that then takes what is printed."""
    for descriptors in ((0,), (0, 1), (1, 2), (0, 1, 2)):
        clean(scratch / "out")
        arguments = things.commands(scratch / "out")["train"]
        code = with_closed(arguments, *descriptors)
        expect(code == 0, f"descriptors {descriptors} closed: {code}")
        require_whole(scratch / "out")
    return "train with each set of descriptors closed: 0, all files whole"


# Signals of a terminal.

LONG = ["train", "--cell", "gru", "--data", "synthetic", "--epochs", "100000", "--checkpoint-every", "2", "--threads",
        "1", *SMALL]


def wait_for(path, child):
    deadline = time.monotonic() + 60
    while not path.exists():
        expect(child.poll() is None, f"it ended with {child.returncode}")
        expect(time.monotonic() < deadline, f"there is no {path}")
        time.sleep(0.01)


def resumable(run):
    done = succeed("runs", "show", run)
    expect("interrupted" in done.stdout, done.stdout)


def interrupted_beside_tee(_, scratch):
    """Ctrl-C goes to the whole group: tee is gone before the last words are written to it."""
    run = scratch / "tee"
    child = subprocess.Popen(["bash", "-c", '"$@" 2>&1 | tee log > /dev/null; exit ${PIPESTATUS[0]}', "bash", PROGRAM,
                              *map(str, LONG), "--output", str(run)], cwd=scratch, start_new_session=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(run / "checkpoint.safetensors", child)
    # The shell itself goes on: it only waits for the two.
    for line in subprocess.run(["ps", "-o", "pid=,comm=", "-s", str(child.pid)], capture_output=True,
                               text=True).stdout.splitlines():
        pid, name = line.split(None, 1)
        if name.strip() in ("tee", "cellwise"):
            os.kill(int(pid), signal.SIGINT)
            time.sleep(0.05 if name.strip() == "tee" else 0)
    code = child.wait(60)
    expect(code == 130, f"exit code {code} instead of 130")
    resumable(run)
    return "130, and the run can be resumed"


def hang_up(_, scratch):
    """The terminal is closed: SIGHUP, twice, and standard error is gone."""
    run = scratch / "hung-up"
    pipe = broken_pipe()
    child = subprocess.Popen([PROGRAM, *map(str, LONG), "--output", str(run)], stdout=subprocess.DEVNULL, stderr=pipe)
    os.close(pipe)
    wait_for(run / "checkpoint.safetensors", child)
    child.send_signal(signal.SIGHUP)
    child.send_signal(signal.SIGHUP)
    code = child.wait(60)
    expect(code == 129, f"exit code {code} instead of 129")
    resumable(run)
    return "129, and the run can be resumed"


def nohup(_, scratch):
    """A program that ignored SIGHUP when it began goes on."""
    run = scratch / "nohup"
    child = subprocess.Popen(["nohup", PROGRAM, *map(str, LONG), "--output", str(run)], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    wait_for(run / "checkpoint.safetensors", child)
    child.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    expect(child.poll() is None, f"it ended with {child.returncode}")
    child.send_signal(signal.SIGTERM)
    code = child.wait(60)
    expect(code == 143, f"exit code {code} instead of 143")
    return "SIGHUP does nothing under nohup, SIGTERM ends with 143"


# Files that are written.

def writers(things, scratch):
    """Every command that writes a named file, but for that name."""
    all_of = things.commands(scratch / "out")
    with_json = {name: [*arguments, "--json"] for name, arguments in all_of.items()
                 if name not in things.plain and name not in ("train", "compare", "import", "export", "report")}
    return with_json | {
        "export": ["export", things.run, "--format", "safetensors", "--output"],
        "gradients --svg": [*all_of["gradients"], "--svg"],
        "gradients --csv": [*all_of["gradients"], "--csv"],
        "gates --svg": [*all_of["gates of a model"], "--svg"],
        "data synthetic": ["data", "synthetic", "--reviews", "10", "--output"],
    }


def kept_as_they_are(things, scratch):
    """Links, modes, hard links, FIFOs and devices stay what they are; a read-only file stays as it is."""
    tried = 0
    for name, arguments in writers(things, scratch).items():
        clean(scratch / "out")
        folder = clean(scratch / "written")
        real, link, twin, fifo, fixed = (folder / part for part in ("real", "link", "twin", "fifo", "fixed"))
        real.write_text("former")
        real.chmod(0o640)
        link.symlink_to("real")
        succeed(*arguments, link)
        expect(link.is_symlink() and real.read_bytes() not in (b"former", b""), f"{name}: the link was replaced")
        expect(stat.S_IMODE(real.stat().st_mode) == 0o640, f"{name}: the mode is {stat.S_IMODE(real.stat().st_mode):o}")
        os.link(real, twin)
        real.write_text("former")
        succeed(*arguments, real)
        expect(twin.read_bytes() == real.read_bytes() != b"former", f"{name}: the hard links parted")
        os.mkfifo(fifo)
        got = []
        reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
        reader.start()
        succeed(*arguments, fifo)
        reader.join(10)
        expect(got and got[0], f"{name}: nothing came through the FIFO")
        expect(stat.S_ISFIFO(fifo.stat().st_mode), f"{name}: the FIFO became a file")
        succeed(*arguments, "/dev/null")
        expect(stat.S_ISCHR(os.stat("/dev/null").st_mode), f"{name}: /dev/null became a file")
        done = succeed(*arguments, "/dev/stdout")
        expect(len(done.stdout) > 1 and stat.S_ISLNK(os.lstat("/dev/stdout").st_mode), f"{name}: /dev/stdout")
        fixed.write_text("former")
        fixed.chmod(0o444)
        code = code_of([*arguments, fixed])
        expect(code == 4 and fixed.read_text() == "former", f"{name}: a read-only file: {code}, {fixed.read_text()}")
        tried += 6
    return f"{tried} outputs: link, hard link, FIFO, device, standard output, read-only"


def one_stream_for_all(things, scratch):
    """`--json /dev/stdout > file`: the text and the document, one behind the other, neither over the other."""
    with open(scratch / "all", "wb") as file:
        file.write(b"before\n")
        file.flush()
        code = code_of(["summary", things.run, "--json", "/dev/stdout"], stdout=file)
    text = (scratch / "all").read_text()
    expect(code == 0 and text.startswith("before\n") and "all trainable" in text and text.rstrip().endswith("}"), text)
    return "both are there"


def inputs_stay(things, scratch):
    """A file that a command reads is never the one it writes, by whatever name."""
    table = scratch / "table.csv"
    table.write_text(TABLE)
    link, twin, keras = scratch / "link", scratch / "twin", scratch / "model.keras"
    link.symlink_to(table)
    os.link(table, twin)
    shutil.copy(things.keras, keras)
    run = scratch / "copied-run"
    shutil.copytree(things.run, run)
    tried = {
        "data info": (["data", "info", "--data", table], table),
        "train": (["train", "--data", table, *SIZES, "--output", scratch / "never"], table),
        "predict": (["predict", "--model", things.run, "--file", table], table),
        "evaluate": (["evaluate", things.run, "--data", table], table),
        "export": (["export", keras, "--format", "keras"], keras),
        "a run's own file": (["summary", run], run / "config.toml"),
        "a comparison": (["runs", "show", run], run / "result.json"),
    }
    for name, (arguments, target) in tried.items():
        flag = "--output" if name == "export" else "--json"
        for path in [target, link, twin] if target == table else [target]:
            before = target.read_bytes()
            code = code_of([*arguments, flag, path])
            expect(code == 2 and target.read_bytes() == before, f"{name}, {flag} {path}: {code}")
    expect(not (scratch / "never").exists(), "the training began all the same")
    code = code_of(["gradients", "--model", things.run, *DATA, "--svg", scratch / "both", "--csv", scratch / "both"])
    expect(code == 2, f"two outputs in one file: {code}")
    return f"{len(tried)} commands refuse with 2 and leave the file as it is"


# Names and rights.

def taking_a_path(path):
    """Every command with this path where it expects one."""
    inputs = {
        "evaluate": ["evaluate", path], "evaluate --data": ["evaluate", "RUN", "--data", path],
        "predict": ["predict", "--model", path, "x"], "predict --file": ["predict", "--model", "RUN", "--file", path],
        "import": ["import", path], "export": ["export", path, "--format", "keras"], "summary": ["summary", path],
        "runs list": ["runs", "list", path], "runs show": ["runs", "show", path],
        "runs compare": ["runs", "compare", path, "RUN"], "runs remove": ["runs", "remove", path, "--yes"],
        "report": ["report", path], "gates --model": ["gates", "--model", path, "--text", "x"],
        "gates --weights": ["gates", "--weights", path], "gradients": ["gradients", "--model", path],
        "parity": ["parity", path], "reproduction": ["reproduction", path, "--reference", path],
        "data info": ["data", "info", "--data", path], "data show": ["data", "show", "--data", path, "--index", "0"],
        "data prepare": ["data", "prepare", "--data", path], "train --data": ["train", "--data", path],
        "train --resume": ["train", "--resume", path], "compare --resume": ["compare", "--resume", path],
        "train --config": ["train", "--config", path], "train --vocabulary": ["predict", "--model", "KERAS",
                                                                              "--vocabulary", path, "x"],
    }
    outputs = {
        "train --output": ["train", *DATA, *SIZES, "--output", path],
        "compare --output": ["compare", *DATA, *SIZES, "--output", path],
        "summary --json": ["summary", "RUN", "--json", path],
        "report --output": ["report", "RUN", "--output", path],
        "export --output": ["export", "RUN", "--format", "pytorch", "--output", path],
        "gradients --svg": ["gradients", "--model", "RUN", *DATA, "--svg", path],
        "data synthetic": ["data", "synthetic", "--reviews", "10", "--output", path],
        "import --output": ["import", "KERAS", "--output", path],
        "claims --markdown": ["claims", "gru-close-to-lstm-parameters", "--markdown", path],
    }
    return inputs | outputs


def refused_by_name(things, path, before=(), codes=(2, 3, 4)):
    for name, arguments in taking_a_path(path).items():
        words = [{"RUN": things.run, "KERAS": things.keras}.get(word, word) for word in arguments]
        done = subprocess.run([*before, PROGRAM, *map(os.fspath, words)], capture_output=True, text=True,
                              errors="replace", timeout=120, stdin=subprocess.DEVNULL, cwd=things.folder)
        expect(done.returncode in codes, f"{name} {path}: {done.returncode}: {done.stderr}")
        expect("internal error" not in done.stderr and "filesystem error" not in done.stderr, f"{name}: {done.stderr}")
        expect(done.stderr.count("\n") <= 5, f"{name}: {done.stderr}")
    return len(taking_a_path(path))


def impossible_names(things, scratch):
    """A name of 300 letters, a loop of links, a path through a file."""
    (scratch / "a").symlink_to("b")
    (scratch / "b").symlink_to("a")
    (scratch / "file").write_text("")
    tried = sum(refused_by_name(things, path) for path in
                (scratch / ("n" * 300), scratch / "a", scratch / "a" / "below", scratch / "file" / "below"))
    return f"{tried} calls, each refused with 2, 3 or 4"


def long_folder(things, scratch):
    """A path of more than 300 letters is a path like any other."""
    folder = scratch / ("f" * 120) / ("g" * 120) / ("h" * 120)
    folder.mkdir(parents=True)
    shutil.copytree(things.runs, folder / "runs")
    moved = object.__new__(Things)
    moved.__dict__ |= things.__dict__ | {"runs": folder / "runs", "run": folder / "runs/gru",
                                         "other": folder / "runs/lstm"}
    for arguments in moved.commands(clean(folder / "out")).values():
        succeed(*arguments)
    return f"{len(moved.commands(folder))} commands succeed in it"


def without_rights():
    """Root, whom only its capabilities let into the folders of others, without those."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Omitted("giving up the right to enter every folder needs root and setpriv")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


def shut_to_root(folder):
    os.chown(folder, 65534, 65534)
    folder.chmod(0o700)


def folders_that_are_shut(things, scratch):
    """Folders that the user may not look into, and one within."""
    before = without_rights()
    for path in (scratch, scratch.parent, things.folder, things.runs):
        path.chmod(0o755)
    shut = scratch / "shut"
    shutil.copytree(things.run, shut / "run")
    shut_to_root(shut)
    tried = refused_by_name(things, shut, before) + refused_by_name(things, shut / "run", before)
    return f"{tried} calls without the right to enter it, each refused with 2, 3 or 4"


def one_shut_run_hides_no_other(things, scratch):
    """Lists show what they can and name the rest."""
    before = without_rights()
    scratch.chmod(0o755)
    runs = scratch / "list"
    shutil.copytree(things.runs, runs)
    shut_to_root(runs / "gru")
    os.chown(runs / "lstm" / "config.toml", 65534, 65534)
    (runs / "lstm" / "config.toml").chmod(0o600)
    done = subprocess.run([*before, PROGRAM, "runs", "list", runs, "--json", "-"], capture_output=True, text=True)
    expect(done.returncode == 0, f"{done.returncode}: {done.stderr}")
    status = {pathlib.Path(run["folder"]).name: (run["status"], run.get("problem", ""))
              for run in json.loads(done.stdout)["runs"]}
    expect(status["both"][0] == "finished", status)
    for name in ("gru", "lstm"):
        expect(status[name][0] == "broken" and "Permission denied" in status[name][1], status)
    return "the others are listed, the shut ones named with the reason"


# Bytes.

def bytes_that_are_no_text(things, scratch):
    """A folder whose name is not UTF-8, for data, runs and outputs: everything works, JSON is JSON."""
    folder = pathlib.Path(os.fsdecode(os.fsencode(scratch) + b"/" + ODD))
    shutil.copytree(things.runs, folder / "runs")
    shutil.copy(things.table, folder / "reviews.csv")
    shutil.copy(things.keras, folder / "model.keras")
    moved = object.__new__(Things)
    moved.__dict__ |= {"folder": folder, "runs": folder / "runs", "run": folder / "runs/gru",
                       "other": folder / "runs/lstm", "comparison": folder / "runs/both",
                       "table": folder / "reviews.csv", "keras": folder / "model.keras"}
    own = folder / "own"
    succeed("train", "--data", moved.table, *SIZES, "--output", own)
    moved.run = own  # its settings, environment and data lie there, too
    shown = 0
    for name, arguments in moved.commands(clean(folder / "out")).items():
        if name in Things.plain:
            succeed(*arguments)
            continue
        done = subprocess.run([PROGRAM, *map(os.fspath, arguments), "--json", "-"], capture_output=True, timeout=120)
        expect(done.returncode == 0, f"{name}: {done.returncode}: {done.stderr.decode(errors='replace')}")
        shown += SHOWN in json.dumps(json.loads(done.stdout.decode("utf-8")), ensure_ascii=False).replace("\\\\", "\\")
    done = run_bytes("train", "--resume", own)
    expect(done == 0, f"--resume: {done}")
    table = folder / "customers.csv"
    for arguments in (["synthetic", "--rows", "200", "--output", table],
                      ["train", table, "--target", "target", "--model", "logistic", "--output", folder / "customers"]):
        done = run_bytes("customers", *arguments)
        expect(done == 0, f"customers {arguments[0]}: {done}")
    someone = table.read_text().splitlines()[1].split(",")[0]
    done = run_bytes("customers", "predict", "--model", folder / "customers", "--id", someone)
    expect(done == 0, f"customers predict finds the run's table again: {done}")
    for path in folder.rglob("*.json"):
        json.loads(path.read_bytes().decode("utf-8"))
    expect(shown >= 8, f"only {shown} documents show the path")
    return f"all commands succeed; {shown} documents show the path's bytes"


def run_bytes(*arguments):
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], capture_output=True, timeout=120).returncode


# Room.

def outputs_on_a_full_disk(things, scratch):
    """No room for an output: 4, and the former file stays."""
    with small_disk(16) as disk:
        former = disk / "former"
        former.write_text("former")
        with open(disk / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * 1024)
            except OSError:
                pass
        for name, arguments in writers(things, scratch).items():
            clean(scratch / "out")
            code = code_of([*arguments, former])
            expect(code == 4 and former.read_text() == "former", f"{name}: {code}, {former.read_text()!r}")
            expect(not list(disk.glob("*.part")), f"{name}: an unfinished file stays")
    return f"{len(writers(things, scratch))} outputs: 4, the former file is whole"


GROUPS = {
    "streams": [errors_that_nobody_reads, results_that_nobody_reads, closed_descriptors],
    "signals": [interrupted_beside_tee, hang_up, nohup],
    "outputs": [kept_as_they_are, one_stream_for_all],
    "inputs": [inputs_stay],
    "names": [impossible_names, long_folder],
    "rights": [folders_that_are_shut, one_shut_run_hides_no_other],
    "bytes": [bytes_that_are_no_text],
    "room": [outputs_on_a_full_disk],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=", ".join(GROUPS))
    options = parser.parse_args()
    failures = 0
    print("| fault | what happened |\n| --- | --- |", flush=True)
    with tempfile.TemporaryDirectory(prefix="cellwise-every-") as folder:
        folder = pathlib.Path(folder)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        things = Things(folder)
        for name in options.groups or GROUPS:
            for check in GROUPS[name]:
                scratch = folder / check.__name__
                scratch.mkdir()
                try:
                    verdict = check(things, scratch)
                except Omitted as reason:
                    verdict = f"left out: {reason}"
                except (Failure, subprocess.TimeoutExpired) as failure:
                    failures += 1
                    verdict = f"FAILED: {failure}"
                print(f"| {check.__doc__.strip()} | {verdict} |", flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
