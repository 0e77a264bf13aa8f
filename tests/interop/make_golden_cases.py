"""Makes golden cases for `cellwise parity`: training steps that real Keras (on JAX) took.

Usage: make_golden_cases.py FOLDER [--every N] [--list]

Writes NAME.json and NAME.npz for each case (docs/parity.md has the format). The cases are odd on
purpose: sizes from 1 to 256, batches and reviews of one, tiny vocabularies, only padding, one token
repeated, large learning rates, every optimizer option by itself and together. --every N takes each Nth
case only; cases that are there already are left. Needs keras, jax and numpy; see environment.sh.
"""
import argparse
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
import numpy as np

DEFAULTS = {
    "cell": "lstm", "vocabulary": 30, "embedding": 5, "units": 4, "length": 7, "batch": 6, "steps": 5,
    "optimizer": "adam", "learning_rate": 0.01, "momentum": None, "clipnorm": None, "global_clipnorm": None,
    "weight_decay": None, "l2": None, "batch_norm": False, "reset_after": True,
}
CELLS = [{"cell": "simple_rnn"}, {"cell": "lstm"}, {"cell": "gru"}, {"cell": "gru", "reset_after": False}]

# Beside the settings: which ids, and how Keras numbers the layers.
VARIANTS = {
    "one_unit": {"units": 1, "embedding": 1},
    "two_units": {"units": 2, "embedding": 3, "batch": 2},
    "three_units": {"units": 3, "embedding": 2, "clipnorm": 0.01},
    "odd_units": {"units": 17, "embedding": 9, "batch": 5, "length": 11, "numbered": True},
    "hundred_units": {"units": 100, "embedding": 33, "batch": 3, "length": 12, "steps": 3, "vocabulary": 50},
    "wide": {"units": 256, "embedding": 64, "batch": 2, "length": 5, "steps": 2},
    "batch_of_one": {"batch": 1, "optimizer": "sgd", "learning_rate": 0.1},
    "batch_of_one_normed": {"batch": 1, "batch_norm": True},
    "length_of_one": {"length": 1, "batch": 9},
    "tiny_vocabulary": {"vocabulary": 2, "length": 13, "numbered": True},
    "vocabulary_of_one": {"vocabulary": 1, "length": 4},
    # Without batch norm: rows that are all alike leave it a gradient that is nothing but rounding, which
    # Adam turns into full steps that no other program can repeat.
    "only_padding": {"ids": "zeros"},
    "only_padding_normed_sgd": {"ids": "zeros", "batch_norm": True, "optimizer": "sgd", "learning_rate": 0.1},
    "padded": {"ids": "padded", "length": 40, "batch": 8, "units": 9},
    "one_token": {"ids": "repeated", "length": 20, "clipnorm": 0.05},
    "one_step": {"steps": 1, "weight_decay": 0.1},
    "many_steps": {"steps": 60, "learning_rate": 0.003, "batch_norm": True},
    "large_rate": {"learning_rate": 0.3, "steps": 8},
    "large_rate_sgd": {"optimizer": "sgd", "learning_rate": 3.0, "steps": 8, "momentum": 0.5},
    "momentum": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "steps": 12},
    "momentum_decay": {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.7, "weight_decay": 0.2, "l2": 0.003},
    "global_clip": {"global_clipnorm": 0.02, "steps": 9},
    "global_clip_sgd": {"optimizer": "sgd", "learning_rate": 1.0, "global_clipnorm": 0.05, "momentum": 0.9},
    "l2": {"l2": 0.05, "units": 8},
    "all_together": {"units": 13, "batch_norm": True, "l2": 0.01, "weight_decay": 0.02, "clipnorm": 0.03,
                     "ids": "padded", "length": 17, "batch": 7, "steps": 10, "numbered": True},
    "long": {"length": 150, "batch": 4, "units": 12, "steps": 4},
}


def all_cases():
    for variant, changes in VARIANTS.items():
        for cell in CELLS:
            settings = {**DEFAULTS, **cell, **changes}
            ids = settings.pop("ids", "random")
            numbered = settings.pop("numbered", False)
            kind = settings["cell"] + ("" if settings["reset_after"] else "_reset_before")
            yield f"{kind}_{variant}", settings, ids, numbered


def make_ids(kind, settings, random):
    shape = (settings["steps"], settings["batch"], settings["length"])
    if kind == "zeros":
        return np.zeros(shape, np.int32)
    if kind == "repeated":
        return np.full(shape, min(7, settings["vocabulary"] - 1), np.int32)
    ids = random.integers(0, settings["vocabulary"], shape, dtype=np.int32)
    if kind == "padded":  # in front, each row by another number
        pads = random.integers(0, settings["length"], shape[:2])
        ids[np.arange(settings["length"]) < pads[:, :, None]] = 0
    return ids


def make_model(settings, numbered):
    regularizer = keras.regularizers.L2(settings["l2"]) if settings["l2"] else None
    options = {"kernel_regularizer": regularizer, "recurrent_regularizer": regularizer}
    if settings["cell"] == "gru":
        options["reset_after"] = settings["reset_after"]
    layer = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
    keras.utils.clear_session()
    if numbered:  # Keras numbers the layers that are not the first of their kind
        keras.layers.Embedding(2, 2), layer[settings["cell"]](1), keras.layers.BatchNormalization(), keras.layers.Dense(1)
    layers = [keras.Input((settings["length"],), dtype="int32"),
              keras.layers.Embedding(settings["vocabulary"], settings["embedding"]),
              layer[settings["cell"]](settings["units"], **options)]
    if settings["batch_norm"]:
        layers.append(keras.layers.BatchNormalization())
    return keras.Sequential(layers + [keras.layers.Dense(1, activation="sigmoid", kernel_regularizer=regularizer)])


def make_optimizer(settings):
    shared = {name: settings[name] for name in ("clipnorm", "global_clipnorm", "weight_decay")}
    if settings["optimizer"] == "adam":
        return keras.optimizers.Adam(settings["learning_rate"], **shared)
    return keras.optimizers.SGD(settings["learning_rate"], momentum=settings["momentum"] or 0.0, **shared)


def named(model, variables):
    """The variables by layer.variable, in the model's order."""
    names = {id(variable): f"{layer.name}.{variable.name}" for layer in model.layers for variable in layer.variables}
    return {names[id(variable)]: variable for variable in variables}


def record(arrays, prefix, values):
    for name, value in values.items():
        arrays[f"{prefix}.{name}"] = np.asarray(getattr(value, "value", value), np.float32).copy()


def make_case(folder, name, settings, ids_kind, numbered):
    random = np.random.default_rng([len(name), *name.encode()])
    keras.utils.set_random_seed(int(random.integers(1 << 30)))
    model, optimizer = make_model(settings, numbered), make_optimizer(settings)
    for variable in model.variables:  # biases, gamma, … that a mistake could hide behind as 0 or 1
        if variable.dtype == "float32":
            noise = random.uniform(-0.1, 0.1, variable.shape).astype(np.float32)
            variable.assign(np.asarray(variable.value) + noise * (not variable.path.endswith("embeddings")))
    ids = make_ids(ids_kind, settings, random)
    labels = random.integers(0, 2, ids.shape[:2]).astype(np.float32)
    trainable = named(model, model.trainable_variables)
    weights = named(model, [v for layer in model.layers for v in layer.weights])
    cross_entropy = keras.losses.BinaryCrossentropy()

    def forward(trained, others, x, y):
        probability, others, penalties = model.stateless_call(trained, others, x, training=True, return_losses=True)
        return cross_entropy(y, probability[:, 0]) + sum(penalties), (probability[:, 0], others)

    step = jax.jit(jax.value_and_grad(forward, has_aux=True))
    arrays = {}
    record(arrays, "initial", weights)
    probabilities, losses = [], []
    for number in range(settings["steps"]):
        (loss, (probability, others)), gradients = step(
            [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables],
            ids[number], labels[number])
        probabilities.append(np.array(probability))
        losses.append(float(loss))
        if number == 0:
            record(arrays, "gradient", dict(zip(trainable, gradients)))
        optimizer.apply(gradients, model.trainable_variables)
        for variable, value in zip(model.non_trainable_variables, others):
            variable.assign(value)
        if number == 0:
            record(arrays, "after_1", weights)
    record(arrays, f"after_{settings['steps']}", weights)
    arrays |= {"ids": ids, "labels": labels, "probability": np.array(probabilities, np.float32),
               "loss": np.array(losses, np.float32),
               "inference_probability": np.array(model(ids[0], training=False))[:, 0].astype(np.float32)}
    np.savez(folder / f"{name}.npz", **arrays)
    document = {**settings, "keras": keras.__version__, "backend": keras.backend.backend()}
    (folder / f"{name}.json").write_text(json.dumps(document, indent=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    cases = list(all_cases())[:: options.every]
    if options.list:
        print(*(name for name, *_ in cases), sep="\n")
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        if not (options.folder / f"{case[0]}.json").exists():
            make_case(options.folder, *case)
            print(case[0], flush=True)


main()
