"""Files with the names and shapes of MSGC's public checkpoints; expected outputs follow from those names alone."""

import pytest
import torch
import torchvision
from checkpoint_files import Weights, convolved, inverted_blocks, normed, united, write
from torch.nn import functional as F

from groupwise_train import MSGCConv2d, load_msgc


def mask_weights(kind, heads, attention):
    """Weights of torchvision's network, and of generators in every block."""
    model = getattr(torchvision.models, kind)(num_classes=12)
    w = Weights()
    for name, value in model.state_dict().items():
        w[name] = torch.rand_like(value) + 0.5 if name.endswith("running_var") else value.clone()
    if kind == "mobilenet_v2":
        for index, inputs, _, expansion, _ in inverted_blocks():
            w.generator(f"features.{index}.maskgen", inputs, inputs * expansion, heads, 4)
            if attention:
                w.generator(f"features.{index}.attgen", inputs, inputs * expansion, heads, 4, 1.0)
        return w
    for name in [
        name.removesuffix(".conv1.weight") for name in w if name.startswith("layer") and name.endswith("conv1.weight")
    ]:
        width, inputs = w[f"{name}.conv1.weight"].shape[:2]
        deep = f"{name}.conv3.weight" in w
        reduction = 8 if deep else 4
        w.generator(f"{name}.maskgen1", inputs, inputs, 1, reduction)
        w.generator(f"{name}.maskgen2", inputs, width, heads, reduction)
        if deep:
            w.generator(f"{name}.maskgen3", inputs, width, 1, reduction)
        if attention:
            w.generator(f"{name}.attgen2", inputs, width, heads, reduction, 1.0)
            if not deep:
                w.generator(f"{name}.attgen1", inputs, inputs, 1, reduction, 1.0)
    return w


def generated(w, name, context):
    z = F.relu(normed(w, convolved(w, context, f"{name}.conv.0"), f"{name}.conv.1"))
    return convolved(w, z, f"{name}.conv.3", bias=w[f"{name}.conv.3.bias"]).flatten(1)


def gated(w, x, block, number, context, conv, **options):
    """The convolution of x in which each head reads what its mask keeps, head by head."""
    weight, channels = w[f"{conv}.weight"], x.shape[1]
    mask = (generated(w, f"{block}.maskgen{number}", context) >= 0).float()
    factors = mask
    if f"{block}.attgen{number}.conv.0.weight" in w:
        factors = mask * generated(w, f"{block}.attgen{number}", context)
    heads = mask.shape[1] // channels
    rows = factors.view(len(x), heads, channels, 1, 1)
    return torch.cat([F.conv2d(x * rows[:, head], part, **options) for head, part in enumerate(weight.chunk(heads))], 1)


def masked_mobilenet(w, x):
    x = united(w, x, "features.0", stride=2, padding=1)
    for index, inputs, outputs, expansion, stride in inverted_blocks():
        name, y, place, context = f"features.{index}", x, 0, x.mean((2, 3), keepdim=True)
        if expansion > 1:
            y, place = united(w, y, f"{name}.conv.0"), 1
        y = united(w, y, f"{name}.conv.{place}", stride=stride, padding=1, groups=y.shape[1])
        y = normed(w, gated(w, y, name, "", context, f"{name}.conv.{place + 1}"), f"{name}.conv.{place + 2}")
        x = x + y if stride == 1 and inputs == outputs else y
    return F.linear(united(w, x, "features.18").mean((2, 3)), w["classifier.1.weight"], w["classifier.1.bias"])


def masked_resnet(w, x):
    x = F.max_pool2d(F.relu(normed(w, convolved(w, x, "conv1", stride=2, padding=3), "bn1")), 3, 2, 1)
    for block in [
        name.removesuffix(".conv1.weight") for name in w if name.startswith("layer") and name.endswith("conv1.weight")
    ]:
        stride, context = 2 if block.endswith(".0") and block[5] != "1" else 1, x.mean((2, 3), keepdim=True)
        shortcut = x
        if f"{block}.downsample.0.weight" in w:
            shortcut = normed(w, convolved(w, x, f"{block}.downsample.0", stride=stride), f"{block}.downsample.1")
        deep = f"{block}.conv3.weight" in w
        first, second = (
            ({}, {"stride": stride, "padding": 1}) if deep else ({"stride": stride, "padding": 1}, {"padding": 1})
        )
        y = F.relu(normed(w, gated(w, x, block, 1, context, f"{block}.conv1", **first), f"{block}.bn1"))
        y = normed(w, gated(w, y, block, 2, context, f"{block}.conv2", **second), f"{block}.bn2")
        if deep:
            y = normed(w, gated(w, F.relu(y), block, 3, context, f"{block}.conv3"), f"{block}.bn3")
        x = F.relu(y + shortcut)
    return F.linear(x.mean((2, 3)), w["fc.weight"], w["fc.bias"])


@pytest.mark.parametrize(
    ("kind", "heads", "attention"),
    [("mobilenet_v2", 4, False), ("mobilenet_v2", 2, True), ("resnet18", 4, True), ("resnet50", 4, False)],
)
def test_msgc_of_imagenet(kind, heads, attention, tmp_path):
    w, x = mask_weights(kind, heads, attention), torch.randn(2, 3, 64, 64)
    path = write(tmp_path, w, "module.", epoch=120, best_prec1=70.0, optimizer={})
    needs_model = kind == "mobilenet_v2"  # its strides may be those for CIFAR
    model = load_msgc(path, torchvision.models.mobilenet_v2(num_classes=12) if needs_model else None)
    layers = [module for module in model.modules() if isinstance(module, MSGCConv2d)]
    assert {layer.heads for layer in layers} - {1} == {heads} and any(
        layer.attgen is not None for layer in layers
    ) == attention
    forward = masked_mobilenet if kind == "mobilenet_v2" else masked_resnet
    with torch.no_grad():
        w = {name: value.double() for name, value in w.items()}  # no mask depends on rounding
        y, expected = model.double()(x.double()), forward(w, x.double())
    assert (layers[0].kept == 0).any() and (layers[0].kept == 1).any()
    torch.testing.assert_close(y, expected)
    given = getattr(torchvision.models, kind)(num_classes=12)
    assert load_msgc(tmp_path / "checkpoint.pth", given) is given


def test_msgc_asks_for_the_strides_of_a_mobilenet(tmp_path):
    path = write(tmp_path, mask_weights("mobilenet_v2", 4, False))
    with pytest.raises(ValueError, match=r"12 classes, whose strides do not show in its weights; pass model"):
        load_msgc(path)


def test_msgc_refuses_a_condensenet(tmp_path):
    name = "features.denseblock_1.denselayer_1.conv_1.maskgen.conv.3.weight"
    with pytest.raises(ValueError, match="is a CondenseNet; expected a MobileNetV2 or ResNet with MSGC"):
        load_msgc(write(tmp_path, {name: torch.zeros(8, 2, 1, 1)}))
