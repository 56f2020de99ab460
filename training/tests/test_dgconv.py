"""The gates of DGConv and their gradients."""

import itertools

import pytest
import torch
from reference import convolve, slope

from groupwise_train import DGConv2d


def set_gates(layer, gates):
    layer.gates.data = torch.tensor([1.0 if gate else -1.0 for gate in gates], dtype=layer.gates.dtype)


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
def test_mask_joins_channels_that_agree_in_the_closed_bits(bits):
    size = 2**bits
    layer = DGConv2d(size, size, 1)
    for gates in itertools.product((False, True), repeat=bits):
        set_gates(layer, gates)
        closed = [bits - 1 - i for i, gate in enumerate(gates) if not gate]  # the first gate is the highest bit
        expected = [
            [float(all((n >> bit & 1) == (c >> bit & 1) for bit in closed)) for c in range(size)] for n in range(size)
        ]
        assert layer.mask.tolist() == expected
        assert layer.mask.sum() == 2 ** (bits + sum(gates))


def test_forward_equals_the_masked_convolution():
    layer = DGConv2d(8, 8, 3, stride=2, padding=1)
    set_gates(layer, (True, False, True))
    x = torch.randn(2, 8, 5, 4)
    expected = convolve(x, layer.weight * layer.mask[:, :, None, None], layer.bias, stride=2, padding=1)
    torch.testing.assert_close(layer(x).double(), expected, atol=1e-5, rtol=1e-5)


def test_gates_get_the_gradient_of_the_relaxed_product():
    layer = DGConv2d(8, 8, 1, bias=False, dtype=torch.float64)
    set_gates(layer, (True, False, True))
    x, direction = torch.randn(2, 8, 3, 3, dtype=torch.float64), torch.randn(2, 8, 3, 3, dtype=torch.float64)
    (layer(x) * direction).sum().backward()

    def loss(gates):
        mask = torch.ones(1, 1, dtype=torch.float64)
        for gate in gates:
            mask = torch.kron(
                mask, (1 - gate) * torch.eye(2, dtype=torch.float64) + gate * torch.ones(2, 2, dtype=torch.float64)
            )
        return (torch.nn.functional.conv2d(x, layer.weight.detach() * mask[:, :, None, None]) * direction).sum()

    torch.testing.assert_close(
        layer.gates.grad, slope(loss, torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)), atol=1e-6, rtol=1e-5
    )


@pytest.mark.parametrize(("inputs", "outputs"), [(6, 6), (8, 4), (1, 1)])
def test_channels_must_be_one_power_of_two(inputs, outputs):
    with pytest.raises(ValueError, match="power of two"):
        DGConv2d(inputs, outputs, 1)
