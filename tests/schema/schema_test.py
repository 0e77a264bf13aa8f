"""Holds the JSON that the program writes against docs/schema: every command, what it really wrote, and that damage
to it is noticed."""
import copy
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = os.environ["CELLWISE_PROGRAM"]
SCHEMAS = pathlib.Path(os.environ["CELLWISE_SCHEMAS"])
SHIPPED = pathlib.Path(__file__).parents[1] / "data"


def run(*arguments, code=0, **more):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, **more)
    assert done.returncode == code, f"{arguments}: exit code {done.returncode}\n{done.stderr}"
    return done.stdout


def commands_with_json(path=()):
    """Every command of the tree that has a flag --json, as its help tells."""
    text = run(*path, "--help")
    found = [" ".join(path)] if re.search(r"^  --json\b", text, re.MULTILINE) else []
    # Commands stand under "Subcommands:", or under the headings of their groups.
    for heading, inner in re.findall(r"^([A-Z][^\n]*):\n((?:  [^\n]*\n)+)", text, re.MULTILINE):
        if heading in ("Options", "Positionals", "Example", "Examples"):
            continue
        for name in re.findall(r"^  ([a-z][a-z-]*)  ", inner, re.MULTILINE):
            found += commands_with_json((*path, name))
    return found


def documented():
    """The tables of docs/schema/README.md: command, or file of a run, → schemas."""
    table = {}
    for line in (SCHEMAS / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        links = re.findall(r"\[[a-z-]+\]\(([a-z-]+)\.json\)", cells[-1])
        for command in re.findall(r"`(?:cellwise )?([a-z. ]+)`", cells[0]) if links else []:
            table.setdefault(command, set()).update(links)
    return table


def check_every_command_is_documented():
    commands, table = set(commands_with_json()), documented()
    assert len(commands) > 20, commands
    described = {command for command in table if "." not in command}
    assert commands == described, f"without a schema: {commands - described}; no such command: {described - commands}"
    files = {path.stem for path in SCHEMAS.glob("*.json")}
    named = set().union(*table.values())
    assert files == named, f"not in the table: {files - named}; no such file: {named - files}"


def reproduction(comparison, folder):
    """A comparison as the tutorial's on real reviews would be; its figures are those of another run."""
    document = json.loads(comparison.read_text())
    document["data"] |= {"kind": "imdb", "synthetic": False}
    document["configuration"] |= {"vocabulary_size": 10000, "length": 200, "embedding_size": 128, "hidden_size": 64,
                                  "limit": 0, "batch_size": 64}
    (folder / "tutorial.json").write_text(json.dumps(document))
    reference = [{"backend": "jax", "seed": seed, "clip": 0, "kind": kind, "test_acc": 0.8 + 0.01 * seed,
                  "hist": {name: [0.5 + 0.01 * seed] for name in ("accuracy", "loss", "val_accuracy", "val_loss")}}
                 for seed in range(3) for kind in ("rnn", "gru")]
    (folder / "reference.jsonl").write_text("\n".join(map(json.dumps, reference)))
    return "reproduction", folder / "tutorial.json", "--reference", folder / "reference.jsonl"


def documents(folder):
    """What the program writes, command after command: (the command's words, the document)."""
    runs = folder / "runs"
    small = ("--data", "synthetic", "--limit", 200, "--epochs", 1, "--length", 30, "--hidden-size", 6,
             "--embedding-size", 4, "--vocabulary-size", 40)
    cache = folder / "cache" / "cellwise" / "data"
    cache.mkdir(parents=True)
    hashes = {}
    for name, variable in (("imdb.npz", "NPZ"), ("imdb_word_index.json", "WORD_INDEX")):
        (cache / name).write_text("{}")
        hashes[f"CELLWISE_{variable}_SHA256"] = hashlib.sha256(b"{}").hexdigest()
    (folder / "own.csv").write_text("text,label\n" + "".join(f"a film {i} good,{i % 2}\n" for i in range(20)))
    calls = [
        ("customers", "describe"),
        ("train", "--cell", "gru", *small, "--output", runs / "gru"),
        ("train", "--cell", "lstm", *small, "--validation-split", 0.2, "--early-stopping", 1, "--bidirectional",
         "--output", runs / "lstm"),
        ("train", "--data", folder / "own.csv", "--hidden-size", 2, "--epochs", 1, "--output", runs / "own"),
        ("compare", "--cells", "rnn,gru", *small, "--seeds", 2, "--baseline", "--output", runs / "comparison"),
        ("evaluate", runs / "gru"),
        ("predict", "--model", runs / "gru", "a film", "unheard-of"),
        ("predict", "--model", runs / "gru", "--explain", "occlusion", "a film unheard of"),
        ("predict", "--model", runs / "lstm", "--explain", "gradients", "a film"),
        ("summary", runs / "gru"),
        ("export", runs / "gru", "--format", "keras", "--output", folder / "gru.keras"),
        ("import", folder / "gru.keras", "--output", runs / "imported", "--data", runs / "gru"),
        ("data", "info", "--data", folder / "own.csv"),
        ("data", "show", "--data", "synthetic"),
        ("data", "prepare", "--data", "synthetic"),
        ("data", "download"),
        ("runs", "list", runs),
        ("runs", "show", runs / "lstm"),
        ("runs", "show", runs / "comparison"),
        ("runs", "compare", runs / "gru", runs / "lstm"),
        ("report", runs / "gru"),
        ("report", runs / "comparison", runs / "lstm", "--output", folder / "report.html"),
        ("doctor",),
        ("gates",),
        ("gates", "--cell", "gru", "--precision", "float32"),
        ("gates", "--example", "sentence"),
        ("gates", "--example", "gru-shape"),
        ("gates", "--example", "film", "--cell", "lstm"),
        ("gates", "--model", runs / "gru", "--text", "the film was unheard of"),
        ("gradients", "--synthetic", "--length", 10, "--hidden-size", 6, "--embedding-size", 4, "--batch-size", 4),
        ("gradients", "--model", runs / "lstm", "--clip-norm", 0.001, "--global-clip-norm", 0.001),
        ("sentence", "--steps", 20),
        ("regularisation",),
        ("claims",),
        ("claims", "lstm-beats-rnn", "weight-decay-idle-at-inference", "--quick", "--data", "synthetic", "--seeds", 1,
         "--limit", 100),
        ("claims", "customers-smote-improves-auc-telco", "--quick", "--data", "synthetic", "--seeds", 1, "--limit", 200),
        ("bench", "--cells", "lstm", "--batch-size", 4, "--length", 10, "--hidden-size", 8, "--rounds", 2, "--phases",
         "--data", "synthetic"),
        ("bench", "--cells", "gru", "--batch-size", 4, "--length", 10, "--hidden-size", 8, "--rounds", 2,
         "--without-torch", "--data", "synthetic"),
    ]
    calls.append(("parity", SHIPPED / "keras_golden"))
    (folder / "customers.csv").write_text("id,visits,plan,spend,bought\n" + "".join(
        f"C{i:04},{i * 7 % 30},{'ab'[i % 2]},{i * 13 % 97}.5,{'yes' if i * 7 % 30 + i % 5 > 15 else 'no'}\n"
        for i in range(120)))
    customers = (folder / "customers.csv", "--target", "bought", "--stratify")
    calls += [
        ("customers", "clean", folder / "customers.csv", "--output", folder / "clean.csv"),
        ("customers", "compare", *customers, "--models", "majority,logistic,random_forest", "--folds", 2),
        ("customers", "compare", folder / "customers.csv", "--target", "spend", "--models", "mean,ridge", "--folds", 0),
        ("customers", "train", *customers, "--model", "random_forest", "--output", runs / "forest"),
        ("customers", "tune", *customers, "--model", "logistic", "--budget", 4, "--confirm-seeds", 2, "--output",
         folder / "table-study"),
        ("tune", "--cell", "gru", *small, "--search", "learning-rate=log:1e-3..1e-1", "--budget", 2,
         "--confirm-seeds", 1, "--output", folder / "review-study"),
        ("customers", "leaderboard", *customers, "--models", "majority,logistic", "--budget", 2, "--output",
         folder / "board"),
        ("customers", "train", *customers, "--model", "logistic", "--output", runs / "logistic"),
        ("runs", "list", runs),
        ("runs", "show", runs / "forest"),
        ("runs", "compare", runs / "forest", runs / "logistic"),
        ("report", runs / "forest"),
        ("customers", "predict", "--model", runs / "forest", "--id", "C0003"),
        ("customers", "explain", "--model", runs / "forest", "--file", folder / "customers.csv"),
        ("customers", "explain", "--model", runs / "forest", "--repeats", 2),
    ]
    diverging = ("compare", "--cells", "rnn,lstm", "--seeds", "1,2", "--data", "synthetic", "--limit", 200, "--length", 20,
                 "--vocabulary-size", 500, "--hidden-size", 8, "--embedding-size", 8, "--epochs", 1, "--batch-size", 100,
                 "--optimizer", "sgd", "--l2", 1, "--learning-rate", 9.87e8, "--output", runs / "diverging")
    yield diverging, json.loads(run(*diverging, "--json", "-", code=1))
    calls += [("runs", "show", runs / "diverging"), ("report", runs / "diverging")]
    environment = os.environ | hashes | {"XDG_CACHE_HOME": str(folder / "cache")}
    for call in calls:
        yield call, json.loads(run(*call, "--json", "-", cwd=folder, env=environment))
    kept = json.loads((runs / "comparison" / "comparison.json").read_text())
    yield ("comparison.json",), kept
    call = reproduction(runs / "comparison" / "comparison.json", folder)
    yield call, json.loads(run(*call, "--json", "-"))
    for name, document in json.loads(subprocess.check_output([os.environ["CELLWISE_SAMPLES"]])).items():
        yield (name,), {"schema": f"cellwise.{name}/1", **document}
    lines = run("predict", "--model", runs / "gru", "--format", "jsonl", "a film", "b", env=environment).splitlines()
    assert len(lines) == 2
    for line in lines:  # the line's own schema
        yield ("predict --format jsonl",), {"schema": "cellwise.predictions/1", "model": "", "cell": "gru", "length": 1,
                                            "predictions": [json.loads(line)]}


def files_of_runs(folder):
    """The files that runs leave in their folders, but for comparison.json: (name, schema, document)."""
    quick = ("--data", "synthetic", "--limit", 100, "--length", 10, "--hidden-size", 4, "--embedding-size", 4)
    run("train", *quick, "--epochs", 2, "--output", folder / "tested")
    run("compare", *quick, "--cells", "rnn", "--epochs", 1, "--validation-split", 0.2, "--output", folder / "compared")
    # The penalty leaves the range of float32 in the second epoch: the run can be resumed behind the first.
    diverging = ("train", *quick, "--epochs", 2, "--batch-size", 100, "--optimizer", "sgd", "--l2", 1, "--learning-rate",
                 1e12)
    run(*diverging, "--output", folder / "resumed", code=1)
    (folder / "resumed" / "diverged.txt").unlink()  # else it would not be tried again
    run("train", "--resume", folder / "resumed", code=1)
    environments = {name: json.loads((folder / name / "environment.json").read_text())
                    for name in ("tested", "compared", "compared/simple_rnn", "resumed")}
    assert len(environments["resumed"]["resumed"]) == 1
    for document in environments.values():
        yield "environment.json", "run-environment", document
    for name in ("tested", "compared/simple_rnn"):
        yield "result.json", "run-result", json.loads((folder / name / "result.json").read_text())
        for line in (folder / name / "metrics.jsonl").read_text().splitlines():
            yield "metrics.jsonl", "run-epoch", json.loads(line)


def damaged(document):
    """The document with one thing wrong: (what, document)."""
    for key in document:
        if key not in ("baselines", "customers", "differences", "diverged", "folder", "notes", "paired_tests", "resumed"):  # not in every document
            yield f"without {key}", {other: value for other, value in document.items() if other != key}
        yield f"{key} of another type", document | {key: {"of": "no type that is known"}}
    yield "something more", document | {"something": 1}
    if "schema" in document:
        yield "another version", document | {"schema": document["schema"][:-1] + "99"}
    if "schema_version" in document:
        yield "another version", document | {"schema_version": 99}

    def objects(node, path):
        if isinstance(node, dict):
            yield path
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in items:
            yield from objects(value, (*path, key))

    shapes = set()  # one element of each list is enough
    for path in objects(document, ()):
        shape = tuple(part for part in path if isinstance(part, str))
        if shape in shapes:
            continue
        shapes.add(shape)
        if path and path[-1] in ("norms", "next_word_probability", "parameters", "values"):
            continue  # by variable, by word, by setting: any name will do
        changed = copy.deepcopy(document)
        node = changed
        for key in path:
            node = node[key]
        node["something"] = "more"
        yield f"something more in {path}", changed


def main():
    check_every_command_is_documented()
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        print("skipped: Python's package jsonschema is not installed (python3-jsonschema)")
        sys.exit(77)
    validators = {}
    for path in SCHEMAS.glob("*.json"):
        schema = json.loads(path.read_text())
        Draft202012Validator.check_schema(schema)
        validators[path.stem] = Draft202012Validator(schema)

    table, seen, damage_count = documented(), set(), 0

    def hold(call, name, document):
        nonlocal damage_count
        wrong = [f"{error.json_path}: {error.message[:300]}" for error in validators[name].iter_errors(document)]
        assert not wrong, f"{call}: {name}: " + "\n".join(wrong[:5])
        seen.add(name)
        for what, broken in damaged(document):
            assert not validators[name].is_valid(broken), f"{name}: {what} is not noticed"
            damage_count += 1

    with tempfile.TemporaryDirectory() as folder:
        for call, document in documents(pathlib.Path(folder)):
            name = re.fullmatch(r"cellwise\.([a-z-]+)/[0-9]+", document["schema"])[1]
            words = [word for word in call[:2] if isinstance(word, str)]
            command = next((part for part in (" ".join(words), words[0]) if part in table), None)
            assert command is None or name in table[command], f"{call} writes {name}, the table says {table[command]}"
            hold(call, name, document)
    with tempfile.TemporaryDirectory() as folder:
        for file, name, document in files_of_runs(pathlib.Path(folder)):
            assert name in table[file], f"{file} is held against {name}, the table says {table[file]}"
            hold(file, name, document)
    missing = set(validators) - seen - {"api"}  # of what is served, not written: tests/serve
    assert not missing, f"nothing was held against {missing}"
    print(f"{len(seen)} schemas, {damage_count} damaged documents refused")


main()
