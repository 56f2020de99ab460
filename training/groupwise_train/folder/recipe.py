"""Everything that determines the result of a training on a folder of pictures, besides the pictures."""

from dataclasses import dataclass
from pathlib import Path

from ..settings import check_settings, option
from .methods import METHODS, SELECTIONS
from .networks import split_arch

LARGEST_BATCH, SMALLEST_BATCH = 64, 8  # the range of batches that are not set
STEPS = 10  # of an epoch, at least, if batches can be small enough
WITH_METHOD = {"conv": ("flgc", "panels", "condense")}
WITHOUT_TEACHER = {"teacher": ("",)}


@dataclass
class FolderRecipe:
    """The settings of a training, stored in its metrics and checkpoint. Wrong values raise TypeError or ValueError."""

    arch: str = option("timm:efficientnet_lite0", 'network: "torchvision:NAME" or "timm:NAME"')
    weights: str = option(
        "", "file with pretrained weights; by default the library downloads its own", read_with=WITHOUT_TEACHER
    )
    conv: str = option("panels", "method: what convolutions become", *METHODS)
    groups: int = option(4, 'number of groups of "flgc" and "condense"', 1, read_with={"conv": ("flgc", "condense")})
    zeros: float = option(
        0.5, 'share of the weights of "panels" that become zero', 0, 0.99, read_with={"conv": ("panels",)}
    )
    select: str = option(
        "all", "convolutions of one group that are replaced, by their window", *SELECTIONS, read_with=WITH_METHOD
    )
    keep: str = option(
        "", "beginnings of names of convolutions that stay dense, separated by commas", read_with=WITH_METHOD
    )
    size: int = option(0, "width and height of pictures; 0 means those of the pretrained network", 0)
    epochs: int = option(10, 'passes over the training pictures with groups or panels, or with "dense"', 1)
    dense_epochs: int = option(
        5,
        "passes before them in which the dense network learns classes that are new to it",
        0,
        read_with=WITH_METHOD | WITHOUT_TEACHER,
    )
    batch: int = option(
        0, f"pictures in a step; 0 means {LARGEST_BATCH}, or fewer in a small folder, at least {SMALLEST_BATCH}", 0
    )
    lr: float = option(0.02, "peak learning rate of SGD", 0)
    weight_decay: float = option(1e-4, "weight decay, except for biases and BN", 0)
    smoothing: float = option(0.1, "label smoothing", 0, 1)
    warm_up: float = option(0.1, "share of a phase in which the learning rate rises", 0, 1)
    assign: float = option(
        0.0, "share of the epochs after which groups are computed and pruning begins", 0, 1, read_with=WITH_METHOD
    )
    close: float = option(
        0.5, "share of the epochs after which groups and panels have their final form", 0, 1, read_with=WITH_METHOD
    )
    distillation: float = option(
        0.7, "share of the loss that compares with the dense network", 0, 1, read_with=WITH_METHOD
    )
    teacher: str = option("", 'checkpoint of a run with "dense" to start from instead of pretrained weights')
    crop: float = option(
        0.3,
        "smallest share of a picture's area in a random crop; of a long and narrow one, the square in its centre",
        0.01,
        1,
    )
    no_mirror: bool = option(False, "do not mirror pictures, which changes the meaning of digits and text")
    holdout: float = option(0.2, "share of pictures for evaluation if the folder has no part for it", 0.01, 0.99)
    bf16: bool = option(False, "compute in bfloat16 with autocast, which is faster where the processor can")
    seed: int = option(0, "seed of the split, crops, order of pictures, groups and the new classifier", 0)

    def __post_init__(self):
        check_settings(self)
        if self.assign > self.close:
            raise ValueError(f"assign must be at most close, got assign={self.assign} and close={self.close}")
        if self.batch == 1:
            raise ValueError("batch must be at least 2, as batch normalisation needs several pictures, got 1")

    def check_start(self):
        """Raises ValueError unless there are such a network and such a file that a new run starts from."""
        split_arch(self.arch)
        name = "teacher" if self.teacher else "weights"
        path = getattr(self, name)
        if path and not Path(path).is_file():
            found = "is a folder" if Path(path).exists() else "does not exist"
            raise ValueError(f"--{name} must be a file, but {path} {found}")

    def batch_size(self, count):
        """The pictures in a step of a training on `count` pictures; ValueError if they are too few for a step."""
        if self.batch > count:
            raise ValueError(f"{count} pictures do not fill a batch of {self.batch}; lower --batch")
        if self.batch:
            return self.batch
        size = LARGEST_BATCH
        while size > SMALLEST_BATCH and count < STEPS * size:
            size //= 2
        return min(size, count)
