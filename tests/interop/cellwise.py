"""The built program, and the models that the interop tests exchange with it."""
import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np

PROGRAM = os.environ["CELLWISE_PROGRAM"]
VOCABULARY, EMBEDDING, LENGTH, ROWS = 30, 5, 11, 6


class Refused(Exception):
    """The program ended with an error; its exit code and message."""

    def __init__(self, code, message):
        super().__init__(f"exit code {code}: {message}")
        self.code, self.message = code, message


def run(*arguments):
    """Runs cellwise, gives what it printed, raises Refused for an exit code other than 0."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise Refused(done.returncode, done.stderr)
    return done.stdout


def predict(model, ids, *flags):
    """The probabilities that cellwise gives for rows of ids."""
    rows = [" ".join(map(str, row)) for row in ids]
    document = json.loads(run("predict", "--model", model, "--ids", "--json", "-", *flags, *rows))
    return np.array([each["probability"] for each in document["predictions"]])


def some_ids(seed=0, length=LENGTH):
    return np.random.default_rng(seed).integers(0, VOCABULARY, (ROWS, length), dtype=np.int32)


def keras_models():
    """Models of every kind that can be exchanged, by name, with weights that hide no mistake."""
    layers = keras.layers

    def cells(name):
        kinds = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU,
                 "gru_reset_before": lambda units, **more: layers.GRU(units, reset_after=False, **more)}
        return kinds[name]

    for name in ("simple_rnn", "lstm", "gru", "gru_reset_before"):
        cell = cells(name)
        yield name, [cell(4)]
        yield name + "_one_unit", [cell(1)]
        yield name + "_bidirectional_stacked", [layers.Bidirectional(cell(3, return_sequences=True)), layers.Dropout(0.2),
                                                layers.Bidirectional(cell(3))]
        yield name + "_normed", [cell(6), layers.BatchNormalization(), layers.Dropout(0.3)]
    yield "mixed", [cells("gru")(6, return_sequences=True), layers.Bidirectional(cells("lstm")(4, return_sequences=True)),
                    cells("simple_rnn")(7)]


def built(stack, length=LENGTH):
    model = keras.Sequential([keras.Input((length,), dtype="int32"), keras.layers.Embedding(VOCABULARY, EMBEDDING), *stack,
                              keras.layers.Dense(1, activation="sigmoid")])
    random = np.random.default_rng(len(stack))
    for variable in model.variables:
        if variable.dtype == "float32":
            noise = random.uniform(-0.3, 0.3, variable.shape)
            variable.assign(np.abs(variable.numpy() + noise) if "variance" in variable.path else variable.numpy() + noise)
    return model


def keras_predict(model, ids):
    return np.asarray(model(ids, training=False))[:, 0]


def same(ours, theirs, what):
    difference = float(np.max(np.abs(ours - theirs)))
    assert difference <= 1e-5, f"{what}: the probabilities differ by {difference}"


def main(tests):
    """Runs the functions, each in a folder of its own."""
    import tempfile

    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            count = test(pathlib.Path(folder))
        print(f"{test.__name__}: {count} checked", flush=True)
        assert count > 0
    sys.exit(0)
