#!/usr/bin/env python3
"""pairs.py [KIND…]: the output of each command into each command that takes it, for every kind of run.

A pair succeeds, or is refused with 2 or 3 and one clear message; nothing is "a bug", and what two ways
compute is the same. Prints a table of what happened."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from faults import Failure, expect, run, succeed  # noqa: E402

SIZES = ["--length", "12", "--hidden-size", "6", "--embedding-size", "5", "--batch-size", "8", "--epochs", "1"]
MADE = ["--data", "synthetic", "--limit", "60", "--vocabulary-size", "300", *SIZES]
TEXT = "a fine film 좋은 영화"  # words of every kind's vocabulary


def own_table(folder):
    table = folder / "reviews.csv"
    table.write_text("text,label\n" + "".join(f"a {word} film number {i},{label}\n" for i in range(20)
                                              for word, label in (("fine", "positive"), ("poor", "negative"))))
    return ["--data", table, *SIZES]


def korean_folders(folder):
    for name, word in (("긍정", "좋은"), ("부정", "나쁜")):
        (folder / "texts" / name).mkdir(parents=True)
        for i in range(20):
            (folder / "texts" / name / f"{i}.txt").write_text(f"{word} 영화 {i}")
    return ["--data", folder / "texts", *SIZES]


KINDS = {
    "lstm": lambda folder: MADE,
    "float64": lambda folder: [*MADE, "--precision", "float64"],
    "reset-before": lambda folder: [*MADE, "--cell", "gru", "--gru-reset", "before"],
    "stacked": lambda folder: [*MADE, "--stack", "lstm:6,gru:5:bidirectional"],
    "normed": lambda folder: [*MADE, "--cell", "rnn", "--batch-norm", "--dropout", "0.2", "--layers", "2"],
    "own-table": own_table,
    "own-folders": korean_folders,
}
CUSTOMERS = {
    "customers logistic": ["--target", "bought", "--model", "logistic"],
    "customers forest": ["--target", "bought", "--model", "random_forest", "--set", "random_forest.n_estimators=5"],
    "customers ridge": ["--target", "spend", "--model", "ridge"],
    "customers mlp": ["--target", "bought", "--model", "mlp", "--set", "mlp.epochs=2"],
}
FORMATS = {"keras": ".keras", "weights.h5": ".weights.h5", "safetensors": ".safetensors", "pytorch": ".pt"}


def probability(model, *more):
    document = json.loads(succeed("predict", "--model", model, TEXT, "--json", "-", *more).stdout)
    return document["predictions"][0]["probability"]


def settled(done):
    """0, or a refusal of at most three lines."""
    expect(done.returncode in (0, 2, 3), f"exit code {done.returncode}: {done.stderr}")
    expect("bug" not in done.stderr and "Traceback" not in done.stderr, done.stderr)
    if done.returncode == 0:
        return "works"
    expect(done.stderr.startswith("cellwise: error: ") and len(done.stderr.splitlines()) <= 3, done.stderr)
    return "refused"


def asked(model, where):
    """Every command that takes a run or model file."""
    return {
        "evaluate": ["evaluate", model],
        "predict": ["predict", "--model", model, TEXT],
        "predict words": ["predict", "--model", model, "--explain", "occlusion", TEXT],
        "summary": ["summary", model],
        "gates": ["gates", "--model", model, "--text", TEXT],
        "gradients": ["gradients", "--model", model],
        "runs show": ["runs", "show", model],
        "runs compare": ["runs", "compare", model, model],
        "report": ["report", model, "--output", where / "report.html"],
        **{f"export {name}": ["export", model, "--format", name, "--output", where / f"model{suffix}"]
           for name, suffix in FORMATS.items()},
    }


def commands_of(model, where, must_work):
    outcomes = {}
    for name, arguments in asked(model, where).items():
        outcomes[name] = settled(run(*arguments, "--json", where / "out.json"))
        if outcomes[name] == "works":
            json.loads((where / "out.json").read_bytes().decode("utf-8"))
    missing = [name for name in must_work if outcomes[name] != "works"]
    expect(not missing, f"{model.name}: {missing} refused")
    return outcomes


def there_and_back(model, where, kind):
    """What was exported is read as the same model."""
    own = probability(model)
    words = ["--vocabulary", model / "vocabulary.json"]
    for name, described in (("model.keras", []), ("model.weights.h5", ["--config", model]),
                            ("model.safetensors", ["--config", model])):
        file = where / name
        if not file.exists():
            continue
        again = probability(file, *words, *described)
        expect(abs(again - own) < 1e-5, f"{kind}: {name} says {again}, the run {own}")
        if described:
            continue
        run_again = where / "again"
        succeed("import", file, *words, "--output", run_again)
        expect(abs(probability(run_again) - own) < 1e-5, f"{kind}: imported from {name}")
        outcomes = commands_of(run_again, where, ["predict", "summary", "gates", "runs show", "export keras"])
        expect(outcomes["report"] == "refused", f"a report of an imported run: {outcomes['report']}")
        succeed("runs", "list", where)
        succeed("runs", "remove", "--yes", run_again)
        expect(not run_again.exists(), "the imported run is still there")


def one_kind(kind, folder):
    arguments = KINDS[kind](folder)
    model = folder / "run"
    told = json.loads(succeed("train", *arguments, "--output", model, "--quiet", "--json", "-").stdout)
    expect(told["folder"] == str(model), told.get("folder"))
    outcomes = commands_of(model, folder, ["evaluate", "predict", "predict words", "summary", "gates", "runs show",
                                           "export keras", "report"])
    accuracy = json.loads(succeed("evaluate", model, "--json", "-").stdout)["test_accuracy"]
    expect(accuracy == told["runs"][0]["test_accuracy"], f"evaluate {accuracy}, train {told['runs'][0]['test_accuracy']}")
    there_and_back(model, folder, kind)
    same = json.loads(succeed("train", "--config", model / "config.toml", "--output", folder / "same", "--quiet",
                              "--json", "-").stdout)
    expect(same["runs"][0]["test_loss"] == told["runs"][0]["test_loss"], f"{kind}: its config.toml trains another model")
    succeed("train", "--resume", model)
    succeed("export", model, "--format", "keras")
    succeed("runs", "remove", "--yes", model)
    expect(not model.exists(), "the run is still there")
    refused = [name for name, outcome in outcomes.items() if outcome == "refused"]
    return f"{len(outcomes)} commands" + (f"; refused: {', '.join(refused)}" if refused else "")


def customers_table(folder):
    table = folder / "customers.csv"
    table.write_text("id,visits,plan,spend,bought\n" + "".join(
        f"C{i:04},{i * 7 % 30},{'ab'[i % 2]},{i * 13 % 97}.5,{'yes' if i * 7 % 30 + i % 5 > 15 else 'no'}\n"
        for i in range(120)))
    return table


def one_customers_kind(kind, folder):
    """A model of customers: commands of customers and of runs take it, those of reviews say what it is."""
    model, table = folder / "run", customers_table(folder)
    told = json.loads(succeed("customers", "train", table, *CUSTOMERS[kind], "--output", model, "--quiet", "--json",
                              "-").stdout)
    expect((model / "report.html").exists(), "customers train wrote no report")
    outcomes = commands_of(model, folder, ["runs show", "runs compare", "report"])
    wrong = [name for name, outcome in outcomes.items()
             if (outcome == "works") != (name in ("runs show", "runs compare", "report"))]
    expect(not wrong, f"{kind}: {wrong}")
    for arguments in (["train", "--resume", model], ["compare", "--resume", model]):
        expect(settled(run(*arguments)) == "refused", " ".join(map(str, arguments)))
    shown = json.loads(succeed("runs", "show", model, "--json", "-").stdout)["run"]
    expect(shown["figures"] == told["figures"], f"runs show {shown['figures']}, customers train {told['figures']}")
    reported = json.loads(succeed("report", model, "--json", "-").stdout)
    expect(reported["figures"] == told["figures"], f"report {reported['figures']}, customers train {told['figures']}")
    listed = json.loads(succeed("runs", "list", folder, "--json", "-").stdout)
    expect(listed["customers"] == [shown] and not listed["runs"], "runs list tells something else than runs show")
    one = json.loads(succeed("customers", "predict", "--model", model, "--id", "C0003", "--json", "-").stdout)
    whole = json.loads(succeed("customers", "predict", "--model", model, "--file", table, "--json", "-").stdout)
    key = "probability" if "probability" in one["predictions"][0] else "value"
    first, again = one["predictions"][0][key], whole["predictions"][3][key]
    expect(abs(first - again) < 1e-6, f"--id says {first}, --file {again}")
    succeed("customers", "explain", "--model", model, "--repeats", "2")
    expect(settled(run("customers", "train", table, *CUSTOMERS[kind], "--output", model)) == "refused",
           "a run was written over")
    succeed("runs", "remove", "--yes", model)
    expect(not model.exists(), "the run is still there")
    return f"{len(outcomes)} commands; refused: {', '.join(name for name in outcomes if outcomes[name] == 'refused')}"


def main():
    failed = False
    print("| kind of run | what happened |\n| --- | --- |")
    for kind in sys.argv[1:] or [*KINDS, *CUSTOMERS]:
        with tempfile.TemporaryDirectory(prefix="cellwise-pairs-") as folder:
            try:
                one = one_customers_kind if kind in CUSTOMERS else one_kind
                verdict = one(kind, pathlib.Path(folder))
            except Failure as failure:
                failed, verdict = True, f"FAILED: {failure}"
        print(f"| {kind} | {verdict} |", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
