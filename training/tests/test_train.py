import copy
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from groupwise_train import CondenseConv2d, FLGCConv2d
from groupwise_train.__main__ import main
from groupwise_train.data import Pictures
from groupwise_train.losses import Loss
from groupwise_train.macs import GroupMacs
from groupwise_train.methods import METHODS, apply_method
from groupwise_train.mobilenet import MobileNetV2
from groupwise_train.recipe import Recipe, build, load_network
from groupwise_train.results import plot, read_runs, table
from groupwise_train.runs import resume
from groupwise_train.schedule import optimizers, settle
from groupwise_train.train import train

ROOT = Path(__file__).resolve().parents[1]
TINY = Recipe(width=0.25, early_stride=2, epochs=2, batch=16, groups=4, schedule="one-cycle", seed=5)


def pictures(count=48):
    return Pictures(torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8), torch.randint(0, 10, (count,)))


def weights(folder):
    return torch.load(folder / "checkpoint.pt", weights_only=True)


@pytest.mark.parametrize("method", METHODS)
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(method, tmp_path, monkeypatch):
    recipe, train_set, test_set = replace(TINY, conv=method), pictures(), pictures(16)
    whole = train(recipe, train_set, test_set, tmp_path / "whole", quiet=True)
    import groupwise_train.train as module

    save = module.save

    def stop(path, **state):
        if state["epoch"] == 2:
            raise KeyboardInterrupt
        save(path, **state)

    monkeypatch.setattr(module, "save", stop)  # in the second epoch, before its checkpoint
    with pytest.raises(KeyboardInterrupt):
        train(recipe, train_set, test_set, tmp_path / "parts", quiet=True)
    monkeypatch.setattr(module, "save", save)
    with open(tmp_path / "parts" / "metrics.jsonl", "a") as file:
        file.write('{"epoch": 2, "loss": 1.0}\n{"epoch": 2, "lo')  # as of a stop between checkpoint and line, and within a line
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
    model = build(recipe)
    layers = [module for module in model.modules() if isinstance(module, FLGCConv2d)]
    for progress, fade, learns in ((0, 0, True), (0.2, 0.5, True), (0.45, 1, True), (0.5, 1, False)):
        settle(model, recipe, progress)
        assert all(layer.fade == pytest.approx(fade) and layer.input_logits.requires_grad == learns for layer in layers)
    recipe = replace(TINY, conv="condense", prune=0.5)
    condensed = build(recipe)
    for progress, stages in ((0, 0), (0.17, 1), (0.34, 2), (0.5, 3), (1, 3)):
        settle(condensed, recipe, progress)
        assert {layer.stages for layer in condensed.modules() if isinstance(layer, CondenseConv2d)} == {stages}


def test_the_share_of_macs_is_what_learned_groups_are_held_to():
    x, labels = torch.zeros(2, 3, 32, 32), torch.tensor([0, 1])
    recipe = replace(TINY, conv="flgc-gradient", scope="all", group_penalty=1.0)
    model = build(recipe)
    share = (GroupMacs(model)() / GroupMacs(model).dense).item()
    plain = Loss(model, replace(recipe, group_penalty=0.0))(x, model(x), labels, 0.0).item()
    for allowed in (0.0, share / 2, share * 2):
        loss = Loss(model, replace(recipe, group_macs=allowed))
        added = loss(x, model(x), labels, 0.0).item() - plain
        assert loss.parts["excess"] == pytest.approx(share / (allowed or 1 / TINY.groups) - 1, abs=1e-5)
        assert added == pytest.approx(max(0, loss.parts["excess"]), abs=1e-5)


def test_mask_generators_have_a_rate_of_their_own():
    recipe = replace(TINY, conv="msgc", lr=0.1, mask_rate=3.0)
    model = build(recipe)
    names = {value: name for name, value in model.named_parameters()}
    rates = {names[value]: group["lr"] for optimizer in optimizers(model, recipe) for group in optimizer.param_groups for value in group["params"]}
    assert set(rates) == set(names.values())
    assert all(rate == pytest.approx(0.3 if "maskgen" in name else 0.1) for name, rate in rates.items())


def test_metrics_hold_the_recipe_and_every_epoch(tmp_path):
    train(TINY, pictures(), pictures(16), tmp_path, quiet=True)
    first, *epochs = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert first["recipe"]["width"] == 0.25 and "threads" in first["hardware"]
    assert [line["epoch"] for line in epochs] == [1, 2] and all(line["seconds"] > 0 for line in epochs)
    assert epochs[-1]["top1"] == weights(tmp_path)["top1"]


def test_a_run_of_another_recipe_is_refused(tmp_path):
    train(replace(TINY, epochs=1), pictures(32), pictures(16), tmp_path, quiet=True)
    with pytest.raises(ValueError, match=r"of another recipe \(differs in groups, lr\); choose another folder"):
        train(replace(TINY, epochs=1, groups=2, lr=0.5), pictures(32), pictures(16), tmp_path, quiet=True)
    with pytest.raises(ValueError, match="of a run with 1 processes, not 2"):
        resume(tmp_path, replace(TINY, epochs=1), 2, None, [], "cpu")
    with pytest.raises(ValueError, match="16 pictures do not fill a batch of 32"):
        train(replace(TINY, batch=32), pictures(16), pictures(16), tmp_path / "small", quiet=True)


def test_a_checkpoint_whose_groups_are_open_is_refused(tmp_path):
    train(replace(TINY, conv="flgc-gradient", epochs=1), pictures(32), pictures(16), tmp_path, quiet=True)
    kept = weights(tmp_path)
    kept["recipe"]["epochs"] = 10
    torch.save(kept, tmp_path / "early.pt")
    with pytest.raises(ValueError, match="epoch 1 of 10: its groups are not closed yet"):
        load_network(tmp_path / "early.pt")


def test_results_are_a_row_for_each_recipe(tmp_path):
    for seed in (1, 2):
        train(replace(TINY, epochs=1, seed=seed), pictures(32), pictures(16), tmp_path / f"dense-s{seed}", quiet=True)
    train(replace(TINY, conv="sgc", epochs=1), pictures(32), pictures(16), tmp_path / "sgc", quiet=True)
    train(replace(TINY, conv="sgc", epochs=1, seed=2, fade=0.1, target=0.5), pictures(32), pictures(16), tmp_path / "sgc-s2", quiet=True)
    train(replace(TINY, width=0.5, conv="sgc", epochs=1), pictures(32), pictures(16), tmp_path / "wide", quiet=True)
    rows, unfinished = read_runs(sorted(tmp_path.iterdir()))
    assert not unfinished and [len(row.measured) for row in rows] == [2, 2, 1]  # sgc reads neither fade nor target
    lines = table(rows).splitlines()[2:]
    assert "±" in lines[0] and "| 1.00 |" in lines[0]
    assert sum("|  |" in line for line in lines) == 1  # no dense network of that width
    shutil.copytree(tmp_path / "sgc", tmp_path / "again")
    with pytest.raises(ValueError, match="hold the same recipe and seed"):
        read_runs([tmp_path / "sgc", tmp_path / "again"])
    metrics = tmp_path / "again" / "metrics.jsonl"
    metrics.write_text(metrics.read_text().replace('"epochs": 1', '"epochs": 2'))
    assert read_runs([tmp_path / "again"]) == ([], ["again"])
    plot(rows, tmp_path / "plot.svg")
    assert "<svg" in (tmp_path / "plot.svg").read_text()


def test_unknown_names_are_refused():
    for recipe, found in ((replace(TINY, conv="groups"), 'method "groups"'), (replace(TINY, conv="flgc", scope="some"), 'scope "some"')):
        with pytest.raises(ValueError, match=found):
            build(recipe)
    with pytest.raises(ValueError, match='arch "vgg"'):
        build(replace(TINY, arch="vgg"))


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
from groupwise_train.__main__ import ranks
from groupwise_train.train import train
from test_train import TINY, pictures
torch.set_num_threads(1)
torch.manual_seed(1)
train(replace(TINY, conv="flgc-gradient", batch=8), pictures(), pictures(16), sys.argv[1], quiet=True, ranks=ranks())
torch.distributed.destroy_process_group()
"""


def test_torchrun_trains_with_two_processes(tmp_path):
    (tmp_path / "worker.py").write_text(WORKER)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", tmp_path / "worker.py", tmp_path / "run"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert lines[0]["processes"] == 2 and [line["epoch"] for line in lines[1:]] == [1, 2]
    assert weights(tmp_path / "run")["epoch"] == 2


def test_methods_keep_the_weights_of_the_network():
    torch.manual_seed(1)
    dense = MobileNetV2(0.25)
    for method in ("random", "flgc", "flgc-gradient", "flgc-published", "msgc", "condense"):
        model = copy.deepcopy(dense)
        names = apply_method(model, method, groups=4)
        assert len(names) == 17 and all(name.endswith("project.0") for name in names)
        for name, value in dense.state_dict().items():
            assert torch.equal(model.state_dict()[name], value), name


def test_a_stop_is_one_line(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("groupwise_train.__main__.load_cifar10", interrupted)
    with pytest.raises(SystemExit, match="stopped; the same command goes on"):
        main(["cifar10", "--data", "cifar10.tar.gz", "--out", str(tmp_path)])


def test_mistakes_on_the_command_line_are_one_line(tmp_path):
    (tmp_path / "text.py").write_text("print()\n")
    for arguments, message in (
        (["export", str(tmp_path / "text.py"), "--out", str(tmp_path)], "text.py is no checkpoint"),
        (["export", str(tmp_path / "nothing.pt"), "--out", str(tmp_path)], "nothing.pt"),
        (["results", str(tmp_path)], "no finished run"),
        (["cifar10", "--data", str(tmp_path / "text.py"), "--out", str(tmp_path / "run")], "text.py is no archive of CIFAR-10"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert message in str(stopped.value) and "\n" not in str(stopped.value)
