"""TensorBoard's own reader finds in a run's event file what metrics.jsonl says.

Trains a small model with the program that CELLWISE_PROGRAM names, then reads its folder."""

import json
import os
import pathlib
import subprocess
import tempfile

from tensorboard.backend.event_processing import event_accumulator, event_file_loader


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        run = pathlib.Path(scratch) / "run"
        subprocess.run(
            [os.environ["CELLWISE_PROGRAM"], "train", "--data", "synthetic", "--limit", "200", "--epochs", "3", "--length", "30",
             "--hidden-size", "4", "--validation-split", "0.25", "--schedule", "step", "--quiet", "--output", str(run)],
            check=True, stdout=subprocess.DEVNULL)
        epochs = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        assert len(epochs) == 3

        accumulator = event_accumulator.EventAccumulator(str(run))
        accumulator.Reload()
        columns = {"loss/train": "train_loss", "accuracy/train": "train_accuracy", "loss/validation": "validation_loss",
                   "accuracy/validation": "validation_accuracy", "learning_rate": "learning_rate"}
        assert sorted(accumulator.Tags()["scalars"]) == sorted(columns), accumulator.Tags()
        for tag, column in columns.items():
            events = accumulator.Scalars(tag)
            assert [event.step for event in events] == [1, 2, 3]
            for event, epoch in zip(events, epochs):
                assert abs(event.value - epoch[column]) <= 1e-6 * abs(epoch[column]), (tag, event, epoch)
                assert abs(event.wall_time - epoch["unix_time"]) < 1e-3

        # Every byte is a whole record: the loader stops with an error at a wrong checksum.
        file = next(run.glob("events.out.tfevents.*"))
        records = list(event_file_loader.EventFileLoader(str(file)).Load())
        assert len(records) == 4, len(records)
        damaged = bytearray(file.read_bytes())
        damaged[-10] ^= 1
        file.write_bytes(damaged)
        assert len(list(event_file_loader.EventFileLoader(str(file)).Load())) < 4
    print("TensorBoard reads what was written")


if __name__ == "__main__":
    main()
