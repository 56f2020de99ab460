"""A mask as a list of blocks of channels."""

import torch

from ..checks import check_instance, named_options


@named_options
def blocks_of(mask):
    """The blocks of a mask [N, C] as a list of (inputs, outputs), each of them a list of channels.

    There is a block for each distinct non-empty set of inputs that an output reads. Outputs that read nothing are in no
    block. If every channel is in one group, the blocks are the groups. Raises TypeError or ValueError unless `mask` is
    a tensor of two dimensions.
    """
    check_instance("mask", mask, torch.Tensor, "a tensor [outputs, inputs]")
    if mask.dim() != 2:
        raise ValueError(f"mask must have two dimensions [outputs, inputs], got the shape {list(mask.shape)}")
    blocks = {}
    for output, row in enumerate(mask.tolist()):
        inputs = tuple(channel for channel, factor in enumerate(row) if factor)
        if inputs:
            blocks.setdefault(inputs, []).append(output)
    return [(list(inputs), outputs) for inputs, outputs in blocks.items()]
