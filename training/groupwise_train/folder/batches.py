"""Pictures as batches: random crops for training, and for evaluation exactly what `groupwise classify` computes."""

import math
import struct

import numpy as np
import torch
from PIL import Image, ImageOps
from torch.utils.data import DataLoader, Dataset

from ..epochs import epoch_seed
from ..pixels import normalise_pixels

RATIOS = 3 / 4, 4 / 3  # of width to height of random crops
ATTEMPTS = 10
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


class TrainingPictures(Dataset):
    """Random crops of pictures, mirrored half of the time; the same for the same seed and epoch."""

    def __init__(self, items, preprocess, recipe, epoch):
        self.items, self.preprocess, self.recipe, self.epoch = items, preprocess, recipe, epoch
        # the short side with which the smallest crop has as many pixels as the network reads
        self.enough = math.ceil(preprocess["width"] / math.sqrt(recipe.crop * RATIOS[0]))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        path, label = self.items[index]
        generator = np.random.default_rng((self.recipe.seed, self.epoch, index))
        size, resampling = self.preprocess["width"], FILTERS[self.preprocess["filter"]]
        image = decode(path, self.enough)
        crop = image.resize((size, size), resampling, random_box(*image.size, self.recipe.crop, generator))
        if not self.recipe.no_mirror and generator.random() < 0.5:
            crop = ImageOps.mirror(crop)
        return as_tensor(crop), label


class EvaluationPictures(Dataset):
    """Pictures resized and cropped as `preprocess` says (`preprocess_options`)."""

    def __init__(self, items, preprocess):
        self.items, self.preprocess = items, preprocess

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        path, label = self.items[index]
        size, resampling = self.preprocess["width"], FILTERS[self.preprocess["filter"]]
        image = decode(path)
        if self.preprocess["resize"] == "squash":
            return as_tensor(image.resize((size, size), resampling)), label
        width, height = (int(self.preprocess["shortSide"] * side / min(image.size)) for side in image.size)
        left, top = round((width - size) / 2), round((height - size) / 2)
        image = image.resize((width, height), resampling)
        return as_tensor(image.crop((left, top, left + size, top + size))), label


def decode(path, enough=None):
    """A picture in RGB, turned upright. A JPEG file may come at a fraction of its size, at least `enough` pixels."""
    with Image.open(path) as image:
        if enough:
            image.draft("RGB", (enough, enough))  # decodes faster
        return upright(image).convert("RGB")


def upright(image):
    """A picture turned as its EXIF block says; as it is if Pillow cannot read that block."""
    try:
        return ImageOps.exif_transpose(image)
    except (SyntaxError, struct.error):
        return image


def random_box(width, height, smallest, generator):
    """A random crop (left, top, right, bottom) of at least the share `smallest` of a picture, as Inception's.

    In a picture that is too long and narrow for such a crop, it is the square in the centre.
    """
    for _ in range(ATTEMPTS):
        area = width * height * generator.uniform(smallest, 1)
        ratio = math.exp(generator.uniform(*map(math.log, RATIOS)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            left, top = generator.integers(width - w + 1), generator.integers(height - h + 1)
            return int(left), int(top), int(left) + w, int(top) + h
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def as_tensor(image):
    """uint8 [3, H, W]."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)


def training_batches(folder, preprocess, recipe, epoch, workers=0):
    """Batches (uint8 [B, 3, size, size], labels) of one epoch in random order; what does not fill one is left out."""
    pictures = TrainingPictures(folder.train, preprocess, recipe, epoch)
    generator = torch.Generator().manual_seed(epoch_seed(recipe.seed, epoch))
    order = torch.randperm(len(pictures), generator=generator).tolist()
    return DataLoader(
        pictures, recipe.batch, sampler=order, num_workers=workers, drop_last=True, generator=torch.Generator()
    )


def evaluation_batches(folder, preprocess, size, workers=0):
    """Batches (uint8 [B, 3, size, size], labels) of all pictures for evaluation."""
    pictures = EvaluationPictures(folder.test, preprocess)
    return DataLoader(pictures, size, num_workers=workers, generator=torch.Generator())


def normalise(pixels, preprocess):
    """uint8 [B, 3, H, W] -> what the network reads, as `preprocess` says, channels last in memory."""
    return normalise_pixels(pixels, *(preprocess[name] for name in ("mean", "std", "divisor")))
