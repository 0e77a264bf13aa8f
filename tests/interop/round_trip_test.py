"""Models go from real Keras to cellwise and back; both must predict the same."""
import zipfile

import h5py
import keras
import numpy as np
from safetensors.numpy import load_file

from cellwise import (EMBEDDING, LENGTH, VOCABULARY, Refused, built, keras_models, keras_predict, main, predict, run,
                      same, some_ids)


def there_and_back(folder):
    """Keras → cellwise (file and run) → Keras (load_model, and load_weights on a rebuilt model)."""
    for name, stack in keras_models():
        model, ids = built(stack), some_ids()
        expected = keras_predict(model, ids)
        model.save(folder / f"{name}.keras")
        model.save_weights(folder / f"{name}.weights.h5")
        same(predict(folder / f"{name}.keras", ids), expected, f"{name}.keras read by cellwise")
        same(predict(folder / f"{name}.weights.h5", ids, "--length", LENGTH), expected, f"{name}.weights.h5 read")
        run("import", folder / f"{name}.keras", "--output", folder / name)
        same(predict(folder / name, ids), expected, f"the run of {name}.keras")
        for format in ("keras", "weights.h5"):
            run("export", folder / name, "--format", format, "--output", folder / f"{name}-back.{format}")
        loaded = keras.models.load_model(folder / f"{name}-back.keras")
        same(keras_predict(loaded, ids), expected, f"{name}-back.keras read by Keras")
        other = some_ids(1, LENGTH + 4)  # the exported model takes rows of any length
        same(predict(folder / name, other, "--length", LENGTH + 4), keras_predict(loaded, other), f"{name}, longer rows")
        for weights in model.get_weights():
            assert np.any(weights), name
        model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
        model.load_weights(folder / f"{name}-back.weights.h5")
        same(keras_predict(model, ids), expected, f"{name}-back.weights.h5 read by Keras")
    return len(list(folder.glob("*-back.keras")))


def trained_here(folder):
    """A run that cellwise trained, read by Keras; training goes on from there."""
    count = 0
    for cell, more in (("simple_rnn", ["--batch-norm"]), ("lstm", ["--layers", "2", "--dropout", "0.25"]),
                       ("gru", ["--bidirectional"]), ("gru", ["--gru-reset", "before"])):
        name = folder / f"{cell}{count}"
        run("train", "--cell", cell, *more, "--data", "synthetic", "--limit", "200", "--epochs", "1", "--length", LENGTH,
            "--vocabulary-size", VOCABULARY, "--embedding-size", EMBEDDING, "--hidden-size", "7", "--output", name)
        run("export", name, "--format", "keras")
        model, ids = keras.models.load_model(name / "exported.keras"), some_ids(count)
        same(predict(name, ids), keras_predict(model, ids), str(name))
        model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
        model.fit(ids, np.arange(len(ids)) % 2, epochs=1, verbose=0)
        count += 1
    return count


def safetensors(folder):
    """numpy's reader sees the weights that Keras gave, transposed."""
    model = built([keras.layers.LSTM(4)])
    model.save(folder / "model.keras")
    run("export", folder / "model.keras", "--format", "safetensors", "--output", folder / "model.safetensors")
    state = load_file(folder / "model.safetensors")
    embedding, kernel, recurrent, bias, dense, dense_bias = model.get_weights()
    assert np.array_equal(state["embedding.weight"], embedding)
    assert np.array_equal(state["recurrent_0.cell.weight_ih_l0"], kernel.T)
    assert np.array_equal(state["recurrent_0.cell.weight_hh_l0"], recurrent.T)
    assert np.array_equal(state["recurrent_0.cell.bias_ih_l0"], bias)
    assert not state["recurrent_0.cell.bias_hh_l0"].any()
    assert np.array_equal(state["dense.weight"], dense.T) and np.array_equal(state["dense.bias"], dense_bias)
    return len(state)


def for_prediction(folder):
    """What changes training alone, other precisions, chains and a softmax over two classes predict as in Keras."""
    layers = keras.layers

    def sequential(*stack, last=None):
        return keras.Sequential([keras.Input((LENGTH,)), layers.Embedding(VOCABULARY, 5), *stack,
                                 last or layers.Dense(1, activation="sigmoid")])

    inputs = keras.Input((LENGTH,))
    chain = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(layers.LSTM(3)(layers.Embedding(VOCABULARY, 5)(inputs))))
    cases = {
        "recurrent_dropout": sequential(layers.GRU(3, recurrent_dropout=0.1)),
        "dropout": sequential(layers.GRU(3, dropout=0.1)),
        "float64": sequential(layers.LSTM(3), last=layers.Dense(1, activation="sigmoid", dtype="float64")),
        "chain": chain,
        "softmax": sequential(layers.LSTM(3), last=layers.Dense(2, activation="softmax")),
    }
    ids = some_ids()
    for name, model in cases.items():
        model.save(folder / f"{name}.keras")
        expected = np.asarray(model(ids, training=False))[:, -1]
        same(predict(folder / f"{name}.keras", ids), expected, name)
    return len(cases)


def refusals(folder):
    """What real Keras can write and cellwise cannot represent is refused by the option's name."""
    layers = keras.layers
    lstm = layers.LSTM

    def sequential(*stack, embedding=None, last=None):
        return keras.Sequential([keras.Input((LENGTH,)), embedding or layers.Embedding(VOCABULARY, 5), *stack,
                                 last or layers.Dense(1, activation="sigmoid")])

    inputs = keras.Input((LENGTH,))
    embedded = layers.Embedding(VOCABULARY, 5)(inputs)
    branches = layers.Concatenate()([lstm(3)(embedded), layers.GRU(3)(embedded)])
    functional = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(branches))
    cases = {
        "mask_zero": sequential(lstm(3), embedding=layers.Embedding(VOCABULARY, 5, mask_zero=True)),
        "go_backwards": sequential(lstm(3, go_backwards=True)),
        "return_sequences": sequential(lstm(3, return_sequences=True)),
        "use_bias": sequential(layers.SimpleRNN(3, use_bias=False)),
        "activation": sequential(lstm(3, activation="relu")),
        "recurrent_activation": sequential(lstm(3, recurrent_activation="hard_sigmoid")),
        "merge_mode": sequential(layers.Bidirectional(lstm(3), merge_mode="sum")),
        "Conv1D": sequential(layers.Conv1D(3, 2), lstm(3)),
        "GlobalAveragePooling1D": sequential(lstm(3, return_sequences=True), layers.GlobalAveragePooling1D()),
        "units=3": sequential(lstm(3), last=layers.Dense(3, activation="softmax")),
        'activation="sigmoid"': sequential(lstm(3), last=layers.Dense(2, activation="sigmoid")),
        "softmax": sequential(lstm(3), last=layers.Dense(1, activation="softmax")),
        "epsilon": sequential(lstm(3), layers.BatchNormalization(epsilon=1e-5)),
        "only a chain": functional,
    }
    stateful = keras.Sequential([keras.Input(batch_shape=(2, LENGTH)), layers.Embedding(VOCABULARY, 5),
                                 lstm(3, stateful=True), layers.Dense(1, activation="sigmoid")])
    cases["stateful"] = stateful
    for index, (expected, model) in enumerate(cases.items()):
        path = folder / f"{index}.keras"
        model.save(path)
        expect_refusal(path, expected)
    return len(cases)


def expect_refusal(path, expected):
    try:
        run("import", path, "--output", path.with_suffix(".run"))
    except Refused as refused:
        assert refused.code == 3, refused
        assert expected in refused.message and path.name in refused.message, f"'{expected}' is not in: {refused}"
    else:
        raise AssertionError(f"{path.name}, which holds {expected}, was taken")
    assert not path.with_suffix(".run").exists()


def hostile_files(folder):
    """Files as h5py and zipfile can make them that are damaged, or tricks: one clear error each."""
    built([keras.layers.LSTM(4)]).save_weights(folder / "whole.weights.h5")
    kernel = "layers/lstm/cell/vars/0"

    def changed(name, change, expected):
        path = folder / f"{name}.weights.h5"
        path.write_bytes((folder / "whole.weights.h5").read_bytes())
        with h5py.File(path, "r+") as file:
            change(file)
        expect_refusal(path, expected)

    def replaced(make):
        def change(file):
            value = file[kernel][()]
            del file[kernel]
            make(file, value)
        return change

    def cycle(file):
        file["layers/lstm/again"] = file["layers"]

    def many(file):
        for index in range(2000):
            file.create_group(f"layers/g{index}")

    count = 0
    for name, change, expected in [
        ("soft", replaced(lambda f, v: f.__setitem__(kernel, h5py.SoftLink("/layers/lstm/cell/vars/1"))), kernel),
        ("external", replaced(lambda f, v: f.__setitem__(kernel, h5py.ExternalLink("whole.weights.h5", kernel))), kernel),
        ("cycle", cycle, "contains itself"),
        ("many", many, "too many members"),
        ("deep", lambda f: f.create_group("layers/" + "/".join("abcdefghijklmnop")), "nested too deep"),
        ("missing", replaced(lambda f, v: None), kernel),
        ("longdouble", replaced(lambda f, v: f.create_dataset(kernel, data=v.astype("f16"))), "floating point numbers of"),
        ("integers", replaced(lambda f, v: f.create_dataset(kernel, data=v.astype("i4"))), "integers of 32 bits"),
        ("texts", replaced(lambda f, v: f.create_dataset(kernel, data=["a", "b"])), "holds texts"),
        ("nan", replaced(lambda f, v: f.create_dataset(kernel, data=v * np.float32("nan"))), "not finite"),
        ("shape", replaced(lambda f, v: f.create_dataset(kernel, data=v[:, 1:])), "shapes"),
        ("empty", replaced(lambda f, v: f.create_dataset(kernel, data=v[:0])), kernel),
        ("unwritten", replaced(lambda f, v: f.create_dataset(kernel, v.shape, "f4")), "fewer values"),
        ("huge", replaced(lambda f, v: f.create_dataset(kernel, (1 << 14, 1 << 14), "f4", chunks=(64, 64))), kernel),
        ("absurd", replaced(lambda f, v: f.create_dataset(kernel, (1 << 40, 1 << 20), "f4", chunks=(64, 64))), kernel),
        ("bomb", replaced(lambda f, v: f.create_dataset(kernel, data=np.zeros((1 << 12, 1 << 12), "f4"),
                                                        compression="gzip", compression_opts=9)), kernel),
        ("lzf", replaced(lambda f, v: f.create_dataset(kernel, data=v, compression="lzf")), "filter"),
        ("scalar", replaced(lambda f, v: f.create_dataset(kernel, data=np.float32(1))), kernel),
        ("type", replaced(lambda f, v: f.__setitem__(kernel, np.dtype("f4"))), kernel),
        ("stranger", lambda f: f.create_dataset("layers/conv1d/vars/0", data=np.zeros(3, "f4")), "conv1d"),
    ]:
        changed(name, change, expected)
        count += 1

    # Big-endian float32 and deflate are ordinary HDF5: read, not refused.
    ids, path = some_ids(), folder / "swapped.weights.h5"
    path.write_bytes((folder / "whole.weights.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        replaced(lambda f, v: f.create_dataset(kernel, data=v.astype(">f4"), chunks=(2, 4), compression="gzip"))(file)
    same(predict(path, ids), predict(folder / "whole.weights.h5", ids), "big-endian")

    built([keras.layers.LSTM(4)]).save(folder / "whole.keras")
    with zipfile.ZipFile(folder / "whole.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, member, content, expected in [
        ("no_json", "config.json", b"{", "config.json: not valid JSON"),
        ("deep_json", "config.json", b'{"a":' * 5000, "nested deeper"),
        ("json_bomb", "config.json", b" " * (1 << 24) + b"{}", "config.json"),
        ("zeros", "model.weights.h5", bytes(1 << 27), "model.weights.h5"),
        ("no_config", "config.json", None, "has no config.json"),
    ]:
        path = folder / f"{name}.keras"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for key, value in (members | {member: content}).items():
                if value is not None:
                    archive.writestr(key, value)
        expect_refusal(path, expected)
        count += 1
    whole = (folder / "whole.keras").read_bytes()
    for size in (0, 1, 30, len(whole) // 2, len(whole) - 1):
        path = folder / f"cut{size}.keras"
        path.write_bytes(whole[:size])
        expect_refusal(path, path.name)
        count += 1
    return count


main([there_and_back, trained_here, safetensors, for_prediction, refusals, hostile_files])
