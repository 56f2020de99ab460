"""Wrong arguments are refused by name, with what was found and what is expected."""

import pytest
import torch
import torchvision
from torch import nn

from groupwise_train import (
    AttGen,
    CondenseConv2d,
    CondensedConv,
    CondenseNet,
    DGConv2d,
    DynamicMacs,
    FLGCConv2d,
    LearnedGroupConv,
    MaskGen,
    MobileNetV2,
    MSGCConv2d,
    add_msgc,
    blocks_of,
    count_macs,
    from_conv,
    load_condensenet,
    load_flgc,
    load_msgc,
    register_block,
    replace_convs,
    share_context,
)
from groupwise_train.cifar10.export import export_onnx
from groupwise_train.cifar10.methods import apply_method

LAYERS = {
    FLGCConv2d: {"groups": 2},
    MSGCConv2d: {"heads": 2},
    CondenseConv2d: {"groups": 2},
    DGConv2d: {},
}


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"in_channels": "8"}, TypeError, r"in_channels must be an integer, got '8' \(str\)"),
        ({"in_channels": True}, TypeError, r"in_channels must be an integer, got True \(bool\)"),
        ({"out_channels": 0}, ValueError, "out_channels must be at least 1, got 0"),
        ({"out_channels": -8}, ValueError, "out_channels must be at least 1, got -8"),
        ({"kernel_size": 1.0}, TypeError, r"kernel_size must be an integer or a pair of integers, got 1.0 \(float\)"),
        ({"kernel_size": (1, 1, 1)}, ValueError, r"a pair of integers, got \(1, 1, 1\)"),
        ({"kernel_size": 0}, ValueError, "kernel_size must be at least 1, got 0"),
        ({"stride": 0}, ValueError, "stride must be at least 1, got 0"),
        ({"stride": (1, "1")}, TypeError, "stride must be an integer or a pair of integers"),
        ({"padding": -1}, ValueError, "padding must be at least 0, got -1"),
        ({"padding": "sam"}, ValueError, 'padding must be one of "valid", "same", got "sam"; did you mean "same"?'),
        ({"dilation": 0}, ValueError, "dilation must be at least 1, got 0"),
        ({"bias": 1}, TypeError, r"bias must be True or False, got 1 \(int\)"),
        ({"padding_mode": "reflec"}, ValueError, 'got "reflec"; did you mean "reflect"?'),
        ({"dtype": "float32"}, TypeError, "dtype must be a torch.dtype, got 'float32'"),
        ({"dtype": torch.int64}, ValueError, "dtype must be a floating-point type, got torch.int64"),
        ({"paddin": 1}, TypeError, 'Conv2d has no option "paddin"; did you mean "padding"?'),
        ({"zzz": 1}, TypeError, 'Conv2d has no option "zzz"; its options are "in_channels", "out_channels"'),
    ],
)
def test_arguments_of_every_layer(kind, options, error, message):
    arguments = {"in_channels": 8, "out_channels": 8, "kernel_size": 1, **LAYERS[kind]}
    kind(**arguments)
    with pytest.raises(error, match=message):
        kind(**(arguments | options))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: FLGCConv2d(4, 6, 1, groups=0), ValueError, "groups must be at least 1, got 0"),
        (lambda: FLGCConv2d(4, 6, 1, groups=2.0), TypeError, r"groups must be an integer, got 2.0 \(float\)"),
        (lambda: FLGCConv2d(4, 6, 1, groups=5), ValueError, "at most 4 for 4 inputs and 6 outputs, got 5"),
        (lambda: FLGCConv2d(6, 4, 1, groups=6), ValueError, "at most 4 for 6 inputs and 4 outputs, got 6"),
        (lambda: FLGCConv2d(8, 8, 1, estimator="soft"), ValueError, 'one of "weights", "winner", "fixed", got "soft"'),
        (lambda: FLGCConv2d(8, 8, 1, estimator="winer"), ValueError, 'did you mean "winner"?'),
        (lambda: FLGCConv2d(8, 8, 1, estimator=None), TypeError, "estimator must be a string, got None"),
        (lambda: FLGCConv2d(8, 8, 1, balanced="yes"), TypeError, "balanced must be True or False, got 'yes'"),
        (lambda: FLGCConv2d(8, 8, 1, group=2), TypeError, 'FLGCConv2d has no option "group"; did you mean "groups"?'),
        (lambda: MSGCConv2d(8, 8, 1, heads=0), ValueError, "heads must be at least 1, got 0"),
        (lambda: MSGCConv2d(8, 8, 1, groups=2), TypeError, 'MSGCConv2d has no option "groups"'),
        (lambda: MSGCConv2d(8, 8, 1, context_channels=0), ValueError, "context_channels must be at least 1, got 0"),
        (lambda: MSGCConv2d(8, 8, 1, reduction=0), ValueError, "reduction must be at least 1, got 0"),
        (lambda: MSGCConv2d(8, 8, 1, attention=1), TypeError, "attention must be True or False, got 1"),
        (lambda: MSGCConv2d(8, 8, 1, attention=True), ValueError, "needs generators: pass context_channels"),
        (lambda: MaskGen(8, 8, 2, reduction=-4), ValueError, "reduction must be at least 1, got -4"),
        (lambda: AttGen(8, "8", 2), TypeError, "channels must be an integer, got '8'"),
        (
            lambda: AttGen(8, 8, 2, reductions=2),
            TypeError,
            'AttGen has no option "reductions"; did you mean "reduction"?',
        ),
        (lambda: CondenseConv2d(8, 8, groups=0), ValueError, "groups must be at least 1, got 0"),
        (lambda: CondenseConv2d(8, 8, factor=0), ValueError, "factor must be at least 1, got 0"),
        (lambda: CondenseConv2d(8, 8).condense(4), ValueError, "stages must be from 0 to 3, got 4"),
        (lambda: CondenseConv2d(8, 8).condense(1.5), TypeError, "stages must be an integer, got 1.5"),
        (lambda: LearnedGroupConv("8", 8), TypeError, "inputs must be an integer, got '8'"),
        (lambda: CondensedConv(nn.Conv2d(8, 8, 1)), TypeError, "learned must be a LearnedGroupConv, got Conv2d"),
        (lambda: CondenseNet((2, 2), (8,)), ValueError, "must be of the same length, got 2 and 1"),
        (lambda: CondenseNet((2, 0), (8, 8)), ValueError, r"stages\[1\] must be at least 1, got 0"),
        (lambda: CondenseNet(2, 8), TypeError, "stages must be a list of integers, got 2"),
        (lambda: CondenseNet((2,), (8,), stride=4), ValueError, "stride must be from 1 to 2, got 4"),
        (lambda: MobileNetV2(width=0), ValueError, "width must be at least 0.01, got 0"),
        (lambda: MobileNetV2(classes="10"), TypeError, "classes must be an integer, got '10'"),
        (lambda: MobileNetV2(witdh=0.5), TypeError, 'MobileNetV2 has no option "witdh"; did you mean "width"?'),
    ],
)
def test_arguments_of_each_layer_and_network(make, error, message):
    with pytest.raises(error, match=message.replace("?", r"\?")):
        make()


def test_fade_is_from_0_to_1():
    layer = FLGCConv2d(4, 4, 1, groups=2)
    for value in (-0.1, 1.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="fade must be"):
            layer.fade = value
    with pytest.raises(TypeError, match=r"fade must be a number, got '1' \(str\)"):
        layer.fade = "1"
    assert layer.fade == 1


def test_masks_given_to_msgc_must_fit():
    layer, x, mask = MSGCConv2d(6, 4, 1, heads=2, context_channels=6), torch.randn(2, 6, 3, 3), torch.ones(2, 2, 6)
    with pytest.raises(ValueError, match=r"mask must be of the shape \[batch, 2, 6\], got \[2, 6\]"):
        layer(x, torch.ones(2, 6))
    with pytest.raises(ValueError, match=r"got \[2, 6, 2\]"):
        layer(x, torch.ones(2, 6, 2))
    with pytest.raises(TypeError, match=r"mask must be a tensor \[batch, heads, channels\], got 1 \(int\)"):
        layer(x, 1)
    with pytest.raises(ValueError, match="pass either a mask or a context"):
        layer(x, mask, context=x)
    with pytest.raises(ValueError, match="attention needs a mask"):
        layer(x, attention=mask)


CONV, NETWORK = nn.Conv2d(8, 8, 1), nn.Sequential(nn.Conv2d(8, 8, 1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: from_conv(nn.Linear(8, 8), FLGCConv2d), TypeError, "conv must be an nn.Conv2d, got Linear"),
        (lambda: from_conv(CONV, "FLGCConv2d"), TypeError, "kind must be a class of convolutions"),
        (
            lambda: from_conv(CONV, FLGCConv2d, gruops=2),
            TypeError,
            'FLGCConv2d has no option "gruops"; did you mean "groups"?',
        ),
        (lambda: from_conv(CONV, FLGCConv2d, stride=2), TypeError, 'option "stride" is copied from the convolution'),
        (lambda: from_conv(CONV, FLGCConv2d, groups="2"), TypeError, "groups must be an integer, got '2'"),
        (lambda: replace_convs("net", FLGCConv2d), TypeError, "model must be an nn.Module, got 'net'"),
        (lambda: replace_convs(NETWORK, FLGCConv2d, selct=len), TypeError, 'no option "selct"; did you mean "select"?'),
        (
            lambda: replace_convs(NETWORK, FLGCConv2d, select="all"),
            TypeError,
            r"select must be a function of \(name, conv\)",
        ),
        (lambda: replace_convs(NETWORK, FLGCConv2d, groups=True), TypeError, "groups must be an integer, got True"),
        (
            lambda: replace_convs(NETWORK, lambda name, conv: None),
            TypeError,
            "what kind makes for 0 must be an nn.Module, got None",
        ),
        (lambda: add_msgc([]), TypeError, r"model must be an nn.Module, got \[\]"),
        (lambda: add_msgc(NETWORK, heads="4"), TypeError, "heads must be an integer, got '4'"),
        (lambda: add_msgc(NETWORK, attention=1), TypeError, "attention must be True or False, got 1"),
        (lambda: add_msgc(NETWORK, head=4), TypeError, 'add_msgc has no option "head"; did you mean "heads"?'),
        (lambda: share_context(None), TypeError, "model must be an nn.Module, got None"),
        (
            lambda: share_context(NETWORK, ["BasicBlock"]),
            TypeError,
            "blocks must be a class of nn.Module or a list of such",
        ),
        (
            lambda: register_block("BasicBlock", "basic"),
            TypeError,
            "block_class must be a class of nn.Module, got 'Basic",
        ),
        (lambda: register_block(int, "basic"), TypeError, "block_class must be a class of nn.Module, got builtins.int"),
        (lambda: register_block(nn.Sequential, "base"), ValueError, 'got "base"; did you mean "basic"?'),
        (lambda: blocks_of([[1, 0]]), TypeError, r"mask must be a tensor \[outputs, inputs\], got \[\[1, 0\]\]"),
        (lambda: blocks_of(torch.ones(2)), ValueError, r"two dimensions \[outputs, inputs\], got the shape \[2\]"),
        (lambda: count_macs(NETWORK, "32"), TypeError, "size must be an integer, got '32'"),
        (lambda: count_macs(NETWORK, sise=32), TypeError, 'count_macs has no option "sise"; did you mean "size"?'),
        (lambda: count_macs(nn.ReLU()), ValueError, "the network has no convolution and no linear layer"),
        (lambda: DynamicMacs(NETWORK, 0), ValueError, "size must be at least 1, got 0"),
        (lambda: load_flgc(7), TypeError, "path must be the path of a file, got 7"),
        (lambda: load_msgc("a.pth", "resnet18"), TypeError, "model must be an nn.Module, got 'resnet18'"),
        (lambda: load_condensenet("a.pth", stride=0), ValueError, "stride must be from 1 to 2, got 0"),
        (lambda: load_condensenet("a.pth", group=4), TypeError, 'no option "group"; did you mean "groups"?'),
        (
            lambda: export_onnx(NETWORK, "out", sizes=32),
            TypeError,
            'export_onnx has no option "sizes"; did you mean "size"?',
        ),
        (lambda: export_onnx(NETWORK, 5), TypeError, "folder must be the path of a folder, got 5"),
        (lambda: apply_method(NETWORK, "flgc"), TypeError, "model must be a FastNet or a MobileNetV2, got Sequential"),
        (
            lambda: apply_method(MobileNetV2(0.25), "flgc", 8, "everything"),
            ValueError,
            'scope must be one of "projections"',
        ),
    ],
)
def test_arguments_of_functions(call, error, message):
    with pytest.raises(error, match=message.replace("?", r"\?")):
        call()
    assert type(NETWORK[0]) is nn.Conv2d


def test_groups_beyond_the_channels_are_named_for_every_layer_of_a_network():
    model = torchvision.models.mobilenet_v2(width_mult=0.25)
    with pytest.raises(ValueError, match="convolutions cannot be replaced") as error:
        replace_convs(model, FLGCConv2d, groups=16)
    assert "features.1.conv.1: groups must be at most 8 for 8 inputs and 8 outputs, got 16" in str(error.value)
    assert not any(isinstance(module, FLGCConv2d) for module in model.modules())


@pytest.mark.parametrize("kind", [*LAYERS, LearnedGroupConv])
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (torch.ones(2, 8), ValueError, r"x must be of the shape \[batch, 8, height, width\], got \[2, 8\]"),
        (torch.ones(8, 3, 3), ValueError, r"got \[8, 3, 3\]"),
        (torch.ones(2, 6, 3, 3), ValueError, r"got \[2, 6, 3, 3\]"),
        (torch.ones(2, 8, 3, 3, dtype=torch.int64), TypeError, "x must be a tensor of floats, got torch.int64"),
        ("x", TypeError, r"x must be a tensor \[batch, 8, height, width\], got 'x' \(str\)"),
    ],
)
def test_inputs_of_every_layer(kind, x, error, message):
    layer = kind(8, 8) if kind is LearnedGroupConv else kind(8, 8, 1, **LAYERS[kind])
    arguments = [torch.ones(2, 2, 8)] if kind is MSGCConv2d else []
    layer(torch.ones(2, 8, 3, 3), *arguments)
    with pytest.raises(error, match=message):
        layer(x, *arguments)


def test_contexts_given_to_generators_must_fit():
    with pytest.raises(ValueError, match=r"context must be of the shape \[batch, 8, height, width\], got \[2, 8\]"):
        MaskGen(8, 8, 2)(torch.ones(2, 8))
