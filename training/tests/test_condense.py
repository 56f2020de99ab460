"""CondenseNet's pruning and its conversion for inference."""

import pytest
import torch
from reference import convolve

from groupwise_train import CondenseConv2d, CondensedConv, LearnedGroupConv


class Plain:
    """Pruning by lists: the inputs that each group keeps."""

    def __init__(self, inputs, groups, factor):
        self.groups, self.drop = groups, inputs // factor
        self.kept = [set(range(inputs)) for _ in range(groups)]

    def event(self, weight):
        for group, kept in enumerate(self.kept):
            size = {c: sum(abs(weight[f][c]) for f in range(group, len(weight), self.groups)) for c in kept}
            kept -= set(sorted(kept, key=size.get)[: self.drop])

    def mask(self, outputs, inputs):
        return [[float(c in self.kept[f % self.groups]) for c in range(inputs)] for f in range(outputs)]


@pytest.mark.parametrize(
    ("inputs", "outputs", "groups", "factor"), [(16, 8, 4, 4), (24, 12, 2, 6), (8, 8, 4, 2), (12, 6, 3, 12)]
)
def test_every_stage_prunes_like_the_reference(inputs, outputs, groups, factor):
    layer, plain = CondenseConv2d(inputs, outputs, groups=groups, factor=factor), Plain(inputs, groups, factor)
    before = layer.mask.clone()
    for stage in range(1, factor):
        torch.nn.init.normal_(layer.weight)  # also what was dropped grows again
        layer.condense(stage)
        plain.event(layer.weight.detach()[:, :, 0, 0].tolist())
        assert layer.mask.tolist() == plain.mask(outputs, inputs)
        assert layer.stages == stage and (layer.mask <= before).all()
        assert (layer.mask.sum(1) == inputs - stage * inputs // factor).all()
        before = layer.mask.clone()
    layer.condense()
    assert torch.equal(layer.mask, before) and (layer.mask.sum(1) == inputs // factor).all()


def test_several_steps_at_once_prune_as_much():
    layer = CondenseConv2d(12, 6, groups=3, factor=6)
    layer.condense(4)
    assert (layer.mask.sum(1) == 4).all() and layer.stages == 4


def test_pruned_connections_stay_closed_after_loading():
    layer, loaded = (CondenseConv2d(12, 6, groups=3, factor=6) for _ in range(2))
    layer.condense(4)
    loaded.load_state_dict(layer.state_dict())
    loaded.condense(1)
    assert torch.equal(loaded.mask, layer.mask) and loaded.stages == 4
    torch.nn.init.normal_(loaded.weight)
    loaded.condense(5)
    assert (loaded.mask.sum(1) == 2).all() and (loaded.mask <= layer.mask).all()


def test_forward_uses_the_remaining_inputs():
    layer = CondenseConv2d(8, 4, stride=2, groups=2)
    layer.condense()
    x = torch.randn(2, 8, 4, 4)
    expected = convolve(x, layer.weight * layer.mask[:, :, None, None], layer.bias, stride=2)
    torch.testing.assert_close(layer(x).double(), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("groups", "factor"), [(4, 4), (4, 8), (2, 1)])
def test_converted_layer_equals_the_masked_one(groups, factor):
    layer = LearnedGroupConv(16, 8, groups, factor)
    layer.conv.condense()
    for value in (layer.norm.running_mean, layer.norm.running_var, layer.norm.weight.data, layer.norm.bias.data):
        torch.nn.init.uniform_(value, 0.5, 1.5)
    x = torch.randn(2, 16, 3, 3)
    torch.testing.assert_close(CondensedConv(layer.eval()).eval()(x), layer(x), atol=1e-5, rtol=1e-5)


def test_channels_must_be_divisible():
    with pytest.raises(ValueError, match="groups=4 and factor=4 do not divide 10 inputs"):
        CondenseConv2d(10, 8)


def test_pruning_of_larger_kernels_sums_over_their_taps():
    layer = CondenseConv2d(4, 4, 3, groups=2, bias=False)
    with torch.no_grad():
        layer.weight.fill_(0.1)
        layer.weight[0::2, 1] = layer.weight[0::2, 3] = 0.01  # of group 0
        layer.weight[0::2, 3, 1, 1] = 1.0
        layer.weight[0::2, 2] = 0.05
        layer.weight[1::2, :2] = 0.2
    layer.condense()
    assert layer.mask.tolist() == [[1, 0, 0, 1], [1, 1, 0, 0]] * 2
