"""Golden cases that real Keras makes now (make_golden_cases.py): every engine must take its steps.

Usage: parity_test.py N: each Nth case. The precision float64 runs on the engine torch.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, HERE / "make_golden_cases.py", folder, "--every", sys.argv[1]], check=True)
        for flags in (["--engine", "fused"], ["--engine", "torch"], ["--precision", "float64"]):
            done = subprocess.run([os.environ["CELLWISE_PROGRAM"], "parity", folder, *flags], capture_output=True, text=True)
            failures = [line for line in done.stdout.splitlines() if "FAIL" in line]
            print(" ".join(flags), *failures, done.stdout.splitlines()[-1:], done.stderr, sep="\n")
            assert done.returncode == 0


main()
