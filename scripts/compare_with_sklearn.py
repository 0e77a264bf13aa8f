"""What `cellwise customers compare` is compared with: the same models on the same table by scikit-learn, XGBoost and
LightGBM, as a script of the notes would do it. One split (test 0.2, seed 42), and five folds twice; everything is
learned from training rows alone; folds side by side in --jobs processes, one thread a fit.

    python3 -m venv venv && venv/bin/pip install pandas scikit-learn xgboost-cpu lightgbm
    venv/bin/python scripts/compare_with_sklearn.py TABLE --target Churn [--missing-value NA] [--jobs 2]
"""
import argparse

import pandas
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, cross_validate, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier, XGBRegressor

MOST_LEVELS = 50
MOST_DISTINCT_CLASSES = 20


def models_of(is_classification, seed):
    if is_classification:
        return {
            "Majority": (DummyClassifier(), False),
            "Logistic Regression": (LogisticRegression(max_iter=1000), True),
            "Random Forest": (RandomForestClassifier(random_state=seed, n_jobs=1), False),
            "XGBoost": (XGBClassifier(n_jobs=1, random_state=seed), False),
            "LightGBM": (LGBMClassifier(n_jobs=1, random_state=seed, verbose=-1), False),
        }
    return {
        "Mean": (DummyRegressor(), False),
        "Ridge": (Ridge(), True),
        "Random Forest": (RandomForestRegressor(random_state=seed, n_jobs=1), False),
        "XGBoost": (XGBRegressor(n_jobs=1, random_state=seed), False),
        "LightGBM": (LGBMRegressor(n_jobs=1, random_state=seed, verbose=-1), False),
    }


def prepared(model, is_scaled):
    numbers = [SimpleImputer(strategy="median")] + ([StandardScaler()] if is_scaled else [])
    levels = [SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)]
    return make_pipeline(
        make_column_transformer(
            (make_pipeline(*numbers), make_column_selector(dtype_include="number")),
            (make_pipeline(*levels), make_column_selector(dtype_exclude="number")),
            verbose_feature_names_out=False,
        ),
        model,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--target", required=True)
    parser.add_argument("--missing-value", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    table = pandas.read_csv(arguments.table, keep_default_na=False, na_values=["", " ", *arguments.missing_value])
    table = table.dropna(subset=[arguments.target])
    target = table.pop(arguments.target)
    is_number = pandas.api.types.is_numeric_dtype(target)
    is_classification = not is_number or target.nunique() <= MOST_DISTINCT_CLASSES
    if is_classification:
        target = pandas.Series(pandas.factorize(target, sort=True)[0], index=target.index)
    texts = table.columns[[not pandas.api.types.is_numeric_dtype(kind) for kind in table.dtypes]]
    table = table.drop(columns=[name for name in texts if table[name].nunique() > MOST_LEVELS])
    x_train, x_test, y_train, y_test = train_test_split(table, target, test_size=0.2, random_state=arguments.seed)
    if is_classification:
        folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=arguments.seed)
        scoring = ["accuracy", "balanced_accuracy", "roc_auc", "average_precision", "neg_log_loss", "neg_brier_score"]
    else:
        folds = RepeatedKFold(n_splits=5, n_repeats=2, random_state=arguments.seed)
        scoring = ["r2", "neg_root_mean_squared_error", "neg_mean_absolute_error"]
    for name, (model, is_scaled) in models_of(is_classification, arguments.seed).items():
        whole = prepared(model, is_scaled)
        score = whole.fit(x_train, y_train).score(x_test, y_test)
        crossed = cross_validate(whole, table, target, cv=folds, scoring=scoring, n_jobs=arguments.jobs)
        means = ", ".join(f"{measure} {crossed['test_' + measure].mean():.4f}" for measure in scoring)
        print(f"{name}: {score:.4f} on the split; over folds {means}")


if __name__ == "__main__":
    main()
