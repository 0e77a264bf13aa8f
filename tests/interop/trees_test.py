"""Models of `customers train` open in Python's XGBoost and LightGBM and tell the same, and the other way about."""
import csv
import os
import pathlib
import random
import subprocess
import tempfile

import lightgbm
import numpy
import xgboost

PROGRAM = os.environ["CELLWISE_PROGRAM"]
NAMES = ["age", "visits", "spend"]


def run(*arguments):
    done = subprocess.run([PROGRAM, "customers", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_table(path, target):
    numbers = random.Random(5)
    features, targets = [], []
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*NAMES, "target"])
        for _ in range(300):
            row = [numbers.randrange(18, 80), numbers.randrange(30), round(numbers.uniform(0, 500), 2)]
            score = row[0] / 20 + row[1] / 6 - row[2] / 200 + numbers.gauss(0, 0.5)
            features.append(row)
            targets.append(target(score))
            writer.writerow([*row, targets[-1]])
    return numpy.array(features, float), numpy.array(targets)


def told(folder, table):
    run("predict", "--model", folder, "--file", table, "--csv", folder / "told.csv")
    with open(folder / "told.csv") as file:
        return numpy.array([float(row.get("probability") or row.get("value")) for row in csv.DictReader(file)])


def by_xgboost(path, features):
    booster = xgboost.Booster(model_file=path)
    assert booster.feature_names == NAMES, booster.feature_names
    return booster.predict(xgboost.DMatrix(features, feature_names=NAMES))


def by_lightgbm(path, features):
    booster = lightgbm.Booster(model_file=path)
    assert booster.feature_name() == NAMES, booster.feature_name()
    return booster.predict(features, num_threads=1)


def train_elsewhere(model, path, features, targets, is_number):
    """A model of other parameters, made by Python, in place of the run's."""
    if model == "xgboost":
        objective = "reg:squarederror" if is_number else "binary:logistic"
        data = xgboost.DMatrix(features, targets, feature_names=NAMES)
        xgboost.train({"objective": objective, "max_depth": 2}, data, 7).save_model(path)
    else:
        objective = "regression" if is_number else "binary"
        data = lightgbm.Dataset(features, targets, feature_name=NAMES)
        lightgbm.train({"objective": objective, "num_leaves": 5, "verbosity": -1}, data, 7).save_model(path)


def main():
    readers = {"xgboost": ("xgboost.json", by_xgboost), "lightgbm": ("lightgbm.txt", by_lightgbm)}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for is_number in (False, True):
            table = folder / f"{is_number}.csv"
            features, targets = write_table(table, (lambda s: round(s, 3)) if is_number else (lambda s: int(s > 3)))
            for model, (file, read) in readers.items():
                own = folder / f"{model}-{is_number}"
                run("train", table, "--target", "target", "--model", model, "--output", own)
                before = told(own, table)
                numpy.testing.assert_allclose(read(own / file, features), before, rtol=1e-6)
                train_elsewhere(model, own / file, features, targets, is_number)
                after = told(own, table)
                numpy.testing.assert_allclose(read(own / file, features), after, rtol=1e-6)
                assert abs(before - after).max() > 1e-3
                print(f"{model}, {'a number' if is_number else 'two labels'}: both ways the same")


main()
