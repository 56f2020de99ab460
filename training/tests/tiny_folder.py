"""Folders of generated pictures, the weights of a tiny network of timm and a recipe that trains it in seconds."""

import json

import numpy as np
import timm
import torch
from PIL import Image

from groupwise_train.folder.recipe import FolderRecipe

ARCH = "timm:test_efficientnet"
COLOURS = {"blue": (40, 60, 200), "green": (40, 180, 60), "red": (200, 40, 60)}
TINY = {"arch": ARCH, "size": 32, "batch": 8, "epochs": 2, "dense_epochs": 1, "lr": 0.05, "seed": 3}


def write_picture(path, colour, seed):
    """A noisy picture of a colour, wider than it is high."""
    generator = np.random.default_rng(seed)
    pixels = np.clip(np.array(colour) + generator.normal(0, 30, (40, 48, 3)), 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_folder(root, parts=("",), count=10, names=tuple(COLOURS)):
    """`count` pictures of each of the classes `names` in every part of a folder."""
    for number, part in enumerate(parts):
        for name, colour in zip(names, COLOURS.values(), strict=True):
            for index in range(count):
                write_picture(root / part / name / f"{index:02}.png", colour, 1000 * number + index)
    return root


def write_weights(path, classes=1000):
    """Random weights of the tiny network, as if they were pretrained."""
    torch.manual_seed(1)
    model = timm.create_model("test_efficientnet", num_classes=classes)
    torch.save(model.state_dict(), path)
    return model


def tiny_recipe(tmp_path, **settings):
    """A recipe with pretrained weights in a file of the folder `tmp_path`."""
    path = tmp_path / "pretrained.pt"
    if not path.exists():
        write_weights(path)
    return FolderRecipe(**(TINY | {"weights": str(path)} | settings))


def lines_of(folder):
    """The lines of the metrics of a run."""
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
