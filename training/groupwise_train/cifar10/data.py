"""CIFAR-10 from an archive of JPEG files or from the original archive of the data set."""

import hashlib
import io
import os
import pickle
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from rich.progress import track

from ..checks import reason_of
from ..epochs import epoch_seed
from ..pixels import normalise_pixels

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# of the training pictures, from 0 to 1: the mean, and the mean of the deviations within each picture, as is customary
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
FLIPS = ("alternating", "random")


@dataclass
class Pictures:
    """`pixels` uint8 [n, 3, 32, 32] RGB and `labels` int64 [n]."""

    pixels: torch.Tensor
    labels: torch.Tensor

    def to(self, device):
        """The same pictures on a device."""
        return Pictures(self.pixels.to(device), self.labels.to(device))

    def digest(self):
        """A text that differs for other pictures or labels."""
        found = hashlib.sha256(self.pixels.cpu().contiguous().numpy())
        found.update(self.labels.cpu().numpy())
        return found.hexdigest()

    def __len__(self):
        return len(self.labels)


def load_cifar10(archive, cache=None, quiet=False):
    """The training and the test pictures of an archive, as (train, test).

    `archive` is a tar of `{train,test}/<class>/*.jpg` (or .png), or the original `cifar-10-python.tar.gz`. Decoded
    pictures are stored in the folder `cache`, if one is passed, under a name that depends on the archive's path, size
    and time. A progress bar is shown unless `quiet`. Raises ValueError if the archive contains neither kind of
    pictures, FileNotFoundError if there is no such file.
    """
    archive = Path(archive)
    if archive.is_dir():
        raise ValueError(
            f"{archive} is a folder, not an archive of CIFAR-10; the command folder trains on folders of pictures"
        )
    cached = cache_path(archive, cache) if cache else None
    if cached and cached.exists():
        arrays = dict(np.load(cached))
    else:
        try:
            arrays = read_archive(archive, quiet)
        except (tarfile.TarError, pickle.UnpicklingError, EOFError, zlib.error) as error:
            raise ValueError(f"{archive} is not an archive of CIFAR-10, or is damaged: {reason_of(error)}") from error
        if cached:
            cached.parent.mkdir(parents=True, exist_ok=True)
            partial = cached.with_suffix(f".{os.getpid()}.partial.npz")  # other processes may write as well
            np.savez(partial, **arrays)
            partial.replace(cached)
    tensors = {name: torch.from_numpy(values) for name, values in arrays.items()}
    return tuple(Pictures(tensors[f"{part}_pixels"], tensors[f"{part}_labels"]) for part in ("train", "test"))


def cache_path(archive, cache):
    """Where the decoded pictures of an archive are cached."""
    stamp = f"{archive.resolve()}:{archive.stat().st_size}:{archive.stat().st_mtime_ns}"
    return Path(cache) / f"cifar10-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}.npz"


def read_archive(archive, quiet):
    """Arrays `{train,test}_{pixels,labels}` of an archive of either kind."""
    with tarfile.open(archive) as tar:
        members = [member for member in tar if member.isfile()]
        original = [member for member in members if "data_batch_" in member.name or member.name.endswith("test_batch")]
        return read_batches(tar, original) if original else read_folders(tar, members, quiet)


def read_folders(tar, members, quiet):
    """Arrays of an archive of picture files in folders `{train,test}/<class>`, in the order of the file names."""
    pictures = {"train": [], "test": []}
    for member in track(members, "decoding pictures", disable=quiet):
        *_, part, name, _ = ["", "", *Path(member.name).parts]
        if part in pictures and name in CLASSES:
            try:
                image = Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB")
            except UnidentifiedImageError as error:
                raise ValueError(f"{member.name} in {tar.name} is not a picture") from error
            if image.size != (32, 32):
                raise ValueError(f"{member.name} has {image.width} x {image.height} pixels; expected 32 x 32")
            pictures[part].append((member.name, np.asarray(image).transpose(2, 0, 1), CLASSES.index(name)))
    if not all(pictures.values()):
        raise ValueError(
            f"{tar.name} has no pictures in train/<class> and test/<class>, and is not the original CIFAR-10 archive"
        )
    arrays = {}
    for part, items in pictures.items():
        items.sort(key=lambda item: item[0])
        arrays[f"{part}_pixels"] = np.stack([pixels for _, pixels, _ in items])
        arrays[f"{part}_labels"] = np.array([label for *_, label in items], dtype=np.int64)
    return arrays


class ArraysOnly(pickle.Unpickler):
    """Unpickles NumPy arrays and plain values; refuses any other class."""

    def find_class(self, module, name):
        """The class of that name, if it belongs to NumPy's arrays."""
        if module.split(".")[0] == "numpy" and name in ("_reconstruct", "ndarray", "dtype"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"a CIFAR-10 batch must contain arrays only, got {module}.{name}")


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
    """uint8 [n, 3, 32, 32] -> float (x / 255 - MEAN) / STD, channels last in memory."""
    return normalise_pixels(pixels, MEAN, STD)


def augment(pixels, mirrored, padding, generator):
    """A random crop of each picture with `padding` black pixels around it; uint8 [n, 3, 32, 32].

    Pictures are first mirrored where `mirrored` [n] is true.
    """
    count, _, height, width = pixels.shape
    padded = torch.nn.functional.pad(pixels, (padding,) * 4)
    top, left = (torch.randint(0, 2 * padding + 1, (count, 1), generator=generator) for _ in range(2))
    columns = torch.arange(width).expand(count, width)
    columns = torch.where(mirrored[:, None], columns.flip(1), columns) + left
    rows = torch.arange(height) + top
    picture = torch.arange(count)[:, None, None]
    index = [value.to(pixels.device) for value in (picture, rows[:, :, None], columns[:, None, :])]
    return padded[index[0], :, index[1], index[2]].permute(0, 3, 1, 2)


def mirrored_pictures(count, recipe, epoch, generator):
    """Which of `count` pictures an epoch mirrors: each with probability 1/2, or those that the last epoch did not.

    With alternating flips every picture is seen in both forms in any two successive epochs (Jordan, arXiv:2404.00498,
    section 3.6).
    """
    if recipe.flips == "random":
        return torch.rand(count, generator=generator) < 0.5
    first = torch.rand(count, generator=torch.Generator().manual_seed(recipe.seed)) < 0.5
    return first ^ bool(epoch % 2)


def training_batches(pictures, recipe, epoch, rank=0, world=1):
    """Augmented batches (x, labels) of one epoch, the same for the same seed and epoch; ranks get disjoint shares.

    Pictures that do not fill a batch of every rank are left out.
    """
    size = recipe.batch
    generator = torch.Generator().manual_seed(epoch_seed(recipe.seed, epoch))
    order = torch.randperm(len(pictures), generator=generator)
    mirrored = mirrored_pictures(len(pictures), recipe, epoch, generator)
    for start in range(0, len(order) - size * world + 1, size * world):
        rows = order[start + rank * size : start + (rank + 1) * size]
        flips, rows = mirrored[rows], rows.to(pictures.labels.device)
        yield normalise(augment(pictures.pixels[rows], flips, recipe.crop, generator)), pictures.labels[rows]
