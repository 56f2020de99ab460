"""Recipes, and the networks and optimizers made from them."""

import copy
from dataclasses import asdict, replace

import pytest
import torch
from tiny_recipe import TINY, pictures, weights

from groupwise_train import DGConv2d
from groupwise_train.cifar10.methods import apply_method
from groupwise_train.cifar10.optimizers import make_optimizers
from groupwise_train.cifar10.recipe import Recipe, build_network, load_network
from groupwise_train.cifar10.train import train
from groupwise_train.networks.mobilenet import MobileNetV2


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"conv": "flgc8"}, ValueError, 'conv must be one of "dense", .*, got "flgc8"; did you mean "flgc"'),
        ({"scope": "al"}, ValueError, 'scope must be one of .*, got "al"; did you mean "all"'),
        ({"schedule": "onecycle"}, ValueError, 'did you mean "one-cycle"'),
        ({"arch": "vgg"}, ValueError, 'arch must be one of "fast", "mobilenetv2", got "vgg"'),
        ({"optimizer": "muonn"}, ValueError, 'did you mean "muon"'),
        ({"teacher": "a.pt"}, ValueError, "teacher and distillation need each other"),
        ({"distillation": 0.5}, ValueError, "teacher and distillation need each other"),
        ({"depth": 0}, ValueError, "depth must be at least 1, got 0"),
        ({"groups": 0}, ValueError, "groups must be at least 1, got 0"),
        ({"groups": "8"}, TypeError, r"groups must be an integer, got '8' \(str\)"),
        ({"epochs": 2.5}, TypeError, r"epochs must be an integer, got 2.5 \(float\)"),
        ({"early_stride": 3}, ValueError, "early_stride must be from 1 to 2, got 3"),
        ({"lr": float("nan")}, ValueError, "lr must be finite, got nan"),
        ({"lr": -0.1}, ValueError, "lr must be at least 0, got -0.1"),
        ({"close": 1.5}, ValueError, "close must be from 0 to 1, got 1.5"),
        ({"assign": 0.7}, ValueError, "assign must be at most close, got assign=0.7 and close=0.6"),
        ({"bf16": 1}, TypeError, r"bf16 must be True or False, got 1 \(int\)"),
        ({"start": None}, TypeError, r"start must be a string, got None \(NoneType\)"),
    ],
)
def test_wrong_settings_of_a_recipe_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        replace(TINY, **settings)


def test_checkpoints_of_other_kinds_are_refused(tmp_path):
    network, recipe = build_network(TINY).state_dict(), asdict(TINY)
    for checkpoint, message in (
        ({"state_dict": network}, "is not a checkpoint of a training run"),
        ({"model": network, "epoch": 1, "recipe": recipe | {"grups": 4}}, "has an invalid recipe: .*grups"),
        (
            {"model": network, "epoch": 1, "recipe": recipe | {"groups": 0}},
            "has an invalid recipe: groups must be at least 1",
        ),
    ):
        torch.save(checkpoint, tmp_path / "checkpoint.pt")
        with pytest.raises(ValueError, match=message):
            load_network(tmp_path / "checkpoint.pt")


def test_methods_keep_the_weights_of_the_network():
    torch.manual_seed(1)
    dense = MobileNetV2(0.25)
    for method in ("random", "flgc", "flgc-published", "msgc", "condense"):
        model = copy.deepcopy(dense)
        names = apply_method(model, method, groups=4)
        assert len(names) == 17 and all(name.endswith("project.0") for name in names)
        for name, value in dense.state_dict().items():
            assert torch.equal(model.state_dict()[name], value), name


@pytest.mark.parametrize("conv", ["flgc", "panels", "condense"])
def test_a_checkpoint_without_its_final_form_is_refused(conv, tmp_path):
    train(replace(TINY, conv=conv, epochs=1), pictures(32), pictures(16), tmp_path, quiet=True)
    kept = weights(tmp_path)
    kept["recipe"]["epochs"] = 4
    torch.save(kept, tmp_path / "early.pt")
    with pytest.raises(ValueError, match=r"1 of 4 epochs are done, and .* final form after 3; continue"):
        load_network(tmp_path / "early.pt")


def test_mask_generators_have_their_own_learning_rate():
    recipe = replace(TINY, conv="msgc", optimizer="sgd", lr=0.1, mask_rate=3.0)
    model = build_network(recipe)
    names = {value: name for name, value in model.named_parameters()}
    rates = {
        names[value]: group["lr"]
        for optimizer in make_optimizers(model, recipe)
        for group in optimizer.param_groups
        for value in group["params"]
    }
    assert set(rates) == {name for name in names.values() if name != "stem.weight"}  # which only whitens
    assert all(rate == pytest.approx(0.3 if "maskgen" in name else 0.1) for name, rate in rates.items())


def test_dgconv_without_a_layer_that_suits_it_says_what_it_needs():
    for settings in ({}, {"arch": "mobilenetv2", "width": 1.0}, {"arch": "mobilenetv2", "width": 0.5, "scope": "all"}):
        with pytest.raises(ValueError, match=r"inputs and outputs are the same power of two.*with width=1"):
            build_network(Recipe(conv="dgconv", **settings))
    assert any(isinstance(layer, DGConv2d) for layer in build_network(Recipe(conv="dgconv", width=1.0)).modules())
