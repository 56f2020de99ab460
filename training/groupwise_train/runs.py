"""The folder of a run: `checkpoint.pt` and `metrics.jsonl`."""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from .schedule import settle

CHECKPOINT, METRICS = "checkpoint.pt", "metrics.jsonl"


def save(path, **state):
    """Writes a checkpoint that is never half there."""
    partial = Path(f"{path}.partial")
    torch.save(state, partial)
    partial.replace(path)


def start_from(model, path):
    """Takes the weights of a checkpoint that have the same names; a convolution of masked copies takes the dense one's."""
    kept = torch.load(path, map_location="cpu", weights_only=True)["model"]
    missing, unexpected = model.load_state_dict(kept, strict=False)
    lacking = [name for name in missing if "maskgen" not in name and "attgen" not in name and not name.endswith(("_logits", "mask"))]
    if lacking or unexpected:
        raise ValueError(f"{path} lacks {lacking} and has {unexpected}, which this network does not")


def resume(folder, recipe, model, steppers, device):
    """Loads the checkpoint of a folder into model and optimizers; returns how many epochs are done, 0 where there is none."""
    path = folder / CHECKPOINT
    if not path.exists():
        return 0
    kept = torch.load(path, map_location=device, weights_only=True)
    if kept["recipe"] != asdict(recipe):
        differing = [name for name, value in asdict(recipe).items() if kept["recipe"].get(name) != value]
        raise ValueError(f"{path} is of another recipe (differs in {', '.join(differing)}); choose another folder")
    model.load_state_dict(kept["model"])
    for stepper, state in zip(steppers, kept["optimizers"], strict=True):
        stepper.load_state_dict(state)
    settle(model, recipe, kept["epoch"] / recipe.epochs)
    return kept["epoch"]


def append(folder, line, first=False):
    """Adds a line to `metrics.jsonl`; the first replaces what was there."""
    with open(folder / METRICS, "w" if first else "a") as file:
        file.write(json.dumps(line) + "\n")
