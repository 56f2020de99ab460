"""The folder of a training run: `checkpoint.pt` and `metrics.jsonl`."""

import json
import math
import os
import platform
from dataclasses import asdict, fields
from pathlib import Path

import torch

from .settings import relevant_fields

CHECKPOINT, METRICS = "checkpoint.pt", "metrics.jsonl"


def describe_hardware():
    """The device and the version of PyTorch, for the metrics."""
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}"
    threads = f"{torch.get_num_threads()} of {os.cpu_count()} threads"
    return f"{platform.machine()} CPU, {threads}, PyTorch {torch.__version__.split('+')[0]}"


def check_same_recipe(path, stored, recipe):
    """Raises ValueError unless `stored`, the recipe of the checkpoint at `path`, has the settings of `recipe`.

    Settings that are newer than the checkpoint had their defaults; those that a recipe ignores may differ.
    """
    stored = {item.name: item.default for item in fields(recipe)} | stored
    settings, stored = (relevant_fields(each, type(recipe)) for each in (asdict(recipe), stored))
    differing = [name for name, value in stored.items() if name not in settings or settings[name] != value]
    if differing:
        raise ValueError(f"{path} has another recipe (differs in {', '.join(differing)}); choose another folder")


def check_final(path, epoch, epochs, close):
    """Raises ValueError if the groups or panels of the run at `path` do not have their final form yet.

    They have it when the share `close` of the `epochs` is done; `epoch` of them are.
    """
    if epoch < close * epochs:
        raise ValueError(
            f"{path} is unfinished: {epoch} of {epochs} epochs are done, and groups or panels have their final form "
            f"after {math.ceil(close * epochs)}; continue the training with the same command"
        )


def check_loss(loss):
    """The mean loss of an epoch; ValueError if it is not finite."""
    if not math.isfinite(loss):
        raise ValueError(f"the training diverged: its loss is {loss}; lower the learning rate")
    return loss


def save_checkpoint(path, **state):
    """Writes a checkpoint atomically, so an interruption never leaves half a file."""
    partial = Path(f"{path}.partial")
    torch.save(state, partial)
    partial.replace(path)


def start_metrics(folder, header, epochs_done):
    """Writes the first line of `metrics.jsonl`, about the run; keeps the lines of epochs that a checkpoint covers.

    If the run continues on other hardware, "hardware" names both.
    """
    lines = [header]
    if epochs_done:
        # the last line may be of an epoch whose checkpoint was not written
        before, *epochs = read_metrics(folder)
        if "hardware" in before and not before["hardware"].endswith(header["hardware"]):
            header["hardware"] = f"{before['hardware']}, then {header['hardware']}"
        elif "hardware" in before:
            header["hardware"] = before["hardware"]
        lines += [line for line in epochs if line["epoch"] <= epochs_done]
    partial = folder / f"{METRICS}.partial"
    partial.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    partial.replace(folder / METRICS)


def read_metrics(folder):
    """The header and the epochs of a folder's metrics, without a last line that is incomplete.

    The header is empty if there are none. Raises ValueError if the file is damaged.
    """
    path = folder / METRICS
    lines = path.read_text().splitlines() if path.is_file() else []
    if lines and not lines[-1].endswith("}"):
        lines.pop()
    try:
        return [json.loads(line) for line in lines] or [{}]
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from error


def append_metrics(folder, line):
    """Adds a line to `metrics.jsonl`."""
    with (folder / METRICS).open("a") as file:
        file.write(json.dumps(line) + "\n")
