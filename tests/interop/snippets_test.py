"""Runs the snippets of docs/interchange.md as they stand, in order, on a run of the tutorial's size.

Usage: snippets_test.py keras|torch docs/interchange.md. With `torch` the snippets that import keras or
safetensors are left out, and models of every kind are compared with the program's own predictions.
"""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

PROGRAM = os.environ["CELLWISE_PROGRAM"]


def cellwise(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return done.stdout


def train(name, *flags):
    cellwise("train", "--data", "synthetic", "--limit", "64", "--epochs", "1", "--output", name, *flags)


def predictions(model, rows, *flags):
    texts = [" ".join(map(str, row)) for row in rows]
    document = json.loads(cellwise("predict", "--model", model, "--ids", "--json", "-", *flags, *texts))
    return [each["probability"] for each in document["predictions"]]


def blocks(document):
    return re.findall(r"^```(sh|python)\n(.*?)^```", document, re.MULTILINE | re.DOTALL)


def close(ours, theirs, what):
    difference = max(abs(one - float(other)) for one, other in zip(ours, theirs, strict=True))
    assert difference <= 1e-5, f"{what}: the probabilities differ by {difference}"


def compare_torch_models(names):
    """The documented module with every kind of exported state_dict."""
    torch, module = names["torch"], names["Classifier"]
    cells = {"simple_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    try:
        from safetensors.torch import load_file
    except ImportError:
        load_file = None
        print("the package safetensors is not here: its reader is not tested")
    rows = [[random.randrange(50) for _ in range(20)] for _ in range(5)]
    for cell, kind in cells.items():
        for layers, bidirectional, batch_norm in ((1, False, False), (2, True, True)):
            name = f"runs/{cell}{layers}"
            flags = ["--bidirectional", "--batch-norm", "--dropout", "0.2"] if bidirectional else []
            train(name, "--cell", cell, "--layers", layers, "--hidden-size", 7, "--embedding-size", 5,
                  "--vocabulary-size", 50, "--length", 20, *flags)
            model = module(50, 5, [(kind, 7, bidirectional)] * layers, batch_norm)
            cellwise("export", name, "--format", "pytorch", "--output", "model.pt")
            cellwise("export", name, "--format", "safetensors", "--output", "model.safetensors")
            states = [torch.load("model.pt", weights_only=True)] + ([load_file("model.safetensors")] if load_file else [])
            for state in states:
                model.load_state_dict(state)
                model.eval()
                with torch.no_grad():
                    close(predictions(name, rows), model(torch.tensor(rows)), name)
    print("the PyTorch module predicts as the program does")


def main():
    random.seed(3)
    kind, document = sys.argv[1], pathlib.Path(sys.argv[2]).read_text()
    found = blocks(document)
    assert len(found) >= 5, "the document has lost its snippets"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        train("runs/lstm", "--cell", "lstm")
        names, done = {}, 0
        for language, text in found:
            if language == "sh":
                for line in text.splitlines():
                    cellwise(*line.removeprefix("cellwise ").split())
                continue
            if ("import torch" in text) != (kind == "torch"):
                continue
            exec(compile(text, sys.argv[2], "exec"), names)
            done += 1
        print(f"{done} snippets ran")
        assert done > 0
        if kind == "torch":
            compare_torch_models(names)
            ids = [[random.randrange(10000) for _ in range(200)] for _ in range(3)]
            ours = names["model"](names["torch"].tensor(ids)).tolist()
        else:
            ids, ours = names["ids"].tolist(), names["probability"].tolist()
        close(predictions("runs/lstm", ids), ours, "the documented model")


main()
