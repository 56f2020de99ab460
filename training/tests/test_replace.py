"""Convolutions of a network are replaced."""

import copy

import pytest
import timm
import torch
import torchvision
from timm.layers import Conv2dSame
from torch import nn

from groupwise_train import CondenseConv2d, DGConv2d, FLGCConv2d, MSGCConv2d, from_conv, pointwise, replace_convs

NETWORKS = {
    "torchvision mobilenet_v2": lambda: torchvision.models.mobilenet_v2(width_mult=0.25, num_classes=10),
    "torchvision resnet18": lambda: torchvision.models.resnet18(num_classes=10),
    "torchvision resnet50": lambda: torchvision.models.resnet50(num_classes=10),
    "timm mobilenetv2_100": lambda: timm.create_model("mobilenetv2_100", pretrained=False, num_classes=10),
    "timm resnet18": lambda: timm.create_model("resnet18", pretrained=False, num_classes=10),
    "timm efficientnet_lite0": lambda: timm.create_model("efficientnet_lite0", pretrained=False, num_classes=10),
}


def ordinary(name, conv):
    return conv.groups == 1 and conv.in_channels > 3


def window(conv):
    return (
        conv.in_channels // getattr(conv, "heads", 1),
        conv.out_channels,
        conv.kernel_size,
        conv.stride,
        conv.padding,
        conv.dilation,
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_convolutions_in_networks_of_torchvision_and_timm_are_replaced(name):
    model = NETWORKS[name]().eval()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    windows = {key: window(module) for key, module in model.named_modules() if isinstance(module, nn.Conv2d)}
    depthwise = [key for key, module in model.named_modules() if isinstance(module, nn.Conv2d) and module.groups > 1]
    x = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        dense = model(x)
        names = replace_convs(model, FLGCConv2d, select=ordinary, groups=1)
        torch.testing.assert_close(model(x), dense)
    assert names
    for key, module in model.named_modules():
        if key in windows:
            assert window(module) == windows[key]
            assert isinstance(module, FLGCConv2d) == (key in names), key
    assert not set(names) & set(depthwise)
    for key, value in before.items():
        assert torch.equal(model.state_dict()[key], value)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (FLGCConv2d, {"groups": 5, "estimator": "winner"}),
        (MSGCConv2d, {"heads": 4}),
        (MSGCConv2d, {"heads": 2, "attention": True}),
    ],
)
def test_pointwise_convolutions_are_selected_by_default(kind, options):
    model = torchvision.models.mobilenet_v2(width_mult=0.25)
    wanted = [
        name for name, module in model.named_modules() if isinstance(module, nn.Conv2d) and pointwise(name, module)
    ]
    assert replace_convs(model, kind, **options) == wanted
    assert sum(isinstance(module, kind) for module in model.modules()) == len(wanted) == 34
    model(torch.randn(2, 3, 32, 32)).square().sum().backward()
    learned = [value for name, value in model.named_parameters() if "logits" in name or "maskgen" in name]
    assert learned and all(value.grad is not None for value in learned)


@pytest.mark.parametrize(
    "options",
    [
        {"stride": 2, "padding": 1},
        {"padding": "same", "dilation": 2, "bias": False},
        {"padding": "valid"},
        {"padding": 2, "padding_mode": "reflect"},
    ],
)
def test_arguments_weights_and_bias_are_kept(options):
    conv, x = nn.Conv2d(8, 8, 3, **options).double().eval(), torch.randn(2, 8, 6, 7, dtype=torch.float64)
    y = conv(x)
    flgc, dgconv, msgc = (
        from_conv(conv, FLGCConv2d, groups=1),
        from_conv(conv, DGConv2d),
        from_conv(conv, MSGCConv2d, heads=2),
    )
    dgconv.gates.data.fill_(1)
    for layer in (flgc, dgconv, msgc):  # masks that begin with everything kept
        assert layer.weight is conv.weight and layer.bias is conv.bias and not layer.training
        assert all(value.dtype == torch.float64 for value in layer.parameters())
        torch.testing.assert_close(layer(x), y)
    pruned = from_conv(nn.Conv2d(8, 8, 1, stride=2), CondenseConv2d, groups=2, factor=4)
    assert (pruned.group_count, pruned.factor, pruned.stride) == (2, 4, (2, 2))


def test_one_error_lists_layers_that_do_not_fit_and_nothing_changes():
    model = torchvision.models.mobilenet_v2()
    before = copy.deepcopy(model).state_dict()
    with pytest.raises(ValueError, match="34 of 34 convolutions cannot be replaced") as error:
        replace_convs(model, DGConv2d)
    message = "in_channels and out_channels must be the same power of two, got 32 and 16"
    assert f"features.1.conv.1: {message}" in str(error.value)
    with pytest.raises(ValueError, match="2 of 34 convolutions cannot be replaced") as error:
        replace_convs(model, MSGCConv2d, heads=16)
    lines = str(error.value).splitlines()
    assert lines[0].startswith("2 of 34") and lines[1] == "features.2.conv.2: 16 heads do not divide 24 outputs"
    assert model.state_dict().keys() == before.keys()
    assert not any(isinstance(module, (DGConv2d, MSGCConv2d)) for module in model.modules())


def test_derived_classes_and_depthwise_convolutions_stay():
    model = nn.Sequential(
        Conv2dSame(3, 8, 3, stride=2), nn.Conv2d(8, 8, 3, groups=8), nn.Conv2d(8, 4, 1), FLGCConv2d(4, 4, 1, groups=2)
    )
    assert replace_convs(model, FLGCConv2d, select=lambda *_: True, groups=2) == ["2"]
    assert type(model[0]) is Conv2dSame
    with pytest.raises(ValueError, match=r"no plain nn\.Conv2d of the network is selected"):
        replace_convs(model, FLGCConv2d, select=lambda *_: True, groups=2)
    with pytest.raises(ValueError, match="groups=1 is expected, got groups=8"):
        from_conv(model[1], FLGCConv2d, groups=2)


def test_a_convolution_used_twice_is_replaced_in_both_places():
    shared = nn.Conv2d(4, 4, 1)
    model = nn.ModuleDict({"a": nn.Sequential(shared), "b": nn.Sequential(nn.ReLU(), shared)})
    assert replace_convs(model, FLGCConv2d, groups=2) == ["a.0"]
    assert model["a"][0] is model["b"][1] and isinstance(model["a"][0], FLGCConv2d)


def test_a_function_may_make_the_layers():
    model = nn.Sequential(nn.Conv2d(4, 4, 3, groups=4), nn.Conv2d(4, 8, 1))
    names = replace_convs(model, lambda name, conv: from_conv(conv, FLGCConv2d, groups=int(name) + 1))
    assert names == ["1"] and model[1].input_logits.shape == (4, 2)
    for kind in ("FLGCConv2d", FLGCConv2d(4, 4, 1, groups=2)):
        with pytest.raises(TypeError, match="kind must be a class of convolutions"):
            replace_convs(nn.Sequential(nn.Conv2d(4, 4, 1)), kind, groups=2)
    with pytest.raises(TypeError, match=r"kind must be a class of convolutions \(FLGCConv2d"):
        replace_convs(nn.Sequential(nn.Conv2d(4, 4, 1)), nn.Linear)
    with pytest.raises(TypeError, match=r"options \(groups\) need a class of layers"):
        replace_convs(model, lambda name, conv: conv, groups=2)
    with pytest.raises(ValueError, match=r"must have weights of the shape \[8, 4, 1, 1\], got \[8, 2, 1, 1\]"):
        replace_convs(nn.Sequential(nn.Conv2d(4, 8, 1)), nn.Conv2d, groups=2)
