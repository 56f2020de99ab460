"""What the epochs of every training have in common: progress bar, seeds, SGD, learning rate, logits and loss."""

import math

import torch
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from torch import nn

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def make_sgd(values, lr, weight_decay, other_groups=()):
    """SGD with Nesterov momentum for `values`, biases and BN without decay, and for other groups of parameters."""
    groups = [
        {"params": [value for value in values if value.dim() > 1], "weight_decay": weight_decay},
        {"params": [value for value in values if value.dim() <= 1], "weight_decay": 0.0},
        *other_groups,
    ]
    return torch.optim.SGD([group for group in groups if group["params"]], lr, momentum=0.9, nesterov=True)


def epoch_seed(seed, epoch):
    """The random seed of an epoch, so that it depends on nothing that ran before."""
    return seed * 100_003 + epoch


def one_cycle(progress, warm_up):
    """The factor of the learning rate: it rises for the share `warm_up` of a training and falls to 0 by a cosine.

    After Smith and Topin (arXiv:1708.07120); it rises linearly, from 0.05 to 1.
    """
    if progress < warm_up:
        return 0.05 + 0.95 * progress / warm_up
    return 0.5 * (1 + math.cos((progress - warm_up) / (1 - warm_up) * math.pi)) if warm_up < 1 else 1.0


def compute_logits(network, teacher, x, bf16):
    """The logits [B, classes] of a network and of its teacher, None without one, for pictures x [B, 3, H, W].

    They are float32, also if the networks compute in bfloat16.
    """
    with torch.autocast(x.device.type, torch.bfloat16, enabled=bf16):
        logits = network(x).float()
        with torch.no_grad():
            return logits, teacher(x).float() if teacher else None


def classification_loss(logits, labels, expected, recipe):
    """Cross-entropy with label smoothing and, unless `expected`, the logits of a teacher, is None, the distance to it.

    The distance is the Kullback-Leibler divergence from the distribution of the teacher, with the share
    `recipe.distillation`, as in Hinton et al. (arXiv:1503.02531) with temperature 1.
    """
    loss = nn.functional.cross_entropy(logits, labels, label_smoothing=recipe.smoothing)
    if expected is None:
        return loss
    own, wanted = logits.log_softmax(1), expected.log_softmax(1)
    distance = nn.functional.kl_div(own, wanted, reduction="batchmean", log_target=True)
    return (1 - recipe.distillation) * loss + recipe.distillation * distance
