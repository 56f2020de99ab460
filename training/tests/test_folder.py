"""Trainings on a folder of pictures: they resume, start from dense weights, export, and refuse what does not fit."""

from dataclasses import replace

import pytest
import torch
from tiny_folder import COLOURS, lines_of, tiny_recipe, write_folder, write_picture

from groupwise_train import FLGCConv2d, PanelConv2d
from groupwise_train.folder import train as module
from groupwise_train.folder.data import read_folder
from groupwise_train.folder.runs import load_run
from groupwise_train.folder.train import Training


def train(recipe, data, folder):
    return Training(recipe, read_folder(data, recipe.holdout, recipe.seed), folder, quiet=True).run()


def weights_of(path):
    return torch.load(path, weights_only=True)["model"]


@pytest.mark.parametrize("conv", ["dense", "panels", "flgc", "condense"])
def test_a_stopped_run_continues_as_if_it_had_not_stopped(conv, tmp_path, monkeypatch):
    data, recipe = write_folder(tmp_path / "data"), tiny_recipe(tmp_path, conv=conv)
    whole = train(recipe, data, tmp_path / "whole")
    save = module.save_checkpoint
    last = 2 if conv == "dense" else 3
    for stop in range(last + 1):  # before the checkpoint of every epoch

        def stopping(path, stop=stop, **state):
            if state["epoch"] == stop:
                raise KeyboardInterrupt
            save(path, **state)

        monkeypatch.setattr(module, "save_checkpoint", stopping)
        with pytest.raises(KeyboardInterrupt):
            train(recipe, data, tmp_path / "parts")
    monkeypatch.setattr(module, "save_checkpoint", save)
    torch.manual_seed(99)
    assert train(recipe, data, tmp_path / "parts") == whole
    phases = ["dense"] * (last + 1 if conv == "dense" else 2) + [conv] * (0 if conv == "dense" else 2)
    for folder in (tmp_path / "whole", tmp_path / "parts"):
        header, *epochs = lines_of(folder)
        assert header["pictures"] == {"classes": 3, "train": 24, "test": 6}
        assert [line["epoch"] for line in epochs] == list(range(last + 1))
        assert [line["phase"] for line in epochs] == phases
    one, other = (weights_of(tmp_path / name / "checkpoint.pt") for name in ("whole", "parts"))
    assert one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())
    before = lines_of(tmp_path / "parts")
    assert train(recipe, data, tmp_path / "parts") == whole and lines_of(tmp_path / "parts") == before


def test_the_method_starts_from_the_dense_network_and_ends_closed(tmp_path):
    data = write_folder(tmp_path / "data", ("train", "val"))
    for conv, kind, density in (("panels", PanelConv2d, 0.5), ("flgc", FLGCConv2d, 0.25)):
        run = tmp_path / conv
        train(tiny_recipe(tmp_path, conv=conv, lr=0.0), data, run)
        dense, final = weights_of(run / "dense.pt"), weights_of(run / "checkpoint.pt")
        assert all(torch.equal(final[name], dense[name]) for name in dense if name.endswith("weight"))
        model, _ = load_run(run / "checkpoint.pt")
        layers = [layer for layer in model.modules() if isinstance(layer, kind)]
        assert len(layers) == 10 and not model.training
        assert all((layer.mask != 0).float().mean().item() == pytest.approx(density, abs=0.02) for layer in layers)
        assert lines_of(run)[-1]["macs"] < lines_of(run)[1]["macs"] * (density + 0.15)


def test_bf16_trains_weights_in_f32(tmp_path):
    data = write_folder(tmp_path / "data")
    found = {}
    for bf16 in (False, True):
        train(tiny_recipe(tmp_path, conv="flgc", bf16=bf16), data, tmp_path / str(bf16))
        found[bf16] = weights_of(tmp_path / str(bf16) / "checkpoint.pt")
    assert all(value.dtype != torch.bfloat16 and value.isfinite().all() for value in found[True].values())
    assert any(not torch.equal(value, found[False][name]) for name, value in found[True].items())


def test_a_kept_classifier_needs_no_dense_epochs(tmp_path):
    data = write_folder(tmp_path / "data", names=("n01440764", "n01443537", "n01484850"))
    recipe = tiny_recipe(tmp_path, epochs=1)
    train(recipe, data, tmp_path / "run")
    assert [(line["epoch"], line["phase"]) for line in lines_of(tmp_path / "run")[1:]] == [(0, "dense"), (1, "panels")]


def test_training_may_start_from_a_dense_run(tmp_path):
    data = write_folder(tmp_path / "data")
    train(tiny_recipe(tmp_path, conv="dense", epochs=3), data, tmp_path / "dense")
    teacher = tmp_path / "dense" / "checkpoint.pt"
    recipe = tiny_recipe(tmp_path, conv="panels", teacher=str(teacher))
    train(recipe, data, tmp_path / "panels")
    first = lines_of(tmp_path / "panels")[1]
    assert first["top1"] == lines_of(tmp_path / "dense")[-1]["top1"] and first["phase"] == "dense"
    unfinished = tmp_path / "unfinished.pt"
    torch.save(torch.load(teacher, weights_only=True) | {"epoch": 2}, unfinished)
    copied, original = weights_of(tmp_path / "panels" / "dense.pt"), weights_of(teacher)
    assert all(torch.equal(copied[name], value) for name, value in original.items())
    for changes, folder, message in (
        ({"teacher": str(tmp_path / "panels/checkpoint.pt")}, data, "must be from a dense timm:test_efficientnet"),
        (
            {"arch": "timm:test_resnet"},
            data,
            "must be from a dense timm:test_resnet, got timm:test_efficientnet, dense",
        ),
        ({}, write_folder(tmp_path / "other", names=("a", "b", "c")), "is from a folder with other classes"),
        ({"size": 48}, data, "was trained on pictures of 32 x 32; pass --size 32"),
        ({"teacher": str(unfinished)}, data, "is unfinished: 2 of 3 epochs are done"),
    ):
        with pytest.raises(ValueError, match=message):
            train(
                tiny_recipe(tmp_path, **({"conv": "panels", "teacher": str(teacher)} | changes)), folder, tmp_path / "x"
            )


def test_another_recipe_and_other_pictures_are_refused(tmp_path):
    data, recipe = write_folder(tmp_path / "data"), tiny_recipe(tmp_path, epochs=1)
    found = train(recipe, data, tmp_path / "run")
    assert train(replace(recipe, holdout=0.21), data, tmp_path / "run") == found  # which divides them in the same way
    with pytest.raises(ValueError, match=r"another recipe \(differs in zeros\); choose another folder"):
        train(tiny_recipe(tmp_path, epochs=1, zeros=0.7), data, tmp_path / "run")
    write_picture(data / "red" / "more.png", COLOURS["red"], 99)
    with pytest.raises(ValueError, match="is from other pictures than those there are now"):
        train(recipe, data, tmp_path / "run")
    with pytest.raises(ValueError, match="25 pictures do not fill a batch of 64; lower --batch"):
        train(tiny_recipe(tmp_path, batch=64), data, tmp_path / "large")
    with pytest.raises(ValueError, match="are too few for 500 groups"):
        train(tiny_recipe(tmp_path, conv="flgc", groups=500), data, tmp_path / "many")
    assert not (tmp_path / "many" / "metrics.jsonl").exists()  # refused before any training
    with pytest.raises(ValueError, match="is not a checkpoint of `python -m groupwise_train folder`"):
        load_run(recipe.weights)


def test_a_run_from_before_a_setting_continues(tmp_path):
    data, recipe = write_folder(tmp_path / "data"), tiny_recipe(tmp_path, epochs=1)
    before = train(recipe, data, tmp_path / "run")
    for path in (tmp_path / "run").glob("*.pt"):
        checkpoint = torch.load(path, weights_only=True)
        del checkpoint["recipe"]["bf16"]
        torch.save(checkpoint, path)
    assert train(recipe, data, tmp_path / "run") == before


@pytest.mark.parametrize("conv", ["flgc", "panels", "condense"])
def test_networks_without_their_final_form_are_not_exported(conv, tmp_path, monkeypatch):
    data, recipe = write_folder(tmp_path / "data"), tiny_recipe(tmp_path, conv=conv, close=1.0)
    train_until(2, recipe, data, tmp_path / "run", monkeypatch)
    with pytest.raises(ValueError, match=r"1 of 2 epochs are done, and .* final form after 2; continue"):
        load_run(tmp_path / "run" / "checkpoint.pt")
    train(recipe, data, tmp_path / "run")
    assert load_run(tmp_path / "run" / "checkpoint.pt")[1]["epoch"] == 3


def train_until(epoch, recipe, data, folder, monkeypatch):
    """Trains and stops after an epoch, as Ctrl-C does."""
    save = module.save_checkpoint

    def stopping(path, **state):
        save(path, **state)
        if state["epoch"] == epoch:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "save_checkpoint", stopping)
        with pytest.raises(KeyboardInterrupt):
            train(recipe, data, folder)


def test_a_run_continues_with_its_own_dense_network_only(tmp_path, monkeypatch):
    data, recipe = write_folder(tmp_path / "data"), tiny_recipe(tmp_path)
    train_until(2, recipe, data, tmp_path / "run", monkeypatch)
    (tmp_path / "run" / "dense.pt").unlink()
    with pytest.raises(ValueError, match=r"continues only with dense\.pt, its teacher, beside it"):
        train(recipe, data, tmp_path / "run")


def test_a_teacher_that_knows_pictures_for_evaluation_is_refused(tmp_path):
    data = write_folder(tmp_path / "data")
    train(tiny_recipe(tmp_path, conv="dense", epochs=1), data, tmp_path / "dense")
    for changes in ({"seed": 4}, {"holdout": 0.5}):
        recipe = tiny_recipe(tmp_path, teacher=str(tmp_path / "dense" / "checkpoint.pt"), **changes)
        with pytest.raises(ValueError, match=r"not trained on the same pictures.*; pass --seed 3 --holdout 0\.2"):
            train(recipe, data, tmp_path / "run")
    parts = write_folder(tmp_path / "parts", ("train", "val"))
    train(tiny_recipe(tmp_path, conv="dense", epochs=1), parts, tmp_path / "other")
    teacher = str(tmp_path / "other" / "checkpoint.pt")
    train(tiny_recipe(tmp_path, teacher=teacher, epochs=1, seed=4), parts, tmp_path / "run")  # the same parts
    write_picture(parts / "train" / "red" / "more.png", COLOURS["red"], 99)
    with pytest.raises(ValueError, match="may know those for evaluation; train it again"):
        train(tiny_recipe(tmp_path, teacher=teacher), parts, tmp_path / "new")


def test_metrics_name_all_hardware_of_a_run(tmp_path, monkeypatch):
    data, recipe = write_folder(tmp_path / "data"), tiny_recipe(tmp_path)
    train_until(1, recipe, data, tmp_path / "run", monkeypatch)
    first = lines_of(tmp_path / "run")[0]["hardware"]
    monkeypatch.setattr(module, "describe_hardware", lambda: "another CPU")
    for _ in range(2):
        train(recipe, data, tmp_path / "run")
        assert lines_of(tmp_path / "run")[0]["hardware"] == f"{first}, then another CPU"


def test_small_folders_get_small_batches(tmp_path, capsys):
    for count, size in ((5, 5), (96, 8), (200, 16), (639, 32), (640, 64), (5000, 64)):
        assert tiny_recipe(tmp_path, batch=0).batch_size(count) == size
    assert tiny_recipe(tmp_path, batch=64).batch_size(640) == 64
    with pytest.raises(ValueError, match="batch must be at least 2"):
        tiny_recipe(tmp_path, batch=1)
    train(tiny_recipe(tmp_path, batch=0, epochs=1), write_folder(tmp_path / "data"), tmp_path / "run")
    assert "3 steps of 8 pictures in an epoch" in capsys.readouterr().out


def test_a_large_loss_of_accuracy_is_said(tmp_path, capsys):
    data = write_folder(tmp_path / "data")
    train(tiny_recipe(tmp_path, epochs=1, dense_epochs=12, zeros=0.99), data, tmp_path / "run")
    top1 = {line["phase"]: line["top1"] for line in lines_of(tmp_path / "run")[1:]}
    lost = round(100 * (top1["dense"] - top1["panels"]))
    assert lost > 10 and f"top-1 is {lost} points below that of the dense network" in capsys.readouterr().err
    train(tiny_recipe(tmp_path, epochs=1, dense_epochs=12, zeros=0.99), data, tmp_path / "run")
    assert "is finished; another --out starts a new run" in capsys.readouterr().out


def test_an_epoch_is_measured_with_the_panels_that_it_trained(tmp_path):
    recipe = tiny_recipe(tmp_path, batch=24, epochs=4, close=0.75)  # one step an epoch; pruning at 0, 1/3, 2/3 and 1
    train(recipe, write_folder(tmp_path / "data"), tmp_path / "run")
    dense, *macs = [line["macs"] for line in lines_of(tmp_path / "run")[2:]]
    assert macs[0] == dense > macs[1] > macs[2] == macs[3]  # the third epoch ends with the final form
