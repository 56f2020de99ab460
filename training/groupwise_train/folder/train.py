"""The training of one network on a folder of pictures: first dense, if its classes are new, then with its method."""

import copy
import sys
from dataclasses import asdict, replace
from pathlib import Path

import torch

from ..checkpoints.weights import read_checkpoint
from ..macs import count_macs, layer_macs
from ..runs import CHECKPOINT, append_metrics, describe_hardware, save_checkpoint, start_metrics
from .data import listed
from .methods import apply_method, place_method
from .networks import preprocess_of, pretrained_network
from .phase import Phase, evaluate
from .runs import DENSE, build_network, check_same_run, load_run

LARGE_LOSS = 0.1  # of top-1, from which on a line warns
HEADS = {
    "kept": "the pretrained one",
    "reduced": "the part of the pretrained one for these WordNet IDs",
    "new": "new",
}


class Training:
    """A run: its recipe, pictures and folder, and what its epochs have in common."""

    def __init__(self, recipe, pictures, folder, workers=0, quiet=False):
        self.recipe = replace(recipe, batch=recipe.batch_size(len(pictures.train)))
        self.pictures, self.digest, self.folder = pictures, pictures.digest(), Path(folder)
        self.workers, self.quiet = workers, quiet
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.preprocess = preprocess_of(recipe.arch, recipe.size)
        self.own_size = preprocess_of(recipe.arch, 0)["width"]
        self.steps = len(pictures.train) // self.recipe.batch

    def run(self):
        """Trains the network, or continues; returns {"top1": ..., "macs": ...} of the last epoch."""
        self.folder.mkdir(parents=True, exist_ok=True)
        torch.set_flush_denormal(True)
        print(f"{self.steps} steps of {self.recipe.batch} pictures in an epoch")
        checkpoint = self.read_last()
        dense = self.start_dense()
        is_final = self.recipe.conv == "dense"
        names = [] if is_final else checkpoint["names"] if checkpoint else self.choose_convs(dense.model)
        done = checkpoint["epoch"] if checkpoint else dense.epoch
        start_metrics(self.folder, self.header(), done)
        if done == 0:
            self.record(dense, None, 0.0)
        self.train(dense)
        if is_final:
            return dense.measured
        final = self.start_method(dense, names, checkpoint)
        self.train(final)
        warn_of_loss(dense.measured["top1"] - final.measured["top1"])
        return final.measured

    def read_last(self):
        """The checkpoint of the last epoch, None if there is none yet."""
        path = self.folder / CHECKPOINT
        checkpoint = self.read(path) if path.exists() else None
        if checkpoint and checkpoint["names"] and not (self.folder / DENSE).exists():
            raise ValueError(f"{path} continues only with {DENSE}, its teacher, beside it; choose another folder")
        if checkpoint and checkpoint["epoch"] == checkpoint["first"] + checkpoint["epochs"]:
            print(f"{path} is finished; another --out starts a new run")
        return checkpoint

    def read(self, path):
        """The checkpoint of this run at `path`."""
        checkpoint = read_checkpoint(path, self.device)
        check_same_run(path, checkpoint, self.recipe, self.digest)
        return checkpoint

    def header(self):
        """The first line of the metrics."""
        counts = {"classes": len(self.pictures.classes)}
        counts |= {name: len(getattr(self.pictures, name)) for name in ("train", "test")}
        return {"recipe": asdict(self.recipe), "hardware": describe_hardware(), "pictures": counts}

    def start_dense(self):
        """The phase of the dense network, from its checkpoint, that of a teacher or pretrained weights."""
        is_final = self.recipe.conv == "dense"
        path = self.folder / (CHECKPOINT if is_final else DENSE)
        if path.exists():
            checkpoint = self.read(path)
            phase = Phase(self, path, build_network(checkpoint), checkpoint["first"], checkpoint["epochs"])
            phase.load(checkpoint)
            return phase
        if self.recipe.teacher:
            model, epochs = self.load_teacher(), 0
        else:
            model, head = pretrained_network(self.recipe, self.pictures.classes, self.own_size)
            print(f"{len(self.pictures.classes)} classes: the classifier is {HEADS[head]}")
            epochs = self.recipe.dense_epochs if head == "new" else 0
            if not is_final:
                untrained = ", the new classifier starts untrained" if head == "new" else ""
                print(f"dense phase: {epochs} epochs" if epochs else f"dense phase: none{untrained}")
        return Phase(self, path, model, 0, self.recipe.epochs if is_final else epochs)

    def load_teacher(self):
        """The network of the recipe's teacher."""
        model, checkpoint = load_run(self.recipe.teacher)
        if checkpoint["names"] or checkpoint["recipe"]["arch"] != self.recipe.arch:
            found = f"{checkpoint['recipe']['arch']}, {checkpoint['recipe']['conv']}"
            raise ValueError(f"{self.recipe.teacher} must be from a dense {self.recipe.arch}, got {found}")
        if checkpoint["epoch"] < checkpoint["first"] + checkpoint["epochs"]:
            done = f"{checkpoint['epoch']} of {checkpoint['first'] + checkpoint['epochs']} epochs are done"
            raise ValueError(f"{self.recipe.teacher} is unfinished: {done}; continue it with the same command")
        if checkpoint["preprocess"] != self.preprocess:
            size = checkpoint["preprocess"]["width"]
            raise ValueError(f"{self.recipe.teacher} was trained on pictures of {size} x {size}; pass --size {size}")
        if checkpoint["classes"] != self.pictures.classes:
            raise ValueError(f"{self.recipe.teacher} is from a folder with other classes")
        if checkpoint["pictures"] != self.digest:
            divided = " ".join(f"--{name} {checkpoint['recipe'][name]}" for name in ("seed", "holdout"))
            cure = "train it again" if self.pictures.part else f"pass {divided}, with which it was trained"
            raise ValueError(
                f"{self.recipe.teacher} was not trained on the same pictures, and may know those for evaluation; {cure}"
            )
        return model

    def choose_convs(self, model):
        """The names of the convolutions that the method replaces; prints why others stay dense."""
        placement = place_method(model, self.recipe, self.own_size)
        macs = layer_macs(model, self.preprocess["width"])
        share = sum(macs[name] for name in placement.names) / sum(macs.values())
        print(f"{self.recipe.conv}: {len(placement.names)} convolutions, {100 * share:.0f} % of the MACs")
        for reason in dict.fromkeys(placement.dense.values()):
            same = [name for name, other in placement.dense.items() if other == reason]
            print(f"  stay dense ({reason}): {listed(same)}")
        return placement.names

    def start_method(self, dense, names, checkpoint):
        """The phase of the recipe's method, from its checkpoint or the weights of the dense network."""
        if checkpoint is not None:
            model = build_network(checkpoint)
        else:
            model = copy.deepcopy(dense.model)
            apply_method(model, self.recipe, names)
        teacher = dense.model.eval().requires_grad_(False)
        first = dense.first + dense.epochs
        phase = Phase(self, self.folder / CHECKPOINT, model, first, self.recipe.epochs, names, teacher)
        if checkpoint is not None:
            phase.load(checkpoint)
        return phase

    def train(self, phase):
        """Trains the network of a phase, and evaluates and records it after every epoch."""
        for loss, seconds in phase.run_epochs():
            self.record(phase, loss, seconds)

    def record(self, phase, loss, seconds):
        """Evaluates the network of a phase; writes its metrics and then its checkpoint."""
        top1 = evaluate(phase.model, self.pictures, self.preprocess, self.recipe.batch, self.workers)
        phase.measured = {"top1": top1, "macs": count_macs(phase.model, self.preprocess["width"])}
        line = {"epoch": phase.epoch, "phase": phase.name, "loss": loss, **phase.measured, "seconds": seconds}
        append_metrics(self.folder, line)
        save_checkpoint(phase.path, **phase.state())
        macs = f"{phase.measured['macs'] / 1e6:.2f} million MACs"
        before = "before training" if loss is None else f"loss {loss:.3f}"
        print(f"epoch {phase.epoch}, {phase.name}: {before}, top-1 {top1:.4f}, {macs}")


def warn_of_loss(lost):
    """Prints a line if the top-1 that a method `lost` against its dense network, from 0 to 1, is large."""
    if lost > LARGE_LOSS:
        loss = f"top-1 is {100 * lost:.0f} points below that of the dense network"
        cure = "train longer or on more pictures, or remove fewer connections (--zeros, --groups, --select, --keep)"
        print(f"groupwise_train: {loss}; {cure}", file=sys.stderr)
