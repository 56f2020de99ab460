"""Everything that determines the result of a training, and the network it trains."""

from dataclasses import dataclass

import torch

from ..checkpoints.weights import read_checkpoint
from ..networks.fast import FastNet
from ..networks.mobilenet import MobileNetV2
from ..runs import check_final
from ..settings import check_settings, option
from .data import FLIPS
from .methods import METHODS, SCOPES, apply_method
from .optimizers import OPTIMIZERS, SCHEDULES
from .schedule import SCHEDULED, apply_schedule

# Values of other settings with which settings are read.
WITH_GROUPS = {"conv": ("sgc", "random", "flgc-published", "flgc", "condense", "panels", "msgc")}
WITH_SCOPE = {"conv": ("sgc", "random", "flgc-published", "flgc", "condense", "panels"), "arch": ("mobilenetv2",)}
WITH_SCHEDULE = {"conv": SCHEDULED}
WITH_MASKS = {"conv": ("msgc",)}


@dataclass
class Recipe:
    """The settings of a training, stored in its metrics and checkpoint. Wrong values raise TypeError or ValueError.

    The defaults are those of "fast"; `PUBLISHED` has the settings of other networks.
    """

    arch: str = option("fast", "network", "fast", "mobilenetv2")
    conv: str = option("dense", "method: kind of the convolutions", *METHODS)
    groups: int = option(
        4, 'number of groups, or of heads for "msgc"; "panels" keep the share 1 / groups', 1, read_with=WITH_GROUPS
    )
    scope: str = option(
        "projections", '1x1 convolutions of "mobilenetv2" that are replaced', *SCOPES, read_with=WITH_SCOPE
    )
    width: float = option(0.75, "factor of the numbers of channels", 0.01)
    depth: int = option(1, 'residual convolutions in a stage of "fast"', 1, read_with={"arch": ("fast",)})
    early_stride: int = option(
        1,
        'stride of the second stage of "mobilenetv2": 1 as published for CIFAR-10, 2 for a third of the MACs',
        1,
        2,
        read_with={"arch": ("mobilenetv2",)},
    )
    epochs: int = option(13, "passes over the training pictures", 1)
    batch: int = option(500, "pictures in a step of each process", 1)
    crop: int = option(2, "pixels that pictures are padded with before a random crop", 0)
    flips: str = option(
        "alternating", 'mirrored pictures: "random" ones, or "alternating" between one epoch and the next', *FLIPS
    )
    schedule: str = option(
        "one-cycle",
        'learning rate: "steps" multiplies it by 0.1 at 3/8, 5/8 and 7/8 of the training; "one-cycle" raises it for '
        "the share warm_up and then lowers it to 0 by a cosine",
        *SCHEDULES,
    )
    warm_up: float = option(
        0.1,
        "share of the training during which the learning rate rises",
        0,
        1,
        read_with={"schedule": ("one-cycle",)},
    )
    optimizer: str = option("muon", 'of the convolutions: "muon" or "sgd"; SGD trains everything else', *OPTIMIZERS)
    muon_lr: float = option(0.12, "peak learning rate of Muon", 0, read_with={"optimizer": ("muon",)})
    lr: float = option(0.4, "peak learning rate of SGD", 0)
    weight_decay: float = option(5e-4, "weight decay of SGD, except for biases and BN", 0)
    smoothing: float = option(0.1, "label smoothing", 0, 1)
    assign: float = option(
        0.05,
        "share of the training after which groups and panels are computed from weights",
        0,
        1,
        read_with=WITH_SCHEDULE,
    )
    close: float = option(
        0.15,
        "share of the training after which only groups, or the panels that stay, are left",
        0,
        1,
        read_with=WITH_SCHEDULE,
    )
    target: float = option(
        0.65, 'target for the MACs of "msgc", as a share of the dense ones', 0, 1, read_with=WITH_MASKS
    )
    penalty: float = option(30.0, "weight of the penalty on the excess over target", 0, read_with=WITH_MASKS)
    mask_rate: float = option(
        5.0, 'learning rate of the mask generators of "msgc", as a multiple of lr', 0, read_with=WITH_MASKS
    )
    distillation: float = option(0.0, "share of the loss that compares with the teacher", 0, 1)
    start: str = option("", "checkpoint with the initial weights")
    teacher: str = option("", "checkpoint of the teacher")
    seed: int = option(0, "seed of weights, groups and the order of pictures", 0)
    bf16: bool = option(False, "compute in bfloat16 with autocast")

    def __post_init__(self):
        check_settings(self)
        if self.assign > self.close:
            raise ValueError(f"assign must be at most close, got assign={self.assign} and close={self.close}")
        if bool(self.teacher) != (self.distillation > 0):
            raise ValueError("teacher and distillation need each other: set both, such as distillation=0.9, or neither")


# Settings that were published for CIFAR-10 with this network, instead of the defaults.
PUBLISHED = {
    "mobilenetv2": {
        "groups": 8,
        "width": 1.0,
        "epochs": 400,
        "batch": 128,
        "crop": 4,
        "flips": "random",
        "schedule": "steps",
        "optimizer": "sgd",
        "lr": 0.1,
        "weight_decay": 4e-5,
        "smoothing": 0.0,
    }
}


def dense_network(recipe, classes=10):
    """The network of a recipe with ordinary convolutions."""
    if recipe.arch == "fast":
        return FastNet(recipe.width, classes, recipe.depth)
    return MobileNetV2(recipe.width, classes, recipe.early_stride)


def build_network(recipe, classes=10):
    """The network of a recipe, initialised from its seed."""
    torch.manual_seed(recipe.seed)
    model = dense_network(recipe, classes)
    apply_method(model, recipe.conv, recipe.groups, recipe.scope)
    return model


def load_network(path):
    """The network of a checkpoint that `train` wrote, in evaluation mode, and its recipe.

    Raises ValueError if the file is no such checkpoint, and if its groups or panels do not have their final form yet.
    """
    checkpoint = read_checkpoint(path)
    if not isinstance(checkpoint, dict) or not {"recipe", "model", "epoch"} <= checkpoint.keys():
        raise ValueError(f"{path} is not a checkpoint of a training run: recipe, model or epoch is missing")
    try:
        recipe = Recipe(**checkpoint["recipe"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} has an invalid recipe: {error}") from error
    model = build_network(recipe)
    try:
        model.load_state_dict(checkpoint["model"])
    except RuntimeError as error:
        raise ValueError(f"{path} has other weights than its recipe: {error}") from error
    apply_schedule(model, recipe, checkpoint["epoch"] / recipe.epochs)
    if recipe.conv in SCHEDULED:
        check_final(path, checkpoint["epoch"], recipe.epochs, recipe.close)
    return model.eval(), recipe
