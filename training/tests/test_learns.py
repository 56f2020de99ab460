"""A short training on some thousand pictures of CIFAR-10."""

import os
import tarfile
from pathlib import Path

import pytest

from groupwise_train import FLGCConv2d, MobileNetV2, blocks_of, count_macs
from groupwise_train.cifar10.data import load_cifar10
from groupwise_train.cifar10.recipe import Recipe, load_network
from groupwise_train.cifar10.train import train

ARCHIVE = Path(os.environ.get("CIFAR10", Path(__file__).resolve().parents[3] / "shared/data/cifar10-jpeg.tar.gz"))


@pytest.mark.skipif(not ARCHIVE.exists(), reason=f"{ARCHIVE} is not there; CIFAR10 may name an archive of CIFAR-10")
@pytest.mark.parametrize("method", ["flgc", "flgc-gradient"])
def test_learned_groups_learn(method, tmp_path):
    with tarfile.open(ARCHIVE) as whole, tarfile.open(tmp_path / "part.tar", "w") as part:
        pictures = (member for member in whole if member.isfile() and member.name.endswith((".jpg", ".png")))
        for index, member in enumerate(pictures):
            if index % 16 == 0:
                part.addfile(member, whole.extractfile(member))
    train_set, test_set = load_cifar10(tmp_path / "part.tar")
    recipe = Recipe(
        conv=method,
        scope="projections+last",
        width=0.25,
        early_stride=2,
        epochs=4,
        batch=64,
        schedule="one-cycle",
        lr=0.1,
        weight_decay=5e-4,
    )
    top1, macs = train(recipe, train_set, test_set, tmp_path, quiet=True)
    print(f"top-1 {top1:.3f} of {len(test_set)} pictures, {macs / 1e6:.2f} MMACs")
    assert top1 >= 0.25
    layers = [layer for layer in load_network(tmp_path / "checkpoint.pt")[0].modules() if isinstance(layer, FLGCConv2d)]
    assert len(layers) == 18 and all(
        len(blocks_of(layer.mask)) <= 8 for layer in layers
    )  # narrow ones may keep one or none
    assert macs < 0.8 * count_macs(MobileNetV2(0.25, early_stride=2))
