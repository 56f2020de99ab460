"""Multiply-accumulates, counted pair by pair."""

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models.mobilenetv3 import InvertedResidual, InvertedResidualConfig

from groupwise_train import (
    CondenseConv2d,
    DynamicMacs,
    FLGCConv2d,
    MobileNetV2,
    MSGCConv2d,
    add_msgc,
    count_macs,
    layer_macs,
    pointwise,
    replace_convs,
)
from groupwise_train.cifar10.methods import apply_method
from groupwise_train.macs import channel_pairs


def network(method="dense", groups=8, scope="projections", width=1.0, early_stride=1):
    model = MobileNetV2(width, 10, early_stride)
    apply_method(model, method, groups, scope)
    return model


def test_totals_of_the_network_with_published_counts():
    assert count_macs(network()) == 90_106_368
    assert count_macs(network("sgc")) == 57_735_680


def test_layers_count_pairs_that_are_kept():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        FLGCConv2d(8, 12, 1, groups=3),
        CondenseConv2d(12, 6, groups=3),
        nn.Conv2d(6, 6, 3, groups=3),
        nn.Flatten(),
        nn.Linear(6 * 14 * 14, 5),
    )
    model[2].condense()
    pairs = int(model[1].mask.sum())
    expected = [3 * 8 * 9 * 256, pairs * 256, 12 // 3 * 6 * 256, 6 * 2 * 9 * 196, 6 * 196 * 5]
    assert list(layer_macs(model, 32).values()) == expected
    assert model.training


def test_linear_layers_count_every_position():
    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 7)

        def forward(self, x):
            return self.linear(x.flatten(2).transpose(1, 2))  # [B, positions, 3]

    assert layer_macs(Tokens(), 5) == {"linear": 3 * 7 * 25}
    published = torchvision.models.ConvNeXt_Tiny_Weights.DEFAULT.meta["_ops"]  # 10^9, all of them products
    assert count_macs(torchvision.models.convnext_tiny(), 224) == pytest.approx(published * 1e9, rel=1e-3)


def test_a_layer_that_runs_twice_counts_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3, padding=1)

        def forward(self, x):
            return self.conv(self.conv(x)[:, :, ::2])

    assert layer_macs(Twice(), 8) == {"conv": 3 * 3 * 9 * (8 * 8 + 4 * 8)}


def test_patches_in_the_batch_count_one_by_one():
    class Patches(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 1)

        def forward(self, x):
            return self.conv(x.unfold(2, 2, 2).unfold(3, 2, 2).permute(0, 2, 3, 1, 4, 5).flatten(0, 2))

    assert layer_macs(Patches(), 8) == {"conv": 3 * 4 * 64}


def test_counting_leaves_the_mode_of_every_layer():
    model = network()
    frozen = next(layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)).eval()
    count_macs(model)
    assert model.training and not frozen.training


def block_macs(block, static, masks, b):
    """MACs of sample b in a block of [(name, convolution)]: of pairs with a kept input and an output that is read."""
    total, needed = 0, None
    for name, layer in reversed(block):
        outputs = range(layer.out_channels) if needed is None else sorted(needed)
        per_pair = static[name] // channel_pairs(layer)
        if isinstance(layer, MSGCConv2d):
            mask, rows = masks[name][b], layer.out_channels // layer.heads
            total += per_pair * sum(int(mask[n // rows].sum()) for n in outputs)
            needed = {c for c in range(mask.shape[1]) if mask[:, c].any()}
        else:
            total += per_pair * len(outputs) * (layer.in_channels // layer.groups)
            needed = needed if layer.weight.shape[1] == 1 and layer.in_channels == layer.out_channels else None
    return total


def naive_macs(model, x, blocks):
    """MACs of each sample; `blocks` are lists of names of convolutions, the rest counts in full."""
    static, masks = layer_macs(model, x.shape[-1]), {}
    hooks = [
        module.maskgen.register_forward_hook(lambda _, __, mask, name=name: masks.__setitem__(name, mask))
        for name, module in model.named_modules()
        if isinstance(module, MSGCConv2d)
    ]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    inside = {name for block in blocks for name in block}
    rest = sum(count for name, count in static.items() if name not in inside)
    layers = [[(name, model.get_submodule(name)) for name in block] for block in blocks]
    return [rest + sum(block_macs(block, static, masks, b) for block in layers) for b in range(len(x))]


def own_blocks(model):
    return [
        [f"blocks.{i}.{part}.0" for part in ("expand", "depthwise", "project") if i or part != "expand"]
        for i in range(17)
    ]


def bottlenecks(model):
    return [
        [f"layer{stage}.{i}.conv{k}" for k in (1, 2, 3)]
        for stage in (1, 2, 3, 4)
        for i in range(len(model.get_submodule(f"layer{stage}")))
    ]


def inverted(model):
    return [[f"features.{i}.conv.{k}" for k in (("0.0", "1") if i == 1 else ("0.0", "1.0", "2"))] for i in range(1, 6)]


MASKED = {
    "own": (lambda: MobileNetV2(0.25), own_blocks),
    "torchvision resnet": (
        lambda: torchvision.models.ResNet(
            torchvision.models.resnet.Bottleneck, [2, 1, 1, 1], num_classes=10, width_per_group=16
        ),
        bottlenecks,
    ),
    "torchvision mobilenet_v2": (
        lambda: torchvision.models.MobileNetV2(10, 0.25, [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 2, 1]]),
        inverted,
    ),
}


@pytest.mark.parametrize("name", MASKED)
def test_masked_networks_count_what_each_sample_keeps(name):
    make, blocks = MASKED[name]
    model = make()
    add_msgc(model, heads=4)
    model.eval()
    for layer in (module for module in model.modules() if isinstance(module, MSGCConv2d)):
        drawn = (torch.rand(3, layer.heads, layer.in_channels // layer.heads) < 0.3).float()
        layer.maskgen.register_forward_hook(
            lambda _, given, mask, drawn=drawn: drawn if len(given[0]) == len(drawn) else mask
        )
    dynamic, x = DynamicMacs(model), torch.randn(3, 3, 32, 32)
    with pytest.raises(RuntimeError, match="before a forward"):
        dynamic()
    expected = naive_macs(model, x, blocks(model))
    assert len(set(expected)) == 3
    model(x)
    assert dynamic().tolist() == pytest.approx(expected, rel=1e-6)


def test_counting_macs_leaves_the_masks_of_the_last_forward():
    model = network("msgc", 2, width=0.25).eval()
    dynamic = DynamicMacs(model)
    with pytest.raises(RuntimeError, match="before a forward"):
        dynamic()
    model(torch.randn(3, 3, 32, 32))
    before = dynamic().tolist()
    count_macs(model)
    assert dynamic().tolist() == before and len(before) == 3


def test_layers_before_a_gate_of_all_channels_count_in_full():
    """Squeeze-and-excitation averages every channel of the depthwise layer, so only its last layer computes less."""
    block = InvertedResidual(InvertedResidualConfig(8, 3, 24, 8, True, "RE", 1, 1, 1.0), nn.BatchNorm2d)
    model = nn.Sequential(nn.Conv2d(3, 8, 1), block)
    add_msgc(model, heads=4)
    dynamic, static = DynamicMacs(model, 8), layer_macs(model, 8)
    model[1].block[3][0].kept = torch.zeros(2, 4, 24)
    model[1].block[3][0].kept[0, 1, :5] = 1
    gate, projection = static["1.block.2.fc2"], static["1.block.3.0"]
    expected = [sum(static.values()) - projection * (1 - kept / 96) - gate * (1 - kept / 24) for kept in (5, 0)]
    assert dynamic().tolist() == pytest.approx(expected)


def test_masks_outside_the_main_path_save_their_own_share():
    """In the shortcut of a ResNet, and in the first layer of a gate, whose inputs other layers read too."""
    block = InvertedResidual(InvertedResidualConfig(8, 3, 24, 8, True, "RE", 1, 1, 1.0), nn.BatchNorm2d)
    resnet = torchvision.models.ResNet(
        torchvision.models.resnet.Bottleneck, [1, 1, 1, 1], num_classes=10, width_per_group=16
    )
    for model, name in ((resnet, "layer2.0.downsample.0"), (nn.Sequential(nn.Conv2d(3, 8, 1), block), "1.block.2.fc1")):
        names = replace_convs(
            model,
            MSGCConv2d,
            lambda name, conv: pointwise(name, conv) and conv.out_channels % 4 == 0 and conv.in_channels > 3,
            heads=4,
        )
        dynamic, static = DynamicMacs(model), layer_macs(model)
        for layer in map(model.get_submodule, names):
            layer.kept = torch.ones(2, 4, layer.in_channels // 4)
        assert dynamic().tolist() == [sum(static.values())] * 2
        model.get_submodule(name).kept[1] = 0
        assert dynamic().tolist() == pytest.approx([sum(static.values()), sum(static.values()) - static[name]])
    assert DynamicMacs(MobileNetV2(0.25))() == count_macs(MobileNetV2(0.25))


def test_macs_have_a_gradient_to_each_mask_by_its_share():
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
