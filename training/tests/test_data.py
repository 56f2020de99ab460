"""CIFAR-10 is read, normalised, augmented and shared between processes."""

import io
import pickle
import tarfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from groupwise_train.cifar10.data import (
    CLASSES,
    MEAN,
    STD,
    Pictures,
    augment,
    load_cifar10,
    mirrored_pictures,
    normalise,
    training_batches,
)
from groupwise_train.cifar10.recipe import Recipe


def add(tar, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def picture_file(pixels, kind):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def random_pixels(*shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8).numpy()


def test_archives_of_picture_files_are_read_by_folder(tmp_path):
    expected = {}
    with tarfile.open(tmp_path / "pictures.tar.gz", "w:gz") as tar:
        add(tar, "cifar10/README.md", b"pictures")
        for part, name, index in [
            ("train", "truck", 1),
            ("train", "airplane", 0),
            ("test", "frog", 0),
            ("train", "truck", 0),
        ]:
            pixels = random_pixels(32, 32, 3)
            expected[f"{part}/{name}/{index}"] = pixels
            add(tar, f"cifar10/{part}/{name}/{index}.png", picture_file(pixels, "PNG"))
    train, test = load_cifar10(tmp_path / "pictures.tar.gz", tmp_path / "cache")
    assert train.labels.tolist() == [0, 9, 9] and test.labels.tolist() == [CLASSES.index("frog")]
    for picture, name in zip(
        [*train.pixels, *test.pixels],
        ["train/airplane/0", "train/truck/0", "train/truck/1", "test/frog/0"],
        strict=True,
    ):
        assert np.array_equal(picture.numpy().transpose(1, 2, 0), expected[name])
    again, _ = load_cifar10(tmp_path / "pictures.tar.gz", tmp_path / "cache")
    assert torch.equal(again.pixels, train.pixels) and len(list((tmp_path / "cache").glob("*.npz"))) == 1


def test_jpeg_files_are_decoded(tmp_path):
    smooth = np.broadcast_to(np.linspace(40, 200, 32, dtype=np.uint8)[:, None, None], (32, 32, 3)).copy()
    with tarfile.open(tmp_path / "pictures.tar", "w") as tar:
        for part in ("train", "test"):
            add(tar, f"{part}/cat/a.jpg", picture_file(smooth, "JPEG"))
    train, _ = load_cifar10(tmp_path / "pictures.tar")
    assert np.abs(train.pixels[0].numpy().transpose(1, 2, 0).astype(int) - smooth).max() < 12


def test_the_original_archive_is_read(tmp_path):
    pixels, labels = random_pixels(8, 3072), torch.randint(0, 10, (8,)).tolist()
    with tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz") as tar:
        for part, rows in (("data_batch_2", slice(2, 5)), ("data_batch_1", slice(0, 2)), ("test_batch", slice(5, 8))):
            batch = {b"data": pixels[rows], b"labels": labels[rows], b"batch_label": part.encode()}
            add(tar, f"cifar-10-batches-py/{part}", pickle.dumps(batch, protocol=3))
    train, test = load_cifar10(tmp_path / "cifar-10-python.tar.gz")
    assert (
        torch.equal(train.pixels, torch.from_numpy(pixels[:5]).view(5, 3, 32, 32))
        and train.labels.tolist() == labels[:5]
    )
    assert (
        torch.equal(test.pixels, torch.from_numpy(pixels[5:]).view(3, 3, 32, 32)) and test.labels.tolist() == labels[5:]
    )


class Harmful:
    def __reduce__(self):
        return print, ("ran",)


def test_other_archives_are_refused(tmp_path):
    with tarfile.open(tmp_path / "harmful.tar", "w") as tar:
        add(tar, "data_batch_1", pickle.dumps({b"data": Harmful()}, protocol=3))
    with tarfile.open(tmp_path / "large.tar", "w") as tar:
        add(tar, "train/cat/a.png", picture_file(random_pixels(33, 32, 3), "PNG"))
    with pytest.raises(ValueError, match=r"harmful\.tar is not an archive of CIFAR-10, or is damaged: .*print"):
        load_cifar10(tmp_path / "harmful.tar")
    with tarfile.open(tmp_path / "whole.tar.gz", "w:gz") as tar:
        add(tar, "train/cat/a.png", picture_file(random_pixels(32, 32, 3), "PNG"))
    whole = (tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"half\.tar\.gz is not an archive of CIFAR-10, or is damaged"):
        load_cifar10(tmp_path / "half.tar.gz")
    with pytest.raises(ValueError, match="32 x 33 pixels; expected 32 x 32"):
        load_cifar10(tmp_path / "large.tar")
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        add(tar, "readme.txt", b"")
    with pytest.raises(ValueError, match="has no pictures in train/<class>"):
        load_cifar10(tmp_path / "other.tar")


def test_normalised_pixels():
    pixels = torch.randint(0, 256, (2, 3, 4, 5), dtype=torch.uint8)
    for (n, c, i, j), value in np.ndenumerate(normalise(pixels).numpy()):
        assert value == pytest.approx((pixels[n, c, i, j].item() / 255 - MEAN[c]) / STD[c], abs=1e-5)


def test_augmented_pictures_are_crops_of_the_padded_picture_or_its_mirror_image():
    pixels = torch.randint(1, 256, (64, 3, 32, 32), dtype=torch.uint8)
    flips = torch.rand(64) < 0.5
    made, places = augment(pixels, flips, 4, torch.Generator().manual_seed(1)), set()
    for own, picture, flip in zip(made, pixels, flips, strict=True):
        crops = {}
        for flipped in (False, True):
            padded = torch.nn.functional.pad(picture, (4,) * 4)
            padded = padded.flip(2) if flipped else padded
            crops |= {
                (flipped, top, left): padded[:, top : top + 32, left : left + 32]
                for top in range(9)
                for left in range(9)
            }
        found = [place for place, crop in crops.items() if torch.equal(crop, own)]
        assert len(found) == 1 and found[0][0] == flip
        places.add(found[0][1:])
    assert len(places) > 30


def numbered(count):
    """Pictures whose labels are their numbers."""
    return Pictures(torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8), torch.arange(count))


def test_ranks_get_disjoint_shares_of_every_batch():
    pictures = numbered(50)
    shares = [
        [labels.tolist() for _, labels in training_batches(pictures, Recipe(batch=4, seed=3), 1, rank, 3)]
        for rank in range(3)
    ]
    assert [len(share) for share in shares] == [4] * 3
    seen = [label for share in shares for batch in share for label in batch]
    assert len(seen) == len(set(seen)) == 48


def test_the_same_seed_and_epoch_give_the_same_batches():
    pictures = numbered(20)

    def drawn(seed, epoch):
        return torch.cat([x.flatten() for x, _ in training_batches(pictures, Recipe(batch=5, seed=seed), epoch)])

    assert torch.equal(drawn(1, 2), drawn(1, 2))
    assert not torch.equal(drawn(1, 2), drawn(1, 3)) and not torch.equal(drawn(1, 2), drawn(2, 2))


def test_alternating_flips_mirror_the_other_half_in_the_next_epoch():
    recipe = Recipe(seed=4)
    first, second, third = (mirrored_pictures(1000, recipe, epoch, torch.Generator()) for epoch in range(3))
    assert torch.equal(first, ~second) and torch.equal(first, third) and 400 < first.sum() < 600
    drawn = mirrored_pictures(1000, replace(recipe, flips="random"), 0, torch.Generator().manual_seed(1))
    assert not torch.equal(drawn, first) and 400 < drawn.sum() < 600
