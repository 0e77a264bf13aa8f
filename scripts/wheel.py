#!/usr/bin/env python3
"""wheel.py --tree TREE --version VERSION --output FOLDER: packs what scripts/release_tree.sh laid out as a Python wheel.

The wheel holds no Python: pip puts the command `cellwise` among an environment's programs and the rest below its
root. Its tag says which C library it needs at least, as the files in it say.
"""
import argparse
import base64
import hashlib
import os
import pathlib
import time
import zipfile

from glibc_version import newest

METADATA = """Metadata-Version: 2.1
Name: cellwise
Version: {version}
Summary: The IMDB comparison of SimpleRNN, LSTM and GRU
License: MIT
Requires-Python: >=3.8
Classifier: Environment :: Console
Classifier: Operating System :: POSIX :: Linux
Description-Content-Type: text/plain

A command-line program that trains and compares recurrent networks on movie reviews, and models on tables of customers.
It brings LibTorch and the other libraries that it needs. This package gives the command `cellwise` and no Python module.
"""
WHEEL = """Wheel-Version: 1.0
Generator: cellwise
Root-Is-Purelib: false
Tag: {tag}
"""


class Wheel:
    def __init__(self, path, date):
        self.file = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
        self.date = date
        self.record = []

    def add(self, name, content, executable=False):
        entry = zipfile.ZipInfo(name, self.date)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3  # Unix, whose permissions follow
        entry.external_attr = (0o100755 if executable else 0o100644) << 16
        self.file.writestr(entry, content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(content)}")

    def close(self, information):
        name = information + "/RECORD"
        entry = zipfile.ZipInfo(name, self.date)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o100644 << 16
        self.file.writestr(entry, "\n".join(self.record + [name + ",,", ""]))
        self.file.close()


def main():
    parser = argparse.ArgumentParser()
    for name in ("tree", "version", "output"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    tree = pathlib.Path(options.tree)
    tag = "py3-none-manylinux_{}_{}_x86_64".format(*newest(tree))
    date = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
    base = f"cellwise-{options.version}"
    wheel = Wheel(pathlib.Path(options.output) / f"{base}-{tag}.whl", date)
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        name = path.relative_to(tree).as_posix()
        place = f"{base}.data/scripts/cellwise" if name == "bin/cellwise" else f"{base}.data/data/{name}"
        wheel.add(place, path.read_bytes(), os.access(path, os.X_OK) and path.stat().st_mode & 0o100 != 0)
    information = base + ".dist-info"
    wheel.add(information + "/METADATA", METADATA.format(version=options.version).encode())
    wheel.add(information + "/WHEEL", WHEEL.format(tag=tag).encode())
    wheel.add(information + "/licenses/LICENSE", (tree / "share/doc/cellwise/LICENSE").read_bytes())
    wheel.close(information)


if __name__ == "__main__":
    main()
