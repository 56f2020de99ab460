"""PyTorch still computes what the fixtures of learned groups record."""

import json
from pathlib import Path

import numpy as np
import pytest

TRAINING = Path(__file__).resolve().parents[1]
FIXTURES = TRAINING.parent / "test/fixtures"


@pytest.mark.parametrize("name", ["groups", "group-forms", "group-networks", "gates"])
def test_recorded_outputs_and_blocks(name):
    pytest.importorskip("onnx")
    from fixtures.make_fixtures import SETS, record_batches

    recorded = {entry["name"]: entry for entry in json.loads((FIXTURES / name / "index.json").read_text())["networks"]}
    seen = set()
    for network in SETS[name]():
        for form in (*network.exporters, *network.handwritten):
            for entry in record_batches(f"{network.name}-{form}.onnx", network):
                known = recorded[entry["name"]]
                seen.add(entry["name"])
                np.testing.assert_allclose(
                    entry["outputs"][0]["values"], known["outputs"][0]["values"], rtol=1e-5, atol=1e-5
                )
                for key in ("blocks", "macs"):
                    assert json.loads(json.dumps(entry.get(key))) == known.get(key)
    assert seen == recorded.keys()
