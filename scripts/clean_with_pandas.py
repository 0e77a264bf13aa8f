"""What `cellwise customers clean` is compared with: the same steps by pandas, as a script of the notes would do them.
Missing numbers become the median, missing texts the most frequent one, and numbers beyond 1.5 IQR of the quartiles are
set to that bound.

    python3 -m venv venv && venv/bin/pip install pandas==3.1.1
    venv/bin/python scripts/clean_with_pandas.py TABLE --output FILE [--missing-value NA]
"""
import argparse

import pandas


def cleaned(column):
    if not pandas.api.types.is_numeric_dtype(column):
        most_frequent = column.mode()
        return column.fillna(most_frequent.iloc[0]) if len(most_frequent) else column
    column = column.fillna(column.median())
    q25, q75 = column.quantile([0.25, 0.75])
    spread = 1.5 * (q75 - q25)
    return column.clip(q25 - spread, q75 + spread) if spread > 0 else column


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--output", required=True)
    parser.add_argument("--missing-value", action="append", default=[])
    arguments = parser.parse_args()
    table = pandas.read_csv(arguments.table, keep_default_na=False, na_values=["", " ", *arguments.missing_value])
    for name in table.columns:
        table[name] = cleaned(table[name])
    table.to_csv(arguments.output, index=False)
    print(f"{len(table)} rows")


if __name__ == "__main__":
    main()
