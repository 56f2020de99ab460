"""Everything that determines the result of a training, and the network it trains."""

from dataclasses import dataclass, field, fields

import torch

from ..checkpoints.weights import read_checkpoint
from ..checks import check_choice, check_flag, check_instance, check_integer, check_number
from ..layers import flgc_layers
from ..networks.mobilenet import MobileNetV2
from .methods import METHODS, SCOPES, apply_method
from .schedule import SCHEDULES, apply_schedule


def option(default, meaning, *limits):
    """A field of a recipe: its default, what `--help` says, and its limits: (minimum, maximum) or the choices."""
    return field(default=default, metadata={"help": meaning, "limits": limits})


@dataclass
class Recipe:
    """The settings of a training, stored in its metrics and checkpoint. Wrong values are a TypeError or ValueError."""

    arch: str = option("mobilenetv2", "network", "mobilenetv2")
    conv: str = option("dense", "method: kind of the 1x1 convolutions", *METHODS)
    groups: int = option(8, 'number of groups, or of heads for "msgc"', 1)
    scope: str = option("projections", "1x1 convolutions that are replaced", *SCOPES)
    width: float = option(1.0, "factor of the numbers of channels", 0.01)
    early_stride: int = option(
        1, "stride of the second stage: 1 as published for CIFAR-10, 2 for a third of the MACs", 1, 2
    )
    epochs: int = option(400, "passes over the training pictures", 1)
    batch: int = option(128, "pictures in a step of each process", 1)
    schedule: str = option(
        "steps",
        'learning rate: "steps" multiplies it by 0.1 at 3/8, 5/8 and 7/8 of the training; "one-cycle" raises it for '
        "the first 20 % and then lowers it to 0 by a cosine",
        *SCHEDULES,
    )
    lr: float = option(0.1, "peak learning rate of SGD", 0)
    weight_decay: float = option(4e-5, "weight decay, except for biases and BN", 0)
    smoothing: float = option(0.0, "label smoothing", 0, 1)
    logits_lr: float = option(0.01, 'learning rate of Adam for the logits of "flgc-gradient"', 0)
    group_macs: float = option(
        0.0, 'limit for the MACs of "flgc-gradient", as a share of the dense ones; 0 is 1 / groups', 0, 1
    )
    group_penalty: float = option(5.0, "weight of the penalty on the relative excess over group_macs", 0)
    fade: float = option(
        0.15, 'share of the training during which the connections outside groups fade in "flgc-gradient"', 0, 1
    )
    freeze: float = option(0.25, 'share of the training after which the groups of "flgc-gradient" are frozen', 0, 1)
    prune: float = option(0.5, 'share of the training during which "condense" prunes', 0, 1)
    target: float = option(0.65, 'target for the MACs of "msgc", as a share of the dense ones', 0, 1)
    penalty: float = option(30.0, "weight of the penalty on the excess over target", 0)
    mask_rate: float = option(5.0, 'learning rate of the mask generators of "msgc", as a multiple of lr', 0)
    distillation: float = option(0.0, "share of the loss that compares with the teacher", 0, 1)
    start: str = option("", "checkpoint with the initial weights")
    teacher: str = option("", "checkpoint of the teacher")
    seed: int = option(0, "seed of weights, groups and the order of pictures", 0)
    bf16: bool = option(False, "compute in bfloat16 with autocast")

    def __post_init__(self):
        for item in fields(self):
            check_field(item, getattr(self, item.name))


def check_field(item, value):
    """Checks the value of a field of `Recipe`."""
    limits = item.metadata["limits"]
    if item.type is bool:
        check_flag(item.name, value)
    elif item.type is int:
        check_integer(item.name, value, *limits)
    elif item.type is float:
        check_number(item.name, value, *limits)
    elif limits:
        check_choice(item.name, value, limits)
    else:
        check_instance(item.name, value, str, "a string")


# Methods that read a field; all methods read the fields that are not listed here.
METHODS_BY_FIELD = {
    "groups": [method for method in METHODS if method != "dense"],
    "scope": [method for method in METHODS if method not in ("dense", "msgc")],
    **dict.fromkeys(("logits_lr", "group_macs", "group_penalty", "fade", "freeze"), ("flgc-gradient",)),
    "prune": ("condense",),
    **dict.fromkeys(("target", "penalty", "mask_rate"), ("msgc",)),
}


def relevant_fields(settings):
    """The settings of a recipe, a dict, without those that its method ignores."""
    method = settings["conv"]
    return {name: value for name, value in settings.items() if method in METHODS_BY_FIELD.get(name, METHODS)}


def budget_settings(width=0.5, epochs=8):
    """Settings for two CPU cores and some hours: a narrower network, an early stride and a short one-cycle schedule."""
    return {
        "width": width,
        "early_stride": 2,
        "epochs": epochs,
        "schedule": "one-cycle",
        "lr": 0.2,
        "weight_decay": 5e-4,
    }


def build_network(recipe, classes=10):
    """The network of a recipe, initialised from its seed."""
    torch.manual_seed(recipe.seed)
    model = MobileNetV2(recipe.width, classes, recipe.early_stride)
    apply_method(model, recipe.conv, recipe.groups, recipe.scope)
    return model


def load_network(path):
    """The network of a checkpoint that `train` wrote, in evaluation mode, and its recipe.

    Raises ValueError if the file is no such checkpoint, and if its training has not yet closed the connections outside
    groups.
    """
    checkpoint = read_checkpoint(path)
    if not isinstance(checkpoint, dict) or not {"recipe", "model", "epoch"} <= checkpoint.keys():
        raise ValueError(f"{path} is not a checkpoint of a training run: recipe, model or epoch is missing")
    try:
        recipe = Recipe(**checkpoint["recipe"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} has an invalid recipe: {error}") from error
    model = build_network(recipe)
    model.load_state_dict(checkpoint["model"])
    apply_schedule(model, recipe, checkpoint["epoch"] / recipe.epochs)
    if any(layer.fade < 1 for layer in flgc_layers(model)):
        epoch = f"epoch {checkpoint['epoch']} of {recipe.epochs}"
        raise ValueError(f"{path} is from {epoch}: the connections outside its groups are still open")
    return model.eval(), recipe
