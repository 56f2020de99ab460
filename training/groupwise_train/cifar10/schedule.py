"""What changes during a training: the learning rate, and the masks of learned groups. Also creates the optimizers."""

import math

import torch

from ..checks import check_choice
from ..layers import CondenseConv2d, flgc_layers

SCHEDULES = ("steps", "one-cycle")


def make_optimizers(model, recipe):
    """SGD with Nesterov momentum (biases and BN without decay), and Adam for the logits of "flgc-gradient"."""
    has_adam = recipe.conv == "flgc-gradient"
    decayed, plain, masks, logits = [], [], [], []
    for name, value in model.named_parameters():
        if not value.requires_grad:
            continue
        if has_adam and name.endswith("_logits"):
            logits.append(value)
        elif "maskgen" in name:
            masks.append(value)
        else:
            (decayed if value.dim() > 1 else plain).append(value)
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay, "lr": recipe.lr},
        {"params": plain, "weight_decay": 0.0, "lr": recipe.lr},
        {"params": masks, "weight_decay": 0.0, "lr": recipe.lr * recipe.mask_rate},
    ]
    optimizers = [torch.optim.SGD([group for group in groups if group["params"]], momentum=0.9, nesterov=True)]
    if logits:
        optimizers.append(torch.optim.Adam(logits, lr=recipe.logits_lr))
    return optimizers


def rate_factor(recipe, progress):
    """The factor of the learning rate when the share `progress` of the training, from 0 to 1, is done."""
    check_choice("schedule", recipe.schedule, SCHEDULES)
    if recipe.schedule == "steps":
        return 0.1 ** sum(progress >= mark for mark in (3 / 8, 5 / 8, 7 / 8))
    warm_up = 0.2
    if progress < warm_up:
        return 0.05 + 0.95 * progress / warm_up
    return 0.5 * (1 + math.cos((progress - warm_up) / (1 - warm_up) * math.pi))


def apply_schedule(model, recipe, progress):
    """Fades, freezes or prunes the masks of a network when the share `progress` of the training is done.

    `progress` is (epoch + step / steps of an epoch) / epochs. The result depends on it alone, so a resumed training and
    a loaded network get the masks of an uninterrupted training.
    """
    for layer in flgc_layers(model) if recipe.conv == "flgc-gradient" else ():
        layer.fade = min(1.0, progress / recipe.fade) if recipe.fade else 1.0
        if progress >= recipe.freeze:
            layer.freeze_groups()
    for layer in (module for module in model.modules() if isinstance(module, CondenseConv2d)):
        steps = layer.factor - 1
        layer.condense(min(steps, int(progress / recipe.prune * steps)) if recipe.prune else steps)
