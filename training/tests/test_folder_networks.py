"""Networks for a folder: names, pretrained weights, classifiers, and which convolutions a method replaces."""

import pytest
import timm
import torch
import torchvision
from tiny_folder import ARCH, tiny_recipe, write_weights
from torch import nn

from groupwise_train import FLGCConv2d, PanelConv2d
from groupwise_train.folder.methods import METHODS, apply_method, place_method
from groupwise_train.folder.networks import (
    empty_network,
    imagenet_ids,
    make_network,
    preprocess_of,
    pretrained_network,
    split_arch,
)
from groupwise_train.folder.recipe import FolderRecipe
from groupwise_train.folder.weights import load_file


def test_architectures_are_names_of_a_library():
    assert split_arch("torchvision:mobilenet_v2") == ("torchvision", "mobilenet_v2")
    assert split_arch("timm:efficientnet_lite0") == ("timm", "efficientnet_lite0")
    for arch, near in (
        ("timm:efficientnet_lit0", "timm:efficientnet_lite0"),
        ("mobilenet_v2", "torchvision:mobilenet_v2"),
        ("torchvison:resnet18", "torchvision:resnet18"),
    ):
        with pytest.raises(ValueError, match=rf'arch must be "torchvision:NAME".*, got "{arch}"; did you mean "{near}'):
            split_arch(arch)


def test_weights_that_cannot_be_downloaded_say_what_to_do(monkeypatch):
    def fail(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr(torchvision.models, "get_model", fail)
    with pytest.raises(ValueError, match=r"could be downloaded \(no route to host\); pass a file with --weights"):
        make_network("torchvision:mobilenet_v2", True)


def test_pre_processing_is_that_of_the_pretrained_network():
    of_timm, of_torchvision = preprocess_of("timm:tf_efficientnet_lite0", 96), preprocess_of("torchvision:resnet18", 0)
    assert (of_timm["width"], of_timm["shortSide"], of_timm["filter"]) == (96, 109, "bicubic")
    assert of_timm["mean"] == [0.5, 0.5, 0.5]
    assert (of_torchvision["height"], of_torchvision["shortSide"], of_torchvision["filter"]) == (224, 256, "bilinear")
    assert of_torchvision["std"] == [0.229, 0.224, 0.225]
    assert preprocess_of("timm:resnet50", 0)["shortSide"] == 235  # 224 / 0.95 rounded down, as timm does
    assert (of_timm["resize"], of_torchvision["resize"]) == ("short-side-truncated", "short-side-truncated")
    squashed = preprocess_of(next(f"timm:{name}" for name in timm.list_models() if crop_mode(name) == "squash"), 0)
    assert (squashed["resize"], squashed["shortSide"]) == ("squash", 0)


def crop_mode(name):
    config = timm.models.get_pretrained_cfg(name)
    return config and config.crop_mode


def test_weights_with_the_names_of_another_library_load_by_their_order(tmp_path):
    source = write_weights(tmp_path / "plain.pt").state_dict()
    renamed = {
        f"net.part{index}.{name.rpartition('.')[2]}": value for index, (name, value) in enumerate(source.items())
    }
    torch.save({"state_dict": renamed}, tmp_path / "renamed.pt")
    torch.save({"model": {f"module.{name}": value for name, value in source.items()}}, tmp_path / "wrapped.pt")
    for name in ("plain.pt", "renamed.pt", "wrapped.pt"):
        model = timm.create_model("test_efficientnet")
        load_file(model, "classifier", ARCH, tmp_path / name)
        assert all(torch.equal(value, source[key]) for key, value in model.state_dict().items())


def test_weights_of_another_network_are_refused(tmp_path):
    source = write_weights(tmp_path / "weights.pt").state_dict()
    model = timm.create_model("test_efficientnet")
    for change, message in (
        (lambda weights: weights.pop("conv_stem.weight"), r"it lacks 1 \(conv_stem.weight\)$"),
        (lambda weights: weights.update(extra=torch.zeros(1)), r"it has in addition 1 \(extra\)$"),
        (
            lambda weights: weights.update({"bn1.weight": torch.zeros(3)}),
            r"it has of other shapes 1 \(bn1.weight \[3\] instead of \[24\]\)$",
        ),
    ):
        wrong = dict(source)
        change(wrong)
        torch.save(wrong, tmp_path / "wrong.pt")
        with pytest.raises(ValueError, match=rf"wrong.pt does not fit {ARCH}: of its weights {message}"):
            load_file(model, "classifier", ARCH, tmp_path / "wrong.pt")
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), tmp_path / "other.pt")
    with pytest.raises(ValueError, match=r"lacks \d+ \(.*, \.\.\.\); has in addition \d+ \(.*, \.\.\.\)"):
        load_file(model, "classifier", ARCH, tmp_path / "other.pt")
    (tmp_path / "garbage.safetensors").write_bytes(b"garbage")
    with pytest.raises(ValueError, match=r"garbage\.safetensors is not a \.safetensors file"):
        load_file(model, "classifier", ARCH, tmp_path / "garbage.safetensors")
    torch.save([1], tmp_path / "list.pt")
    with pytest.raises(ValueError, match="has no state_dict of tensors"):
        load_file(model, "classifier", ARCH, tmp_path / "list.pt")


def test_the_classifier_is_kept_reduced_or_new(tmp_path):
    recipe = tiny_recipe(tmp_path)
    pretrained = torch.load(recipe.weights)
    ids = imagenet_ids()
    for classes, expected, rows in (
        (["cat", "dog"], "new", None),
        ([ids[7], ids[500]], "reduced", [7, 500]),
        (ids, "kept", list(range(1000))),
        ([f"class{index}" for index in range(1000)], "kept", list(range(1000))),
        ([ids[7], "n99999999"], "new", None),
    ):
        model, head = pretrained_network(recipe, classes, 160)
        assert head == expected and model.classifier.out_features == len(classes)
        if rows:
            assert torch.equal(model.classifier.weight, pretrained["classifier.weight"][rows])
            assert torch.equal(model.classifier.bias, pretrained["classifier.bias"][rows])
        assert torch.equal(model.conv_head.weight, pretrained["conv_head.weight"])
    write_weights(tmp_path / "ten.pt", 10)
    recipe = tiny_recipe(tmp_path, weights=str(tmp_path / "ten.pt"))
    assert pretrained_network(recipe, [str(index) for index in range(10)], 160)[1] == "kept"
    assert pretrained_network(recipe, ["cat", "dog"], 160)[1] == "new"


def test_networks_without_a_linear_classifier_are_refused():
    with pytest.raises(ValueError, match="torchvision:googlenet has auxiliary classifiers"):
        empty_network(FolderRecipe(arch="torchvision:googlenet"), 3, 224)
    for arch in ("torchvision:squeezenet1_0", "timm:levit_128s"):
        with pytest.raises(ValueError, match=f"{arch} does not end with one linear layer"):
            empty_network(FolderRecipe(arch=arch), 3, 224)


def placed(**settings):
    recipe = FolderRecipe(**({"arch": ARCH} | settings))
    model = timm.create_model("test_efficientnet")
    return model, recipe, place_method(model, recipe, 160)


def test_methods_replace_what_suits_them_and_say_what_stays():
    for conv, count in (("panels", 10), ("flgc", 10), ("condense", 7)):
        model, recipe, placement = placed(conv=conv)
        assert len(placement.names) == count and placement.dense["conv_stem"] == "the first"
        assert placement.dense["blocks.3.0.se.conv_reduce"] == "computes one pixel"
        apply_method(model, recipe, placement.names)
        kinds = {type(model.get_submodule(name)) for name in placement.names}
        assert len(kinds) == 1 and not kinds & {nn.Conv2d}
    assert set(METHODS) == {"dense", "panels", "flgc", "condense"}
    *_, placement = placed(conv="flgc", groups=32, keep="conv_head, blocks.4", select="1x1")
    assert placement.names == ["blocks.2.0.conv_pwl", "blocks.3.0.conv_pw", "blocks.3.0.conv_pwl"]
    assert placement.dense["blocks.1.0.conv_pwl"] == "64 inputs and 24 outputs are too few for 32 groups"
    assert placement.dense["conv_head"] == placement.dense["blocks.4.0.conv_pw"] == "kept"
    *_, placement = placed(conv="panels", select="kxk")
    assert placement.names == ["blocks.0.0.conv", "blocks.1.0.conv_exp", "blocks.2.0.conv_exp"]


def test_layers_begin_with_the_weights_of_the_dense_network():
    for conv, kind in (("panels", PanelConv2d), ("flgc", FLGCConv2d)):
        model, recipe, placement = placed(conv=conv)
        weights = {name: model.get_submodule(name).weight for name in placement.names}
        apply_method(model, recipe, placement.names)
        for name, weight in weights.items():
            layer = model.get_submodule(name)
            assert type(layer) is kind and layer.weight is weight


def test_what_suits_no_convolution_is_refused():
    with pytest.raises(ValueError, match=r'suits "flgc" \(.*64 inputs and 256 outputs are too few for 500 groups'):
        placed(conv="flgc", groups=500)
    with pytest.raises(
        ValueError, match='no convolution has a name that begins with "conv_haed"; did you mean "conv_head"'
    ):
        placed(keep="conv_haed")
    with pytest.raises(ValueError, match=r"assign must be at most close, got assign=0\.7 and close=0\.5"):
        FolderRecipe(assign=0.7)


def test_a_network_that_differs_with_pretrained_weights_is_refused_before_training(monkeypatch):
    def as_pretrained(name, weights=None):  # as torchvision does for GoogLeNet
        return torchvision.models.GoogLeNet(aux_logits=False, transform_input=bool(weights), init_weights=False)

    monkeypatch.setattr(torchvision.models, "get_model", as_pretrained)
    with pytest.raises(ValueError, match="is another network with pretrained weights than without"):
        pretrained_network(FolderRecipe(arch="torchvision:googlenet"), ["cat", "dog"], 224)
