"""Masks as lists of blocks."""

import torch

from groupwise_train import CondenseConv2d, DGConv2d, FLGCConv2d, blocks_of


def test_convolutions_of_the_blocks_equal_the_masked_convolution():
    layers = [
        FLGCConv2d(12, 10, 3, groups=7, padding=1),
        CondenseConv2d(12, 9, groups=3),
        DGConv2d(16, 16, 3, padding=1),
    ]
    layers[1].condense()
    layers[2].gates.data = torch.tensor([1.0, -1.0, 1.0, -1.0])
    for layer in layers:
        x = torch.randn(2, layer.in_channels, 4, 4)
        y = layer.bias[None, :, None, None].repeat(2, 1, 4, 4)
        blocks = blocks_of(layer.mask)
        for inputs, outputs in blocks:
            y[:, outputs] += torch.nn.functional.conv2d(
                x[:, inputs], layer.weight[outputs][:, inputs], padding=layer.padding
            )
        torch.testing.assert_close(layer(x), y, atol=1e-5, rtol=1e-5)
        assert sum(len(inputs) * len(outputs) for inputs, outputs in blocks) == layer.mask.count_nonzero()
        written = [output for _, outputs in blocks for output in outputs]
        assert len(written) == len(set(written))


def test_blocks_are_the_distinct_sets_of_inputs():
    mask = torch.tensor([[1, 1, 0], [0, 0, 0], [0, 1, 1], [1, 1, 0]])
    assert blocks_of(mask) == [([0, 1], [0, 3]), ([1, 2], [2])]
