"""What `cellwise customers describe` is compared with: the same figures of a table by pandas and scipy, as a script of
the notes would compute them. Prints the seconds of the whole process and its peak memory as JSON.

    python3 -m venv venv && venv/bin/pip install pandas==3.1.1 scipy==1.17.1
    venv/bin/python scripts/describe_with_pandas.py TABLE [--missing-value NA]
"""
import time

START = time.perf_counter()

import argparse
import json
import resource

import numpy
import pandas
from scipy import stats

HISTOGRAM_BINS = 30
DENSITY_POINTS = 101
MOST_FOR_A_DENSITY = 100_000


def figures_of(column):
    """The figures of one column of numbers."""
    values = column.dropna()
    q25, q75 = values.quantile([0.25, 0.75])
    spread = 1.5 * (q75 - q25)
    deviation = values.std(ddof=0)
    figures = values.describe().to_dict()
    figures["skew"] = values.skew()
    figures["kurtosis"] = values.kurtosis()
    figures["iqr_outliers"] = int(((values < q25 - spread) | (values > q75 + spread)).sum())
    figures["z_outliers"] = int((((values - values.mean()) / deviation).abs() > 3).sum()) if deviation > 0 else 0
    figures["histogram"] = numpy.histogram(values, bins=HISTOGRAM_BINS)[0].tolist()
    if values.nunique() > 1:
        sample = values.iloc[:: max(1, len(values) // MOST_FOR_A_DENSITY)]
        places = numpy.linspace(values.min(), values.max(), DENSITY_POINTS)
        figures["density"] = stats.gaussian_kde(sample)(places).tolist()
    return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--missing-value", action="append", default=[])
    arguments = parser.parse_args()
    table = pandas.read_csv(arguments.table, keep_default_na=False, na_values=["", " ", *arguments.missing_value])
    result = {"rows": len(table), "missing": table.isnull().sum().to_dict(), "columns": {}}
    for name in table.columns:
        if pandas.api.types.is_numeric_dtype(table[name]):
            result["columns"][name] = figures_of(table[name])
        else:
            result["columns"][name] = {key: str(value) for key, value in table[name].describe().to_dict().items()}
    table.corr(numeric_only=True)
    table.duplicated().sum()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": round(time.perf_counter() - START, 3), "peak_megabytes": round(peak / 1024, 1)}))


if __name__ == "__main__":
    main()
