"""Groups from weights: a balanced co-clustering of inputs and outputs that keeps the strongest connections."""

import numpy as np
from scipy.optimize import linear_sum_assignment

STARTS = 8  # random groups that the search begins with
MANY = 256  # channels above which one start must suffice, since an assignment takes n^3 steps


def assign_balanced(benefit):
    """The group of each row of `benefit` [n, G], n >= G, with the largest sum; sizes of groups differ by one at most.

    Every group has n // G slots that a bonus larger than all benefits fills, and one slot for what remains.
    """
    count, groups = benefit.shape
    slots = np.repeat(benefit[:, :, None], count // groups + 1, axis=2)
    slots[:, :, :-1] += benefit.sum() + 1
    return linear_sum_assignment(slots.reshape(count, -1), maximize=True)[1] // slots.shape[2]


def cocluster(strength, groups, seed=0):
    """Groups of outputs [N] and inputs [C] that maximise the sum of strength [N, C] >= 0 within groups.

    Groups of equal sizes (`assign_balanced`) as int64 arrays. Alternates between the best groups of outputs for those
    of inputs and the reverse until neither improves, from several random groups of inputs, and returns the best
    result. Each half step is an assignment problem, solved exactly, so the sum never falls.
    """
    identity, generator = np.eye(groups), np.random.default_rng(seed)
    best, result = -1.0, None
    for _ in range(STARTS if max(strength.shape) <= MANY else 1):
        inputs = generator.permutation(strength.shape[1]) % groups
        kept = -1.0
        while True:
            outputs = assign_balanced(strength @ identity[inputs])
            benefit = strength.T @ identity[outputs]
            inputs = assign_balanced(benefit)
            total = benefit[np.arange(len(inputs)), inputs].sum()
            if total <= kept * (1 + 1e-9):
                break
            kept = total
        if kept > best:
            best, result = kept, (outputs, inputs)
    return result
