"""The folder of a training run: `checkpoint.pt` and `metrics.jsonl`."""

import json
import math
import os
import platform
from dataclasses import asdict, fields
from pathlib import Path

import torch

from .layers import flgc_layers

CHECKPOINT, METRICS = "checkpoint.pt", "metrics.jsonl"


def describe_hardware():
    """The device and the version of PyTorch, for the metrics."""
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}"
    threads = f"{torch.get_num_threads()} of {os.cpu_count()} threads"
    return f"{platform.machine()} CPU, {threads}, PyTorch {torch.__version__.split('+')[0]}"


def check_same_recipe(path, stored, recipe):
    """Raises ValueError unless `stored`, the recipe of the checkpoint at `path`, has the settings of `recipe`.

    Settings that are newer than the checkpoint had their defaults.
    """
    settings = asdict(recipe)
    stored = {item.name: item.default for item in fields(recipe)} | stored
    differing = [name for name, value in stored.items() if name not in settings or settings[name] != value]
    if differing:
        raise ValueError(f"{path} has another recipe (differs in {', '.join(differing)}); choose another folder")


def check_closed(path, when, model):
    """Raises ValueError if `model`, from the epoch `when` of the run at `path`, has connections outside its groups."""
    if any(layer.fade < 1 for layer in flgc_layers(model)):
        raise ValueError(f"{path} is from epoch {when}: the connections outside its groups are still open")


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
    """Writes the first line of `metrics.jsonl`, about the run; keeps the lines of epochs that a checkpoint covers."""
    lines = [header]
    if epochs_done:
        # the file may be gone, its last line incomplete, or of an epoch whose checkpoint was not written
        path = folder / METRICS
        texts = [text for text in path.read_text().splitlines()[1:] if text.endswith("}")] if path.exists() else []
        lines += [line for line in map(json.loads, texts) if line["epoch"] <= epochs_done]
    partial = folder / f"{METRICS}.partial"
    partial.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    partial.replace(folder / METRICS)


def append_metrics(folder, line):
    """Adds a line to `metrics.jsonl`."""
    with (folder / METRICS).open("a") as file:
        file.write(json.dumps(line) + "\n")
