"""Training of one network: schedule, losses, checkpoints and metrics."""

import json
import os
import platform
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import nn

from .condense import CondenseConv2d
from .data import batches, normalise
from .flgc import balance_loss, flgc_layers
from .macs import DynamicMacs, count_macs
from .methods import apply_method
from .mobilenet import MobileNetV2


@dataclass
class Recipe:
    """Everything that decides a result, written into its metrics and its checkpoint."""

    arch: str = "mobilenetv2"
    conv: str = "dense"
    groups: int = 8
    scope: str = "projections"
    width: float = 1.0
    early_stride: int = 1
    epochs: int = 400
    batch: int = 128
    schedule: str = "steps"  # "steps": lr x 0.1 at 3/8, 5/8 and 7/8 of the epochs; "one-cycle": up for 20 %, then a cosine to 0
    lr: float = 0.1
    weight_decay: float = 4e-5
    smoothing: float = 0.0
    logits_lr: float = 0.01  # of Adam, for the logits of FLGC "flgc"
    balance: float = 0.1  # weight of the balance loss
    fade: float = 0.4  # share of the training in which connections outside the groups of FLGC "flgc" fade
    freeze: float = 0.5  # share of the training after which learned groups stay as they are
    target: float = 0.65  # MACs of MSGC as a share of the dense network's
    penalty: float = 30.0  # weight of what MSGC is above its target
    distillation: float = 0.0  # share of the loss that is the distance to a teacher's answers
    start: str = ""  # checkpoint whose weights training starts from
    teacher: str = ""  # checkpoint of the teacher
    seed: int = 0
    bf16: bool = False


def budget(width=0.5, epochs=8):
    """The form that two CPU cores finish in hours: narrower, an early stride, a one-cycle schedule."""
    return {
        "width": width, "early_stride": 2, "epochs": epochs, "schedule": "one-cycle", "lr": 0.2, "weight_decay": 5e-4,
    }


def build(recipe, classes=10):
    """The network of a recipe, freshly drawn from its seed."""
    if recipe.arch != "mobilenetv2":
        raise ValueError(f'arch "{recipe.arch}"; expected "mobilenetv2"')
    torch.manual_seed(recipe.seed)
    model = MobileNetV2(recipe.width, classes, recipe.early_stride)
    apply_method(model, recipe.conv, recipe.groups, recipe.scope)
    return model


def load_network(path):
    """The network of a checkpoint written by `train`, in evaluation mode, and its recipe."""
    kept = torch.load(path, map_location="cpu", weights_only=True)
    recipe = Recipe(**kept["recipe"])
    model = build(recipe)
    model.load_state_dict(kept["model"])
    return model.eval(), recipe


def optimizers(model, recipe):
    """SGD with Nesterov momentum for weights (biases and BN undecayed), and Adam for the logits of learned groups where they learn freely."""
    logits = [value for name, value in model.named_parameters() if name.endswith("_logits") and value.requires_grad]
    free = recipe.conv == "flgc"
    groups = {"decayed": [], "plain": [], "masks": []}
    for name, value in model.named_parameters():
        if not value.requires_grad or (free and name.endswith("_logits")):
            continue
        kind = "masks" if "maskgen" in name else "decayed" if value.dim() > 1 else "plain"
        groups[kind].append(value)
    settings = [
        {"params": groups["decayed"], "weight_decay": recipe.weight_decay, "lr": recipe.lr},
        {"params": groups["plain"], "weight_decay": 0.0, "lr": recipe.lr},
        {"params": groups["masks"], "weight_decay": 0.0, "lr": recipe.lr},
    ]
    found = [torch.optim.SGD([group for group in settings if group["params"]], momentum=0.9, nesterov=True)]
    if free and logits:
        found.append(torch.optim.Adam(logits, lr=recipe.logits_lr))
    return found


def rate(recipe, progress):
    """The factor of the learning rate at a share of the training from 0 to 1."""
    if recipe.schedule == "steps":
        return 0.1 ** sum(progress >= mark for mark in (3 / 8, 5 / 8, 7 / 8))
    if recipe.schedule == "one-cycle":
        warm = 0.2
        if progress < warm:
            return 0.05 + 0.95 * progress / warm
        return 0.5 * (1 + torch.cos(torch.tensor((progress - warm) / (1 - warm) * torch.pi)).item())
    raise ValueError(f'schedule "{recipe.schedule}"; expected "steps" or "one-cycle"')


class Loss:
    """Cross-entropy and what the method adds; `parts` are the last values by name."""

    def __init__(self, model, recipe, teacher=None):
        self.recipe, self.teacher, self.parts = recipe, teacher, {}
        self.model = model
        self.dynamic = DynamicMacs(model) if recipe.conv == "msgc" else None
        self.reference = count_macs(MobileNetV2(recipe.width, early_stride=recipe.early_stride)) if self.dynamic else None

    def __call__(self, x, logits, labels, progress):
        recipe = self.recipe
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=recipe.smoothing)
        if self.teacher:
            with torch.no_grad():
                answer = self.teacher(x)
            distance = nn.functional.kl_div(logits.log_softmax(1), answer.log_softmax(1), reduction="batchmean", log_target=True)
            loss = (1 - recipe.distillation) * loss + recipe.distillation * distance
        if recipe.conv == "flgc" and progress < recipe.freeze:
            loss = loss + recipe.balance * balance_loss(self.model)
        if self.dynamic:
            share = self.dynamic().mean() / self.reference
            allowed = 1 - (1 - recipe.target) * min(1, 2 * progress)
            self.parts["share"] = share.item()
            loss = loss + recipe.penalty * torch.clamp(share - allowed, min=0)
        return loss


def settle(model, recipe, progress):
    """What a method does to its masks at a share of the training: fades, freezes, prunes."""
    for layer in flgc_layers(model) if recipe.conv == "flgc" else ():
        layer.fade = min(1.0, progress / recipe.fade) if recipe.fade else 1.0
        if progress >= recipe.freeze:
            layer.freeze_groups()
    for layer in (module for module in model.modules() if isinstance(module, CondenseConv2d)):
        stages = layer.factor - 1
        layer.condense(min(stages, int(progress / recipe.freeze * stages)) if recipe.freeze else stages)


@torch.no_grad()
def evaluate(model, pictures, size=500):
    """Top-1 from 0 to 1 and MACs a picture, those of MSGC averaged over the pictures."""
    model.eval()
    dynamic = DynamicMacs(model)
    right, macs = 0, 0.0
    for start in range(0, len(pictures), size):
        labels = pictures.labels[start : start + size]
        right += (model(normalise(pictures.pixels[start : start + size])).argmax(1) == labels).sum().item()
        macs += dynamic().sum().item() if dynamic.blocks else dynamic.total * len(labels)
    return right / len(pictures), macs / len(pictures)


def hardware():
    """What a run was measured on."""
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}"
    return f"{platform.machine()} CPU, {torch.get_num_threads()} of {os.cpu_count()} threads, PyTorch {torch.__version__.split('+')[0]}"


def save(path, **state):
    """Writes a checkpoint that is never half there."""
    partial = Path(f"{path}.partial")
    torch.save(state, partial)
    partial.replace(path)


def train(recipe, train_set, test_set, folder, quiet=False, ranks=None):
    """Trains a recipe's network; returns (top-1, MACs) of the end.

    `folder` gets `metrics.jsonl` (a line of the recipe and the hardware, then one for every epoch) and `checkpoint.pt` after each
    epoch. Where a checkpoint of the same recipe is there, training goes on behind its epoch as if it had never stopped.
    `ranks` is None or (rank, world, device) of a process that torchrun started.
    """
    rank, world, device = ranks or (0, 1, "cuda" if torch.cuda.is_available() else "cpu")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_flush_denormal(True)
    model = build(recipe).to(device, memory_format=torch.channels_last)
    if recipe.start:
        start_from(model, recipe.start)
    teacher = load_network(recipe.teacher)[0].to(device, memory_format=torch.channels_last) if recipe.teacher else None
    loss_of, steppers = Loss(model, recipe, teacher), optimizers(model, recipe)
    bases = [[group["lr"] for group in stepper.param_groups] for stepper in steppers]
    done = resume(folder, recipe, model, steppers, device)
    train_set, test_set = train_set.to(device), test_set.to(device)
    network = nn.parallel.DistributedDataParallel(model) if world > 1 else model
    count = len(train_set) // (recipe.batch * world)
    if rank == 0 and done == 0:
        append(folder, {"recipe": asdict(recipe), "hardware": hardware(), "processes": world}, first=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    result = None
    with Progress(*columns, disable=quiet or rank > 0) as bars:
        for epoch in range(done, recipe.epochs):
            task = bars.add_task(f"epoch {epoch + 1} of {recipe.epochs}", total=count)
            torch.manual_seed(recipe.seed * 100_003 + epoch)
            started, total = time.monotonic(), 0.0
            model.train()
            for step, (x, labels) in enumerate(batches(train_set, recipe.batch, recipe.seed, epoch, rank, world)):
                progress = (epoch + step / count) / recipe.epochs
                settle(model, recipe, progress)
                for stepper, base in zip(steppers, bases, strict=True):
                    for group, lr in zip(stepper.param_groups, base, strict=True):
                        group["lr"] = lr * rate(recipe, progress)
                    stepper.zero_grad()
                with torch.autocast(torch.device(device).type, torch.bfloat16) if recipe.bf16 else nullcontext():
                    logits = network(x)
                loss = loss_of(x, logits.float(), labels, progress)
                loss.backward()
                for stepper in steppers:
                    stepper.step()
                total += loss.item()
                bars.advance(task)
            if epoch + 1 == recipe.epochs:
                settle(model, recipe, 1)
            result = evaluate(model, test_set)
            bars.remove_task(task)
            if rank == 0:
                line = {"epoch": epoch + 1, "loss": total / count, "top1": result[0], "macs": result[1], "seconds": time.monotonic() - started}
                append(folder, line | loss_of.parts)
                bars.console.print(f"epoch {epoch + 1}: loss {total / count:.3f}, top-1 {result[0]:.4f}, {result[1] / 1e6:.2f} MMACs")
                save(
                    folder / "checkpoint.pt", recipe=asdict(recipe), epoch=epoch + 1, model=model.state_dict(),
                    optimizers=[stepper.state_dict() for stepper in steppers], top1=result[0], macs=result[1],
                )
    return result or evaluate(model, test_set)


def start_from(model, path):
    """Takes the weights of a checkpoint that have the same names; a convolution of masked copies takes the dense one's."""
    kept = torch.load(path, map_location="cpu", weights_only=True)["model"]
    missing, unexpected = model.load_state_dict(kept, strict=False)
    lacking = [name for name in missing if "maskgen" not in name and "attgen" not in name and not name.endswith(("_logits", "mask"))]
    if lacking or unexpected:
        raise ValueError(f"{path} lacks {lacking} and has {unexpected}, which this network does not")


def resume(folder, recipe, model, steppers, device):
    """Loads the checkpoint of a folder into model and optimizers; returns how many epochs are done, 0 where there is none."""
    path = folder / "checkpoint.pt"
    if not path.exists():
        return 0
    kept = torch.load(path, map_location=device, weights_only=True)
    if kept["recipe"] != asdict(recipe):
        differing = [name for name, value in asdict(recipe).items() if kept["recipe"].get(name) != value]
        raise ValueError(f"{path} is of another recipe (differs in {', '.join(differing)}); choose another folder")
    model.load_state_dict(kept["model"])
    for stepper, state in zip(steppers, kept["optimizers"], strict=True):
        stepper.load_state_dict(state)
    settle(model, recipe, kept["epoch"] / recipe.epochs)
    return kept["epoch"]


def append(folder, line, first=False):
    """Adds a line to `metrics.jsonl`; the first replaces what was there."""
    with open(folder / "metrics.jsonl", "w" if first else "a") as file:
        file.write(json.dumps(line) + "\n")
