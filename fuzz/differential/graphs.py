"""Runs the networks of a file with ONNX Runtime. Usage: graphs.py NETWORKS RESULTS

NETWORKS has for each network its length and the number of its floats (uint32), its bytes, and the floats of all inputs. RESULTS has for
each network the number of outputs, 0 if ONNX Runtime refuses it; for each output the rank, the sizes (uint32), how much it changes at
most when the inputs change by a millionth (float32), and its elements (float32).
"""

import struct
import sys

import numpy as np
import onnxruntime as ort

STEP = 1e-6


def options() -> ort.SessionOptions:
    """One thread, and the network as it is."""
    chosen = ort.SessionOptions()
    chosen.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    chosen.intra_op_num_threads = 1
    chosen.log_severity_level = 4
    return chosen


def run(network: bytes, data: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """The outputs, each with its largest change; nothing if the network is refused."""
    try:
        session = ort.InferenceSession(network, options(), providers=["CPUExecutionProvider"])
        feeds, at = {}, 0
        for one in session.get_inputs():
            size = int(np.prod(one.shape))
            feeds[one.name] = data[at : at + size].reshape(one.shape)
            at += size
        outputs = session.run(None, feeds)
    except Exception:  # noqa: BLE001 -- its errors have no common class
        return []
    changes = [0.0] * len(outputs)
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        moved = {name: (x * (1 + STEP * random.choice([-1, 1], x.shape))).astype("f4") for name, x in feeds.items()}
        for i, other in enumerate(session.run(None, moved)):
            changes[i] = max(changes[i], float(np.max(np.abs(other - outputs[i]), initial=0)))
    return list(zip(outputs, changes, strict=True))


def main(networks: str, results: str) -> None:
    """Runs all networks of a file."""
    with open(networks, "rb") as file, open(results, "wb") as out:
        while header := file.read(8):
            length, floats = struct.unpack("<II", header)
            network = file.read(length)
            found = run(network, np.frombuffer(file.read(4 * floats), "f4"))
            out.write(struct.pack("<I", len(found)))
            for output, change in found:
                out.write(struct.pack(f"<I{output.ndim}If", output.ndim, *output.shape, change))
                out.write(np.ascontiguousarray(output, "f4").tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
