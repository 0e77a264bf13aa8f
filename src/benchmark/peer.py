"""A framework beside which Cellwise is measured: Keras (on TensorFlow or JAX) or PyTorch.

Usage: peer.py keras|pytorch FILE THREADS
FILE (safetensors) holds one model's initial weights in PyTorch's layout, batches of ids and labels,
and, for whole jobs, the reviews. Commands come as lines of JSON on standard input, and each is
answered by one line on standard output:
  {"probabilities": 0}  of the first batch, before training
  {"train": N}   N+1 training steps; answers the N last steps' mean milliseconds and the last loss
  {"forward": N} the same for the inference of batches
  {"fit": E}     E epochs over the reviews with validation after each; seconds and accuracy
"""

import json
import os
import sys
import time

import numpy as np

DTYPES = {"F32": np.float32, "I32": np.int32, "U8": np.uint8}


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, header["__metadata__"]


class KerasPeer:
    """The tutorial's model and its compile() and fit()."""

    def __init__(self, tensors, settings):
        import keras

        self.keras = keras
        self.tensors = tensors
        cell, hidden = settings["cell"], int(settings["hidden_size"])
        layer = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[cell]
        vocabulary, width = tensors["embedding"].shape
        self.model = keras.Sequential(
            [
                keras.Input((tensors["ids"].shape[2],)),
                keras.layers.Embedding(vocabulary, width),
                layer(hidden),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        # Gates in Keras's order; its kernels are PyTorch's transposed.
        order = {"simple_rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}[cell]
        rows = np.concatenate([np.arange(gate * hidden, (gate + 1) * hidden) for gate in order])
        bias = tensors["bias_ih"][rows]
        if cell == "gru":
            bias = np.stack([bias, tensors["bias_hh"][rows]])
        self.model.set_weights(
            [
                tensors["embedding"],
                tensors["weight_ih"][rows].T,
                tensors["weight_hh"][rows].T,
                bias,
                tensors["dense_weight"].T,
                tensors["dense_bias"],
            ]
        )
        self.model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
        self.next = 0

    def name(self):
        import importlib.metadata as metadata

        backend = self.keras.backend.backend()
        return f"Keras {self.keras.__version__} on {backend} {metadata.version(backend)}"

    def batches(self, count):
        chosen = [(self.next + i) % len(self.tensors["ids"]) for i in range(count)]
        self.next += count
        size = self.tensors["ids"].shape[1]
        return np.concatenate(self.tensors["ids"][chosen]), np.concatenate(self.tensors["labels"][chosen]), size

    def stamps(self, count):
        """Times of the ends of the first and the last of count + 1 batches."""
        times = []

        class Stamps(self.keras.callbacks.Callback):
            def end(self, batch, value):
                if batch in (0, count):
                    np.asarray(value())  # what was computed, not what was begun
                    times.append(time.perf_counter())

            def on_train_batch_end(self, batch, logs=None):
                self.end(batch, lambda: logs["loss"])

            def on_predict_batch_end(self, batch, logs=None):
                self.end(batch, lambda: logs["outputs"])

        return times, Stamps()

    def train(self, count):
        ids, labels, size = self.batches(count + 1)
        times, callback = self.stamps(count)
        history = self.model.fit(
            ids, labels, batch_size=size, epochs=1, shuffle=False, verbose=0, callbacks=[callback]
        )
        return {"ms": (times[1] - times[0]) / count * 1e3, "loss": float(history.history["loss"][-1])}

    def forward(self, count):
        ids, _, size = self.batches(count + 1)
        times, callback = self.stamps(count)
        self.model.predict(ids, batch_size=size, verbose=0, callbacks=[callback])
        return {"ms": (times[1] - times[0]) / count * 1e3}

    def probabilities(self, _):
        return {"probabilities": self.model.predict_on_batch(self.tensors["ids"][0])[:, 0].tolist()}

    def fit(self, epochs):
        t = self.tensors
        start = time.perf_counter()
        history = self.model.fit(
            t["train_ids"],
            t["train_labels"],
            batch_size=t["ids"].shape[1],
            epochs=epochs,
            validation_data=(t["test_ids"], t["test_labels"]),
            verbose=0,
        )
        return {"seconds": time.perf_counter() - start, "accuracy": history.history["val_accuracy"][-1]}


class TorchPeer:
    """The same model in eager PyTorch."""

    def __init__(self, tensors, settings):
        import torch

        torch.set_num_threads(int(settings["threads"]))
        torch.set_flush_denormal(True)
        self.torch = torch
        self.tensors = {name: torch.from_numpy(value.copy()) for name, value in tensors.items()}
        t = self.tensors
        cell, hidden = settings["cell"], int(settings["hidden_size"])
        kind = {"simple_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell]
        vocabulary, width = t["embedding"].shape
        self.embedding = torch.nn.Embedding(vocabulary, width)
        self.rnn = kind(width, hidden, batch_first=True)
        self.dense = torch.nn.Linear(hidden, 1)
        with torch.no_grad():
            self.embedding.weight.copy_(t["embedding"])
            self.rnn.weight_ih_l0.copy_(t["weight_ih"])
            self.rnn.weight_hh_l0.copy_(t["weight_hh"])
            self.rnn.bias_ih_l0.copy_(t["bias_ih"])
            self.rnn.bias_hh_l0.copy_(t["bias_hh"])
            self.dense.weight.copy_(t["dense_weight"])
            self.dense.bias.copy_(t["dense_bias"])
        modules = torch.nn.ModuleList([self.embedding, self.rnn, self.dense])
        self.optimizer = torch.optim.Adam(modules.parameters(), lr=0.001, eps=1e-7)
        self.loss = torch.nn.BCEWithLogitsLoss()
        self.next = 0

    def name(self):
        return f"PyTorch {self.torch.__version__}"

    def logits(self, ids):
        _, state = self.rnn(self.embedding(ids))
        state = state[0] if isinstance(state, tuple) else state
        return self.dense(state[-1]).squeeze(1)

    def step(self, ids, labels):
        self.optimizer.zero_grad()
        loss = self.loss(self.logits(ids), labels.float())
        loss.backward()
        self.optimizer.step()
        return loss

    def timed(self, count, function):
        for i in range(count + 1):
            if i == 1:
                start = time.perf_counter()
            batch = self.next % len(self.tensors["ids"])
            self.next += 1
            result = function(self.tensors["ids"][batch], self.tensors["labels"][batch])
        return (time.perf_counter() - start) / count * 1e3, result

    def train(self, count):
        milliseconds, loss = self.timed(count, self.step)
        return {"ms": milliseconds, "loss": loss.item()}

    def forward(self, count):
        with self.torch.no_grad():
            milliseconds, _ = self.timed(count, lambda ids, labels: self.logits(ids))
        return {"ms": milliseconds}

    def probabilities(self, _):
        with self.torch.no_grad():
            return {"probabilities": self.torch.sigmoid(self.logits(self.tensors["ids"][0])).tolist()}

    def fit(self, epochs):
        t, size = self.tensors, self.tensors["ids"].shape[1]
        start = time.perf_counter()
        for _ in range(epochs):
            for rows in self.torch.randperm(len(t["train_ids"])).split(size):
                self.step(t["train_ids"][rows], t["train_labels"][rows])
            with self.torch.no_grad():
                logits = self.torch.cat([self.logits(ids) for ids in t["test_ids"].split(size)])
            accuracy = ((logits > 0) == (t["test_labels"] > 0)).float().mean().item()
        return {"seconds": time.perf_counter() - start, "accuracy": accuracy}


def main():
    framework, path, threads = sys.argv[1:]
    # Standard output carries the answers alone, whatever the framework prints.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    tensors, settings = read_safetensors(path)
    settings["threads"] = threads
    peer = {"keras": KerasPeer, "pytorch": TorchPeer}[framework](tensors, settings)
    print(json.dumps({"name": peer.name()}), file=answers, flush=True)
    for line in sys.stdin:
        ((command, argument),) = json.loads(line).items()
        print(json.dumps(getattr(peer, command)(argument)), file=answers, flush=True)


if __name__ == "__main__":
    main()
