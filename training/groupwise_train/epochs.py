"""What the epochs of every training have in common: the columns of the progress bar, and the distance to a teacher."""

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from torch import nn

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def distance_to_teacher(logits, expected):
    """Kullback-Leibler divergence from the distribution of the teacher, whose logits are `expected`."""
    return nn.functional.kl_div(logits.log_softmax(1), expected.log_softmax(1), reduction="batchmean", log_target=True)
