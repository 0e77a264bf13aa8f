"""Runs two commands in turns and tells what each took: the whole process, from its start to its end, and the peak
memory of the largest among it and its workers. The only argument is a JSON file, {"ours": [word…], "theirs": [word…],
"rounds": n, "log": path, "answer": path}; {"ours": {"seconds": [s…], "megabytes": [m…]}, "theirs": …} goes to "answer".

It is small, so that the memory of a program that it starts is that program's own.
"""
import json
import os
import subprocess
import sys
import time


def run(words, log):
    with open(log, "ab") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, close_fds=True)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code != 0:
        sys.exit(f"'{' '.join(words[:4])} …' ended with code {code}")
    return seconds, usage.ru_maxrss / 1024


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    measured = {side: {"seconds": [], "megabytes": []} for side in ("ours", "theirs")}
    # The first turn of each fills the caches and is not counted.
    for turn in range(asked["rounds"] + 1):
        for side in ("ours", "theirs"):
            seconds, megabytes = run(asked[side], asked["log"])
            if turn > 0:
                measured[side]["seconds"].append(seconds)
                measured[side]["megabytes"].append(megabytes)
    with open(asked["answer"], "w", encoding="utf-8") as answer:
        json.dump(measured, answer)


if __name__ == "__main__":
    main()
