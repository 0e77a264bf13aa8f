#!/usr/bin/env python3
"""Writes the first inputs of the fuzz targets, made up and tiny: seeds.py FOLDER.

The corpus has grown from them: scripts/fuzz.sh keeps what reaches new code. Needs numpy and h5py."""
import gzip
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import zipfile

import h5py
import numpy

root = pathlib.Path(sys.argv[1])


def put(target, name, data):
    (root / target).mkdir(parents=True, exist_ok=True)
    (root / target / name).write_bytes(data.encode() if isinstance(data, str) else data)


def npy(array, **options):
    stream = io.BytesIO()
    numpy.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def objects(lists):
    array = numpy.empty(len(lists), dtype=object)
    for index, values in enumerate(lists):
        array[index] = values
    return array


def packed_zip(members, method=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


def tar(members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT, bufsize=512) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue().rstrip(b"\0") + bytes(1024)


def safetensors(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    kinds = {"float16": "F16", "float32": "F32", "float64": "F64", "int64": "I64", "uint8": "U8"}
    for name, array in tensors.items():
        header[name] = {"dtype": kinds[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def arrays():
    for number, array in enumerate([
            numpy.array([1.5, -2], dtype="<f4"), numpy.array([[1.0], [2.0]], dtype="<f8"),
            numpy.array([1, 2, 3], dtype="<i4"), numpy.array(7, dtype="<i8")]):
        put("npy", f"numbers-{number}", npy(array))
    put("npy", "version-2", npy(numpy.array([1.5], dtype="<f4"), version=(2, 0)))
    lists = objects([[1, 300, 70000], [], [-1]])
    put("npy", "lists", npy(lists))
    for protocol in (2, 3, 5):
        head = npy(lists).split(b"\n", 1)[0] + b"\n"
        put("npy", f"lists-{protocol}", head + pickle.dumps(lists, protocol=protocol))
    members = {"x_train.npy": npy(objects([[1, 2], [3]])), "y_train.npy": npy(numpy.array([0, 1])),
               "x_test.npy": npy(objects([[1], [2]])), "y_test.npy": npy(numpy.array([1, 0]))}
    put("npz", "stored", packed_zip(members))
    put("npz", "deflated", packed_zip(members, zipfile.ZIP_DEFLATED))
    put("npz", "one", packed_zip({"a.npy": npy(numpy.array([1]))}))


def texts():
    reviews = {f"aclImdb/{folder}/0_{stars}.txt": b"A good film." for folder, stars in
               (("train/pos", 9), ("train/neg", 1), ("test/pos", 8), ("test/neg", 2))}
    put("archive", "plain", tar(reviews))
    put("archive", "gzipped", gzip.compress(tar(reviews), mtime=0))
    put("archive", "long-name", tar({"train/pos/" + "a" * 120 + ".txt": b"x"}))
    put("word_index", "index", '{"the": 1, "film": 2, "caf\\u00e9": 3}')
    put("word_index", "vocabulary", '["the", "film"]')
    put("tokenizer", "words", "The film's <br /> good, GOOD\tfilm\r\n\u00c9t\u00e9\u00a0\u3000 1/10!")
    put("tokenizer", "bytes", bytes(range(256)))
    put("own_texts", "csv", '\0text,label\n"A ""good"" film,\nyes",1\nbad,neg\n')
    put("own_texts", "tsv", "\1\ufefflabel\ttext\r\npos\tgood\r\n0\tbad\r\n")
    put("own_texts", "jsonl", '\2{"text": "good \\ud83d\\ude00", "label": true}\n{"label": 0, "text": "bad"}\n')
    put("predict_input", "lines", "\0the good film\n\n1 2 3\n")
    put("predict_input", "csv", '\1id,text\n1,"the ""bad"" film"\n')
    put("predict_input", "tsv", "\2text\nthe film\n")
    put("predict_input", "jsonl", '\3{"text": "the film"}\n')
    put("predict_input", "ids", "\4" + "1 4, 5\n2\n")
    put("configuration", "all", 'preset = "clipped"\ncells = ["lstm", "gru"]\nstack = "gru:8:before,lstm:4:dropout=0.2"\n'
        'epochs = 2\nlearning_rate = 1e-3\nbatch_norm = true\nseeds = "3,7"\ndata = "a.csv" # comment\nschedule = "step"\n')
    put("configuration", "odd", "length = 0x10\nlimit = 1_000\n[table]\nx = 1979-05-27\n[[list]]\na.b = {c = '''d'''}\n")


def keras_layers(cell):
    gates = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[cell]
    snake = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}[cell]
    options = {"units": 1, "activation": "tanh", "return_sequences": False, "use_bias": True}
    if cell != "SimpleRNN":
        options["recurrent_activation"] = "sigmoid"
    if cell == "GRU":
        options["reset_after"] = True
    layers = [{"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "ids"}},
              {"class_name": "Embedding", "config": {"input_dim": 3, "output_dim": 2, "mask_zero": False}},
              {"class_name": cell, "config": options},
              {"class_name": "BatchNormalization", "config": {"axis": -1, "momentum": 0.99, "epsilon": 0.001}},
              {"class_name": "Dropout", "config": {"rate": 0.5}},
              {"class_name": "Dense", "config": {"units": 1, "activation": "sigmoid"}}]
    bias = (2, gates) if cell == "GRU" else (gates,)
    shapes = {"layers/embedding/vars/0": (3, 2), f"layers/{snake}/cell/vars/0": (2, gates),
              f"layers/{snake}/cell/vars/1": (1, gates), f"layers/{snake}/cell/vars/2": bias,
              "layers/dense/vars/0": (1, 1), "layers/dense/vars/1": (1,)}
    shapes.update({f"layers/batch_normalization/vars/{i}": (1,) for i in range(4)})
    return {"class_name": "Sequential", "config": {"name": "m", "layers": layers}}, shapes


def hdf5(shapes, **options):
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for path, shape in shapes.items():
            file.create_dataset(path, data=numpy.ones(shape, dtype="<f4"), **options)
    return stream.getvalue()


def models():
    tensors = {"w": numpy.ones((2, 2), dtype="<f4"), "n": numpy.array(3, dtype="<i8"), "e": numpy.ones(0, dtype="u1")}
    put("safetensors", "model", safetensors(tensors, {"cellwise": "{}"}))
    put("hdf5", "chunked", hdf5({"layers/a/vars/0": (4, 2)}, chunks=(2, 2), compression="gzip", shuffle=True))
    put("hdf5", "checked", hdf5({"layers/a/vars/0": (2,)}, chunks=(2,), fletcher32=True))
    for cell in ("SimpleRNN", "LSTM", "GRU"):
        config, shapes = keras_layers(cell)
        text = json.dumps(config, separators=(",", ":"))
        put("keras_config", cell, text)
        put("keras_inference", cell, safetensors({path: numpy.ones(shape, dtype="<f4") for path, shape in shapes.items()}))
    put("hdf5", "layers", hdf5({"layers/a/vars/0": (2,), "layers/b/cell/vars/0": (1, 2)}))
    # h5py's new style of groups, whose tables carry checksums, beside the old one.
    stream = io.BytesIO()
    with h5py.File(stream, "w", libver="latest") as file:
        file.create_dataset("layers/a/vars/0", data=numpy.ones(2, dtype="<f4"))
    put("hdf5", "latest", stream.getvalue())
    inner = config["config"]["layers"][2]
    config["config"]["layers"][2] = {"class_name": "Bidirectional", "config": {
        "layer": inner, "backward_layer": {"class_name": "GRU", "config": {**inner["config"], "go_backwards": True}},
        "merge_mode": "concat"}}
    put("keras_config", "bidirectional", json.dumps(config, separators=(",", ":")))
    config, shapes = keras_layers("LSTM")
    members = {"metadata.json": '{"keras_version":"3.0.0","cellwise_length":4}', "config.json": json.dumps(config),
               "model.weights.h5": hdf5(shapes)}
    put("keras_file", "stored", packed_zip(members))
    put("keras_file", "deflated", packed_zip(members, zipfile.ZIP_DEFLATED))
    put("keras_file", "weights", hdf5(shapes))
    other_forms(config)
    small = {"config.json": "{}", "metadata.json": "{}", "model.weights.h5": "abc", "other": "x"}
    put("zip", "stored", packed_zip(small))
    put("zip", "deflated", packed_zip(small, zipfile.ZIP_DEFLATED))


def other_forms(config):
    """A chain of Keras 3 and of Keras 2, whole models of Keras 2, other precisions, a state_dict of PyTorch."""
    layers = json.loads(json.dumps(config["config"]["layers"]))
    previous = None
    for number, layer in enumerate(layers):
        layer["name"] = layer["config"]["name"] = f"layer_{number}"
        layer["inbound_nodes"] = [] if previous is None else [{"args": [{"class_name": "__keras_tensor__", "config": {
            "keras_history": [previous, 0, 0]}}], "kwargs": {"mask": None}}]
        previous = layer["name"]
    chain = {"class_name": "Functional", "config": {"layers": layers, "input_layers": [["layer_0", 0, 0]],
                                                    "output_layers": [[previous, 0, 0]]}}
    put("keras_config", "functional", json.dumps(chain, separators=(",", ":")))
    for number, layer in enumerate(layers):
        layer["inbound_nodes"] = [] if number == 0 else [[[layers[number - 1]["name"], 0, 0, {}]]]
    chain["class_name"] = "Model"
    put("keras_config", "functional-2", json.dumps(chain, separators=(",", ":")))
    arrays = {"embedding/embedding/embeddings:0": (3, 2), "lstm/lstm/lstm_cell/kernel:0": (2, 8),
              "lstm/lstm/lstm_cell/recurrent_kernel:0": (2, 8), "lstm/lstm/lstm_cell/bias:0": (8,),
              "dense/dense/kernel:0": (2, 1), "dense/dense/bias:0": (1,)}
    names = ["embedding", "lstm", "dense"]
    ones = {path: numpy.ones(shape, dtype="<f4") for path, shape in arrays.items()}
    put("keras2_layers", "lstm", safetensors(ones, {"layers": json.dumps(names)}))
    both = {path: value for path, value in ones.items() if not path.startswith("lstm")}
    for direction in ("forward", "backward"):
        for name, shape in (("kernel", (2, 3)), ("recurrent_kernel", (1, 3)), ("bias", (2, 3))):
            both[f"gru/gru/{direction}_gru/{name}:0"] = numpy.ones(shape, dtype="<f4")
    put("keras2_layers", "bidirectional", safetensors(both, {"layers": '["embedding","gru","drop","dense"]'}))
    for name, prefix in (("keras2-whole", "model_weights/"), ("keras2-weights", "")):
        stream = io.BytesIO()
        with h5py.File(stream, "w") as file:
            for path, value in ones.items():
                file.create_dataset(prefix + path, data=value, track_times=False)
            place = file[prefix] if prefix else file
            place.attrs["layer_names"] = [layer.encode() for layer in names]
            place.attrs["keras_version"] = "2.15.0"
            if prefix:
                file.attrs["model_config"] = json.dumps(config)
        put("keras_file", name, stream.getvalue())
        put("hdf5", name, stream.getvalue())
    for dtype in ("<f2", "<f8"):
        stream = io.BytesIO()
        with h5py.File(stream, "w") as file:
            file.create_dataset("layers/a/vars/0", data=numpy.ones(3, dtype=dtype), track_times=False)
        put("hdf5", f"type-{dtype[1:]}", stream.getvalue())
    state = {"e.weight": (3, 2), "r.weight_ih_l0": (3, 2), "r.weight_hh_l0": (3, 1), "r.bias_ih_l0": (3,),
             "r.bias_hh_l0": (3,), "r.weight_ih_l0_reverse": (3, 2), "r.weight_hh_l0_reverse": (3, 1),
             "r.bias_ih_l0_reverse": (3,), "r.bias_hh_l0_reverse": (3,), "l.weight": (2, 2), "l.bias": (2,)}
    put("pytorch_state", "gru", safetensors({"module." + name: numpy.ones(shape, dtype="<f4")
                                             for name, shape in state.items()}))
    put("pytorch_state", "rnn", safetensors({"e.weight": numpy.ones((5, 2), dtype="<f8"),
                                             "r.weight_ih_l0": numpy.ones((2, 2), dtype="<f2"),
                                             "r.weight_hh_l0": numpy.ones((2, 2), dtype="<f4"),
                                             "l.weight": numpy.ones((1, 2), dtype="<f4")}))


def golden_cases():
    settings = {"cell": "simple_rnn", "optimizer": "sgd", "vocabulary": 2, "embedding": 1, "units": 1, "length": 1,
                "batch": 1, "steps": 1, "learning_rate": 0.1, "momentum": 0.5, "batch_norm": False}
    shapes = {"embedding.embeddings": (2, 1), "simple_rnn.kernel": (1, 1), "simple_rnn.recurrent_kernel": (1, 1),
              "simple_rnn.bias": (1,), "dense.kernel": (1, 1), "dense.bias": (1,)}
    values = {"ids": numpy.zeros((1, 1, 1), dtype="<i4"), "labels": numpy.ones((1, 1), dtype="<f4"),
              "probability": numpy.ones((1, 1), dtype="<f4"), "loss": numpy.ones(1, dtype="<f4"),
              "inference_probability": numpy.ones(1, dtype="<f4")}
    for name, shape in shapes.items():
        for kind in ("initial", "after_1", "gradient"):
            values[f"{kind}.{name}"] = numpy.ones(shape, dtype="<f4")
    archive = packed_zip({f"{name}.npy": npy(array) for name, array in values.items()})
    put("golden_case", "simple_rnn", json.dumps(settings).encode() + b"\0" + archive)
    put("golden_case", "settings", json.dumps({**settings, "cell": "gru", "reset_after": False, "l2": 1e-3,
                                               "clipnorm": 1, "batch_norm": True}).encode() + b"\0")


def documents():
    gate = {"input_weight": [[0.5]], "recurrent_weight": [[-1]], "bias": [0]}
    put("weights_file", "lstm", json.dumps({"cell": "lstm", **{name: gate for name in (
        "forget_gate", "input_gate", "output_gate", "candidate")}}))
    put("weights_file", "gru", json.dumps({"cell": "gru", "reset_gate": gate, "update_gate": gate,
                                           "candidate": {**gate, "recurrent_bias": [0.5]}}))
    epoch = {"epoch": 1, "train_loss": 0.5, "train_accuracy": 0.75, "validation_loss": 0.5, "validation_accuracy": 0.75,
             "test_loss": 0.5, "test_accuracy": 0.75, "train_seconds": 1, "validation_seconds": 1, "test_seconds": 1}
    run = {"cell": "lstm", "seed": 2**64 - 1, "parameters": 10, "test_accuracy": 0.5, "test_loss": 0.7, "engine": "fused",
           "epochs": [epoch]}
    baseline = {"name": "tf-idf", "seed": 0, "parameters": 1, "test_accuracy": 0.5, "test_loss": 0.5, "seconds": 1}
    tutorial = {"vocabulary_size": 10000, "length": 200, "embedding_size": 128, "hidden_size": 64, "layers": 1,
                "bidirectional": False, "stack": "", "dropout": 0, "batch_norm": False, "gru_reset": "after",
                "optimizer": "adam", "global_clip_norm": 0, "weight_decay": 0, "l2": 0, "batch_size": 64, "limit": 0,
                "learning_rate": 0, "validation_split": 0, "clip_norm": 1}
    put("comparison", "comparison", json.dumps({"data": {"kind": "imdb"}, "configuration": tutorial, "runs": [
        run, {**run, "validation": "held_out", "best_epoch": 1}], "baselines": [baseline]}))
    put("comparison", "recorded", json.dumps({"kind": "gru", "seed": 1, "clip": 1.0, "backend": "torch", "hist": {
        name: [0.5] for name in ("accuracy", "loss", "val_accuracy", "val_loss")}}) + "\n")


def findings():
    """What was found by looking for it, each mended since, as small as it still shows."""
    zeros = bytes(20 << 20)
    put("configuration", "finding-dots", ".".join(["a"] * 1200) + " = 1\n")
    put("archive", "finding-name", tar({"aclImdb/train/pos/../../../../etc/0_1.txt": b"x"}))
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT, bufsize=512) as archive:
            entry = tarfile.TarInfo("train/pos/0_1.txt")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        put("archive", f"finding-link-{kind.decode()}", stream.getvalue()[:1536])
    put("archive", "finding-bomb", gzip.compress(zeros, mtime=0))
    header = b"{'descr': '<i8', 'fortran_order': False, 'shape': (2621440,), }".ljust(117) + b"\n"
    array = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + zeros
    put("npz", "finding-bomb", packed_zip({"x_train.npy": array}, zipfile.ZIP_DEFLATED))
    put("npz", "finding-name", packed_zip({"../x_train.npy": npy(numpy.array([1]))}))
    put("zip", "finding-name", packed_zip({"config.json": "{}", "../../a": "x"}))
    link = zipfile.ZipInfo("config.json")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    put("zip", "finding-link", stream.getvalue())
    layers = {"layers/embedding/vars/0": (1, 2), "layers/dense/vars/0": (5, 1)}
    for name, gates, units in (("simple_rnn", 1, 2), ("lstm", 4, 2), ("gru", 3, 2), ("bidirectional", 1, 1)):
        for number in ("", "_1", "_2", "_3"):
            cell = f"layers/{name}{number}" + ("/forward_layer/cell/vars/" if units == 1 else "/cell/vars/")
            layers.update({cell + "0": (2, gates * units), cell + "1": (units, gates * units), cell + "2": (gates * units,)})
    put("keras_inference", "finding-orders",
        safetensors({path: numpy.ones(shape, dtype="<f4") for path, shape in layers.items()}))
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        first = file.create_dataset("layers/a", data=numpy.zeros((512, 512), dtype="<f4"), chunks=(512, 512), compression="gzip")
        for number in range(20):
            file[f"layers/b{number}"] = first
    put("hdf5", "finding-hard-links", stream.getvalue())


arrays()
texts()
models()
golden_cases()
documents()
findings()
