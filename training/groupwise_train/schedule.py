"""What changes while a network trains: optimizers, their rate, and the masks of learned groups."""

import math

import torch

from .condense import CondenseConv2d
from .flgc import flgc_layers


def optimizers(model, recipe):
    """SGD with Nesterov momentum for weights (biases and BN undecayed), and Adam for the logits of "flgc-gradient"."""
    logits = [value for name, value in model.named_parameters() if name.endswith("_logits") and value.requires_grad]
    free = recipe.conv == "flgc-gradient"
    groups = {"decayed": [], "plain": [], "masks": []}
    for name, value in model.named_parameters():
        if not value.requires_grad or (free and name.endswith("_logits")):
            continue
        kind = "masks" if "maskgen" in name else "decayed" if value.dim() > 1 else "plain"
        groups[kind].append(value)
    settings = [
        {"params": groups["decayed"], "weight_decay": recipe.weight_decay, "lr": recipe.lr},
        {"params": groups["plain"], "weight_decay": 0.0, "lr": recipe.lr},
        {"params": groups["masks"], "weight_decay": 0.0, "lr": recipe.lr * recipe.mask_rate},
    ]
    found = [torch.optim.SGD([group for group in settings if group["params"]], momentum=0.9, nesterov=True)]
    if free and logits:
        found.append(torch.optim.Adam(logits, lr=recipe.logits_lr))
    return found


def rate(recipe, progress):
    """The factor of the learning rate at a share of the training from 0 to 1."""
    if recipe.schedule == "steps":
        return 0.1 ** sum(progress >= mark for mark in (3 / 8, 5 / 8, 7 / 8))
    if recipe.schedule == "one-cycle":
        warm = 0.2
        if progress < warm:
            return 0.05 + 0.95 * progress / warm
        return 0.5 * (1 + math.cos((progress - warm) / (1 - warm) * math.pi))
    raise ValueError(f'schedule "{recipe.schedule}"; expected "steps" or "one-cycle"')


def settle(model, recipe, progress):
    """What a method does to its masks at a share of the training: fades, freezes, prunes."""
    for layer in flgc_layers(model) if recipe.conv == "flgc-gradient" else ():
        layer.fade = min(1.0, progress / recipe.fade) if recipe.fade else 1.0
        if progress >= recipe.freeze:
            layer.freeze_groups()
    for layer in (module for module in model.modules() if isinstance(module, CondenseConv2d)):
        stages = layer.factor - 1
        layer.condense(min(stages, int(progress / recipe.prune * stages)) if recipe.prune else stages)
