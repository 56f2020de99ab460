"""Predictions of PyTorch and groupwise are compared by picture."""

import pytest
import torch

from groupwise_train.cifar10.agreement import compare_predictions
from groupwise_train.cifar10.data import Pictures, normalise


def test_predictions_are_compared_by_picture_and_ties_are_counted():
    pixels = torch.randint(0, 256, (6, 3, 32, 32), dtype=torch.uint8)
    pictures = Pictures(pixels, torch.tensor([0, 1, 2, 0, 1, 2]))
    logits = torch.tensor([[3.0, 0, 0], [0, 3, 0], [3, 3, 0], [0, 0, 3], [0, 3, 0], [0, 0, 3]])
    known = {normalise(picture[None]).sum().item(): row for picture, row in zip(pixels, logits, strict=True)}

    def model(x):
        return torch.stack([known[picture[None].sum().item()] for picture in x])

    given = [0, 1, 1, 2, 0, 2]  # the third is a tie, the fifth is not
    part = {
        "outcomes": [
            [f"test/{index}.jpg", label, answer, 0, 0.5, 0.5]
            for index, (label, answer) in enumerate(zip([0, 1, 2, 0, 1, 2], given, strict=False))
        ]
    }
    found = compare_predictions(model, pictures, part)
    assert (found.images, found.differing, found.differing_without_ties) == (6, 2, 1)
    assert found.top1 == pytest.approx((4 / 6, 3 / 6))
    for other in ({"top1": 0.5}, []):
        with pytest.raises(ValueError, match="the report has no outcomes; `groupwise eval"):
            compare_predictions(model, pictures, other)
    with pytest.raises(ValueError, match="other classes"):
        compare_predictions(model, Pictures(pixels, torch.zeros(6, dtype=torch.long)), part)
