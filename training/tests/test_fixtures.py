"""PyTorch still computes what test/fixtures/groups records."""

import json
from pathlib import Path

import numpy as np
import pytest

TRAINING = Path(__file__).resolve().parents[1]
GROUPS = TRAINING.parent / "test/fixtures/groups"


def test_recorded_outputs_and_blocks():
    pytest.importorskip("onnx")
    from fixtures.make_fixtures import record_batches
    from fixtures.networks import networks

    recorded = {entry["name"]: entry for entry in json.loads((GROUPS / "index.json").read_text())["networks"]}
    seen = set()
    for network in networks():
        for form in (*network.exporters, *network.handwritten):
            for entry in record_batches(f"{network.name}-{form}.onnx", network):
                known = recorded[entry["name"]]
                seen.add(entry["name"])
                np.testing.assert_allclose(
                    entry["outputs"][0]["values"], known["outputs"][0]["values"], rtol=1e-5, atol=1e-5
                )
                assert json.loads(json.dumps(entry.get("blocks"))) == known.get("blocks")
    assert seen == recorded.keys()
