"""Trainings on a folder of pictures: they resume, start from dense weights, export, and refuse what does not fit."""

import json

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from tiny_folder import COLOURS, TINY, tiny_recipe, write_folder, write_picture, write_weights

from groupwise_train import FLGCConv2d, PanelConv2d
from groupwise_train.cli import main
from groupwise_train.folder import train as module
from groupwise_train.folder.data import read_folder
from groupwise_train.folder.runs import load_run
from groupwise_train.folder.train import Training


def train(recipe, data, folder):
    return Training(recipe, read_folder(data, recipe.holdout, recipe.seed), folder, quiet=True).run()


def lines_of(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


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
    ):
        with pytest.raises(ValueError, match=message):
            train(
                tiny_recipe(tmp_path, **({"conv": "panels", "teacher": str(teacher)} | changes)), folder, tmp_path / "x"
            )


def test_another_recipe_and_other_pictures_are_refused(tmp_path):
    data, recipe = write_folder(tmp_path / "data"), tiny_recipe(tmp_path, epochs=1)
    train(recipe, data, tmp_path / "run")
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


def test_groups_that_are_still_open_are_not_exported(tmp_path):
    recipe = tiny_recipe(tmp_path, conv="flgc", epochs=1, close=1.0)
    train(recipe, write_folder(tmp_path / "data"), tmp_path / "run")
    checkpoint = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    torch.save(checkpoint | {"progress": 0.5}, tmp_path / "early.pt")
    with pytest.raises(ValueError, match="the connections outside its groups are still open"):
        load_run(tmp_path / "early.pt")


def options(settings):
    return [text for name, value in settings.items() for text in (f"--{name.replace('_', '-')}", str(value))]


def test_the_commands_train_and_export_with_labels_and_pre_processing(tmp_path, capsys):
    data = write_folder(tmp_path / "data", ("train", "val"))
    (data / "val" / "red" / "broken.jpg").write_text("not a picture")
    write_weights(tmp_path / "weights.pt")
    command = ["folder", str(data), "--out", str(tmp_path / "run"), "--weights", str(tmp_path / "weights.pt")]
    settings = TINY | {"conv": "flgc", "groups": 2, "epochs": 6, "dense_epochs": 3}
    main([*command, "--quiet", *options(settings)])
    printed = capsys.readouterr()
    assert "3 classes: 30 pictures for training, 30 for evaluation" in printed.out
    assert "flgc: 10 convolutions\n  stay dense (the first): conv_stem\n" in printed.out
    assert "1 pictures cannot be read and are left out" in printed.err and "broken.jpg" in printed.err
    main(["export", str(tmp_path / "run" / "checkpoint.pt"), "--out", str(tmp_path / "exported")])
    assert "flgc: ONNX Runtime differs" in capsys.readouterr().out
    dense, _ = load_run(tmp_path / "run" / "dense.pt")
    assert not any(isinstance(module, FLGCConv2d) for module in dense.modules())
    with pytest.raises(SystemExit, match="is a run of the command folder; its results are in"):
        main(["results", str(tmp_path / "run")])
    out = tmp_path / "exported"
    assert (out / "labels.txt").read_text() == "blue\ngreen\nred\n"
    preprocess = json.loads((out / "preprocess.json").read_text())
    assert (preprocess["width"], preprocess["shortSide"]) == (32, 34)
    session = onnxruntime.InferenceSession(out / "model.onnx")
    correct = 0
    for label, name in enumerate(COLOURS):
        for path in sorted((data / "val" / name).glob("*.png")):
            with Image.open(path) as image:
                pixels = np.asarray(image.resize((41, 34), Image.Resampling.BICUBIC))[1:33, 4:36] / 255
            mean, std = np.array(preprocess["mean"]), np.array(preprocess["std"])
            x = ((pixels - mean) / std).transpose(2, 0, 1)[None].astype(np.float32)
            correct += int(session.run(None, {"pictures": x})[0].argmax() == label)
    assert correct / 30 == pytest.approx(lines_of(tmp_path / "run")[-1]["top1"])


def test_options_that_are_ignored_are_named(tmp_path, capsys):
    command = ["folder", str(tmp_path / "no"), "--out", str(tmp_path / "run")]
    dense = ["--conv", "dense", "--zeros", "0.3", "--dense-epochs", "6"]
    for options, expected in (
        (dense, ["--dense-epochs is ignored with --conv dense", "--zeros is ignored with --conv dense"]),
        (
            ["--teacher", "dense.pt", "--dense-epochs", "6", "--zeros", "0.3"],
            ["--dense-epochs is ignored with --teacher dense.pt"],
        ),
        (["--dense-epochs", "6", "--zeros", "0.3"], []),
    ):
        with pytest.raises(SystemExit, match="no is not a folder"):
            main([*command, *options])
        assert sorted(capsys.readouterr().err.splitlines()) == [f"groupwise_train: {line}" for line in expected]


def test_mistakes_on_the_command_line_print_one_line(tmp_path):
    data = write_folder(tmp_path / "data", count=2)
    run = ["folder", str(data), "--out", str(tmp_path / "run")]
    for arguments, message in (
        (["folder", str(tmp_path / "no"), "--out", "x"], "no is not a folder"),
        ([*run, "--arch", "timm:test_efficientne", "--batch", "2"], 'did you mean "timm:test_efficientnet"'),
        ([*run, "--conv", "panel"], 'got "panel"; did you mean "panels"'),
        ([*run, "--workers", "-1"], "--workers must be at least 0, got -1"),
        ([*run, "--arch", "timm:test_efficientnet", "--batch", "2", "--weights", str(tmp_path / "no.pt")], "no.pt"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert message in str(stopped.value) and "\n" not in str(stopped.value)
