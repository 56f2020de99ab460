"""The sweep measures small networks, sees wrong results, and survives what crashes or takes too long."""

import os
import shutil
import time

import numpy as np
import pytest
import torch

from sweep import export
from sweep.architectures import ARCHITECTURES, EXPORTERS, Architecture
from sweep.compare import RUNNER, compare, judge
from sweep.export import export_in_process
from sweep.networks import make_network

BUNDLE = RUNNER.parents[2] / "dist/convert.js"
TINY = Architecture("timm", "test_resnet", 64)


@torch.no_grad()
def test_the_network_is_seeded_and_each_parameter_has_an_effect():
    network, x, _ = make_network(TINY)
    again, same, _ = make_network(TINY)
    before = network(x)[0]
    assert torch.equal(x, same) and torch.equal(before, again(x)[0])
    for parameter in network.parameters():
        parameter.data.mul_(1.5)
        assert not torch.allclose(before, network(x)[0], rtol=1e-6, atol=1e-6)
        parameter.data.div_(1.5)


def test_each_architecture_is_listed_once():
    titles = [architecture.title for architecture in ARCHITECTURES]
    assert len(set(titles)) == len(titles) >= 120


@pytest.mark.parametrize(
    ("error", "change", "state"),
    [
        (9e-5, 0.5, "agrees"),
        (2e-4, 0.5, "differs"),
        (9e-5, 2e-3, "differs"),
        (1e-6, 2e-3, "agrees"),
        (float("inf"), 0.5, "differs"),
        (0.0, 9e-5, "meaningless"),
        (0.0, float("inf"), "meaningless"),
    ],
)
def test_an_error_is_judged_by_the_largest_number_and_the_change(error, change, state):
    assert judge(error, change) == state


@pytest.mark.skipif(not BUNDLE.exists() or not shutil.which("node"), reason="groupwise is not built")
@pytest.mark.parametrize("exporter", EXPORTERS)
def test_a_network_agrees_and_a_wrong_reference_differs(tmp_path, exporter):
    export_in_process(TINY, [exporter], tmp_path, timeout=300)
    row = compare(tmp_path, exporter, timeout=300)
    assert row["state"] == "agrees" and 0 < row["error"] < 1e-5
    reference = dict(np.load(tmp_path / f"{exporter}.npz"))
    np.savez(tmp_path / f"{exporter}.npz", **{name: y * 1.001 for name, y in reference.items()})
    row = compare(tmp_path, exporter, timeout=300)
    assert row["state"] == "differs" and row["error"] == pytest.approx(1e-3, rel=0.05)


def test_a_crash_and_an_endless_export_are_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "make_network", lambda _: os._exit(3))
    export_in_process(TINY, ["dynamo"], tmp_path / "crash", timeout=60)
    assert compare(tmp_path / "crash", "dynamo", 60) == {
        "state": "not exported",
        "message": "the process ended with code 3",
    }
    monkeypatch.setattr(export, "make_network", lambda _: time.sleep(60))
    export_in_process(TINY, ["dynamo"], tmp_path / "late", timeout=0.5)
    assert compare(tmp_path / "late", "dynamo", 60)["message"] == "no end after 0.5 s"
