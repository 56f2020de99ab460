"""The training of one network."""

import os
import time
from dataclasses import asdict
from pathlib import Path

import torch
from rich.progress import Progress
from torch import nn

from ..epochs import COLUMNS, compute_logits, epoch_seed
from ..macs import DynamicMacs, count_macs
from ..networks.fast import FastNet
from ..runs import CHECKPOINT, append_metrics, check_loss, describe_hardware, save_checkpoint, start_metrics
from .data import normalise, training_batches
from .losses import Loss
from .optimizers import make_optimizers, rate_factor
from .recipe import build_network, dense_network, load_network
from .runs import load_initial_weights, resume_training
from .schedule import make_schedule

WHITENED = 5000  # pictures whose patches the first convolution whitens, from all classes


@torch.no_grad()
def evaluate(model, pictures, size=500):
    """Top-1 from 0 to 1 and MACs of a picture; those of MSGC are averages over the pictures."""
    model.eval()
    dynamic = DynamicMacs(model)
    correct, macs = 0, 0.0
    for start in range(0, len(pictures), size):
        labels = pictures.labels[start : start + size]
        correct += (model(normalise(pictures.pixels[start : start + size])).argmax(1) == labels).sum().item()
        macs += dynamic().sum().item() if dynamic.paths else dynamic.total * len(labels)
    return correct / len(pictures), macs / len(pictures)


class Trainer:
    """A network, its optimizers and loss, and the pictures it learns from; `ranks` as in `train`."""

    def __init__(self, recipe, pictures, ranks):
        self.recipe, self.pictures, self.digest = recipe, pictures, pictures.digest()
        self.rank, self.world, self.device = ranks
        self.model = build_network(recipe).to(self.device, memory_format=torch.channels_last)
        if isinstance(self.model, FastNet):
            self.model.whiten(normalise(pictures.pixels[:: max(1, len(pictures) // WHITENED)]))
        if recipe.start:
            load_initial_weights(self.model, recipe.start)
        self.teacher = None
        if recipe.teacher:
            self.teacher = load_network(recipe.teacher)[0].to(self.device, memory_format=torch.channels_last)
        self.loss = Loss(self.model, recipe, count_macs(dense_network(recipe)))
        self.schedule = make_schedule(self.model, recipe)
        self.optimizers = make_optimizers(self.model, recipe)
        self.rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in self.optimizers]
        self.network = nn.parallel.DistributedDataParallel(self.model) if self.world > 1 else self.model
        self.steps = len(pictures) // (recipe.batch * self.world)
        if not self.steps:
            raise ValueError(f"{len(pictures)} pictures do not fill a batch of {recipe.batch * self.world}")

    def run_epoch(self, epoch, advance):
        """One pass over the pictures; returns the mean loss.

        The result depends on the seed, the epoch and the state of the network and optimizers, not on what ran before.
        """
        recipe, total = self.recipe, 0.0
        torch.manual_seed(epoch_seed(recipe.seed, epoch))
        self.model.train()
        batches = training_batches(self.pictures, recipe, epoch, self.rank, self.world)
        for step, (x, labels) in enumerate(batches):
            total += self.run_step(x, labels, (epoch + step / self.steps) / recipe.epochs)
            advance()
        progress = (epoch + 1) / recipe.epochs
        if progress >= recipe.close:
            # the final form; before it, masks change at the next step, to which batch normalisation adapts
            self.change_masks(progress)
        return check_loss(float(total) / self.steps)

    def change_masks(self, progress):
        """Gives the network the masks for the share `progress` of the training."""
        if self.schedule:
            self.schedule.step(progress)

    def run_step(self, x, labels, progress):
        """One step of every optimizer when the share `progress` of the training is done; returns the loss."""
        recipe = self.recipe
        self.change_masks(progress)
        factor = rate_factor(recipe, progress)
        for optimizer, rates in zip(self.optimizers, self.rates, strict=True):
            for group, lr in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = lr * factor
            optimizer.zero_grad()
        logits, expected = compute_logits(self.network, self.teacher, x, recipe.bf16)
        loss = self.loss(logits, labels, expected, progress)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach()  # a number would make a GPU wait for every step

    def state(self):
        """What a checkpoint stores besides the epoch and its results."""
        return {
            "recipe": asdict(self.recipe),
            "processes": self.world,
            "pictures": self.digest,
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }


def join_torchrun():
    """(rank, world size, device) of a process that torchrun started, after it has joined the others; else None."""
    if "RANK" not in os.environ:
        return None
    cuda = torch.cuda.is_available()
    torch.distributed.init_process_group("nccl" if cuda else "gloo")
    local = int(os.environ["LOCAL_RANK"])
    if cuda:
        torch.cuda.set_device(local)
    return torch.distributed.get_rank(), torch.distributed.get_world_size(), f"cuda:{local}" if cuda else "cpu"


def train(recipe, train_set, test_set, folder, quiet=False, ranks=None):
    """Trains the network of a recipe; returns its (top-1, MACs), or None in processes of torchrun other than the first.

    `folder` gets `metrics.jsonl` (a line with recipe and hardware, then one for every epoch) and after each epoch
    `checkpoint.pt`. If there is a checkpoint of the same recipe and pictures, training continues after its epoch as if
    it had never stopped. `ranks` is None or the (rank, world size, device) of a process that torchrun started.
    """
    ranks = ranks or (0, 1, "cuda" if torch.cuda.is_available() else "cpu")
    is_main, device = ranks[0] == 0, ranks[2]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_flush_denormal(True)
    test_set = test_set.to(device)
    trainer = Trainer(recipe, train_set.to(device), ranks)
    epochs_done = resume_training(folder, trainer)
    if is_main:
        header = {"recipe": asdict(recipe), "hardware": describe_hardware(), "processes": ranks[1]}
        start_metrics(folder, header, epochs_done)
    result = None
    with Progress(*COLUMNS, disable=quiet or not is_main) as bars:
        for epoch in range(epochs_done, recipe.epochs):
            task = bars.add_task(f"epoch {epoch + 1} of {recipe.epochs}", total=trainer.steps)
            started = time.monotonic()
            loss = trainer.run_epoch(epoch, lambda task=task: bars.advance(task))
            bars.remove_task(task)
            if is_main:
                result = evaluate(trainer.model, test_set)
                record_epoch(folder, trainer, epoch + 1, loss, result, time.monotonic() - started)
                macs = f"{result[1] / 1e6:.2f} million MACs"
                bars.console.print(f"epoch {epoch + 1}: loss {loss:.3f}, top-1 {result[0]:.4f}, {macs}")
    return result or (evaluate(trainer.model, test_set) if is_main else None)


def record_epoch(folder, trainer, epoch, loss, result, seconds):
    """Writes the metrics and then the checkpoint of an epoch; `result` is (top-1, MACs)."""
    parts = {name: float(value) for name, value in trainer.loss.parts.items()}
    measured = dict(zip(("top1", "macs"), result, strict=True))
    append_metrics(folder, {"epoch": epoch, "loss": loss, **measured, "seconds": seconds, **parts})
    save_checkpoint(folder / CHECKPOINT, epoch=epoch, **trainer.state(), **measured)
