"""Networks of torchvision and timm with pretrained weights, for the classes of a folder."""

import math
import re

import torch
from torch import nn

from ..checks import nearest, reason_of
from ..export import preprocess_options
from ..modes import evaluation_mode
from .weights import load_file

LIBRARIES = ("torchvision", "timm")
DEFAULT_CROP = 0.875  # share of the resized short side that the centre crop keeps, where a library does not say


def split_arch(arch):
    """(library, name) of "library:name"; ValueError with the nearest name for an unknown one."""
    library, _, name = arch.partition(":")
    known = [f"{each}:{found}" for each in LIBRARIES for found in list_names(each)]
    if arch not in known:
        exact = [f"{each}:{arch}" for each in LIBRARIES if f"{each}:{arch}" in known]
        suggestion = f'; did you mean "{exact[0]}"?' if exact else nearest(arch, known)
        raise ValueError(f'arch must be "torchvision:NAME" or "timm:NAME" of a classifier, got "{arch}"{suggestion}')
    return library, name


def list_names(library):
    """The names of a library's networks; without the library an ImportError that says how to install it."""
    try:
        if library == "timm":
            import timm

            return timm.list_models()
        import torchvision

        return torchvision.models.list_models(module=torchvision.models)
    except ImportError as error:
        raise ImportError(f"{library} is not installed: pip install './training[timm]'") from error


def make_network(arch, pretrained):
    """A network with its library's classifier, with the library's own weights or with random ones."""
    library, name = split_arch(arch)
    import timm
    import torchvision

    try:
        if library == "timm":
            return timm.create_model(name, pretrained=pretrained)
        return torchvision.models.get_model(name, weights="DEFAULT" if pretrained else None)
    except Exception as error:  # libraries for downloads have exceptions of their own
        if not pretrained:
            raise
        raise ValueError(
            f"no weights of {arch} could be downloaded ({reason_of(error)}); pass a file with --weights"
        ) from error


def preprocess_of(arch, size):
    """The pre-processing of the pretrained network, for pictures of `size`, or of the network's own size if it is 0.

    Where timm squashes pictures or adds borders to them (its crop modes "squash" and "border"), the whole picture is
    squashed.
    """
    library, name = split_arch(arch)
    if library == "timm":
        import timm

        found = timm.models.get_pretrained_cfg(name)
        if found is None:
            raise ValueError(f"timm has no pretrained weights of {arch}; choose another network")
        config = found.to_dict()
        own, share = config["input_size"][-1], config.get("crop_pct") or DEFAULT_CROP
        mean, std, resampling = config["mean"], config["std"], config.get("interpolation")
        is_whole = config.get("crop_mode") in ("squash", "border")
    else:
        import torchvision

        transforms = torchvision.models.get_model_weights(name).DEFAULT.transforms()
        own = transforms.crop_size[0]
        share, mean, std = own / transforms.resize_size[0], transforms.mean, transforms.std
        resampling, is_whole = transforms.interpolation.value, False
    size = size or own
    kind = "bicubic" if resampling in ("bicubic", "lanczos") else "bilinear"
    if is_whole:
        return preprocess_options(size, 0, mean, std, kind, "squash")
    return preprocess_options(size, math.floor(size / min(1, share)), mean, std, kind)


def find_classifier(model, arch, size):
    """The name of the last linear layer, if it alone computes the scores; otherwise a ValueError."""
    if getattr(model, "aux_logits", False):
        raise ValueError(f"{arch} has auxiliary classifiers, which are not supported; choose another network")
    linear = [name for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    if linear and computes_scores(model, linear[-1], size):
        return linear[-1]
    raise ValueError(f"{arch} does not end with one linear layer that computes the scores; choose another network")


def computes_scores(model, classifier, size):
    """Whether a network has one more score if its linear layer `classifier` has one more output."""
    layer = model.get_submodule(classifier)
    model.set_submodule(classifier, nn.Linear(layer.in_features, layer.out_features + 1))
    try:
        scores = scores_of(model, torch.zeros(1, 3, size, size))
    except RuntimeError:  # the sum of two heads, for example
        return False
    finally:
        model.set_submodule(classifier, layer)
    return isinstance(scores, torch.Tensor) and scores.shape == (1, layer.out_features + 1)


def check_size(model, arch, size):
    """Raises ValueError if a network cannot read pictures of `size` x `size`."""
    try:
        scores_of(model, torch.zeros(1, 3, size, size))
    except (RuntimeError, AssertionError, ValueError) as error:
        raise ValueError(
            f"{arch} cannot read pictures of {size} x {size} ({reason_of(error)}); pass another --size"
        ) from error


@torch.no_grad()
def scores_of(model, x):
    """What a network computes in evaluation mode."""
    with evaluation_mode(model):
        return model(x)


def check_same_network(model, arch, size):
    """Raises ValueError unless the network `arch` without pretrained weights computes the same with those of `model`.

    Checkpoints have weights only, and are loaded into a network that is created without pretrained weights.
    """
    other = make_network(arch, False)
    x = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    try:
        other.load_state_dict(model.state_dict())
        is_same = torch.equal(scores_of(model, x), scores_of(other, x))
    except (RuntimeError, TypeError):  # other layers or outputs
        is_same = False
    if not is_same:
        raise ValueError(f"{arch} is another network with pretrained weights than without; choose another network")


def imagenet_ids():
    """The WordNet IDs of ImageNet's 1000 classes, in the order of the scores of pretrained networks."""
    from timm.data import ImageNetInfo

    return ImageNetInfo().label_names()


def adapt_classifier(model, classifier, classes, seed):
    """Gives a network the classes of a folder; returns what became of its classifier: "kept", "reduced" or "new".

    If the classes are WordNet IDs of ImageNet and the classifier is ImageNet's, it keeps the weights of these classes.
    If their number is that of its outputs, it stays as it is. Otherwise it is drawn anew.
    """
    layer = model.get_submodule(classifier)
    rows = None
    if layer.out_features == 1000 and all(re.fullmatch(r"n\d{8}", name) for name in classes):
        ids = {name: row for row, name in enumerate(imagenet_ids())}
        rows = [ids[name] for name in classes] if ids.keys() >= set(classes) else None
    if rows is None and layer.out_features == len(classes):
        return "kept"
    torch.manual_seed(seed)
    new = nn.Linear(layer.in_features, len(classes), layer.bias is not None)
    if rows is not None:
        with torch.no_grad():
            for name, values in new.named_parameters():
                values.copy_(getattr(layer, name)[rows])
    model.set_submodule(classifier, new)
    if rows is None:
        return "new"
    return "kept" if rows == list(range(1000)) else "reduced"


def pretrained_network(recipe, classes, size):
    """The dense network of a recipe for the classes of a folder, and what became of its classifier."""
    model = make_network(recipe.arch, not recipe.weights)
    classifier = find_classifier(model, recipe.arch, size)
    check_size(model, recipe.arch, recipe.size or size)
    if recipe.weights:
        load_file(model, classifier, recipe.arch, recipe.weights)
    else:
        check_same_network(model, recipe.arch, size)
    return model, adapt_classifier(model, classifier, classes, recipe.seed)


def empty_network(recipe, classes, size):
    """The dense network of a recipe with as many classes and random weights, to be loaded from a checkpoint."""
    model = make_network(recipe.arch, False)
    classifier = find_classifier(model, recipe.arch, size)
    layer = model.get_submodule(classifier)
    model.set_submodule(classifier, nn.Linear(layer.in_features, classes, layer.bias is not None))
    return model
