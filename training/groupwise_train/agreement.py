"""Predictions of a trained network in PyTorch beside those of `groupwise eval`."""

from dataclasses import dataclass

import torch

from .data import normalise


@dataclass
class Agreement:
    """`top1` (0 to 1) of either side, `differing` predictions of `images`, and those `differing` where the two best scores are no tie."""

    images: int
    top1: tuple
    differing: int
    without_ties: int


@torch.no_grad()
def compare(model, pictures, part, tie=1e-4):
    """Compares a network in evaluation mode with `part`, what `groupwise eval --shard 0/1` wrote for the same pictures.

    Both lists are in the order of the files' names. Scores nearer than `tie` of the best are a tie. Raises ValueError where the numbers of pictures
    or their classes differ.
    """
    rows = sorted(part["outcomes"])
    truths = [row[1] for row in rows]
    if truths != pictures.labels.tolist():
        raise ValueError(f"{len(rows)} evaluated pictures are not the {len(pictures)} of the archive, or have other classes")
    scores = torch.cat([model(normalise(pixels)).softmax(1) for pixels in pictures.pixels.split(500)])
    best, found = scores.max(1)
    given = torch.tensor([row[2] for row in rows])
    differs = found != given
    ties = best - scores.gather(1, given[:, None]).squeeze(1) <= tie * best
    return Agreement(
        len(rows), ((found == pictures.labels).double().mean().item(), (given == pictures.labels).double().mean().item()),
        int(differs.sum()), int((differs & ~ties).sum()),
    )
