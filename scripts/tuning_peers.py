"""Tunes XGBoost on the Telco customers with Optuna: the space of `cellwise customers tune --model xgboost`, the mean area
under the ROC curve of five stratified folds of the training part. Prints the best mean and the seconds of the search
alone, without imports and the reading of the table, as JSON."""
import argparse
import json
import time

import numpy as np
import optuna
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from xgboost import XGBClassifier


def training_part(path, seed):
    table = pd.read_csv(path)
    table["TotalCharges"] = pd.to_numeric(table["TotalCharges"], errors="coerce")
    labels = (table.pop("Churn") == "Yes").astype(int)
    features = pd.get_dummies(table.drop(columns="customerID"), dtype=float)
    features, _, labels, _ = train_test_split(features, labels, test_size=0.2, random_state=seed, stratify=labels)
    return features.fillna(features.median()).to_numpy(), labels.to_numpy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", required=True)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    features, labels = training_part(arguments.table, arguments.seed)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=arguments.seed).split(features, labels))

    def objective(trial):
        model = XGBClassifier(
            n_estimators=trial.suggest_int("n_estimators", 50, 300),
            learning_rate=trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
            max_depth=trial.suggest_int("max_depth", 1, 6),
            min_child_weight=trial.suggest_float("min_child_weight", 1, 30, log=True),
            subsample=trial.suggest_float("subsample", 0.5, 1),
            colsample_bytree=trial.suggest_float("colsample_bytree", 0.3, 1),
            reg_lambda=trial.suggest_float("reg_lambda", 0.1, 30, log=True),
            n_jobs=arguments.threads, random_state=arguments.seed)
        areas = []
        for train, test in folds:
            model.fit(features[train], labels[train])
            areas.append(roc_auc_score(labels[test], model.predict_proba(features[test])[:, 1]))
        return float(np.mean(areas))

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=arguments.seed))
    begun = time.perf_counter()
    study.optimize(objective, n_trials=arguments.trials)
    print(json.dumps({"best": study.best_value, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
