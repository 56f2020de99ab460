"""Training runs: they resume, record metrics and fill the table of results."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_recipe import TINY, pictures, weights

from groupwise_train import CondenseConv2d, FLGCConv2d
from groupwise_train.cifar10.losses import Loss
from groupwise_train.cifar10.methods import METHODS
from groupwise_train.cifar10.recipe import build_network, load_network
from groupwise_train.cifar10.results import draw_plot, format_table, read_runs
from groupwise_train.cifar10.runs import resume_training
from groupwise_train.cifar10.schedule import apply_schedule
from groupwise_train.cifar10.train import train
from groupwise_train.macs import GroupMacs

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("method", METHODS)
def test_a_stopped_run_continues_as_if_it_had_not_stopped(method, tmp_path, monkeypatch):
    recipe, train_set, test_set = replace(TINY, conv=method), pictures(), pictures(16)
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
    with (tmp_path / "parts" / "metrics.jsonl").open("a") as file:
        # as after a stop between checkpoint and line, and then within a line
        file.write('{"epoch": 2, "loss": 1.0}\n{"epoch": 2, "lo')
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


def test_learned_groups_change_then_stay():
    torch.manual_seed(0)

    recipe = replace(TINY, conv="flgc-gradient", fade=0.4, freeze=0.5)
    model = build_network(recipe)
    layers = [module for module in model.modules() if isinstance(module, FLGCConv2d)]
    for progress, fade, learns in ((0, 0, True), (0.2, 0.5, True), (0.45, 1, True), (0.5, 1, False)):
        apply_schedule(model, recipe, progress)
        assert all(layer.fade == pytest.approx(fade) and layer.input_logits.requires_grad == learns for layer in layers)
    recipe = replace(TINY, conv="condense", prune=0.5)
    condensed = build_network(recipe)
    for progress, stages in ((0, 0), (0.17, 1), (0.34, 2), (0.5, 3), (1, 3)):
        apply_schedule(condensed, recipe, progress)
        assert {layer.stages for layer in condensed.modules() if isinstance(layer, CondenseConv2d)} == {stages}


def test_the_penalty_limits_the_share_of_macs_of_learned_groups():
    x, labels = torch.zeros(2, 3, 32, 32), torch.tensor([0, 1])
    recipe = replace(TINY, conv="flgc-gradient", scope="all", group_penalty=1.0)
    model = build_network(recipe)
    share = (GroupMacs(model)() / GroupMacs(model).dense).item()
    plain = Loss(model, replace(recipe, group_penalty=0.0))(x, model(x), labels, 0.0).item()
    for allowed in (0.0, share / 2, share * 2):
        loss = Loss(model, replace(recipe, group_macs=allowed))
        added = loss(x, model(x), labels, 0.0).item() - plain
        assert loss.parts["excess"] == pytest.approx(share / (allowed or 1 / TINY.groups) - 1, abs=1e-5)
        assert added == pytest.approx(max(0, loss.parts["excess"]), abs=1e-5)


def test_metrics_hold_the_recipe_and_every_epoch(tmp_path):
    train(TINY, pictures(), pictures(16), tmp_path, quiet=True)
    first, *epochs = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert first["recipe"]["width"] == 0.25 and "threads" in first["hardware"]
    assert [line["epoch"] for line in epochs] == [1, 2] and all(line["seconds"] > 0 for line in epochs)
    assert epochs[-1]["top1"] == weights(tmp_path)["top1"]


def test_a_run_of_another_recipe_is_refused(tmp_path):
    train(replace(TINY, epochs=1), pictures(32), pictures(16), tmp_path, quiet=True)
    with pytest.raises(ValueError, match=r"another recipe \(differs in groups, lr\); choose another folder"):
        train(replace(TINY, epochs=1, groups=2, lr=0.5), pictures(32), pictures(16), tmp_path, quiet=True)
    with pytest.raises(ValueError, match="is from 1 processes, not 2"):
        resume_training(tmp_path, replace(TINY, epochs=1), 2, None, [], "cpu")
    with pytest.raises(ValueError, match="16 pictures do not fill a batch of 32"):
        train(replace(TINY, batch=32), pictures(16), pictures(16), tmp_path / "small", quiet=True)


def test_results_are_a_row_for_each_recipe(tmp_path):
    for seed in (1, 2):
        train(replace(TINY, epochs=1, seed=seed), pictures(32), pictures(16), tmp_path / f"dense-s{seed}", quiet=True)
    train(replace(TINY, conv="sgc", epochs=1), pictures(32), pictures(16), tmp_path / "sgc", quiet=True)
    train(
        replace(TINY, conv="sgc", epochs=1, seed=2, fade=0.1, target=0.5),
        pictures(32),
        pictures(16),
        tmp_path / "sgc-s2",
        quiet=True,
    )
    train(replace(TINY, width=0.5, conv="sgc", epochs=1), pictures(32), pictures(16), tmp_path / "wide", quiet=True)
    rows, unfinished = read_runs(sorted(tmp_path.iterdir()))
    assert not unfinished and [len(row.measured) for row in rows] == [2, 2, 1]  # sgc reads neither fade nor target
    lines = format_table(rows).splitlines()[2:]
    assert "±" in lines[0] and "| 1.00 |" in lines[0]
    assert sum("|  |" in line for line in lines) == 1  # no dense network of that width
    shutil.copytree(tmp_path / "sgc", tmp_path / "again")
    with pytest.raises(ValueError, match="have the same recipe and seed"):
        read_runs([tmp_path / "sgc", tmp_path / "again"])
    metrics = tmp_path / "again" / "metrics.jsonl"
    metrics.write_text(metrics.read_text().replace('"epochs": 1', '"epochs": 2'))
    assert read_runs([tmp_path / "again"]) == ([], ["again"])
    draw_plot(rows, tmp_path / "plot.svg")
    assert "<svg" in (tmp_path / "plot.svg").read_text()


def test_training_may_start_from_dense_weights(tmp_path):
    train(replace(TINY, epochs=1), pictures(32), pictures(16), tmp_path / "dense", quiet=True)
    dense = weights(tmp_path / "dense")["model"]
    recipe = replace(TINY, conv="msgc", epochs=1, lr=0.0, start=str(tmp_path / "dense" / "checkpoint.pt"))
    train(recipe, pictures(32), pictures(16), tmp_path / "masked", quiet=True)
    found = weights(tmp_path / "masked")["model"]
    for name in (name for name in dense if name.endswith("0.weight")):
        assert torch.equal(found[name], dense[name]), name


def test_bf16_trains(tmp_path):
    for method in ("flgc", "flgc-gradient", "msgc"):
        recipe = replace(TINY, conv=method, epochs=1, bf16=True)
        top1, macs = train(recipe, pictures(32), pictures(16), tmp_path / method, quiet=True)
        assert 0 <= top1 <= 1 and macs > 0
        assert all(value.isfinite().all() for value in weights(tmp_path / method)["model"].values())
        assert all(value.dtype != torch.bfloat16 for value in weights(tmp_path / method)["model"].values())


WORKER = """
import sys, torch
from dataclasses import replace
sys.path.insert(0, "tests")
from groupwise_train.cli import join_torchrun
from groupwise_train.cifar10.train import train
from tiny_recipe import TINY, pictures
torch.set_num_threads(1)
torch.manual_seed(1)
recipe = replace(TINY, conv="flgc-gradient", batch=8)
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
