"""What the epochs of every training have in common: the progress bar, SGD, and the distance to a teacher."""

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


def precision(device, bf16):
    """The context in which a step computes its network: autocast to bfloat16, or nothing."""
    return torch.autocast(torch.device(device).type, torch.bfloat16) if bf16 else nullcontext()


def distance_to_teacher(logits, expected):
    """Kullback-Leibler divergence from the distribution of the teacher, whose logits are `expected`."""
    return nn.functional.kl_div(logits.log_softmax(1), expected.log_softmax(1), reduction="batchmean", log_target=True)
