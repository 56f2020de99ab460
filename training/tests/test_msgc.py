"""The gates, generators and masked convolutions of MSGC."""

import copy
import pickle

import pytest
import torch
from reference import convolve, slope

from groupwise_train import AttGen, MaskGen, MSGCConv2d
from groupwise_train.layers.msgc import binary_gate


def test_gate_keeps_with_the_probability_of_the_sigmoid():
    z, count = torch.tensor([-4.0, -1.0, 0.0, 0.5, 3.0]), 20_000
    kept = binary_gate(z.repeat(count, 1), training=True).mean(0)
    p = torch.sigmoid(z)
    assert ((kept - p).abs() < 6 * (p * (1 - p) / count).sqrt()).all(), kept


def test_gate_is_binary_and_has_the_gradient_of_its_relaxed_form(seed):
    z = torch.randn(40, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(40, dtype=torch.float64)
    torch.manual_seed(seed)
    made = binary_gate(z, training=True)
    (made * weights).sum().backward()
    torch.manual_seed(seed)
    u = torch.rand_like(z)
    noise = torch.log(u) - torch.log(1 - u)
    torch.testing.assert_close(made.detach(), (z.detach() + noise >= 0).double())
    relaxed = slope(lambda moved: (torch.sigmoid(1.5 * (moved + noise)) * weights).sum(), z.detach())
    torch.testing.assert_close(z.grad, relaxed, atol=1e-6, rtol=1e-5)


def test_gate_in_evaluation_keeps_0_and_is_deterministic():
    assert binary_gate(torch.tensor([-1.0, -1e-30, -0.0, 0.0, 1e-30, 2.0]), training=False).tolist() == [
        0,
        0,
        1,
        1,
        1,
        1,
    ]


def generator_by_hand(generator, context):
    """z [B, H, C] of a generator in evaluation, head by head and channel by channel."""
    first, norm, _, last = generator.conv
    inner = torch.einsum("oc,bc->bo", first.weight[:, :, 0, 0], context[:, :, 0, 0])
    inner = (inner - norm.running_mean) / (norm.running_var + norm.eps).sqrt() * norm.weight + norm.bias
    rows = inner.clamp(min=0) @ last.weight[:, :, 0, 0].t() + last.bias
    size = generator.channels
    return torch.stack([rows[:, head * size : (head + 1) * size] for head in range(generator.heads)], 1)


def test_generators_are_bottlenecks_with_a_row_of_outputs_for_each_head():
    masks, factors, context = MaskGen(12, 6, 3).eval(), AttGen(12, 6, 3, reduction=2).eval(), torch.randn(2, 12, 1, 1)
    assert masks.conv[0].weight.shape == (3, 12, 1, 1) and factors.conv[0].weight.shape == (6, 12, 1, 1)
    assert (masks.conv[3].bias == 2).all() and (factors(context) == 1).all()
    for generator in (masks, factors):
        for value in (
            generator.conv[1].running_mean,
            generator.conv[1].running_var,
            generator.conv[3].weight.data,
            generator.conv[3].bias.data,
        ):
            torch.nn.init.uniform_(value, -1 if value.dim() > 1 else 0.1, 1)
    torch.testing.assert_close(masks(context), (generator_by_hand(masks, context) >= 0).float())
    torch.testing.assert_close(factors(context), generator_by_hand(factors, context))


def per_sample(layer, mask, attention):
    """What multiplies W[n, c] for each sample, [B, N, C]."""
    factors = mask if attention is None else mask * attention
    size = layer.out_channels // layer.heads
    return torch.stack([factors[:, n // size] for n in range(layer.out_channels)], 1)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("attentive", [False, True])
@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((5, 8, 1), {"heads": 4}),
        ((5, 8, 1), {"heads": 2, "bias": False}),
        ((4, 6, 1), {"heads": 3, "stride": 2}),
        ((4, 6, 1), {"heads": 3, "padding": 1}),
        ((3, 4, 3), {"heads": 2, "padding": 1, "stride": 2}),
        ((3, 4, 3), {"heads": 1, "padding": 2, "dilation": 2, "bias": False}),
    ],
)
def test_forward_follows_the_definition(size, options, attentive, training):
    layer = MSGCConv2d(*size, **options).train(training)
    x, mask = torch.randn(2, size[0], 4, 5), (torch.rand(2, layer.heads, size[0]) < 0.6).float()
    mask[0, 0] = 0  # a head without inputs
    attention = torch.randn_like(mask) if attentive else None
    window = {name: value for name, value in options.items() if name in ("stride", "padding", "dilation")}
    expected = convolve(x, layer.weight, layer.bias, **window, factors=per_sample(layer, mask, attention))
    y = layer(x, mask, attention)
    torch.testing.assert_close(y.double(), expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(layer.kept, mask)
    alone = y[0, : size[1] // layer.heads]
    constant = torch.zeros(len(alone)) if layer.bias is None else layer.bias[: len(alone)]
    torch.testing.assert_close(alone, constant[:, None, None].expand_as(alone))


@pytest.mark.parametrize("window", [{"kernel_size": 1}, {"kernel_size": 3, "padding": 1}])
def test_training_gives_the_gradients_of_masked_copies(window):
    layer = MSGCConv2d(5, 8, heads=4, dtype=torch.float64, **window)
    given = [torch.randn(2, 5, 3, 3), torch.rand(2, 4, 5), torch.randn(2, 4, 5)]
    given = [value.double().requires_grad_() for value in given]
    direction = torch.randn(2, 8, 3, 3, dtype=torch.float64)
    gradients = []
    for training in (True, False):
        y = layer.train(training)(*given)
        gradients.append(torch.autograd.grad((y * direction).sum(), [*given, layer.weight, layer.bias]))
    for own, other in zip(*gradients, strict=True):
        torch.testing.assert_close(own, other)


def test_training_pads_as_evaluation_does():
    layer = MSGCConv2d(4, 6, 3, heads=2, padding=1, padding_mode="reflect")
    x, mask = torch.randn(2, 4, 5, 5), (torch.rand(2, 2, 4) < 0.6).float()
    torch.testing.assert_close(layer.train()(x, mask), layer.eval()(x, mask))


def test_training_in_bfloat16_stays_in_bfloat16():
    layer = MSGCConv2d(4, 6, 3, heads=2, padding=1)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(torch.randn(2, 4, 5, 5), torch.ones(2, 2, 4)).dtype == torch.bfloat16


def test_context_comes_from_the_caller_or_is_the_average_of_the_input():
    layer, x = MSGCConv2d(6, 4, 1, heads=2, context_channels=6, attention=True).eval(), torch.randn(2, 6, 3, 4)
    torch.nn.init.normal_(layer.maskgen.conv[3].weight, std=5)
    own = x.sum((2, 3), keepdim=True) / 12
    mask, attention = layer.maskgen(own), layer.attgen(own)
    torch.testing.assert_close(layer(x), layer(x, mask, attention))
    other = torch.randn(2, 6, 1, 1)
    torch.testing.assert_close(layer(x, context=other), layer(x, layer.maskgen(other), layer.attgen(other)))
    with pytest.raises(ValueError, match="the layer has no mask generator"):
        MSGCConv2d(6, 4, 1, heads=2)(x)


def test_a_layer_that_trained_can_be_copied_and_pickled():
    layer = MSGCConv2d(6, 4, 1, heads=2, context_channels=6)
    layer(torch.randn(2, 6, 3, 3))
    assert layer.kept.requires_grad
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert twin.kept is None and torch.equal(twin.weight, layer.weight)


def test_heads_must_divide_the_outputs():
    with pytest.raises(ValueError, match="heads must be at least 1, got 0"):
        MSGCConv2d(4, 6, 1, heads=0)
    with pytest.raises(ValueError, match="4 heads do not divide 6 outputs"):
        MSGCConv2d(8, 6, 1, heads=4)
