"""What the epochs of every training have in common: progress bar, seeds, SGD, precision and loss."""

from contextlib import nullcontext

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
    """The seed of what is random in an epoch, so that it depends on nothing that ran before."""
    return seed * 100_003 + epoch


def precision(device, bf16):
    """The context in which a step computes its network: autocast to bfloat16, or nothing."""
    return torch.autocast(torch.device(device).type, torch.bfloat16) if bf16 else nullcontext()


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
