"""axe-core, which judges a page's accessibility: fetched once from PyPI into the user's cache, checked by its hash."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import zipfile

REQUIREMENTS = pathlib.Path(__file__).with_name("axe_requirements.txt")


def _fetch(folder):
    done = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes",
                           "--timeout", "10", "--retries", "1", "--dest", str(folder), "-r", str(REQUIREMENTS)], capture_output=True, text=True, timeout=120, check=False)
    return None if done.returncode == 0 else f"axe-core could not be fetched from PyPI: {done.stderr.strip().splitlines()[-1:]}"


def script():
    """(axe-core's script, None), or (None, why it is not to be had)."""
    name, version, wanted = re.search(r"^(\S+)==(\S+) --hash=sha256:(\w+)$", REQUIREMENTS.read_text(encoding="utf-8"), re.M).groups()
    folder = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "cellwise"
    wheel = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "axe.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not wheel.exists():
                problem = _fetch(folder)
                if problem:
                    return None, problem
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != wanted:
            with contextlib.suppress(OSError):
                wheel.unlink()
            return None, f"{wheel} was not what its hash says, and is removed"
        with zipfile.ZipFile(wheel) as files:
            found = next(one for one in files.namelist() if one.endswith("/axe.min.js"))
            return files.read(found).decode(), None
    except (OSError, subprocess.SubprocessError) as error:
        return None, f"axe-core cannot be kept in {folder}: {error}"
