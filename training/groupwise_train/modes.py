"""The mode of a network: training or evaluation."""

from contextlib import contextmanager


@contextmanager
def evaluation_mode(model):
    """Puts a network into evaluation mode, and afterwards every module into its own mode again."""
    modes = {module: module.training for module in model.modules()}
    try:
        yield model.eval()
    finally:
        for module, training in modes.items():
            module.training = training
