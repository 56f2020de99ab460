"""CIFAR-10 from an archive of JPEG files or from the original archive of the data set."""

import hashlib
import io
import os
import pickle
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.progress import track

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)  # of the training pictures, from 0 to 1
PADDING = 4  # pixels around a picture from which a training crop is cut


@dataclass
class Pictures:
    """`pixels` uint8 [n, 3, 32, 32] RGB and `labels` int64 [n]."""

    pixels: torch.Tensor
    labels: torch.Tensor

    def to(self, device):
        return Pictures(self.pixels.to(device), self.labels.to(device))

    def __len__(self):
        return len(self.labels)


def load_cifar10(archive, cache=None):
    """The training and the test pictures of an archive, as (train, test).

    `archive` is a tar of `{train,test}/<class>/*.jpg` (or .png), or the original `cifar-10-python.tar.gz`. Decoded pictures are kept in `cache` (a folder;
    none by default) under a name that holds the archive's size and time. Raises ValueError where the archive holds neither.
    """
    archive = Path(archive)
    stamp = f"{archive.resolve()}:{archive.stat().st_size}:{archive.stat().st_mtime_ns}"
    kept = Path(cache) / f"cifar10-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}.npz" if cache else None
    if kept and kept.exists():
        arrays = dict(np.load(kept))
    else:
        with tarfile.open(archive) as tar:
            members = [member for member in tar if member.isfile()]
            original = [member for member in members if "data_batch_" in member.name or member.name.endswith("test_batch")]
            arrays = read_batches(tar, original) if original else read_folders(tar, members)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            partial = kept.with_suffix(f".{os.getpid()}.partial.npz")  # of this process alone
            np.savez(partial, **arrays)
            partial.replace(kept)
    return tuple(
        Pictures(torch.from_numpy(arrays[f"{part}_pixels"]), torch.from_numpy(arrays[f"{part}_labels"])) for part in ("train", "test")
    )


def read_folders(tar, members):
    """Arrays of an archive of picture files whose folders are `{train,test}/<class>`; in the order of their names."""
    pictures = {"train": [], "test": []}
    for member in track(members, description="decoding pictures"):
        *_, part, name, _ = ["", "", *Path(member.name).parts]
        if part in pictures and name in CLASSES:
            image = Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB")
            if image.size != (32, 32):
                raise ValueError(f"{member.name} has {image.width} x {image.height} pixels; expected 32 x 32")
            pictures[part].append((member.name, np.asarray(image).transpose(2, 0, 1), CLASSES.index(name)))
    if not all(pictures.values()):
        raise ValueError(f"{tar.name} holds no pictures under train/<class> and test/<class>, nor the batches of CIFAR-10")
    arrays = {}
    for part, found in pictures.items():
        found.sort(key=lambda item: item[0])
        arrays[f"{part}_pixels"] = np.stack([pixels for _, pixels, _ in found])
        arrays[f"{part}_labels"] = np.array([label for *_, label in found], dtype=np.int64)
    return arrays


class ArraysOnly(pickle.Unpickler):
    """Unpickles arrays of numpy and plain values, and refuses any other class."""

    def find_class(self, module, name):
        if module.split(".")[0] == "numpy" and name in ("_reconstruct", "ndarray", "dtype"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} in a batch of CIFAR-10")


def read_batches(tar, members):
    """Arrays of the original archive: `data_batch_1` to `data_batch_5` and `test_batch`, pickled dictionaries."""
    parts = {"train": ([], []), "test": ([], [])}
    for member in sorted(members, key=lambda member: member.name):
        batch = ArraysOnly(tar.extractfile(member), encoding="bytes").load()
        pixels, labels = parts["test" if member.name.endswith("test_batch") else "train"]
        pixels.append(np.asarray(batch[b"data"], dtype=np.uint8).reshape(-1, 3, 32, 32))
        labels.append(np.asarray(batch[b"labels"], dtype=np.int64))
    if not parts["train"][0] or not parts["test"][0]:
        raise ValueError(f"{tar.name} lacks data_batch_1 to data_batch_5 or test_batch")
    return {
        f"{part}_{name}": np.concatenate(values)
        for part, pair in parts.items()
        for name, values in zip(("pixels", "labels"), pair, strict=True)
    }


def normalise(pixels):
    """uint8 [n, 3, 32, 32] -> float (x / 255 - mean) / std, channels last in memory."""
    mean, std = (torch.tensor(values, device=pixels.device).view(1, 3, 1, 1) for values in (MEAN, STD))
    return ((pixels.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


def augment(pixels, generator):
    """Each picture cut out at random of itself with 4 black pixels around, and mirrored half of the time. uint8 [n, 3, 32, 32]."""
    count, _, height, width = pixels.shape
    padded = torch.nn.functional.pad(pixels, (PADDING,) * 4)
    top, left = (torch.randint(0, 2 * PADDING + 1, (count, 1), generator=generator) for _ in range(2))
    columns = torch.arange(width).expand(count, width)
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns) + left
    rows = torch.arange(height) + top
    picture = torch.arange(count)[:, None, None]
    index = [value.to(pixels.device) for value in (picture, rows[:, :, None], columns[:, None, :])]
    return padded[index[0], :, index[1], index[2]].permute(0, 3, 1, 2)


def batches(pictures, size, seed, epoch, rank=0, world=1):
    """Augmented training batches (x, labels) of one epoch; the same for the same seed and epoch. Ranks get disjoint shares.

    `size` is the batch of one rank. Pictures that do not fill a batch are left out.
    """
    generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
    order = torch.randperm(len(pictures), generator=generator)
    for start in range(0, len(order) - size * world + 1, size * world):
        chosen = order[start + rank * size : start + (rank + 1) * size].to(pictures.labels.device)
        yield normalise(augment(pictures.pixels[chosen], generator)), pictures.labels[chosen]
