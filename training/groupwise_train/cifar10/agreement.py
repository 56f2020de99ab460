"""Compares the predictions of a trained network in PyTorch with those of `groupwise eval`."""

from dataclasses import dataclass

import torch

from .data import normalise


@dataclass
class Agreement:
    """Predictions of two runtimes for the same pictures.

    `top1` is the accuracy (0 to 1) in PyTorch and in groupwise. Of `images` predictions `differing` differ; for
    `differing_without_ties` of these the two best scores do not tie.
    """

    images: int
    top1: tuple[float, float]
    differing: int
    differing_without_ties: int


@torch.no_grad()
def compare_predictions(model, pictures, report, tie=1e-4):
    """The `Agreement` of a network in evaluation mode with the output of `groupwise eval --shard 0/1`, `report`.

    Both are for the same pictures. Both lists are in the order of the file names. A score that is below the best one by
    at most the share `tie` ties with it. Raises ValueError if the numbers of pictures or their classes differ, and if
    `report` is no such output.
    """
    if not isinstance(report, dict) or "outcomes" not in report:
        raise ValueError("the report has no outcomes; `groupwise eval model.gw ARCHIVE --shard 0/1` writes them")
    rows = sorted(report["outcomes"])
    if [row[1] for row in rows] != pictures.labels.tolist():
        raise ValueError(
            f"{len(rows)} evaluated pictures are not the {len(pictures)} of the archive, or have other classes"
        )
    scores = torch.cat([model(normalise(pixels)).softmax(1) for pixels in pictures.pixels.split(500)])
    best, predicted = scores.max(1)
    reported = torch.tensor([row[2] for row in rows])
    differs = predicted != reported
    ties = best - scores.gather(1, reported[:, None]).squeeze(1) <= tie * best
    accuracies = ((answers == pictures.labels).double().mean().item() for answers in (predicted, reported))
    return Agreement(len(rows), tuple(accuracies), int(differs.sum()), int((differs & ~ties).sum()))
