"""MSGC in the blocks of known networks."""

import copy
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import timm
import torch
import torchvision
from torch import nn

from groupwise_train import DynamicMacs, MSGCConv2d, add_msgc, register_block, replace_convs, share_context
from groupwise_train.networks.residual import CLASS_KINDS, residual_blocks

CLI = Path(__file__).resolve().parents[2] / "dist/cli.js"
NETWORKS = {
    "torchvision mobilenet_v2": (lambda: torchvision.models.mobilenet_v2(width_mult=0.25, num_classes=10), 17),
    "torchvision resnet18": (lambda: torchvision.models.resnet18(num_classes=10), 16),
    "torchvision resnet50": (lambda: torchvision.models.resnet50(num_classes=10), 48),
    "timm mobilenetv2_100": (lambda: timm.create_model("mobilenetv2_100", num_classes=10), 17),
    "timm resnet18": (lambda: timm.create_model("resnet18", num_classes=10), 16),
    "timm efficientnet_lite0": (lambda: timm.create_model("efficientnet_lite0", num_classes=10), 16),
}
SETTING = [[1, 16, 1, 1], [6, 24, 2, 2]]
SMALL = {
    "torchvision mobilenet_v2": (lambda: torchvision.models.MobileNetV2(10, 0.25, SETTING), 3),
    "torchvision resnet": (
        lambda: torchvision.models.ResNet(
            torchvision.models.resnet.Bottleneck, [1, 1, 1, 1], num_classes=10, width_per_group=16
        ),
        12,
    ),
    "timm resnet": (
        lambda: timm.models.ResNet(timm.models.resnet.BasicBlock, [1, 1, 1, 1], channels=[16] * 4, num_classes=10),
        8,
    ),
    "torchvision densenet": (lambda: torchvision.models.DenseNet(8, (1, 2, 1), 16, num_classes=10), 8),
    "timm densenet": (lambda: timm.models.DenseNet(8, (1, 2, 1), num_classes=10), 8),
}


def masked_layers(model):
    return {name: layer for name, layer in model.named_modules() if isinstance(layer, MSGCConv2d)}


def unsettle(model):
    """Masks that keep about half of the channels, by the sample."""
    for layer in masked_layers(model).values():
        nn.init.normal_(layer.maskgen.conv[3].weight, std=3)
        nn.init.normal_(layer.maskgen.conv[3].bias, std=0.2)
    return model.eval()


@pytest.mark.parametrize("name", NETWORKS)
def test_masks_depend_on_the_input_of_their_block(name):
    make, count = NETWORKS[name]
    model = make()
    assert len(add_msgc(model, heads=2, attention=True)) == count == len(masked_layers(model))
    unsettle(model).double()  # no mask depends on rounding
    inputs = {}
    for block_name, block in residual_blocks(model):
        block.register_forward_hook(lambda _, given, __, name=block_name: inputs.__setitem__(name, given[0].clone()))
    with torch.no_grad():
        model(torch.randn(2, 3, 32, 32, dtype=torch.float64))
        for name, layer in masked_layers(model).items():
            block = max((own for own in inputs if name.startswith(f"{own}.")), key=len)
            expected = layer.maskgen(inputs[block].sum((2, 3), keepdim=True) / inputs[block][0, 0].numel())
            assert torch.equal(layer.kept, expected), name


def test_published_places_heads_and_reductions():
    def outline(model):
        layers = masked_layers(model).items()
        return {
            name: (layer.heads, layer.attgen is not None, layer.maskgen.conv[0].weight.shape[:2])
            for name, layer in layers
        }

    basic, bottleneck, inverted = (
        torchvision.models.resnet18(),
        torchvision.models.resnet50(),
        torchvision.models.mobilenet_v2(),
    )
    for model in (basic, bottleneck, inverted):
        add_msgc(model, heads=4, attention=True)
    found = outline(basic)
    assert (
        found["layer2.0.conv1"] == (1, True, (16, 64))
        and found["layer2.0.conv2"] == (4, True, (16, 64))
        and len(found) == 16
    )
    found = outline(bottleneck)
    assert found["layer2.0.conv1"] == (1, False, (32, 256)) and found["layer2.0.conv2"] == (4, True, (32, 256))
    assert found["layer2.0.conv3"] == (1, False, (32, 256)) and len(found) == 48
    found = outline(inverted)
    assert (
        found["features.1.conv.1"] == (4, True, (8, 32))
        and found["features.2.conv.2"] == (4, True, (4, 16))
        and len(found) == 17
    )


@pytest.mark.parametrize(
    ("make", "heads", "attention", "millions"),
    [
        (torchvision.models.resnet18, 4, False, 12.55),
        (torchvision.models.resnet18, 4, True, 13.42),
        (torchvision.models.resnet50, 4, False, 36.27),
        (torchvision.models.resnet50, 4, True, 40.44),
        (torchvision.models.mobilenet_v2, 4, False, 4.32),
        (torchvision.models.mobilenet_v2, 4, True, 5.13),
    ],
)
def test_published_numbers_of_parameters(make, heads, attention, millions):
    with torch.device("meta"):
        model = make()
    add_msgc(model, heads, attention)
    assert sum(value.numel() for value in model.parameters()) / 1e6 == pytest.approx(millions, abs=0.006)


@pytest.mark.parametrize("name", ["torchvision densenet", "timm densenet"])
def test_masks_of_a_dense_layer_depend_on_what_its_first_convolution_reads(name):
    model = SMALL[name][0]()
    names = add_msgc(model, heads=4, attention=True)
    layers = masked_layers(unsettle(model).double())
    assert list(layers) == names
    assert [(layer.heads, layer.attgen is not None) for layer in layers.values()] == [(1, False), (4, True)] * 4
    read = {}
    for own, layer in layers.items():
        layer.register_forward_pre_hook(lambda _, given, own=own: read.__setitem__(own, given[0].mean((2, 3), True)))
    with torch.no_grad():
        model(torch.randn(2, 3, 64, 64, dtype=torch.float64))
        for own, layer in layers.items():
            context = read[own.replace("conv2", "conv1")]
            assert torch.equal(layer.kept, layer.maskgen(context)), own
    assert [len(path) for path in DynamicMacs(model, 64).paths] == [2] * 4


def test_context_is_shared_after_layers_were_replaced():
    model = torchvision.models.mobilenet_v2(width_mult=0.25)
    replace_convs(model, MSGCConv2d, heads=2, select=lambda name, conv: name.endswith("conv.2"))
    layer = model.features[3].conv[2]
    assert layer.maskgen.conv[0].in_channels == 48
    assert len(share_context(model)) == 16
    assert layer.maskgen.conv[0].in_channels == 8
    with pytest.raises(ValueError, match="no MSGCConv2d without a shared context is in a block of a known class"):
        share_context(model)  # all share already
    with pytest.raises(ValueError, match="no residual block of a known class"):
        add_msgc(nn.Sequential(nn.Conv2d(3, 4, 1)))
    with pytest.raises(ValueError, match="no residual block of a known class"):
        add_msgc(torchvision.models.shufflenet_v2_x0_5())  # its InvertedResidual is another
    with pytest.raises(ValueError, match="has MSGC already"):
        add_msgc(model)


class BasicBlock(nn.Module):
    """A block of a user's own, which shares its name with torchvision's."""

    def __init__(self, channels):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))

    def forward(self, x):
        return x + self.conv2(torch.relu(self.conv1(x)))


def test_blocks_of_other_classes_can_be_registered():
    def make():
        return nn.Sequential(nn.Conv2d(3, 8, 3), BasicBlock(8), BasicBlock(8))

    with pytest.raises(ValueError, match=r"no residual block of a known class .* register_block adds a class"):
        add_msgc(make())
    register_block(BasicBlock, "basic")
    try:
        model = make()
        assert add_msgc(model, heads=4) == ["1.conv1", "1.conv2", "2.conv1", "2.conv2"]
        assert [layer.heads for layer in masked_layers(model).values()] == [1, 4, 1, 4]
        assert [len(path) for path in DynamicMacs(model).paths] == [2, 2]
    finally:
        del CLASS_KINDS[f"{__name__}.BasicBlock"]


def test_context_can_be_shared_in_blocks_of_given_classes():
    model = nn.Sequential(BasicBlock(8))
    replace_convs(model, MSGCConv2d, heads=2, select=lambda *_: True)
    assert share_context(model, BasicBlock) == ["0.conv1", "0.conv2"]
    with pytest.raises(ValueError, match=r"in a block of the classes .*BasicBlock"):
        share_context(model, [BasicBlock])


@pytest.mark.parametrize("name", ["regnetx_002", "tresnet_m"])
def test_namesakes_of_known_blocks_are_not_mistaken_for_them(name):
    with torch.device("meta"):
        model = timm.create_model(name)
    assert {type(module).__name__ for module in model.modules()} & {"BasicBlock", "Bottleneck"}
    with pytest.raises(ValueError, match="no residual block of a known class"):
        add_msgc(model)


def test_a_network_that_trained_can_be_copied():
    model = torchvision.models.resnet18(num_classes=3)
    add_msgc(model)
    model(torch.randn(2, 3, 32, 32)).sum().backward()
    unsettle(model)
    twin, x = copy.deepcopy(model), torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = model(x)
        model(torch.randn(2, 3, 32, 32))  # of another context
        torch.testing.assert_close(twin(x), expected)


def export(model, x, path, exporter):
    if exporter == "traced":
        torch.onnx.export(model, (x,), str(path), dynamo=False, opset_version=17)
    else:
        torch.onnx.export(model, (x,), dynamo=True, verbose=False, opset_version=20).save(
            str(path), external_data=False
        )


def groupwise(*arguments):
    return subprocess.run(["node", CLI, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not CLI.exists() or not shutil.which("node"), reason="groupwise is not built")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "exporter"), [*((name, "traced") for name in SMALL), ("torchvision mobilenet_v2", "dynamo")]
)
def test_conversion_finds_the_masks_of_exports(name, exporter, tmp_path):
    pytest.importorskip("onnx")
    make, count = SMALL[name]
    model = make()
    assert len(add_msgc(model, heads=2)) == count
    export(unsettle(model), torch.randn(1, 3, 64, 64), tmp_path / "net.onnx", exporter)
    groupwise("convert", tmp_path / "net.onnx", "-o", tmp_path / "net.gw")
    report = json.loads(groupwise("inspect", "--json", tmp_path / "net.gw"))
    assert sum(layer["op"] == "gatedConv" for layer in report["layers"]) == count
