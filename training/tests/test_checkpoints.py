"""Files with the names and shapes of the public checkpoints; expected outputs are computed from those names alone."""

import pytest
import torch
from checkpoint_files import Weights, convolved, inverted_blocks, normed, united, write
from torch.nn import functional as F

from groupwise_train import CondenseConv2d, FLGCConv2d, load_condensenet, load_flgc, load_msgc

# FLGC on CIFAR-10


def flgc_weights(groups, classes=10):
    w = Weights()
    w.unit("features.0", 32, 3, 3)
    for index, inputs, outputs, expansion, stride in inverted_blocks():
        hidden, name = inputs * expansion, f"features.{index}"
        if stride == 1 and inputs != outputs:
            w.unit(f"{name}.shortcut", outputs, inputs)
        place = 0
        if expansion > 1:
            w.unit(f"{name}.conv.0", hidden, inputs)
            place = 1
        w.unit(f"{name}.conv.{place}", hidden, 1, 3)
        w[f"{name}.conv.{place + 1}.in_channels_in_group_assignment_map"] = torch.randn(hidden, groups)
        w[f"{name}.conv.{place + 1}.out_channels_in_group_assignment_map"] = torch.randn(outputs, groups)
        w.conv(f"{name}.conv.{place + 1}.conv", outputs, hidden)
        w.norm(f"{name}.conv.{place + 2}", outputs)
    w.unit("features.18", 1280, 320)
    w.linear("classifier", classes, 1280)
    return w


def flgc_forward(w, x):
    x = united(w, x, "features.0", padding=1)
    for index, inputs, outputs, expansion, stride in inverted_blocks():
        name, y, place = f"features.{index}", x, 0
        if expansion > 1:
            y, place = united(w, y, f"{name}.conv.0"), 1
        y = united(w, y, f"{name}.conv.{place}", stride=stride, padding=1, groups=y.shape[1])
        own = f"{name}.conv.{place + 1}"
        outs, ins = (w[f"{own}.{side}_channels_in_group_assignment_map"].argmax(1) for side in ("out", "in"))
        y = F.conv2d(y, w[f"{own}.conv.weight"] * (outs[:, None] == ins[None, :]).float()[:, :, None, None])
        y = normed(w, y, f"{name}.conv.{place + 2}")
        if stride == 1:
            y = y + (x if inputs == outputs else normed(w, convolved(w, x, f"{name}.shortcut.0"), f"{name}.shortcut.1"))
        x = y
    x = united(w, x, "features.18")
    return F.linear(x.mean((2, 3)), w["classifier.weight"], w["classifier.bias"])


def test_flgc_of_cifar10(tmp_path):
    w, x = flgc_weights(8), torch.randn(2, 3, 32, 32)
    path = write(
        tmp_path, w, optimizer_state_dict={"state": {}}, lr_scheduler_state_dict={}, best_accuracy=93.7, last_epoch=399
    )
    model = load_flgc(path)
    layers = [module for module in model.modules() if isinstance(module, FLGCConv2d)]
    assert len(layers) == 17 and {layer.input_logits.shape[1] for layer in layers} == {8} and not model.training
    torch.testing.assert_close(model(x), flgc_forward(w, x), atol=1e-3, rtol=1e-4)
    assert sum(value.numel() for value in model.parameters()) == 2_364_954


# CondenseNet


def condensenet_weights(stages, growth, groups, factor, groups_3x3, bottleneck=4, pruned=True):
    w, channels = Weights(), 2 * growth[0]
    w.conv("features.init_conv", channels, 3, 3)
    for block, (count, width) in enumerate(zip(stages, growth, strict=True), 1):
        for layer in range(1, count + 1):
            name, inner = f"features.denseblock_{block}.denselayer_{layer}", bottleneck * width
            w.norm(f"{name}.conv_1.norm", channels)
            w.conv(f"{name}.conv_1.conv", inner, channels)
            mask = torch.ones(inner, channels, 1, 1)
            for group in range(groups) if pruned else ():
                mask[group::groups, torch.randperm(channels)[channels // factor :]] = 0
            w[f"{name}.conv_1._mask"] = mask
            w[f"{name}.conv_1._count"] = torch.tensor([float(channels - channels // factor) if pruned else 0.0])
            w[f"{name}.conv_1._stage"] = torch.tensor([factor - 1.0 if pruned else 0.0])
            w.norm(f"{name}.conv_2.norm", inner)
            w.conv(f"{name}.conv_2.conv", width, inner // groups_3x3, 3)
            channels += width
    w.norm("features.norm_last", channels)
    w.linear("classifier", 10, channels)
    return w


def condensenet_forward(w, x, stages, groups_3x3):
    x = convolved(w, x, "features.init_conv", padding=1)
    for block, count in enumerate(stages, 1):
        x = F.avg_pool2d(x, 2) if block > 1 else x
        for layer in range(1, count + 1):
            name = f"features.denseblock_{block}.denselayer_{layer}"
            y = F.conv2d(
                F.relu(normed(w, x, f"{name}.conv_1.norm")), w[f"{name}.conv_1.conv.weight"] * w[f"{name}.conv_1._mask"]
            )
            y = convolved(
                w, F.relu(normed(w, y, f"{name}.conv_2.norm")), f"{name}.conv_2.conv", padding=1, groups=groups_3x3
            )
            x = torch.cat([x, y], 1)
    return F.linear(
        F.relu(normed(w, x, "features.norm_last")).mean((2, 3)), w["classifier.weight"], w["classifier.bias"]
    )


@pytest.mark.parametrize(("groups", "factor", "groups_3x3"), [(4, 4, 4), (4, 8, 2), (2, 4, 4)])
def test_condensenet(groups, factor, groups_3x3, tmp_path):
    stages, growth, x = (2, 3), (8, 16), torch.randn(2, 3, 32, 32)
    w = condensenet_weights(stages, growth, groups, factor, groups_3x3)
    model = load_condensenet(write(tmp_path, w, "module.", epoch=299, model="condensenet"))
    layers = [module for module in model.modules() if isinstance(module, CondenseConv2d)]
    assert [(layer.group_count, layer.factor, layer.stages) for layer in layers] == [(groups, factor, factor - 1)] * 5
    torch.testing.assert_close(model(x), condensenet_forward(w, x, stages, groups_3x3), atol=1e-4, rtol=1e-4)


def test_condensenet_that_is_not_pruned_needs_the_groups(tmp_path):
    path = write(tmp_path, condensenet_weights((2,), (8,), 4, 4, 4, pruned=False))
    with pytest.raises(ValueError, match="not pruned yet, so its masks do not show the number of groups; pass groups"):
        load_condensenet(path)
    layer = load_condensenet(path, groups=4).features.denseblock_1.denselayer_1.conv_1.conv
    assert (layer.group_count, layer.factor, layer.stages) == (4, 4, 0)


# Files of another kind


def test_one_error_lists_everything_that_does_not_fit(tmp_path):
    w = flgc_weights(4)
    del w["features.3.conv.0.0.weight"]
    w["features.5.extra"] = torch.zeros(1)
    w["features.18.0.weight"] = torch.zeros(640, 320, 1, 1)
    with pytest.raises(ValueError, match="does not fit MobileNetV2: of its weights it ") as error:
        load_flgc(write(tmp_path, w))
    assert str(error.value).partition("of its weights it ")[2].split("; ") == [
        "lacks 1 (blocks.2.expand.0.weight)",
        "has in addition 1 (features.5.extra)",
        "has of other shapes 1 (last.0.weight [640, 320, 1, 1] instead of [1280, 320, 1, 1])",
    ]


def test_files_of_other_kinds_are_refused(tmp_path):
    path = write(tmp_path, flgc_weights(2))
    with pytest.raises(ValueError, match="expected a checkpoint of MSGC"):
        load_msgc(path)
    with pytest.raises(ValueError, match="expected a CondenseNet before its conversion"):
        load_condensenet(path)
    torch.save({"state_dict": {"a": 1}}, tmp_path / "other.pth")
    for load in (load_flgc, load_msgc, load_condensenet):
        with pytest.raises(ValueError, match="has no state_dict of tensors"):
            load(tmp_path / "other.pth")
    torch.save(torch.nn.Linear(1, 1), tmp_path / "code.pth")
    with pytest.raises(ValueError, match="is not a PyTorch checkpoint of plain weights"):
        load_flgc(tmp_path / "code.pth")
