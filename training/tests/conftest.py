"""One thread, and a seed for every test that a failure shows; SEED chooses it."""

import os
import random

import pytest
import torch

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seed():
    value = int(os.environ.get("SEED", random.randrange(2**31)))
    print(f"SEED={value}")
    torch.manual_seed(value)
    return value
