"""The training of one network."""

import os
import platform
import time
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import nn

from .data import batches, normalise
from .losses import Loss
from .macs import DynamicMacs
from .recipe import build, load_network
from .runs import CHECKPOINT, append, begin_metrics, resume, save, start_from
from .schedule import optimizers, rate, settle


@torch.no_grad()
def evaluate(model, pictures, size=500):
    """Top-1 from 0 to 1 and MACs a picture, those of MSGC averaged over the pictures."""
    model.eval()
    dynamic = DynamicMacs(model)
    right, macs = 0, 0.0
    for start in range(0, len(pictures), size):
        labels = pictures.labels[start : start + size]
        right += (model(normalise(pictures.pixels[start : start + size])).argmax(1) == labels).sum().item()
        macs += dynamic().sum().item() if dynamic.paths else dynamic.total * len(labels)
    return right / len(pictures), macs / len(pictures)


def hardware():
    """What a run was measured on."""
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}"
    return f"{platform.machine()} CPU, {torch.get_num_threads()} of {os.cpu_count()} threads, PyTorch {torch.__version__.split('+')[0]}"


class Trainer:
    """A network, what steps its weights, and the pictures it learns from; `ranks` as in `train`."""

    def __init__(self, recipe, pictures, ranks):
        self.recipe, self.pictures = recipe, pictures
        self.rank, self.world, self.device = ranks
        self.model = build(recipe).to(self.device, memory_format=torch.channels_last)
        if recipe.start:
            start_from(self.model, recipe.start)
        teacher = load_network(recipe.teacher)[0].to(self.device, memory_format=torch.channels_last) if recipe.teacher else None
        self.loss = Loss(self.model, recipe, teacher)
        self.optimizers = optimizers(self.model, recipe)
        self.rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in self.optimizers]
        # groups that freeze get no gradients from then on, which DistributedDataParallel has to look for
        parallel = nn.parallel.DistributedDataParallel
        self.network = parallel(self.model, find_unused_parameters=True) if self.world > 1 else self.model
        self.steps = len(pictures) // (recipe.batch * self.world)
        if not self.steps:
            raise ValueError(f"{len(pictures)} pictures do not fill a batch of {recipe.batch * self.world}")

    def epoch(self, epoch, advance):
        """One pass over the pictures; returns the mean loss. The same for the same seed and epoch, whatever ran before."""
        recipe, total = self.recipe, 0.0
        torch.manual_seed(recipe.seed * 100_003 + epoch)
        self.model.train()
        for step, (x, labels) in enumerate(batches(self.pictures, recipe.batch, recipe.seed, epoch, self.rank, self.world)):
            total += self.step(x, labels, (epoch + step / self.steps) / recipe.epochs)
            advance()
        settle(self.model, recipe, (epoch + 1) / recipe.epochs)
        return total / self.steps

    def step(self, x, labels, progress):
        """One step of every optimizer at a share of the training; returns the loss."""
        recipe = self.recipe
        settle(self.model, recipe, progress)
        factor = rate(recipe, progress)
        for optimizer, rates in zip(self.optimizers, self.rates, strict=True):
            for group, lr in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = lr * factor
            optimizer.zero_grad()
        with torch.autocast(torch.device(self.device).type, torch.bfloat16) if recipe.bf16 else nullcontext():
            logits = self.network(x)
        loss = self.loss(x, logits.float(), labels, progress)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.item()


def train(recipe, train_set, test_set, folder, quiet=False, ranks=None):
    """Trains a recipe's network; returns (top-1, MACs) of the end, or None in processes of torchrun other than the first.

    `folder` gets `metrics.jsonl` (a line of the recipe and the hardware, then one for every epoch) and `checkpoint.pt` after each
    epoch. Where a checkpoint of the same recipe is there, training goes on behind its epoch as if it had never stopped.
    `ranks` is None or (rank, world, device) of a process that torchrun started.
    """
    ranks = ranks or (0, 1, "cuda" if torch.cuda.is_available() else "cpu")
    main, device = ranks[0] == 0, ranks[2]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_flush_denormal(True)
    test_set = test_set.to(device)
    trainer = Trainer(recipe, train_set.to(device), ranks)
    done = resume(folder, recipe, ranks[1], trainer.model, trainer.optimizers, device)
    if main:
        begin_metrics(folder, {"recipe": asdict(recipe), "hardware": hardware(), "processes": ranks[1]}, done)
    result = None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=quiet or not main) as bars:
        for epoch in range(done, recipe.epochs):
            task = bars.add_task(f"epoch {epoch + 1} of {recipe.epochs}", total=trainer.steps)
            started = time.monotonic()
            loss = trainer.epoch(epoch, lambda: bars.advance(task))  # noqa: B023
            bars.remove_task(task)
            if main:
                result = evaluate(trainer.model, test_set)
                report(folder, trainer, epoch + 1, loss, result, time.monotonic() - started)
                bars.console.print(f"epoch {epoch + 1}: loss {loss:.3f}, top-1 {result[0]:.4f}, {result[1] / 1e6:.2f} MMACs")
    return result or (evaluate(trainer.model, test_set) if main else None)


def report(folder, trainer, epochs, loss, result, seconds):
    """Writes the checkpoint and then the line of an epoch; `result` is (top-1, MACs)."""
    top1, macs = result
    save(
        folder / CHECKPOINT, recipe=asdict(trainer.recipe), processes=trainer.world, epoch=epochs, model=trainer.model.state_dict(),
        optimizers=[optimizer.state_dict() for optimizer in trainer.optimizers], top1=top1, macs=macs,
    )
    append(folder, {"epoch": epochs, "loss": loss, "top1": top1, "macs": macs, "seconds": seconds} | trainer.loss.parts)
