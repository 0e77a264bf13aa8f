"""`cellwise serve` with trained models: its answers are those of `predict`, `gates`, `customers predict` and `runs compare`,
bit for bit; live runs; what is refused at the start; how it ends."""

import concurrent.futures
import contextlib
import csv
import json
import math
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from server import PROGRAM, Server, expect

SMALL = ["--data", "synthetic", "--length", "20", "--hidden-size", "4", "--embedding-size", "4", "--quiet"]
TEXTS = ["a wonderful film", "the worst film that i have ever seen", "good", "bad bad bad", "a", "wonderful " * 40, "the film is not good",
         "zzzz unknown words only qqqq", "i loved it , really"] + [" ".join(random.Random(i).choices("a the film good bad not wonderful awful was it".split(), k=i)) for i in range(1, 61)]


def run(*words, code=0):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=120, check=False)
    expect(done.returncode == code, f"{words}: exit code {done.returncode}\n{done.stderr}")
    return done


def document(*words):
    return json.loads(run(*words, "--json", "-").stdout)


def answer(server, method, path, body=None, status=200):
    response = server.ask(method, path, body)
    expect(response.status == status, f"{method} {path}: {response.status} {response.body[:300]}")
    return response.json()


def write_customers(path):
    numbers = random.Random(5)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["customer_id", "age", "spend", "plan", "member", "active", "joined", "bought"])
        for i in range(200):
            age, spend, plan = numbers.randrange(18, 80), round(numbers.uniform(0, 500), 2), numbers.choice(["basic", "gold", "silver"])
            member, active = numbers.choice(["Yes", "No"]), numbers.randrange(2)
            score = (age - 45) / 15 + (spend - 250) / 200 + (plan == "gold") + active - 0.5 + numbers.gauss(0, 1)
            writer.writerow([f"C{i:03}", age if i % 17 else "", spend, plan, member, active, f"2024-0{1 + i % 9}-11", "Yes" if score > 0 else "No"])


def make(folder):
    runs = folder / "runs"
    runs.mkdir()
    for cell, more in (("lstm", []), ("gru", ["--layers", "2", "--bidirectional"])):
        run("train", *SMALL, "--cell", cell, *more, "--limit", 200, "--epochs", 2, "--output", runs / cell)
    run("compare", *SMALL, "--cells", "rnn,gru", "--seeds", 2, "--limit", 100, "--epochs", 1, "--output", runs / "both")
    write_customers(folder / "customers.csv")
    for model in ("logistic", "random_forest"):
        run("customers", "train", folder / "customers.csv", "--target", "bought", "--id-column", "customer_id", "--model", model, "--output", runs / model)
    return runs


def check_predictions(server, runs):
    for model in ("lstm", "gru"):
        texts = [text for text in TEXTS if text.strip()]
        predicted = document("predict", "--model", runs / model, *texts)["predictions"]
        wanted = [{key: one[key] for key in ("probability", "label", "unknown_share")} for one in predicted]
        expect(len({one["probability"] for one in wanted}) > 20, "the model says the same of everything")
        together = answer(server, "POST", "/v1/predict", {"model": model, "texts": texts})
        expect(together["predictions"] == wanted, f"{model}: a batch differs from predict")
        one_by_one = lambda i: answer(server, "POST", "/v1/predict", {"model": model, "texts": [texts[i]]})["predictions"][0]
        expect([one_by_one(i) for i in range(len(texts))] == wanted, f"{model}: a review alone differs from predict")
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            order = [i for i in range(len(texts)) for _ in range(4)]
            random.Random(1).shuffle(order)
            expect(list(pool.map(one_by_one, order)) == [wanted[i] for i in order], f"{model}: among others a review differs")
        ids = [[1, 14, 22], [1, 2, 3, 4, 5], [7]]
        by_ids = document("predict", "--model", runs / model, "--ids", *(" ".join(map(str, one)) for one in ids))["predictions"]
        told = answer(server, "POST", "/v1/predict", {"model": model, "ids": ids})["predictions"]
        expect([one["probability"] for one in told] == [one["probability"] for one in by_ids], f"{model}: ids")
    expect("no id" in answer(server, "POST", "/v1/predict", {"ids": [[1, 99999999]]}, 422)["detail"], "an id beyond the words")


def check_explanations(server, runs):
    text = "the film is not good , not good at all"
    for method, flags in (("occlusion", []), ("gradients", ["--steps", 32])):
        wanted = document("predict", "--model", runs / "gru", "--explain", method, *flags, text)["predictions"][0]["explanation"]
        told = answer(server, "POST", "/v1/explain", {"model": "gru", "text": text, "method": method, "steps": 32})["explanation"]
        expect(told == wanted, f"{method}: {told} is not {wanted}")
    for layer, direction in ((1, "forward"), (2, "backward")):
        wanted = document("gates", "--model", runs / "gru", "--text", text, "--layer", layer, "--direction", direction)["texts"][0]
        asked = {"model": "gru", "text": text, "layer": layer, "direction": direction}
        told = answer(server, "POST", "/v1/gates", {**asked, "units": True})["gates"]
        expect(told == wanted, f"gates of layer {layer}, {direction}, differ")
        expect("units" not in json.dumps(answer(server, "POST", "/v1/gates", asked)), "the units were not asked for")
    expect("layer" in answer(server, "POST", "/v1/gates", {"model": "lstm", "text": text, "layer": 2}, 422)["detail"], "a layer that is none")
    expect("backward" in answer(server, "POST", "/v1/gates", {"model": "lstm", "text": text, "direction": "backward"}, 422)["detail"], "forward only")
    before = answer(server, "POST", "/v1/predict", {"model": "gru", "texts": [text]})["predictions"][0]["probability"]
    expect(before == document("predict", "--model", runs / "gru", text)["predictions"][0]["probability"], "gates changed the model")


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def check_customers(server, folder, runs):
    with open(folder / "customers.csv", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    known = {model["name"]: model for model in answer(server, "GET", "/v1/models")["models"]}
    features = {one["name"]: one for one in known["logistic"]["features"]}
    expect(set(features) == {"age", "spend", "plan", "member", "active"}, features)
    expect(features["plan"]["levels"] == ["basic", "gold", "silver"] and features["active"]["kind"] == "boolean", features)
    found = {model: {row["customer_id"]: answer(server, "GET", f"/v1/customers/{row['customer_id']}?model={model}") for row in table} for model in ("logistic", "random_forest")}
    for model, unit in (("logistic", "log-odds"), ("random_forest", "probability")):
        for row in table[::23]:
            wanted = document("customers", "predict", "--model", runs / model, "--id", row["customer_id"])
            expect(wanted["unit"] == unit, wanted)
            one, told = wanted["predictions"][0], found[model][row["customer_id"]]
            expect((told["probability"], told["label"], told["trained_on"]) == (one["probability"], one["label"], one["trained_on"]), f"{model}, {row}")
            parts = {part["feature"]: part["contribution"] for part in told["contributions"]}
            expect(abs(told["base"] + sum(parts.values()) - told["probability"]) < 1e-6, f"{model}: the reasons do not add up")
            margins = {part["feature"]: part["contribution"] for part in one["contributions"]}
            slope = 1
            if unit == "log-odds":
                rise = sum(margins.values())
                slope = (sigmoid(one["base"] + rise) - sigmoid(one["base"])) / rise
            expect(parts.keys() == margins.keys() and all(abs(parts[name] - slope * margins[name]) < 1e-9 for name in parts), f"{model}: {parts} from {margins}")
    check_neighbours(table, found["logistic"])
    rows = [{name: row[name] or None for name in features} for row in table[:100]]
    for row in rows:
        for name in ("age", "spend", "active"):
            row[name] = None if row[name] is None else float(row[name])
        row["active"] = bool(row["active"])
    told = answer(server, "POST", "/v1/customers/predict", {"model": "random_forest", "rows": rows, "contributions": False})["predictions"]
    expect([one["probability"] for one in told] == [found["random_forest"][row["customer_id"]]["probability"] for row in table[:100]], "rows of a request")
    odd = answer(server, "POST", "/v1/customers/predict", {"model": "logistic", "rows": [{"age": 999, "plan": "platinum", "colour": "red"}]})["predictions"][0]
    expect(sorted(odd["outside"]) == ["age", "plan"], odd["outside"])
    expect("spend" in answer(server, "POST", "/v1/customers/predict", {"model": "logistic", "rows": [{"colour": "red"}]}, 422)["detail"], "no column of the model")
    expect("age" in answer(server, "POST", "/v1/customers/predict", {"model": "logistic", "rows": [{"age": "old"}]}, 422)["detail"], "no number")
    answer(server, "GET", "/v1/customers/nobody?model=logistic", status=404)


def check_neighbours(table, found):
    """By brute force: deviations of the training rows, medians where a number is missing."""
    trained = [row for row in table if found[row["customer_id"]]["trained_on"]]
    expect(len(trained) == 160, len(trained))
    numbers = ("age", "spend", "active")
    middle = {name: sorted(float(row[name]) for row in trained if row[name]) for name in numbers}
    middle = {name: (all_[(len(all_) - 1) // 2] + all_[len(all_) // 2]) / 2 for name, all_ in middle.items()}
    number = lambda row, name: float(row[name]) if row[name] else middle[name]
    mean = {name: sum(number(row, name) for row in trained) / len(trained) for name in numbers}
    deviation = {name: math.sqrt(sum((number(row, name) - mean[name]) ** 2 for row in trained) / len(trained)) for name in numbers}
    for row in table[::31]:
        distances = []
        for other in trained:
            square = sum(((number(row, name) - number(other, name)) / deviation[name]) ** 2 for name in numbers)
            square += (row["plan"] != other["plan"]) + (row["member"] != other["member"])
            if other is not row:
                distances.append((math.sqrt(square), other["customer_id"], other["bought"]))
        for told, (distance, name, bought) in zip(found[row["customer_id"]]["neighbours"], sorted(distances)[:5], strict=True):
            expect((told["id"], told["label"]) == (name, bought) and abs(told["distance"] - distance) < 1e-9, f"{told} is not {distance} {name}")


def check_runs(server, runs):
    listed = {one["name"]: one for one in answer(server, "GET", "/v1/runs")["runs"]}
    inner = {f"both/{path.name}" for path in (runs / "both").iterdir() if path.is_dir()}
    expect(len(inner) == 4 and set(listed) == {"lstm", "gru", "both", "logistic", "random_forest"} | inner, listed.keys())
    expect({one["state"] for one in listed.values()} == {"finished"}, listed)
    expect({listed[name]["kind"] for name in inner | {"lstm"}} == {"train"} and listed["both"]["kind"] == "compare", "kinds")
    shown = document("runs", "show", runs / "lstm")["run"]
    expect(listed["lstm"]["epochs"] == shown["epochs"] and listed["lstm"]["settings"] == shown["settings"], "a run as runs show tells it")
    figures = json.loads((runs / "logistic" / "metrics.json").read_text())
    expect(listed["logistic"]["kind"] == "customers" and listed["logistic"]["test_accuracy"] == figures["accuracy"], listed["logistic"])
    names = sorted(inner)
    told = answer(server, "POST", "/v1/runs/compare", {"runs": names})["comparison"]
    expect(told == document("runs", "compare", *(runs / name for name in names)) and told["differences"], "as runs compare")
    expect(answer(server, "POST", "/v1/runs/compare", {"runs": ["lstm", "logistic"]})["comparison"] is None, "these cannot be paired")
    report = server.ask("GET", "/v1/runs/both%2F" + names[0].split("/")[1])
    expect(report.status == 200 and report.json()["parent"] == "both", report.body)
    answer(server, "GET", "/v1/runs/..%2Fcustomers.csv", status=404)
    os.symlink(runs / "lstm", runs / "link")
    expect("link" not in {one["name"] for one in answer(server, "GET", "/v1/runs")["runs"]}, "a link was followed")
    os.remove(runs / "link")


def events_of(server, query=""):
    """Yields the server-sent events as (name, data)."""
    with server.connect(30) as connection:
        connection.sendall(f"GET /v1/events{query} HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
        kind = ""
        for line in connection.makefile(encoding="utf-8"):
            if line.startswith("event: "):
                kind = line[7:].strip()
            elif line.startswith("data: "):
                yield kind, json.loads(line[6:])


def state_of(server, name):
    return next((one["state"] for one in answer(server, "GET", "/v1/runs")["runs"] if one["name"] == name), None)


def check_live(server, runs):
    training = subprocess.Popen([PROGRAM, "train", *SMALL, "--length", "200", "--hidden-size", "64", "--epochs", "200", "--output", runs / "live"], stderr=subprocess.PIPE)
    try:
        seen = []
        for kind, data in events_of(server):
            if kind == "progress" and data["run"] == "live":
                seen.append(data["progress"])
            if len(seen) == 4:
                break
        expect(state_of(server, "live") == "running", "it is running")
        places = [(one["epoch"] - 1) * one["steps"] + one["step"] for one in seen]
        expect(places == sorted(places) and places[0] < places[-1] and all(one["epochs"] == 200 for one in seen), seen)
        times = [one["unix_time"] for one in seen]
        expect(all(after - before > 0.45 for before, after in zip(times, times[1:])), f"more than two lines a second: {times}")
        expect(all(0 < one["running"]["loss"] < 10 for one in seen), seen)
        training.send_signal(signal.SIGTERM)
        expect(training.wait(60) == 143, "the training ends")
    finally:
        training.kill()
    expect(state_of(server, "live") == "interrupted", "it was stopped")
    # The server looks at the folder all the time; nobody who goes on is refused.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        until = time.time() + 3
        polls = [pool.submit(lambda: [answer(server, "GET", "/v1/runs") for _ in iter(lambda: time.time() < until, False)]) for _ in range(4)]
        for _ in range(3):
            again = subprocess.Popen([PROGRAM, "train", "--quiet", "--resume", runs / "live"], stderr=subprocess.PIPE, text=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                again.wait(0.8)
            again.send_signal(signal.SIGTERM)
            code = again.wait(60)
            # Killed at its very start it ends by the signal; one that is refused ends with 4.
            expect(code in (143, -signal.SIGTERM), f"go on: {code} {again.stderr.read()}")
        for poll in polls:
            poll.result()
    run("runs", "remove", "--yes", runs / "live")
    expect(state_of(server, "live") is None and not (runs / "live").exists(), "it is removed")


def check_models_and_documents(server):
    models = {one["name"]: one for one in answer(server, "GET", "/v1/models")["models"]}
    expect({name: one["task"] for name, one in models.items()} == {"lstm": "reviews", "gru": "reviews", "logistic": "customers", "random_forest": "customers"}, models)
    expect(models["gru"]["layers"] == 2 and models["gru"]["bidirectional"] and models["lstm"]["length"] == 20, models["gru"])
    expect(models["logistic"]["positive_label"] == "Yes" and models["logistic"]["id_column"] == "customer_id", models["logistic"])
    expect(answer(server, "GET", "/healthz") == {"status": "ok"} and answer(server, "GET", "/readyz")["status"] == "ready", "health")
    paths = answer(server, "GET", "/openapi.json")["paths"]
    expect("/v1/predict" in paths and "/v1/customers/{id}" in paths, paths.keys())
    expect(b"cellwise_texts_total" in server.ask("GET", "/metrics").body and server.ask("GET", "/").status == 200, "page and metrics")


def refuse(code, words, *flags):
    done = subprocess.run([PROGRAM, "serve", "--port", "0", *map(str, flags)], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == code and words in done.stderr and done.stdout == "", f"{flags}: {done}")
    expect(1 <= len(done.stderr.strip().splitlines()) <= 3 and "exception" not in done.stderr, done.stderr)


def check_refusals(folder, runs):
    (folder / "text.keras").write_text("this is no model\n")
    (folder / "no_id.csv").write_text((folder / "customers.csv").read_text().replace("customer_id", "name"))
    (folder / "short").write_text("abc\n")
    refuse(3, "no run folder or model file", runs / "lstmm")
    refuse(3, "text.keras", folder / "text.keras")
    refuse(3, "is not the run of one model", runs / "both")
    refuse(3, "customer_id", runs / "logistic", "--table", folder / "no_id.csv")
    refuse(3, "there is no file", runs / "logistic", "--table", folder / "absent.csv")
    refuse(2, "--table", runs / "lstm", "--table", folder / "customers.csv")
    refuse(3, "there is no folder", "--runs", folder / "absent")
    refuse(3, "there is no folder", "--runs", folder / "customers.csv")
    refuse(2, "--token-file", runs / "lstm", "--host", "0.0.0.0")
    refuse(3, "16 or more", "--token-file", folder / "short")
    refuse(2, "--tls-key", "--tls-certificate", folder / "short")
    refuse(2, "named twice", runs / "lstm", runs / "lstm")
    refuse(2, "--port", "--port", "70000")
    broken = runs / "logistic" / "preparation.json"
    kept = broken.read_text()
    broken.write_text(kept[: len(kept) // 2])
    refuse(3, "preparation.json", runs / "logistic")
    broken.write_text(kept)


def check_table(folder, runs):
    """Customers of another table: nobody of it was trained on."""
    other = folder / "others.csv"
    other.write_text((folder / "customers.csv").read_text().replace("C0", "D0"))
    with Server("serve", "--port", "0", runs / "logistic", "--table", other) as server:
        one = answer(server, "GET", "/v1/customers/D007")
        expect(one["trained_on"] is False and one["neighbours"][0]["id"] == "C007" and one["neighbours"][0]["distance"] < 1e-9, one)
        answer(server, "GET", "/v1/customers/C007", status=404)


def check_ends(folder, runs):
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        with Server("serve", "--port", "0", "--json-log", runs / "lstm", cwd=folder) as server:
            answer(server, "POST", "/v1/predict", {"texts": ["a secret film"]})
            taken = run("serve", "--port", server.port, code=4)
            expect(str(server.port) in taken.stderr, taken.stderr)
            server.process.send_signal(number)
            expect(server.process.wait(20) == code, f"exit code after {number}")
            log = server.process.stderr.read()
            events = [json.loads(line)["event"] for line in log.splitlines()]
            expect(events[-1] == "stopped" and "secret" not in log, log)
    with tempfile.TemporaryDirectory() as empty, Server("serve", "--port", "0", cwd=empty) as server:
        expect(answer(server, "GET", "/v1/runs") == {"folder": "runs", "runs": []}, "an empty list")
        answer(server, "POST", "/v1/predict", {"texts": ["a"]}, 404)
        server.process.terminate()
        expect(server.process.wait(20) == 143 and "cellwise train" in server.process.stderr.read(), "how to train one is told")


def check_many_runs(folder, runs):
    many = folder / "many"
    for i in range(500):
        shutil.copytree(runs / "lstm", many / f"run-{i:03}", ignore=shutil.ignore_patterns("predictions.csv", "report.html", "events*"))
    with Server("serve", "--port", "0", "--runs", many) as server:
        for what in ("first", "again"):
            begun = time.perf_counter()
            expect(len(answer(server, "GET", "/v1/runs")["runs"]) == 500, "all runs")
            print(f"500 runs, {what}: {1000 * (time.perf_counter() - begun):.0f} ms")
        shutil.rmtree(many / "run-007")
        (many / "run-008" / "config.toml").unlink()
        (many / "run-009" / "result.json").write_text("{")
        listed = {one["name"]: one["state"] for one in answer(server, "GET", "/v1/runs")["runs"]}
        expect(len(listed) == 498 and listed["run-009"] == "broken", "runs that go or break are noticed")


def main():
    with tempfile.TemporaryDirectory(prefix="cellwise-serve-") as name:
        folder = pathlib.Path(name)
        runs = make(folder)
        with Server("serve", "--port", "0", "--runs", runs, *(runs / model for model in ("lstm", "gru", "logistic", "random_forest"))) as server:
            check_models_and_documents(server)
            check_predictions(server, runs)
            check_explanations(server, runs)
            check_customers(server, folder, runs)
            check_runs(server, runs)
            check_live(server, runs)
        for check in (check_refusals, check_table, check_ends, check_many_runs):
            check(folder, runs)
    print("all passed")


if __name__ == "__main__":
    sys.exit(main())
