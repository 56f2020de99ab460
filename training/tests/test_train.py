"""Training runs: they resume, record metrics and fill the table of results."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tiny_recipe import TINY, TINY_MOBILENET, pictures, weights

from groupwise_train import CondenseConv2d, PanelConv2d
from groupwise_train.cifar10.methods import METHODS
from groupwise_train.cifar10.recipe import build_network, load_network
from groupwise_train.cifar10.runs import resume_training
from groupwise_train.cifar10.schedule import apply_schedule
from groupwise_train.cifar10.train import Trainer, train
from groupwise_train.layers import flgc_layers

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "recipe",
    [*(replace(TINY, conv=method) for method in METHODS), replace(TINY_MOBILENET, conv="msgc", schedule="steps")],
    ids=lambda recipe: f"{recipe.arch} {recipe.conv}",
)
def test_a_stopped_run_continues_as_if_it_had_not_stopped(recipe, tmp_path, monkeypatch):
    train_set, test_set = pictures(), pictures(16)
    whole = train(recipe, train_set, test_set, tmp_path / "whole", quiet=True)
    import groupwise_train.cifar10.train as module

    save = module.save_checkpoint

    def stop(path, **state):
        if state["epoch"] == 2:
            raise KeyboardInterrupt
        save(path, **state)

    monkeypatch.setattr(module, "save_checkpoint", stop)  # in the second epoch, before its checkpoint
    with pytest.raises(KeyboardInterrupt):
        train(recipe, train_set, test_set, tmp_path / "parts", quiet=True)
    monkeypatch.setattr(module, "save_checkpoint", save)
    assert '"epoch": 2' in (tmp_path / "parts" / "metrics.jsonl").read_text()  # it is written before the checkpoint
    with (tmp_path / "parts" / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 2, "loss": 1.0}\n{"epoch": 2, "lo')  # after other stops, the last one within a line
    assert weights(tmp_path / "parts")["epoch"] == 1
    torch.manual_seed(99)
    assert train(recipe, train_set, test_set, tmp_path / "parts", quiet=True) == whole
    lines = [json.loads(line) for line in (tmp_path / "parts" / "metrics.jsonl").read_text().splitlines()]
    assert [line.get("epoch") for line in lines] == [None, 1, 2] and lines[2]["loss"] != 1.0
    one, other = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert one["epoch"] == other["epoch"] == 2
    for name, value in one["model"].items():
        assert torch.equal(value, other["model"][name]), name
    network, found = load_network(tmp_path / "parts" / "checkpoint.pt")
    assert found == recipe and not network.training


def test_groups_and_pruning_follow_the_settings_of_the_recipe():
    recipe = replace(TINY, conv="flgc", assign=0.2, close=0.6)
    model = build_network(recipe)
    for progress, fade in ((0, 0), (0.3, 0.25), (0.6, 1), (1, 1)):
        apply_schedule(model, recipe, progress)
        assert all(layer.fade == pytest.approx(fade) for layer in flgc_layers(model))
    recipe = replace(TINY, conv="condense", assign=0.0, close=0.6)
    condensed = build_network(recipe)
    for progress, stages in ((0, 0), (0.21, 1), (0.41, 2), (0.6, 3), (1, 3)):
        apply_schedule(condensed, recipe, progress)
        assert {layer.stages for layer in condensed.modules() if isinstance(layer, CondenseConv2d)} == {stages}
    recipe = replace(TINY, conv="panels", groups=8)
    pruned = build_network(recipe)
    apply_schedule(pruned, recipe, 1)
    for layer in (layer for layer in pruned.modules() if isinstance(layer, PanelConv2d)):
        assert layer.mask.mean() == pytest.approx(1 / 8, abs=0.5 / layer.mask[::8].numel())


def test_metrics_hold_the_recipe_and_every_epoch(tmp_path):
    train(TINY, pictures(), pictures(16), tmp_path, quiet=True)
    first, *epochs = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert first["recipe"]["width"] == 0.25 and "threads" in first["hardware"]
    assert [line["epoch"] for line in epochs] == [1, 2] and all(line["seconds"] > 0 for line in epochs)
    assert epochs[-1]["top1"] == weights(tmp_path)["top1"]


def test_a_run_of_another_recipe_is_refused(tmp_path):
    recipe, train_set = replace(TINY, conv="sgc", epochs=1), pictures(32)
    train(recipe, train_set, pictures(16), tmp_path, quiet=True)
    with pytest.raises(ValueError, match=r"another recipe \(differs in groups, lr\); choose another folder"):
        train(replace(recipe, groups=2, lr=0.5), train_set, pictures(16), tmp_path, quiet=True)
    with pytest.raises(ValueError, match="was trained with --nproc-per-node 1, not 2"):
        resume_training(tmp_path, SimpleNamespace(recipe=recipe, world=2, device="cpu"))
    with pytest.raises(ValueError, match="is from other pictures"):
        train(recipe, pictures(32), pictures(16), tmp_path, quiet=True)
    train(replace(recipe, target=0.5), train_set, pictures(16), tmp_path, quiet=True)  # which sgc ignores
    with pytest.raises(ValueError, match="16 pictures do not fill a batch of 32"):
        train(replace(TINY, batch=32), pictures(16), pictures(16), tmp_path / "small", quiet=True)


def test_training_may_start_from_dense_weights(tmp_path):
    train(replace(TINY, epochs=1), pictures(32), pictures(16), tmp_path / "dense", quiet=True)
    dense = weights(tmp_path / "dense")["model"]
    recipe = replace(
        TINY, conv="msgc", epochs=1, lr=0.0, optimizer="sgd", start=str(tmp_path / "dense" / "checkpoint.pt")
    )
    train(recipe, pictures(32), pictures(16), tmp_path / "masked", quiet=True)
    found = weights(tmp_path / "masked")["model"]
    for name in (name for name in dense if name.endswith("0.weight")):
        assert torch.equal(found[name], dense[name]), name


def test_bf16_trains(tmp_path):
    for method in ("flgc", "panels", "msgc"):
        recipe = replace(TINY, conv=method, epochs=1, bf16=True)
        top1, macs = train(recipe, pictures(32), pictures(16), tmp_path / method, quiet=True)
        assert 0 <= top1 <= 1 and macs > 0
        assert all(value.isfinite().all() for value in weights(tmp_path / method)["model"].values())
        assert all(value.dtype != torch.bfloat16 for value in weights(tmp_path / method)["model"].values())
        plain = tmp_path / f"{method}-f32"
        train(replace(recipe, bf16=False), pictures(32), pictures(16), plain, quiet=True)
        exact = weights(plain)["model"]
        assert any(not torch.equal(value, exact[name]) for name, value in weights(tmp_path / method)["model"].items())


WORKER = """
import sys, torch
from dataclasses import replace
sys.path.insert(0, "tests")
from groupwise_train.cli import join_torchrun
from groupwise_train.cifar10.train import Trainer, train
from groupwise_train.layers import flgc_layers
from tiny_recipe import TINY, pictures
torch.set_num_threads(1)
torch.manual_seed(1)
recipe = replace(TINY, conv="flgc", batch=8)
train(recipe, pictures(), pictures(16), sys.argv[1], quiet=True, ranks=join_torchrun())
torch.distributed.destroy_process_group()
"""


def test_torchrun_trains_with_two_processes(tmp_path):
    (tmp_path / "worker.py").write_text(WORKER)
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        tmp_path / "worker.py",
        tmp_path / "run",
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert lines[0]["processes"] == 2 and [line["epoch"] for line in lines[1:]] == [1, 2]
    assert weights(tmp_path / "run")["epoch"] == 2


def test_a_training_that_diverges_stops(tmp_path):
    with pytest.raises(ValueError, match="the training diverged: its loss is nan; lower the learning rate"):
        train(replace(TINY, lr=1e30), pictures(64), pictures(16), tmp_path, quiet=True)


def test_a_start_of_another_width_is_refused(tmp_path):
    train(replace(TINY, epochs=1), pictures(32), pictures(16), tmp_path / "narrow", quiet=True)
    recipe = replace(TINY, width=0.5, start=str(tmp_path / "narrow" / "checkpoint.pt"))
    with pytest.raises(ValueError, match="does not fit this network"):
        train(recipe, pictures(32), pictures(16), tmp_path / "wide", quiet=True)


def test_a_start_without_a_weight_is_refused(tmp_path):
    train(replace(TINY, epochs=1), pictures(32), pictures(16), tmp_path / "dense", quiet=True)
    checkpoint = weights(tmp_path / "dense")
    name = next(name for name in checkpoint["model"] if name.endswith("weight"))
    del checkpoint["model"][name]
    torch.save(checkpoint, tmp_path / "part.pt")
    with pytest.raises(ValueError, match=rf"it lacks 1 \({name}\)"):
        train(replace(TINY, conv="msgc", start=str(tmp_path / "part.pt")), pictures(32), pictures(16), tmp_path / "x")


def test_the_first_convolution_whitens_pictures_of_all_classes(monkeypatch):
    import groupwise_train.cifar10.train as module

    monkeypatch.setattr(module, "WHITENED", 4)
    sorted_pictures = pictures(48)
    sorted_pictures.pixels[:24] = 0
    dark, whole = (Trainer(TINY, part, (0, 1, "cpu")).model.stem.weight for part in (sorted_pictures, pictures(48)))
    assert dark.abs().max() < 10 * whole.abs().max()  # filters of black pictures are divided by sqrt(EPSILON)


def test_a_teacher_is_imitated(tmp_path):
    train_set, test_set = pictures(), pictures(16)
    train(replace(TINY, width=0.5), train_set, test_set, tmp_path / "teacher", quiet=True)
    settings = {"teacher": str(tmp_path / "teacher" / "checkpoint.pt"), "distillation": 1.0, "epochs": 8}
    train(replace(TINY, **settings), train_set, test_set, tmp_path / "student", quiet=True)
    first, *_, last = [
        json.loads(line)["loss"] for line in (tmp_path / "student" / "metrics.jsonl").read_text().splitlines()[1:]
    ]
    assert 0 <= last < first / 2  # the divergence from the teacher, which vanishes where both agree
