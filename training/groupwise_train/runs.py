"""The folder of a run: `checkpoint.pt` and `metrics.jsonl`."""

import json
import pickle
from dataclasses import asdict
from pathlib import Path

import torch

from .schedule import settle

CHECKPOINT, METRICS = "checkpoint.pt", "metrics.jsonl"


def read_checkpoint(path, device="cpu"):
    """What `torch.save` wrote to a file; never code. Raises ValueError where the file is no checkpoint, OSError where it cannot be read."""
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
        raise ValueError(f"{path} is no checkpoint of PyTorch that holds weights alone") from error


def save(path, **state):
    """Writes a checkpoint that is never half there."""
    partial = Path(f"{path}.partial")
    torch.save(state, partial)
    partial.replace(path)


def start_from(model, path):
    """Takes the weights of a checkpoint that have the same names; a convolution of masked copies takes the dense one's."""
    kept = read_checkpoint(path)["model"]
    missing, unexpected = model.load_state_dict(kept, strict=False)
    lacking = [name for name in missing if "maskgen" not in name and "attgen" not in name and not name.endswith(("_logits", "mask"))]
    if lacking or unexpected:
        raise ValueError(f"{path} lacks {lacking} and has {unexpected}, which this network does not")


def resume(folder, recipe, processes, model, steppers, device):
    """Loads the checkpoint of a folder into model and optimizers; returns how many epochs are done, 0 where there is none.

    Raises ValueError where the checkpoint is of another recipe or number of processes, both of which decide the result.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return 0
    kept = read_checkpoint(path, device)
    if kept["recipe"] != asdict(recipe):
        differing = [name for name, value in asdict(recipe).items() if kept["recipe"].get(name) != value]
        raise ValueError(f"{path} is of another recipe (differs in {', '.join(differing)}); choose another folder")
    if kept["processes"] != processes:
        raise ValueError(f"{path} is of a run with {kept['processes']} processes, not {processes}; choose another folder")
    model.load_state_dict(kept["model"])
    for stepper, state in zip(steppers, kept["optimizers"], strict=True):
        stepper.load_state_dict(state)
    settle(model, recipe, kept["epoch"] / recipe.epochs)
    return kept["epoch"]


def begin_metrics(folder, line, done):
    """Starts `metrics.jsonl` with a line about the run, and keeps the lines of the `done` epochs of its checkpoint, where it goes on."""
    kept = [line]
    if done:
        epochs = [json.loads(text) for text in (folder / METRICS).read_text().splitlines()[1:] if text.endswith("}")]
        kept += [epoch for epoch in epochs if epoch["epoch"] <= done]
    partial = folder / f"{METRICS}.partial"
    partial.write_text("".join(f"{json.dumps(each)}\n" for each in kept))
    partial.replace(folder / METRICS)


def append(folder, line):
    """Adds a line to `metrics.jsonl`."""
    with open(folder / METRICS, "a") as file:
        file.write(json.dumps(line) + "\n")
