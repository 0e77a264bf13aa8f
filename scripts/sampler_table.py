"""Puts what sampler_benchmark and sampler_peers.py wrote side by side, as a Markdown table. Both take CSV files with
function, sampler, seed, value; smaller is better, and the studies of one seed are a pair."""
import csv
import statistics
import sys


def read(path):
    with open(path, newline="") as file:
        return {(row["function"], row["sampler"], int(row["seed"])): float(row["value"]) for row in csv.DictReader(file)}


def main():
    ours, peers = read(sys.argv[1]), read(sys.argv[2])
    if ours.keys() != {key for key in peers if key[1] in {own[1] for own in ours}}:
        sys.exit("the two files do not have the same studies")
    print("| sampler | function | ours, median | Optuna's, median | ours ahead |")
    print("| --- | --- | --- | --- | --- |")
    ahead_in_all = 0
    for sampler in dict.fromkeys(key[1] for key in ours):
        ahead_of_sampler = pairs = 0
        for function in dict.fromkeys(key[0] for key in ours):
            seeds = [key for key in ours if key[:2] == (function, sampler)]
            ahead = sum(ours[key] < peers[key] for key in seeds)
            print(f"| {sampler} | {function} | {statistics.median(ours[key] for key in seeds):.5g} | "
                  f"{statistics.median(peers[key] for key in seeds):.5g} | {ahead} of {len(seeds)} |")
            ahead_of_sampler += ahead
            pairs += len(seeds)
        print(f"| {sampler} | all | | | {ahead_of_sampler} of {pairs} |")
        ahead_in_all += ahead_of_sampler
    print(f"\nOurs ahead in {ahead_in_all} of {len(ours)} pairs.")


if __name__ == "__main__":
    main()
