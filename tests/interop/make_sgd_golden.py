"""Makes tests/data/sgd_golden.json: SGD with momentum and a rate that changes before every step.

Usage: make_sgd_golden.py > ../data/sgd_golden.json

The formula (velocity = momentum * velocity - rate * gradient; weight += velocity) is computed here in float64, and
keras.optimizers.SGD takes the same steps in float32 on JAX: both must agree to 1e-6, or nothing is written.
"""
import json
import os
import random

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np

RATES = [0.1, 0.1, 0.05, 0.025, 0.1, 0.01, 0.0, 0.2]


def golden(momentum, generator):
    initial = [generator.uniform(-1, 1) for _ in range(5)]
    gradients = [[generator.gauss(0, 1) for _ in initial] for _ in RATES]
    weight, velocity = np.array(initial), np.zeros(len(initial))
    variable = keras.Variable(np.array(initial, dtype="float32"))
    optimizer = keras.optimizers.SGD(learning_rate=RATES[0], momentum=momentum)
    optimizer.build([variable])
    weights = []
    for rate, gradient in zip(RATES, gradients):
        velocity = momentum * velocity - rate * np.array(gradient)
        weight = weight + velocity
        weights.append(weight.tolist())
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float32")])
        assert np.allclose(keras.ops.convert_to_numpy(variable), weight, atol=1e-6), (momentum, rate)
    return {"momentum": momentum, "initial": initial, "rates": RATES, "gradients": gradients, "weights": weights}


generator = random.Random(7)
cases = [golden(momentum, generator) for momentum in (0.5, 0.9, 0.99)]
print(json.dumps({"made_with": f"keras {keras.__version__} on jax", "cases": cases}, indent=1))
