"""The pictures of a folder: its classes, and which pictures are for training and which for evaluation."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from rich.progress import track

from .batches import decode

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
EVALUATION = ("val", "valid", "validation", "test")  # names of the folder for evaluation, the first that exists
LAYOUT = "DATA/train/<class>/*.jpg with DATA/val/<class>/*.jpg, or DATA/<class>/*.jpg"
SHOWN = 10  # names of files that a message lists
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)  # what Pillow raises for broken files


@dataclass
class PictureFolder:
    """`classes` are names; `train` and `test` are lists of (path, index of the class).

    `unreadable` are the paths of files that were left out. `part` is the folder for evaluation, None if `test` was
    drawn from all pictures.
    """

    classes: list[str]
    train: list[tuple[Path, int]]
    test: list[tuple[Path, int]]
    unreadable: list[Path]
    part: Path | None

    def digest(self):
        """A text that changes with the names and sizes of the files of either part, wherever the folder is."""
        lines = [
            f"{part}/{self.classes[label]}/{path.name} {path.stat().st_size}"
            for part in ("train", "test")
            for path, label in getattr(self, part)
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_folder(root, holdout=0.2, seed=0, quiet=False):
    """The `PictureFolder` of a folder of pictures; unreadable ones are left out.

    The classes are the folders in `root`/train, and `root`/val, valid, validation or test has the pictures for
    evaluation. Without the latter, or if the classes are folders in `root` itself, the share `holdout` of every class,
    drawn with `seed`, is for evaluation. Files that are no pictures (`SUFFIXES`) or hidden are ignored. A progress bar
    is shown unless `quiet`.

    Raises ValueError if there is no such folder, fewer than two classes or a class without pictures in either part.
    """
    root = Path(root)
    if not root.is_dir():
        raise ValueError(f"{root} is not a folder; expected {LAYOUT}")
    parts = [root / name for name in EVALUATION if (root / name).is_dir()] if (root / "train").is_dir() else []
    pictures = list_classes(root / "train" if (root / "train").is_dir() else root)
    held_out = list_classes(parts[0]) if parts else None
    classes = sorted(pictures)
    if held_out is not None and sorted(held_out) != classes:
        differing = sorted(pictures.keys() ^ held_out.keys())
        raise ValueError(
            f"{root}/train and {parts[0]} have different classes: only one of them has {listed(differing)}"
        )
    unreadable = leave_out_unreadable([*pictures.values(), *(held_out or {}).values()], quiet)
    if held_out is None:
        held_out = {name: hold_out(name, paths, holdout, seed) for name, paths in pictures.items()}
    train, test = (
        [(path, label) for label, name in enumerate(classes) for path in part[name]] for part in (pictures, held_out)
    )
    return PictureFolder(classes, train, test, unreadable, parts[0] if parts else None)


def list_classes(folder):
    """The paths of the pictures of every class, in the order of their names, by the name of the class."""
    names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))
    if len(names) < 2:
        found = f"one, {names[0]}" if names else "none"
        raise ValueError(
            f"{folder} must have at least two classes, each a folder of pictures, but has {found}; {LAYOUT}"
        )
    pictures = {name: list_pictures(folder / name) for name in names}
    empty = [name for name, paths in pictures.items() if not paths]
    if empty:
        deeper = [path for name in empty for path in (folder / name).rglob("*") if is_picture(path.name)]
        if deeper:
            raise ValueError(f"{deeper[0]} is in a folder within that of a class; move pictures up to {folder}/<class>")
        kinds = ", ".join(SUFFIXES)
        raise ValueError(f"{folder} has classes without pictures ({kinds}): {listed(empty)}; remove their folders")
    return pictures


def list_pictures(folder):
    """The pictures in a folder itself, sorted by name."""
    entries = (entry for entry in os.scandir(folder) if entry.is_file() and not entry.name.startswith("."))
    return sorted(folder / entry.name for entry in entries if is_picture(entry.name))


def is_picture(name):
    """Whether the name of a file ends as those of pictures do."""
    return name.lower().endswith(SUFFIXES)


def listed(names):
    """The first names, and how many more there are."""
    names = [str(name) for name in names]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def leave_out_unreadable(lists, quiet):
    """Removes unreadable pictures from lists of paths and returns them; ValueError if one of the lists loses all."""
    paths = [path for each in lists for path in each]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        results = track(threads.map(can_read, paths), "reading pictures", len(paths), transient=True, disable=quiet)
        unreadable = {path: None for path, works in zip(paths, results, strict=True) if not works}
    for each in lists:
        if unreadable.keys() >= set(each):
            raise ValueError(f"none of the {len(each)} pictures in {each[0].parent} can be read")
        each[:] = [path for path in each if path not in unreadable]
    return list(unreadable)


def can_read(path):
    """Whether Pillow decodes a picture to its end; JPEG files are decoded at an eighth of their size."""
    try:
        decode(path, 1)
    except UNREADABLE:
        return False
    return True


def hold_out(name, paths, share, seed):
    """Moves a random share of a class's paths, at least one, to a new list; one at least stays."""
    if len(paths) < 2:
        raise ValueError(f'class "{name}" has {len(paths)} picture; one for training and one for evaluation are needed')
    count = min(max(1, round(share * len(paths))), len(paths) - 1)
    drawn = set(np.random.default_rng(seed).permutation(len(paths))[:count].tolist())
    held_out = [path for index, path in enumerate(paths) if index in drawn]
    paths[:] = [path for index, path in enumerate(paths) if index not in drawn]
    return held_out
