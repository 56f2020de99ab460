"""The loss of all trainings, against sums that are written out."""

import math
from types import SimpleNamespace

import pytest
import torch

from groupwise_train.epochs import classification_loss


def log_probabilities(logits):
    total = math.log(sum(math.exp(value) for value in logits))
    return [value - total for value in logits]


def expected_loss(logits, labels, teacher, smoothing, share):
    """The mean over pictures of cross-entropy with smoothed labels and of the divergence from the teacher."""
    total = 0.0
    for row, label, wanted in zip(logits.tolist(), labels.tolist(), teacher.tolist(), strict=True):
        own, other = log_probabilities(row), log_probabilities(wanted)
        targets = [smoothing / len(row) + (1 - smoothing) * (index == label) for index in range(len(row))]
        total -= (1 - share) * sum(target * value for target, value in zip(targets, own, strict=True))
        total += share * sum(math.exp(q) * (q - p) for p, q in zip(own, other, strict=True))
    return total / len(labels)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_with_and_without_a_teacher(smoothing):
    logits, teacher = torch.randn(7, 5), 2 * torch.randn(7, 5)
    labels = torch.randint(0, 5, (7,))
    for share in (0.0, 0.3, 1.0):
        recipe = SimpleNamespace(smoothing=smoothing, distillation=share)
        loss = classification_loss(logits, labels, teacher, recipe)
        assert float(loss) == pytest.approx(expected_loss(logits, labels, teacher, smoothing, share), rel=1e-5)
    alone = classification_loss(logits, labels, None, SimpleNamespace(smoothing=smoothing, distillation=0.3))
    assert float(alone) == pytest.approx(expected_loss(logits, labels, teacher, smoothing, 0.0), rel=1e-5)
