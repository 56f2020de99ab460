"""Writes the cases of the ONNX backend test suite that the installed onnx package generates, a folder each, as in its own data:
model.onnx, test_data_set_0/input_0.pb, output_0.pb and so on.

python scripts/backend-suite.py FOLDER; then npm run conformance -- FOLDER
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases


def write_values(folder, kind, values, infos):
    """Writes tensors; sequences, maps and missing values have no file that a network could read."""
    for index, (value, info) in enumerate(zip(values, infos, strict=True)):
        if value is None or isinstance(value, (list, dict)):
            (folder / f"{kind}_{index}.other").touch()
            continue
        tensor = (
            value
            if isinstance(value, onnx.TensorProto)
            else numpy_helper.from_array(np.asarray(value), info.name)
        )
        (folder / f"{kind}_{index}.pb").write_bytes(tensor.SerializeToString())


def main(target):
    warnings.simplefilter("ignore")
    cases = [case for case in collect_testcases(None) if case.model is not None]
    for case in cases:
        folder = target / case.name
        folder.mkdir(parents=True, exist_ok=True)
        onnx.save(case.model, folder / "model.onnx")
        graph = case.model.graph
        for index, (inputs, outputs) in enumerate(case.data_sets or []):
            data = folder / f"test_data_set_{index}"
            data.mkdir(exist_ok=True)
            write_values(data, "input", inputs, graph.input)
            write_values(data, "output", outputs, graph.output)
    print(f"{len(cases)} cases of onnx {onnx.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
