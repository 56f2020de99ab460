"""Layers become groups and panels step by step, and a training that continues does the same."""

import copy

import pytest
import torch
from torch import nn

from groupwise_train import CondenseConv2d, FLGCConv2d, GroupSchedule, PanelConv2d
from groupwise_train.epochs import one_cycle


def network():
    return nn.Sequential(
        FLGCConv2d(8, 16, 1, groups=2, estimator="weights"), PanelConv2d(16, 16, 3), CondenseConv2d(16, 8, 1, groups=4)
    )


def dense(model):
    return all(torch.equal(layer.mask, torch.ones_like(layer.mask)) for layer in model)


def kept_strength(layer):
    return (layer.weight.detach().square().sum((2, 3)) * layer.group_mask).sum().item()


def test_layers_are_dense_before_assign_and_final_from_close_on():
    model = network()
    schedule = GroupSchedule(model, assign=0.2, close=0.6, zeros=0.75)
    schedule.step(0.1)
    assert dense(model)
    flgc, panels, condense = model
    drawn = kept_strength(flgc)
    schedule.step(0.4)
    assert flgc.fade == pytest.approx(0.5) and set(flgc.group_mask.flatten().tolist()) == {0, 1}
    assert kept_strength(flgc) > drawn
    assert 0 < (panels.mask == 0).float().mean() < 0.75 and condense.stages == 1
    schedule.step(0.6)
    assert flgc.fade == 1 and (panels.mask == 0).float().mean() == 0.75 and condense.stages == 3
    sizes = [flgc.input_logits.argmax(1).bincount().tolist(), flgc.output_logits.argmax(1).bincount().tolist()]
    assert sizes == [[4, 4], [8, 8]]


def test_groups_are_assigned_once_and_panels_are_pruned_only_at_steps():
    model = network()
    schedule = GroupSchedule(model, close=1.0)
    schedule.step(0.35)
    before = [layer.mask.clone() for layer in model]
    groups = model[0].group_mask
    with torch.no_grad():
        for layer in model:
            layer.weight.normal_()
    schedule.step(0.35)
    assert all(torch.equal(layer.mask, mask) for layer, mask in zip(model, before, strict=True))
    schedule.step(0.5)
    assert torch.equal(model[0].group_mask, groups)
    assert (model[1].mask == 0).sum() > (before[1] == 0).sum()


def test_a_loaded_network_continues_as_the_one_that_was_saved():
    model = network()
    schedule = GroupSchedule(model, close=0.8, seed=3)
    schedule.step(0.3)
    other = network()
    other.load_state_dict(copy.deepcopy(model.state_dict()))
    continued = GroupSchedule(other, close=0.8, seed=3)
    for progress in (0.3, 0.5, 1.0):
        schedule.step(progress)
        continued.step(progress)
        for mine, theirs in zip(model, other, strict=True):
            assert torch.equal(mine.mask, theirs.mask)


def test_assign_and_close_may_be_the_same_moment():
    model = network()
    schedule = GroupSchedule(model, assign=0.5, close=0.5)
    schedule.step(0.49)
    assert dense(model)
    schedule.step(0.5)
    assert model[0].fade == 1 and model[2].stages == 3


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"assign": 0.6, "close": 0.5}, ValueError, r"assign must be at most close, got assign=0.6 and close=0.5"),
        ({"zeros": 2}, ValueError, "zeros must be from 0 to 1, got 2"),
        ({"clos": 0.5}, TypeError, 'GroupSchedule has no option "clos"; did you mean "close"'),
        ({"model": nn.Conv2d(8, 8, 1)}, ValueError, "the network has no FLGCConv2d with estimator="),
        ({"model": 1}, TypeError, "model must be an nn.Module"),
    ],
)
def test_wrong_arguments_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        GroupSchedule(**({"model": network()} | options))
    with pytest.raises(ValueError, match=r"progress must be from 0 to 1, got 1\.5"):
        GroupSchedule(network()).step(1.5)


def test_the_learning_rate_rises_and_falls_to_zero():
    factors = [one_cycle(progress, 0.2) for progress in (0, 0.1, 0.2, 0.6, 1)]
    assert factors == pytest.approx([0.05, 0.525, 1, 0.5, 0])
    assert one_cycle(0, 0) == 1 and one_cycle(1, 1) == 1


def test_the_last_step_closes_layers_whose_weights_were_loaded():
    torch.manual_seed(4)
    model = torch.nn.Sequential(PanelConv2d(8, 16, 1), CondenseConv2d(16, 16, groups=4))
    early = copy.deepcopy(model.state_dict())
    schedule = GroupSchedule(model, close=0.5, zeros=0.75)
    schedule.step(1.0)
    model.load_state_dict(early)
    schedule.step(1.0)
    assert model[0].mask.mean() == 0.25 and model[1].stages == 3
