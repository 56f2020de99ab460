"""Folders of pictures: classes, parts, unreadable files, crops."""

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_folder import write_folder, write_picture
from torchvision.transforms import CenterCrop, Compose, Resize

from groupwise_train.export import preprocess_options
from groupwise_train.folder.batches import decode, evaluation_batches, normalise, training_batches
from groupwise_train.folder.data import read_folder
from groupwise_train.folder.recipe import FolderRecipe

PREPROCESS = preprocess_options(24, 28, (0.5, 0.4, 0.3), (0.2, 0.25, 0.3))


def names(items):
    return [f"{path.parent.name}/{path.name}" for path, _ in items]


def test_pictures_of_train_and_val_are_read_by_class(tmp_path):
    found = read_folder(write_folder(tmp_path, ("train", "val"), 3))
    assert found.classes == ["blue", "green", "red"] and found.unreadable == []
    assert names(found.train) == [f"{name}/{index:02}.png" for name in found.classes for index in range(3)]
    assert [label for _, label in found.test] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert all(path.is_relative_to(tmp_path / "val") for path, _ in found.test)


@pytest.mark.parametrize("part", ["", "train"])
def test_without_a_part_for_evaluation_a_share_of_every_class_is_held_out(part, tmp_path):
    write_folder(tmp_path, (part,), 10)
    found, again, other = (read_folder(tmp_path, 0.3, seed) for seed in (0, 0, 1))
    assert np.bincount([label for _, label in found.test]).tolist() == [3, 3, 3]
    assert len(found.train) == 21 and not set(names(found.train)) & set(names(found.test))
    assert again == found and again.digest() == found.digest()
    assert names(other.test) != names(found.test) and other.digest() != found.digest()


def test_files_that_are_no_pictures_or_hidden_are_ignored(tmp_path):
    write_folder(tmp_path, count=4)
    (tmp_path / "red" / "notes.txt").write_text("red")
    (tmp_path / "red" / "._00.png").write_text("resource fork")
    (tmp_path / ".cache").mkdir()
    found = read_folder(tmp_path)
    assert found.classes == ["blue", "green", "red"] and len(found.train) + len(found.test) == 12


def test_unreadable_pictures_are_left_out_and_named(tmp_path):
    write_folder(tmp_path, ("train", "test"), 4)
    whole = (tmp_path / "train/red/01.png").read_bytes()
    (tmp_path / "train/red/01.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "test/blue/02.png").write_text("not a picture")
    found = read_folder(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in found.unreadable] == ["train/red/01.png", "test/blue/02.png"]
    assert len(found.train) == 11 and len(found.test) == 11
    for index in range(4):
        (tmp_path / f"train/red/{index:02}.png").write_text("")
    with pytest.raises(ValueError, match=r"none of the 4 pictures in .*red can be read"):
        read_folder(tmp_path)


@pytest.mark.parametrize("exif", [b"Exif\0\0no TIFF header", b"Exif\0\0II*\0\x08\0\0\0", b"Exif\0\0"])
def test_pictures_with_a_broken_exif_block_are_read_as_they_are(exif, tmp_path):
    write_folder(tmp_path, ("train", "test"), 4)
    Image.new("RGB", (40, 20), "red").save(tmp_path / "train/red/broken.jpg", dpi=(72, 72), exif=exif)
    found = read_folder(tmp_path)
    assert not found.unreadable and len(found.train) == 13
    assert decode(tmp_path / "train/red/broken.jpg").size == (40, 20)


def test_folders_of_another_layout_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"nothing is not a folder; expected DATA/train/<class>"):
        read_folder(tmp_path / "nothing")
    with pytest.raises(ValueError, match="must have at least two classes, each a folder of pictures, but has none"):
        read_folder(tmp_path)
    write_picture(tmp_path / "red" / "0.png", (1, 2, 3), 0)
    with pytest.raises(ValueError, match="but has one, red"):
        read_folder(tmp_path)
    (tmp_path / "blue").mkdir()
    with pytest.raises(ValueError, match=r"has classes without pictures \(.jpg, .*\): blue; remove"):
        read_folder(tmp_path)
    write_picture(tmp_path / "blue" / "more" / "0.png", (1, 2, 3), 0)
    with pytest.raises(ValueError, match=r"more/0\.png is in a folder within that of a class; move pictures up to"):
        read_folder(tmp_path)
    write_picture(tmp_path / "blue" / "0.png", (1, 2, 3), 0)
    with pytest.raises(ValueError, match='class "blue" has 1 picture; one for training and one for evaluation'):
        read_folder(tmp_path)
    write_folder(tmp_path / "parts", ("train", "val"), 2)
    (tmp_path / "parts/val/red").rename(tmp_path / "parts/val/read")
    with pytest.raises(ValueError, match="different classes: only one of them has read, red"):
        read_folder(tmp_path / "parts")


def test_evaluation_shows_the_centre_of_the_resized_picture(tmp_path):
    write_folder(tmp_path, ("train", "val"), 2)
    found = read_folder(tmp_path)
    turned = found.test[0][0]
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    with Image.open(turned) as image:
        upright = image.convert("RGB").transpose(Image.Transpose.ROTATE_270)
        image.save(turned, exif=exif)
    pixels, labels = next(iter(evaluation_batches(found, PREPROCESS, 4)))
    assert pixels.shape == (4, 3, 24, 24) and labels.tolist() == [0, 0, 1, 1]
    # 40 x 48 pixels: the short side becomes 28, the long one 33.6, which is truncated; half of 33 - 24 rounds to 4
    expected = np.asarray(upright.resize((28, 33), Image.Resampling.BILINEAR))[4:28, 2:26]
    assert torch.equal(pixels[0].permute(1, 2, 0), torch.tensor(expected))
    x = normalise(pixels, PREPROCESS)
    torch.testing.assert_close(x[1, 2], (pixels[1, 2].float() / 255 - 0.3) / 0.3)


@pytest.mark.parametrize("resize", ["short-side-truncated", "squash"])
def test_evaluation_is_that_of_torchvision(resize, tmp_path):
    generator = np.random.default_rng(torch.initial_seed() % 2**32)
    sizes = [(24, 29), (28, 28), *generator.integers(20, 90, (12, 2)).tolist()]
    for index, (width, height) in enumerate(sizes):
        pixels = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
        for part in ("train", "val"):
            for name in ("a", "b"):
                (tmp_path / part / name).mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(tmp_path / part / name / f"{index:02}.png")
    whole = {"short-side-truncated": [Resize(28), CenterCrop(24)], "squash": [Resize((24, 24))]}[resize]
    preprocess = PREPROCESS | {"resize": resize}
    found = read_folder(tmp_path)
    pixels, _ = next(iter(evaluation_batches(found, preprocess, len(found.test))))
    for x, (path, _) in zip(pixels, found.test, strict=True):
        with Image.open(path) as image:
            expected = np.asarray(Compose(whole)(image))
        assert torch.equal(x.permute(1, 2, 0), torch.tensor(expected)), path


def test_training_crops_depend_on_seed_and_epoch_only(tmp_path):
    found = read_folder(write_folder(tmp_path, ("train", "val"), 5))
    recipe = FolderRecipe(batch=4)

    def pixels(epoch, workers=0, **settings):
        batches = training_batches(found, PREPROCESS, FolderRecipe(batch=4, **settings), epoch, workers)
        return [torch.cat(parts) for parts in zip(*batches, strict=True)]

    x, labels = pixels(1)
    assert x.shape == (12, 3, 24, 24) and recipe.seed == 0  # 15 pictures are 3 batches of 4
    torch.manual_seed(9)
    for again in (pixels(1), pixels(1, workers=1)):
        assert torch.equal(again[0], x) and torch.equal(again[1], labels)
    assert not torch.equal(pixels(2)[0], x) and not torch.equal(pixels(1, seed=1)[0], x)
    mirrored = (pixels(1, no_mirror=True)[0] == x.flip(3)).flatten(1).all(1)
    assert 0 < mirrored.sum() < 12


def test_a_crop_keeps_at_least_its_share_of_a_large_jpeg(tmp_path):
    columns = np.linspace(0, 255, 640).astype(np.uint8)
    for name in ("a", "b"):
        for index in range(6):
            (tmp_path / "train" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.tile(columns, (480, 1))).save(tmp_path / f"train/{name}/{index}.jpg")
    found = read_folder(tmp_path)
    pixels, _ = next(iter(training_batches(found, PREPROCESS, FolderRecipe(batch=8, crop=0.5), 0)))
    widths = (pixels[:, 0].float().amax((1, 2)) - pixels[:, 0].float().amin((1, 2))) / 255  # share of the width
    assert widths.min() > 0.5 and widths.max() <= 1 and len(widths.unique()) > 3
