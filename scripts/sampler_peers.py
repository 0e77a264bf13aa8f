"""Runs Optuna's samplers on the test functions of bench/sampler_benchmark.cpp.

One line a study, as the benchmark writes them: function, sampler, seed, value. The value is the function without
noise at the trial that looked best.
"""
import argparse
import math
import sys
import warnings

import numpy as np
import optuna

HARTMANN_A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14],
                       [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
HARTMANN_P = 1e-4 * np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                              [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])
HARTMANN_ALPHA = np.array([1.0, 1.2, 3.0, 3.2])


def branin(x):
    b, c, t = 5.1 / (4 * math.pi**2), 5 / math.pi, 1 / (8 * math.pi)
    return (x[1] - b * x[0]**2 + c * x[0] - 6)**2 + 10 * (1 - t) * math.cos(x[0]) + 10


def hartmann6(x):
    return -float(HARTMANN_ALPHA @ np.exp(-np.sum(HARTMANN_A * (np.array(x) - HARTMANN_P)**2, axis=1)))


def rosenbrock(x):
    return sum(100 * (x[i + 1] - x[i]**2)**2 + (1 - x[i])**2 for i in range(len(x) - 1))


# name: function, ranges, standard deviation of the noise
FUNCTIONS = {
    "branin": (branin, [(-5, 10), (0, 15)], 0),
    "hartmann6": (hartmann6, [(0, 1)] * 6, 0),
    "rosenbrock2": (rosenbrock, [(-5, 10)] * 2, 0),
    "rosenbrock4": (rosenbrock, [(-2.048, 2.048)] * 4, 0),
    "branin-noisy": (branin, [(-5, 10), (0, 15)], 2),
    "hartmann6-noisy": (hartmann6, [(0, 1)] * 6, 0.2),
}
SAMPLERS = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe-multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
}


def best_value(name, sampler, seed, trials):
    function, ranges, sigma = FUNCTIONS[name]
    noise = np.random.default_rng(seed)

    def objective(trial):
        x = [trial.suggest_float(f"x{i}", low, high) for i, (low, high) in enumerate(ranges)]
        return function(x) + sigma * noise.standard_normal()

    study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
    study.optimize(objective, n_trials=trials)
    return function([study.best_params[f"x{i}"] for i in range(len(ranges))])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samplers", default=",".join(SAMPLERS))
    parser.add_argument("--functions", default=",".join(FUNCTIONS))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=50)
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    print("function,sampler,seed,value")
    for sampler in arguments.samplers.split(","):
        for name in arguments.functions.split(","):
            for seed in range(arguments.seeds):
                print(f"{name},{sampler},{seed},{float(best_value(name, sampler, seed, arguments.trials))!r}")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
