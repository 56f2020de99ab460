import pytest
import torch
from torch import nn

from groupwise_train import CondenseConv2d, DynamicMacs, FLGCConv2d, GroupMacs, MobileNetV2, MSGCConv2d, count_macs, layer_macs
from groupwise_train.methods import apply_method


def network(method="dense", groups=8, scope="projections", width=1.0, early_stride=1):
    model = MobileNetV2(width, 10, early_stride)
    apply_method(model, method, groups, scope)
    return model


def test_totals_of_the_network_with_published_counts():
    assert count_macs(network()) == 90_106_368
    assert count_macs(network("sgc")) == 57_735_680


def test_layers_count_pairs_that_are_kept():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), FLGCConv2d(8, 12, 1, groups=3), CondenseConv2d(12, 6, groups=3), nn.Conv2d(6, 6, 3, groups=3),
        nn.Flatten(), nn.Linear(6 * 14 * 14, 5),
    )
    model[2].condense()
    pairs = int(model[1].mask().sum())
    expected = [3 * 8 * 9 * 256, pairs * 256, 12 // 3 * 6 * 256, 6 * 2 * 9 * 196, 6 * 196 * 5]
    assert list(layer_macs(model, 32).values()) == expected
    assert model.training


def naive_macs(model, x):
    """MACs of each sample, layer by layer, what a head or all heads do not keep left out."""
    static = layer_macs(model, x.shape[-1])
    masks = {}
    hooks = [
        module.maskgen.register_forward_hook(lambda _, __, mask, name=name: masks.__setitem__(name, mask))
        for name, module in model.named_modules() if isinstance(module, MSGCConv2d)
    ]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    totals = []
    for b in range(len(x)):
        total = sum(static.values())
        for name, mask in masks.items():
            layer, block = model.get_submodule(name), name.removesuffix(".project.0")
            channels = mask.shape[2]
            pixels = static[name] // (layer.out_channels * channels)
            total -= static[name]
            for head in range(layer.heads):
                total += int(mask[b, head].sum()) * (layer.out_channels // layer.heads) * pixels
            for c in range(channels):
                if not mask[b, :, c].any():
                    for part in ("expand.0", "depthwise.0"):
                        total -= static.get(f"{block}.{part}", 0) // channels
        totals.append(total)
    return totals


def test_masked_networks_count_what_each_sample_keeps():
    model = network("msgc", 4, width=0.25).eval()
    for module in model.modules():
        if isinstance(module, MSGCConv2d):
            nn.init.normal_(module.maskgen.conv[3].weight, std=30)
            nn.init.normal_(module.maskgen.conv[3].bias, std=0.1)
    dynamic, x = DynamicMacs(model), torch.randn(3, 3, 32, 32)
    expected = naive_macs(model, x)
    assert len(set(expected)) == 3
    model(x)
    assert dynamic().tolist() == pytest.approx(expected, rel=1e-6)


def test_projections_have_the_gradient_of_their_share_and_the_rest_none():
    model = network("msgc", 2, width=0.25)
    dynamic, static = DynamicMacs(model), layer_macs(model)
    masked = {name: layer for name, layer in model.named_modules() if isinstance(layer, MSGCConv2d)}
    for layer in masked.values():
        channels = layer.in_channels // layer.heads
        layer.kept = (torch.rand(3, layer.heads, channels) < 0.5).float().requires_grad_()
    gradients = torch.autograd.grad(dynamic().sum(), [layer.kept for layer in masked.values()])
    for name, gradient in zip(masked, gradients, strict=True):
        torch.testing.assert_close(gradient, torch.full_like(gradient, static[name] / gradient[0].numel()))


def test_a_network_that_keeps_all_costs_all():
    model = network("msgc", 2, width=0.25)
    dynamic = DynamicMacs(model)
    for layer in model.modules():
        if isinstance(layer, MSGCConv2d):
            layer.kept = torch.ones(2, layer.heads, layer.in_channels // layer.heads)
    assert dynamic().tolist() == [count_macs(model)] * 2


def test_macs_of_groups_pull_channels_towards_smaller_groups():
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), FLGCConv2d(8, 12, 1, groups=3), FLGCConv2d(12, 6, 3, stride=2, padding=1, groups=2))
    model[1].fade = 0.3  # connections that fade are not those of the groups
    macs = GroupMacs(model, 8)
    pairs = [int((layer.groups_mask() > 0).sum()) for layer in model[1:]]
    assert macs.dense == 8 * 12 * 64 + 12 * 6 * 9 * 16
    assert macs().item() == pytest.approx(pairs[0] * 64 + pairs[1] * 9 * 16)
    macs().backward()
    # the straight-through gradient of an input's share in group g is the number of its filters, through the softmax's Jacobian
    layer = model[1]
    filters = nn.functional.one_hot(layer.output_logits.argmax(1), 3).sum(0).to(torch.float32)
    shares = layer.input_logits.detach().softmax(1)
    expected = 64 * shares * (filters - (shares * filters).sum(1, keepdim=True))
    torch.testing.assert_close(layer.input_logits.grad, expected, rtol=1e-4, atol=1e-3)
