"""The masks of FLGC and the gradients of its estimators."""

import copy

import pytest
import torch
from reference import convolve

from groupwise_train import FLGCConv2d


def mask_of(layer):
    """M by its definition: how many groups a filter and an input share."""
    groups = []
    for logits in (layer.output_logits, layer.input_logits):
        shares = torch.softmax(logits.detach(), 1).tolist()
        groups.append([{g for g, share in enumerate(row) if share == max(row)} for row in shares])
    return torch.tensor(
        [[float(len(own & other)) for other in groups[1]] for own in groups[0]], dtype=layer.weight.dtype
    )


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((5, 7, 1), {"groups": 3}),
        ((6, 4, 3), {"groups": 2, "stride": 2, "padding": 1, "bias": False}),
        ((4, 6, 3), {"groups": 4, "padding": 2, "dilation": 2, "balanced": False}),
        ((3, 5, 1), {"groups": 1}),
    ],
)
def test_forward_follows_the_definition(size, options):
    layer = FLGCConv2d(*size, **options)
    x = torch.randn(2, size[0], 6, 5)
    window = {name: value for name, value in options.items() if name in ("stride", "padding", "dilation")}
    expected = convolve(x, layer.weight * mask_of(layer)[:, :, None, None], layer.bias, **window)
    for training in (True, False):
        torch.testing.assert_close(layer.train(training)(x).double(), expected, atol=1e-5, rtol=1e-5)


def test_logits_that_tie_put_a_channel_into_several_groups():
    layer = FLGCConv2d(3, 3, 1, groups=3, bias=False)
    with torch.no_grad():
        layer.input_logits.copy_(torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 2.0, 1.0]]))
        layer.output_logits.copy_(torch.tensor([[2.0, 2.0, 0.0], [0.0, 1.0, 1.0], [3.0, 0.0, 0.0]]))
    assert layer.mask.tolist() == [[2, 0, 1], [1, 1, 1], [1, 0, 0]]


def logit_gradients(layer, x, direction):
    (layer(x) * direction).sum().backward()
    return layer.output_logits.grad, layer.input_logits.grad


def loss_gradients(layer, x, direction):
    """dL/dM [N, C] through autograd of the plain convolution, and the hard assignments of filters and inputs."""
    mask = mask_of(layer).requires_grad_()
    (
        torch.nn.functional.conv2d(x, layer.weight.detach() * mask[:, :, None, None], None, layer.stride) * direction
    ).sum().backward()
    hard = [
        torch.nn.functional.one_hot(logits.argmax(1), logits.shape[1]).double()
        for logits in (layer.output_logits, layer.input_logits)
    ]
    return mask.grad, *hard


def double_layer(estimator):
    layer = FLGCConv2d(6, 5, 3, groups=4, bias=False, estimator=estimator, dtype=torch.float64)
    x = torch.randn(2, 6, 5, 5, dtype=torch.float64)
    return layer, x, torch.randn(2, 5, 3, 3, dtype=torch.float64)


def test_winner_moves_a_row_only_by_its_winning_entry():
    layer, x, direction = double_layer("winner")
    found = logit_gradients(layer, x, direction)
    to_mask, outputs, inputs = loss_gradients(layer, x, direction)
    for gradient, logits, to_hot in zip(
        found, (layer.output_logits, layer.input_logits), (to_mask @ inputs, to_mask.t() @ outputs), strict=True
    ):
        expected = torch.zeros_like(gradient)
        for row, values in enumerate(logits.detach()):
            p, winner = torch.softmax(values, 0), values.argmax()
            for j in range(len(p)):
                expected[row, j] = to_hot[row, winner] * p[winner] * ((1.0 if j == winner else 0.0) - p[j])
        torch.testing.assert_close(gradient, expected)
        torch.testing.assert_close(gradient.sum(1), torch.zeros(len(gradient), dtype=torch.float64), atol=1e-12, rtol=0)
        assert gradient.abs().max() > 1e-6


@pytest.mark.parametrize("estimator", ["weights", "winner", "fixed"])
def test_weights_outside_the_groups_get_no_gradient(estimator):
    layer, x, direction = double_layer(estimator)
    (layer(x) * direction).sum().backward()
    assert torch.equal(layer.weight.grad.abs().sum((2, 3)) > 0, mask_of(layer) > 0)


def test_one_group_is_dense_and_learns_nothing():
    layer = FLGCConv2d(3, 4, 1, groups=1, estimator="winner")
    x = torch.randn(2, 3, 4, 4)
    y = layer(x)
    torch.testing.assert_close(y, torch.nn.functional.conv2d(x, layer.weight, layer.bias))
    y.square().sum().backward()
    assert layer.input_logits.grad.abs().max() == 0 and layer.output_logits.grad.abs().max() == 0


def test_frozen_groups_stay():
    layer, *others = (FLGCConv2d(6, 4, 1, groups=2, estimator=kind) for kind in ("winner", "weights", "fixed"))
    before = layer.mask
    layer.freeze_groups()
    for frozen in (layer, *others):
        frozen(torch.randn(1, 6, 2, 2)).square().sum().backward()
        assert frozen.input_logits.grad is None and frozen.output_logits.grad is None
        assert frozen.weight.grad is not None
    assert torch.equal(layer.mask, before) and not layer.mask.requires_grad


def test_fade_closes_connections_outside_the_groups_step_by_step():
    layer = FLGCConv2d(6, 4, 1, groups=2, bias=False)
    x, inside = torch.randn(2, 6, 3, 3), mask_of(layer)
    for fade in (0.0, 0.25, 1.0):
        layer.fade = fade
        shares = torch.where(inside > 0, 1.0, 1 - fade)
        torch.testing.assert_close(
            layer(x).double(), convolve(x, layer.weight * shares[:, :, None, None]), atol=1e-5, rtol=1e-5
        )


def test_arguments_are_those_of_a_convolution():
    layer = FLGCConv2d(4, 6, 3, padding="same", groups=2, padding_mode="circular", dtype=torch.float64)
    plain = torch.nn.Conv2d(4, 6, 3, padding="same", padding_mode="circular", dtype=torch.float64)
    plain.weight, plain.bias = torch.nn.Parameter(layer.weight * mask_of(layer)[:, :, None, None]), layer.bias
    x = torch.randn(1, 4, 5, 5, dtype=torch.float64)
    torch.testing.assert_close(layer(x), plain(x))
    torch.testing.assert_close(copy.deepcopy(layer)(x), plain(x))


def test_balanced_groups_have_equal_sizes_and_the_same_logits_in_another_order():
    for inputs, outputs, groups in ((8, 48, 8), (10, 7, 3), (48, 8, 6), (5, 4, 1)):
        torch.manual_seed(inputs)
        drawn = FLGCConv2d(inputs, outputs, 1, groups=groups, balanced=False)
        torch.manual_seed(inputs)
        layer = FLGCConv2d(inputs, outputs, 1, groups=groups, balanced=True)
        for logits, before in ((layer.input_logits, drawn.input_logits), (layer.output_logits, drawn.output_logits)):
            sizes = logits.argmax(1).bincount(minlength=groups)
            assert sizes.max() - sizes.min() <= 1
            assert torch.equal(logits.sort(1).values, before.sort(1).values)


def test_defaults_are_the_form_that_the_results_recommend():
    torch.manual_seed(3)
    default = FLGCConv2d(16, 24, 1)
    torch.manual_seed(3)
    explicit = FLGCConv2d(16, 24, 1, groups=8, estimator="weights", balanced=True)
    assert default.estimator == "weights"
    assert default.fade == 1
    for name, value in explicit.state_dict().items():
        assert torch.equal(default.state_dict()[name], value), name


def test_groups_from_weights_find_the_groups_that_the_weights_have():
    for seed, (inputs, outputs, groups, kernel) in enumerate(((24, 16, 4, 1), (12, 36, 3, 3), (30, 30, 5, 1))):
        torch.manual_seed(seed)
        layer = FLGCConv2d(inputs, outputs, kernel, groups=groups)
        input_groups, output_groups = (torch.randperm(count) % groups for count in (inputs, outputs))
        inside = output_groups[:, None] == input_groups[None]
        with torch.no_grad():
            layer.weight.mul_(torch.where(inside, 1.0, 0.3)[:, :, None, None])
        layer.assign_groups(seed)
        assert torch.equal(layer.group_mask, inside.float()), f"seed {seed}"


def test_groups_from_weights_keep_more_than_random_groups_and_have_equal_sizes():
    for seed, (inputs, outputs, groups) in enumerate(((17, 23, 4), (64, 48, 8), (10, 16, 8), (144, 6, 4), (9, 9, 2))):
        torch.manual_seed(seed)
        layer = FLGCConv2d(inputs, outputs, 3, groups=groups)
        strength = layer.weight.detach().square().sum((2, 3))
        kept = []
        for _ in range(200):
            input_groups, output_groups = (torch.randperm(count) % groups for count in (inputs, outputs))
            kept.append(strength[output_groups[:, None] == input_groups[None]].sum())
        layer.assign_groups()
        assert (strength * layer.group_mask).sum() >= max(kept), f"seed {seed}"
        for logits in (layer.input_logits, layer.output_logits):
            sizes = logits.argmax(1).bincount(minlength=groups)
            assert sizes.max() - sizes.min() <= 1


def test_groups_of_weights_that_are_not_finite_are_refused():
    layer = FLGCConv2d(8, 8, 1, groups=2)
    with torch.no_grad():
        layer.weight[3, 4] = float("nan")
    with pytest.raises(ValueError, match="a weight is not finite: lower the learning rate"):
        layer.assign_groups()
