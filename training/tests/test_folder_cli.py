"""The command `folder`: it trains and exports, and says what is wrong or ignored."""

import json
import re

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from tiny_folder import COLOURS, TINY, lines_of, write_folder, write_weights

from groupwise_train import FLGCConv2d
from groupwise_train.cli import main
from groupwise_train.folder.runs import load_run


def options(settings):
    return [text for name, value in settings.items() for text in (f"--{name.replace('_', '-')}", str(value))]


def test_the_commands_train_and_export_with_labels_and_pre_processing(tmp_path, capsys):
    data = write_folder(tmp_path / "data", ("train", "val"))
    (data / "val" / "red" / "broken.jpg").write_text("not a picture")
    write_weights(tmp_path / "weights.pt")
    weights = ["--weights", str(tmp_path / "weights.pt"), "--holdout", "0.5"]
    command = ["folder", str(data), "--out", str(tmp_path / "run"), *weights]
    settings = TINY | {"conv": "flgc", "groups": 2, "epochs": 6, "dense_epochs": 3}
    main([*command, "--quiet", *options(settings)])
    printed = capsys.readouterr()
    assert "3 classes: 30 pictures for training, 30 for evaluation" in printed.out
    assert re.search(r"flgc: 10 convolutions, \d\d % of the MACs\n  stay dense \(the first\): conv_stem\n", printed.out)
    assert f"--holdout is ignored, as {data / 'val'} is for evaluation\n" in printed.err
    assert "unreadable pictures, left out: " in printed.err and "broken.jpg" in printed.err
    main(["export", str(tmp_path / "run" / "checkpoint.pt"), "--out", str(tmp_path / "exported")])
    assert "flgc: ONNX Runtime agrees" in capsys.readouterr().out
    main(["export", str(tmp_path / "run" / "dense.pt"), "--out", str(tmp_path / "dense")])
    assert "dense: ONNX Runtime agrees" in capsys.readouterr().out
    dense, _ = load_run(tmp_path / "run" / "dense.pt")
    assert not any(isinstance(module, FLGCConv2d) for module in dense.modules())
    (tmp_path / "weights.pt").unlink()  # only a new run reads it
    main([*command, "--quiet", *options(settings)])
    assert "checkpoint.pt is finished" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="is a run of the command folder; its results are in"):
        main(["results", str(tmp_path / "run")])
    out = tmp_path / "exported"
    assert (out / "labels.txt").read_text() == "blue\ngreen\nred\n"
    preprocess = json.loads((out / "preprocess.json").read_text())
    assert (preprocess["width"], preprocess["shortSide"]) == (32, 33)
    session = onnxruntime.InferenceSession(out / "model.onnx")
    correct = 0
    for label, name in enumerate(COLOURS):
        for path in sorted((data / "val" / name).glob("*.png")):
            with Image.open(path) as image:
                pixels = np.asarray(image.resize((39, 33), Image.Resampling.BICUBIC))[:32, 4:36] / 255
            mean, std = np.array(preprocess["mean"]), np.array(preprocess["std"])
            x = ((pixels - mean) / std).transpose(2, 0, 1)[None].astype(np.float32)
            correct += int(session.run(None, {"pictures": x})[0].argmax() == label)
    assert correct / 30 == pytest.approx(lines_of(tmp_path / "run")[-1]["top1"])


def test_options_that_are_ignored_are_named(tmp_path, capsys):
    command = ["folder", str(tmp_path / "no"), "--out", str(tmp_path / "run")]
    dense = ["--conv", "dense", "--zeros", "0.3", "--dense-epochs", "6"]
    teacher = tmp_path / "dense.pt"
    teacher.touch()
    for given, expected in (
        (dense, ["--dense-epochs is ignored with --conv dense", "--zeros is ignored with --conv dense"]),
        (
            ["--teacher", str(teacher), "--dense-epochs", "6", "--zeros", "0.3"],
            [f"--dense-epochs is ignored with --teacher {teacher}"],
        ),
        (["--dense-epochs", "6", "--zeros", "0.3"], []),
    ):
        with pytest.raises(SystemExit, match="no is not a folder"):
            main([*command, *given])
        assert sorted(capsys.readouterr().err.splitlines()) == [f"groupwise_train: {line}" for line in expected]


def test_mistakes_on_the_command_line_print_one_line(tmp_path):
    data = write_folder(tmp_path / "data", count=2)
    run = ["folder", str(data), "--out", str(tmp_path / "run")]
    other = tmp_path / "other.pt"
    torch.save({"a": torch.zeros(1)}, other)
    for arguments, message in (
        (["folder", str(tmp_path / "no"), "--out", "x"], "no is not a folder"),
        (["folder", str(tmp_path / "no"), "--out", "x", "--arch", "timm:test_efficientne"], "timm:test_efficientnet"),
        ([*run, "--arch", "timm:test_efficientne", "--batch", "2"], 'did you mean "timm:test_efficientnet"'),
        ([*run, "--conv", "panel"], 'got "panel"; did you mean "panels"'),
        ([*run, "--workers", "-1"], "--workers must be at least 0, got -1"),
        ([*run, "--weights", str(tmp_path / "no.pt")], "--weights must be a file, but"),
        ([*run, "--teacher", str(data)], "is a folder"),
        (["export", str(tmp_path / "no.pt"), "--out", str(tmp_path / "x")], "there is no file or folder"),
        (["export", str(data), "--out", str(tmp_path / "x")], "such as " + str(data / "checkpoint.pt")),
        ([*run, "--arch", "timm:test_efficientnet", "--batch", "2", "--weights", str(other)], "does not fit"),
        (
            [*run, "--arch", "timm:test_vit", "--batch", "2", "--weights", str(other), "--size", "97"],
            "timm:test_vit cannot read pictures of 97 x 97",
        ),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert message in str(stopped.value) and "\n" not in str(stopped.value)
