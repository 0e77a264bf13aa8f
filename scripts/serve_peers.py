#!/usr/bin/env python3
"""The same model behind FastAPI, as it is usually done: one worker of uvicorn (uvloop, httptools), the model in PyTorch or
Keras. `--batch` adds a micro-batcher that takes what waits, 64 texts at most. For scripts/serve_benchmark.sh, with a Python
that has torch or keras, fastapi and uvicorn.
    serve_peers.py pytorch|keras WEIGHTS VOCABULARY PORT [--batch]       WEIGHTS as `cellwise export` writes them"""

import asyncio
import json
import re
import sys
import threading

import fastapi
import pydantic
import uvicorn

LENGTH, VOCABULARY_SIZE, MOST = 200, 10000, 64
PUNCTUATION = re.compile(r"""[!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~\t\n]""")


def make_encoder(vocabulary):
    ranks = {word: i + 4 for i, word in enumerate(json.load(open(vocabulary, encoding="utf-8")))}

    def encode(text):
        ids = [1] + [ranks[word] if ranks[word] < VOCABULARY_SIZE else 2 for word in PUNCTUATION.sub(" ", text.lower()).split() if word in ranks]
        return [0] * (LENGTH - len(ids)) + ids[-LENGTH:]
    return encode


def make_pytorch(weights):
    import torch
    state = torch.load(weights, weights_only=True)
    words, embedding = state["embedding.weight"].shape
    lstm = torch.nn.LSTM(embedding, state["recurrent_0.cell.weight_hh_l0"].shape[1], batch_first=True)
    lstm.load_state_dict({name.split("cell.")[1]: value for name, value in state.items() if name.startswith("recurrent_0.")})
    table, dense = torch.nn.Embedding(words, embedding), torch.nn.Linear(lstm.hidden_size, 1)
    table.load_state_dict({"weight": state["embedding.weight"]})
    dense.load_state_dict({name: state["dense." + name] for name in ("weight", "bias")})

    def predict(ids):
        with torch.inference_mode():
            last = lstm(table(torch.tensor(ids)))[1][0][-1]
            return torch.sigmoid(dense(last)).squeeze(1).tolist()
    return predict


def make_keras(weights):
    import keras
    import numpy
    model = keras.models.load_model(weights, compile=False)

    lock = threading.Lock()  # predict() fails where two threads are in it

    def predict(ids):
        # Rows up to a power of two: each other size would be compiled anew.
        rows = 1 << (len(ids) - 1).bit_length()
        padded = numpy.zeros((rows, LENGTH), "int32")
        padded[: len(ids)] = ids
        with lock:
            return model.predict(padded, batch_size=rows, verbose=0)[: len(ids), 0].tolist()
    for rows in (1, 2, 4, 8, 16, 32, 64):
        predict([[0] * LENGTH] * rows)
    return predict


class Request(pydantic.BaseModel):
    texts: list[str]


def make_application(encode, predict, batch):
    application = fastapi.FastAPI()
    waiting = asyncio.Queue()

    async def work():
        while True:
            parts = [await waiting.get()]
            while not waiting.empty() and sum(len(ids) for ids, _ in parts) < MOST:
                parts.append(waiting.get_nowait())
            answers = await asyncio.to_thread(predict, [row for ids, _ in parts for row in ids])
            for ids, done in parts:
                done.set_result(answers[: len(ids)])
                answers = answers[len(ids):]

    def document(probabilities):
        return {"predictions": [{"probability": one, "label": "positive" if one > 0.5 else "negative"} for one in probabilities]}

    if batch:
        @application.post("/v1/predict")
        async def answer(request: Request):
            if not hasattr(application.state, "worker"):
                application.state.worker = asyncio.create_task(work())
            done = asyncio.get_running_loop().create_future()
            await waiting.put(([encode(text) for text in request.texts], done))
            return document(await done)
    else:
        @application.post("/v1/predict")
        def answer(request: Request):
            return document(predict([encode(text) for text in request.texts]))
    return application


if __name__ == "__main__":
    kind, weights_file, vocabulary_file, port = sys.argv[1:5]
    maker = {"pytorch": make_pytorch, "keras": make_keras}[kind]
    app = make_application(make_encoder(vocabulary_file), maker(weights_file), "--batch" in sys.argv)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")
