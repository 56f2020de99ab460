"""What decides the result of a training, and the network it trains."""

from dataclasses import dataclass, field

import torch

from .flgc import flgc_layers
from .methods import METHODS, apply_method
from .mobilenet import MobileNetV2
from .runs import read_checkpoint
from .schedule import settle


def option(default, meaning):
    """A field of a recipe and what `--help` says of it."""
    return field(default=default, metadata={"help": meaning})


@dataclass
class Recipe:
    """Everything that decides a result, written into its metrics and its checkpoint."""

    arch: str = option("mobilenetv2", "network: mobilenetv2")
    conv: str = option("dense", "kind of its 1x1 convolutions")
    groups: int = option(8, 'number of groups, or of heads of "msgc"')
    scope: str = option("projections", "which 1x1 convolutions")
    width: float = option(1.0, "factor of the channels")
    early_stride: int = option(1, "stride of the second stage: 1 as published for CIFAR-10, 2 a third of the MACs")
    epochs: int = option(400, "passes over the pictures")
    batch: int = option(128, "pictures of a step, in each process")
    schedule: str = option("steps", '"steps": lr x 0.1 at 3/8, 5/8 and 7/8 of the epochs; "one-cycle": up for 20 %, then a cosine to 0')
    lr: float = option(0.1, "peak of the learning rate of SGD")
    weight_decay: float = option(4e-5, "of weights, not of biases and BN")
    smoothing: float = option(0.0, "of labels, from 0 to 1")
    logits_lr: float = option(0.01, 'of Adam, for the logits of "flgc-gradient"')
    group_macs: float = option(0.0, 'MACs that the layers of "flgc-gradient" may have, as a share of the dense ones; 0: a G-th')
    group_penalty: float = option(5.0, "weight of what they exceed that by, as a share of it")
    fade: float = option(0.15, 'share of the training in which connections outside the groups of "flgc-gradient" fade')
    freeze: float = option(0.25, 'share of the training after which the groups of "flgc-gradient" stay as they are')
    prune: float = option(0.5, 'share of the training in which "condense" prunes')
    target: float = option(0.65, "MACs of MSGC as a share of the dense network's")
    penalty: float = option(30.0, "weight of what MSGC is above its target")
    mask_rate: float = option(5.0, "rate of MSGC's mask generators, as a multiple of lr")
    distillation: float = option(0.0, "share of the loss that is the distance to a teacher's answers")
    start: str = option("", "checkpoint whose weights training starts from")
    teacher: str = option("", "checkpoint of the teacher")
    seed: int = option(0, "of weights, groups and the order of pictures")
    bf16: bool = option(False, "compute in bfloat16 where autocast does")


# fields that only some methods read
READERS = {
    "groups": [method for method in METHODS if method != "dense"],
    "scope": [method for method in METHODS if method not in ("dense", "msgc")],
    **dict.fromkeys(("logits_lr", "group_macs", "group_penalty", "fade", "freeze"), ["flgc-gradient"]),
    "prune": ["condense"],
    **dict.fromkeys(("target", "penalty", "mask_rate"), ["msgc"]),
}


def deciding(recipe):
    """The fields of a recipe, a dict, without those that its method does not read."""
    return {name: value for name, value in recipe.items() if recipe["conv"] in READERS.get(name, METHODS)}


def budget(width=0.5, epochs=8):
    """The form that two CPU cores finish in hours: narrower, an early stride, a one-cycle schedule."""
    return {
        "width": width, "early_stride": 2, "epochs": epochs, "schedule": "one-cycle", "lr": 0.2, "weight_decay": 5e-4,
    }


def build(recipe, classes=10):
    """The network of a recipe, freshly drawn from its seed."""
    if recipe.arch != "mobilenetv2":
        raise ValueError(f'arch "{recipe.arch}"; expected "mobilenetv2"')
    torch.manual_seed(recipe.seed)
    model = MobileNetV2(recipe.width, classes, recipe.early_stride)
    apply_method(model, recipe.conv, recipe.groups, recipe.scope)
    return model


def load_network(path):
    """The network of a checkpoint written by `train`, as it was measured, in evaluation mode, and its recipe.

    Raises ValueError where the training is not finished and connections that the end closes are still open.
    """
    kept = read_checkpoint(path)
    recipe = Recipe(**kept["recipe"])
    model = build(recipe)
    model.load_state_dict(kept["model"])
    settle(model, recipe, kept["epoch"] / recipe.epochs)
    if any(layer.fade < 1 for layer in flgc_layers(model)):
        raise ValueError(f"{path} is of epoch {kept['epoch']} of {recipe.epochs}: its groups are not closed yet")
    return model.eval(), recipe
