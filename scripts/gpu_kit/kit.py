"""What the kit finds on a machine: its PyTorch, its C library, its GPU; and how the kit's programs are started there."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def fail(message):
    print(f"gpu_check: error: {message}", file=sys.stderr)
    sys.exit(4)


def find_torch():
    """(folder, version, CUDA's version) of the torch of this Python, which the kit was built for. torch is not imported."""
    found = importlib.util.find_spec("torch")
    if not found or not found.submodule_search_locations:
        fail(f"{sys.executable} has no torch: CELLWISE_TORCH names a Python that has it")
    folder = pathlib.Path(found.submodule_search_locations[0])
    try:
        text = (folder / "version.py").read_text()
        version = re.search(r"__version__\s*(?::.*)?=\s*'([^']+)'", text)[1]
        cuda = (re.search(r"^cuda\s*(?::.*)?=\s*'([^']+)'", text, re.MULTILINE) or [None, None])[1]
        old_abi = b"__cxx11" not in (folder / "lib/libc10.so").read_bytes()
    except (OSError, TypeError) as error:
        fail(f"the torch in '{folder}' is not whole ({error}): install it again")
    wanted = (HERE / "torch_version.txt").read_text().strip()
    if version.split("+")[0] != wanted:
        fail(f"the torch of {sys.executable} is {version}: this kit was built for {wanted}")
    if old_abi:
        fail(f"the torch of {sys.executable} has the C++ ABI from before 2015: this kit needs one of PyPI's wheels")
    if not (cuda or "").startswith("13."):
        fail(f"the torch of {sys.executable} was built for {'CUDA ' + cuda if cuda else 'the CPU only'}: this kit needs CUDA 13")
    return folder, version, cuda


def check_c_library():
    wanted = tuple(map(int, (HERE / "glibc_version.txt").read_text().split(".")))
    name, _, version = os.confstr("CS_GNU_LIBC_VERSION").partition(" ")
    if tuple(map(int, version.split(".")[:2])) < wanted:
        fail(f"this machine has {name} {version}: the kit's programs need {'.'.join(map(str, wanted))} or newer (Debian 12, Ubuntu 24.04)")


def unpack(folder):
    """The kit's programs, unpacked once beside the reports."""
    programs = folder / "programs"
    if not (programs / "complete").exists():
        shutil.rmtree(programs, ignore_errors=True)
        try:
            programs.mkdir(parents=True)
            with tarfile.open(HERE / "programs.tar.xz") as archive:
                archive.extractall(programs)
        except (OSError, EOFError, tarfile.TarError) as error:
            fail(f"programs.tar.xz could not be unpacked into '{programs}': {error}; copy the kit again, or make room")
        (programs / "complete").touch()
    return programs


def environment(programs, torch):
    folders = [torch / "lib", *sorted(torch.parent.glob("nvidia/*/lib")), programs / "lib/cellwise"]
    path = os.environ.get("LD_LIBRARY_PATH")
    return {**os.environ, "LD_LIBRARY_PATH": ":".join([*map(str, folders), *([path] if path else [])]),
            "CELLWISE_GOLDEN": str(HERE / "keras_golden"), "PYTHONDONTWRITEBYTECODE": "1"}


class GpuWatch(threading.Thread):
    """Reads nvidia-smi twice a second while it runs: clocks, power, temperature, memory in use."""

    FIELDS = {"sm_mhz": "clocks.sm", "memory_mhz": "clocks.mem", "power_w": "power.draw", "celsius": "temperature.gpu",
              "used_mib": "memory.used"}

    def __init__(self):
        super().__init__(daemon=True)
        self.samples, self.stopped = [], threading.Event()

    def __enter__(self):
        if shutil.which("nvidia-smi"):
            self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        if self.is_alive():
            self.join(timeout=5)

    def run(self):
        query = ["nvidia-smi", "--query-gpu=" + ",".join(self.FIELDS.values()), "--format=csv,noheader,nounits"]
        while not self.stopped.is_set():
            try:
                line = subprocess.run(query, capture_output=True, text=True, timeout=5).stdout.splitlines()[0]
                self.samples.append([float(value) for value in line.split(",")])
            except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
                pass  # a value that this GPU does not tell
            time.sleep(0.5)

    def summary(self):
        if not self.samples:
            return None
        columns = zip(self.FIELDS, zip(*self.samples))
        return {name: {"least": min(values), "median": sorted(values)[len(values) // 2], "most": max(values)}
                for name, values in columns}
