"""Panels of zeros: which ones are pruned."""

import itertools

import pytest
import torch

from groupwise_train import PanelConv2d


@pytest.mark.parametrize(("inputs", "outputs", "window", "height"), [(5, 24, 3, 8), (7, 12, 1, 4), (3, 6, (1, 3), 1)])
def test_the_panels_with_the_smallest_weights_are_pruned(inputs, outputs, window, height):
    torch.manual_seed(outputs)
    layer = PanelConv2d(inputs, outputs, window, height=height)
    panels = list(itertools.product(range(0, outputs, height), range(inputs)))
    sizes = {(n, c): (layer.weight[n : n + height, c].double() ** 2).sum().item() for n, c in panels}
    for zeros in (0.0, 0.3, 0.8, 0.5, 1.0):  # a smaller share brings panels back
        layer.prune(zeros)
        dropped = sorted(panels, key=sizes.get)[: round(zeros * len(panels))]
        expected = torch.ones(outputs, inputs)
        for n, c in dropped:
            expected[n : n + height, c] = 0
        assert torch.equal(layer.mask, expected), zeros


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="height=8 does not divide 12 outputs"):
        PanelConv2d(4, 12, 1)
    with pytest.raises(ValueError, match=r"zeros must be from 0 to 1, got 1\.5"):
        PanelConv2d(4, 8, 1).prune(1.5)
