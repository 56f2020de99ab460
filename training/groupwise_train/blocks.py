"""Masks as lists of blocks."""


def blocks_of(mask):
    """The blocks of a mask [N, C]: one (inputs, outputs) for each different non-empty set of inputs.

    Outputs that read nothing are in no block. For one-hot assignments these are the groups.
    """
    blocks = {}
    for output, row in enumerate(mask.tolist()):
        inputs = tuple(i for i, factor in enumerate(row) if factor)
        if inputs:
            blocks.setdefault(inputs, []).append(output)
    return [(list(inputs), outputs) for inputs, outputs in blocks.items()]
