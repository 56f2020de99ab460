"""The epochs of a run that train one network."""

import time
from dataclasses import asdict

import torch
from rich.progress import Progress

from ..epochs import COLUMNS, classification_loss, compute_logits, epoch_seed, make_sgd, one_cycle
from ..runs import check_loss
from .batches import evaluation_batches, normalise, training_batches
from .runs import COMMAND, make_schedule


class Phase:
    """The epochs that train one network: the dense one, or the one with the method, which has a teacher.

    `first` epochs of the run come before this phase. `path` is the file of its checkpoint, `names` are the convolutions
    that its method replaced.
    """

    def __init__(self, run, path, model, first, epochs, names=(), teacher=None):
        self.run, self.recipe, self.path, self.model = run, run.recipe, path, model
        self.first, self.epochs, self.names, self.teacher = first, epochs, list(names), teacher
        self.model.to(run.device, memory_format=torch.channels_last)
        self.epoch, self.measured = first, {}
        self.name = self.recipe.conv if names else "dense"
        self.schedule = make_schedule(model, self.recipe) if names else None
        values = [value for value in model.parameters() if value.requires_grad]
        self.optimizer = make_sgd(values, self.recipe.lr, self.recipe.weight_decay)

    @property
    def progress(self):
        """The share of the phase that is done."""
        return (self.epoch - self.first) / self.epochs if self.epochs else 1.0

    def state(self):
        """The checkpoint."""
        own = {"first": self.first, "epochs": self.epochs, "epoch": self.epoch, "progress": self.progress}
        return {
            "command": COMMAND,
            "recipe": asdict(self.recipe),
            "classes": self.run.pictures.classes,
            "pictures": self.run.digest,
            "preprocess": self.run.preprocess,
            "names": self.names,
            **own,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "measured": self.measured,
        }

    def load(self, checkpoint):
        """Continues from a checkpoint, whose network the phase has already."""
        self.epoch, self.measured = checkpoint["epoch"], checkpoint["measured"]
        self.optimizer.load_state_dict(checkpoint["optimizer"])

    def run_epochs(self):
        """Trains until the last epoch of the phase; yields the mean loss and the seconds of every epoch."""
        last = self.first + self.epochs
        with Progress(*COLUMNS, disable=self.run.quiet) as bars:
            while self.epoch < last:
                task = bars.add_task(f"epoch {self.epoch + 1}, {self.name}", total=self.run.steps)
                started = time.monotonic()
                loss = self.run_epoch(lambda task=task: bars.advance(task))
                bars.remove_task(task)
                yield loss, time.monotonic() - started

    def run_epoch(self, advance):
        """One pass over the pictures; returns the mean loss.

        The result depends on the seed, the epoch and the state of network and optimizer, not on what ran before.
        """
        run, recipe, total = self.run, self.recipe, 0.0
        torch.manual_seed(epoch_seed(recipe.seed, self.epoch))
        self.model.train()
        batches = training_batches(run.pictures, run.preprocess, recipe, self.epoch, run.workers)
        for step, (pixels, labels) in enumerate(batches):
            progress = (self.epoch - self.first + step / run.steps) / self.epochs
            x = normalise(pixels.to(run.device), run.preprocess)
            total += self.run_step(x, labels.to(run.device), progress)
            advance()
        self.epoch += 1
        if self.schedule and self.progress >= recipe.close:
            # the final form; before it, masks change at the next step, to which batch normalisation adapts
            self.schedule.step(self.progress)
        return check_loss(float(total) / run.steps)

    def run_step(self, x, labels, progress):
        """One step of the optimizer when the share `progress` of the phase is done; returns the loss."""
        if self.schedule:
            self.schedule.step(progress)
        factor = one_cycle(progress, self.recipe.warm_up)
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.lr * factor
        self.optimizer.zero_grad()
        logits, expected = compute_logits(self.model, self.teacher, x, self.recipe.bf16)
        loss = classification_loss(logits, labels, expected, self.recipe)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


@torch.no_grad()
def evaluate(model, pictures, preprocess, size, workers=0):
    """Top-1, from 0 to 1, on the pictures for evaluation."""
    model.eval()
    device, correct = next(model.parameters()).device, 0
    for pixels, labels in evaluation_batches(pictures, preprocess, size, workers):
        scores = model(normalise(pixels.to(device), preprocess))
        correct += int((scores.argmax(1).cpu() == labels).sum())
    return correct / len(pictures.test)
