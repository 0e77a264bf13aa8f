#!/usr/bin/env python3
"""glibc_version.py TREE: prints the newest version of the C library that a program or library below TREE asks for (2.36)."""
import pathlib
import re
import subprocess
import sys


def newest(tree):
    versions = {(2, 17)}
    for path in sorted(pathlib.Path(tree).rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        listed = subprocess.run(["readelf", "-VW", path], capture_output=True, text=True, check=True).stdout
        versions |= {tuple(map(int, version.split("."))) for version in re.findall(r"Name: GLIBC_(\d+\.\d+)", listed)}
    return max(versions)


if __name__ == "__main__":
    print("{}.{}".format(*newest(sys.argv[1])))
