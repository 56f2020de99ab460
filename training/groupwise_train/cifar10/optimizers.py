"""The optimizers of a recipe and their learning rates."""

from torch import nn

from ..epochs import make_sgd, one_cycle
from .muon import Muon

OPTIMIZERS = ("muon", "sgd")
SCHEDULES = ("steps", "one-cycle")


def make_optimizers(model, recipe):
    """SGD (biases and BN without decay), and Muon for convolutions if the recipe has it.

    Mask generators of MSGC are trained by SGD, with a learning rate of their own.
    """
    convs = []
    if recipe.optimizer == "muon":
        named = model.named_modules()
        convs = [
            module
            for name, module in named
            if isinstance(module, nn.Conv2d) and module.weight.requires_grad and "maskgen" not in name
        ]
    by_muon = {conv.weight for conv in convs}
    masks, values = [], []
    for name, value in model.named_parameters():
        if value.requires_grad and value not in by_muon:
            (masks if "maskgen" in name else values).append(value)
    own = {"params": masks, "weight_decay": 0.0, "lr": recipe.lr * recipe.mask_rate}
    sgd = make_sgd(values, recipe.lr, recipe.weight_decay, [own])
    return [sgd, Muon(convs, recipe.muon_lr)] if convs else [sgd]


def rate_factor(recipe, progress):
    """The factor of the learning rates when the share `progress` of the training, from 0 to 1, is done."""
    if recipe.schedule == "steps":
        return 0.1 ** sum(progress >= mark for mark in (3 / 8, 5 / 8, 7 / 8))
    return one_cycle(progress, recipe.warm_up)
