#!/usr/bin/env python3
"""The program under everything at once for CELLWISE_SOAK_SECONDS (12): reviews, words, gates, customers, runs, readers of
events who come and go, a training beside it, model files replaced, run folders removed while they are shown. No wrong
answer, no request lost, memory and descriptors bounded, 500 runs listed in 300 ms. Then it is killed and started again."""

import collections
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

from real_models_test import SMALL, TEXTS, document, events_of, run, write_customers
from server import PROGRAM, Server, expect

SECONDS = float(os.environ.get("CELLWISE_SOAK_SECONDS", "12"))
MOST_GROWTH = 5  # MiB, after the first third of the time
MOST_LISTING = 0.3  # seconds


class Soak:
    def __init__(self, server, folder):
        self.server, self.runs = server, folder / "runs"
        texts = [text for text in TEXTS if text.strip()]
        self.reviews = dict(zip(texts, (one["probability"] for one in document("predict", "--model", self.runs / "lstm", *texts)["predictions"])))
        self.words = document("predict", "--model", self.runs / "lstm", "--explain", "occlusion", texts[0])["predictions"][0]["explanation"]
        rows = document("customers", "predict", "--model", self.runs / "customers", "--file", folder / "customers.csv")["predictions"]
        self.customers = {f"C{i:03}": one["probability"] for i, one in enumerate(rows)}
        self.counts, self.problems, self.ends = collections.Counter(), [], threading.Event()

    def ask(self, method, path, body=None):
        response = self.server.ask(method, path, body)
        expect(response.status == 200, f"{method} {path}: {response.status} {response.body[:200]}")
        return response.json()

    def review(self, numbers):
        some = numbers.choices(list(self.reviews), k=numbers.choice((1, 1, 5, 64)))
        told = self.ask("POST", "/v1/predict", {"model": "lstm", "texts": some})["predictions"]
        expect([one["probability"] for one in told] == [self.reviews[text] for text in some], "a review's probability is wrong")

    def explain(self, _):
        told = self.ask("POST", "/v1/explain", {"model": "lstm", "text": next(iter(self.reviews))})["explanation"]
        expect(told == self.words, "a review's words are wrong")

    def gates(self, numbers):
        self.ask("POST", "/v1/gates", {"model": "lstm", "text": numbers.choice(list(self.reviews)[:2]), "units": True})

    def customer(self, numbers):
        name = numbers.choice(list(self.customers))
        told = self.ask("GET", f"/v1/customers/{name}")
        expect(told["probability"] == self.customers[name], f"{name}: {told['probability']} in place of {self.customers[name]}")

    def listing(self, _):
        expect(len(self.ask("GET", "/v1/runs")["runs"]) >= 400, "runs are missing")

    def comparison(self, _):
        self.ask("POST", "/v1/runs/compare", {"runs": ["run-000", "run-001"]})

    def reader(self, _):
        events = events_of(self.server, "?run=live")
        next(events)
        events.close()

    def page(self, _):
        expect(self.server.ask("GET", "/assets/chart.js").status == 200, "the page")

    def client(self, seed):
        numbers = random.Random(seed)
        kinds = [self.review] * 12 + [self.customer] * 4 + [self.explain, self.gates, self.page, self.page, self.comparison] + [self.listing, self.reader]
        while not self.ends.is_set():
            kind = numbers.choice(kinds)
            try:
                kind(numbers)
                self.counts[kind.__name__] += 1
            except Exception as error:  # pylint: disable=broad-except
                self.problems.append(f"{kind.__name__}: {error!r}")
                return

    def memory(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def disturb(self, number):
        """What people do to the folders meanwhile."""
        gone = self.runs / f"run-{499 - number % 90:03}"
        if gone.exists():
            shutil.rmtree(gone)
        else:
            shutil.copytree(self.runs / "run-000", gone)
        model = self.runs / "lstm" / "model.safetensors"
        model.with_suffix(".new").write_bytes(b"not a model any more" * number)
        os.replace(model.with_suffix(".new"), model)

    def work(self):
        clients = [threading.Thread(target=self.client, args=(seed,)) for seed in range(4)]
        begun, number, first = time.monotonic(), 0, None
        for client in clients:
            client.start()
        while time.monotonic() - begun < SECONDS and not self.problems:
            time.sleep(0.2)
            number += 1
            self.disturb(number)
            if first is None and time.monotonic() - begun > SECONDS / 3:
                first = self.memory()
        self.ends.set()
        for client in clients:
            client.join(60)
        expect(not self.problems, self.problems)
        return first, self.memory()


def make(folder):
    runs = folder / "runs"
    runs.mkdir()
    run("train", *SMALL, "--cell", "lstm", "--limit", 200, "--epochs", 2, "--output", runs / "lstm")
    write_customers(folder / "customers.csv")
    run("customers", "train", folder / "customers.csv", "--target", "bought", "--id-column", "customer_id", "--model", "random_forest", "--output", runs / "customers")
    for i in range(500):
        shutil.copytree(runs / "lstm", runs / f"run-{i:03}", ignore=shutil.ignore_patterns("predictions.csv", "report.html", "events*"))


def check_listing(server):
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        expect(len(server.ask("GET", "/v1/runs").json()["runs"]) == 502, "all runs")
        times.append(time.perf_counter() - begun)
    print(f"502 runs listed in {1000 * min(times):.0f} to {1000 * max(times):.0f} ms")
    expect(min(times) < MOST_LISTING, f"502 runs take {min(times):.2f} s")


def main():
    with tempfile.TemporaryDirectory(prefix="cellwise-serve-") as name:
        folder = pathlib.Path(name)
        make(folder)
        words = ("serve", "--runs", folder / "runs", folder / "runs" / "lstm", folder / "runs" / "customers")
        with Server(*words, "--port", "0") as server:
            check_listing(server)
            soak = Soak(server, folder)
            kept = (folder / "runs" / "lstm" / "model.safetensors").read_bytes()
            training = subprocess.Popen([PROGRAM, "train", *SMALL, "--hidden-size", "32", "--epochs", "100000", "--output", folder / "runs" / "live"], stderr=subprocess.DEVNULL)
            try:
                first, last = soak.work()
            finally:
                training.send_signal(signal.SIGKILL)
                training.wait()
            print(f"{sum(soak.counts.values())} requests in {SECONDS:.0f} s: {dict(soak.counts)}; {first:.1f} MiB after a third of the time, {last:.1f} MiB at the end")
            expect(set(soak.counts) >= {"review", "customer", "explain", "gates", "listing", "comparison", "reader", "page"}, f"not all was asked: {soak.counts}")
            expect(last - first < MOST_GROWTH, f"memory grew by {last - first:.1f} MiB")
            expect(len(os.listdir(f"/proc/{server.process.pid}/fd")) < 40, "descriptors are left")
            states = {one["name"]: one["state"] for one in server.ask("GET", "/v1/runs").json()["runs"]}
            expect(states["live"] == "interrupted", f"a killed training is {states['live']}")
            server.process.kill()
            server.process.wait()
        (folder / "runs" / "lstm" / "model.safetensors").write_bytes(kept)
        with Server(*words, "--port", str(server.port)) as again:
            text, wanted = next(iter(soak.reviews.items()))
            told = again.ask("POST", "/v1/predict", {"model": "lstm", "texts": [text]}).json()["predictions"][0]["probability"]
            expect(again.port == server.port and told == wanted, "after a kill and a start")
    print("all passed")


if __name__ == "__main__":
    sys.exit(main())
