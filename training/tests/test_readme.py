"""The examples of the README that need no other files run, and print what their comments say."""

import re
import shlex
from pathlib import Path

from groupwise_train import PanelConv2d
from groupwise_train.cli import chosen_settings, make_parser
from groupwise_train.folder.networks import split_arch
from groupwise_train.folder.recipe import FolderRecipe

README = Path(__file__).resolve().parents[1] / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)


def example(name):
    """The first example that uses a name."""
    return next(text for text in EXAMPLES if name in text)


def test_the_example_of_groups_prints_what_it_says(capsys):
    exec(example("count_macs"), {})
    expected = [line.rpartition("  # ")[2] for line in example("count_macs").splitlines() if line.startswith("print")]
    assert len(expected) == 2
    assert capsys.readouterr().out.splitlines() == expected


def test_the_example_of_msgc_runs():
    names = {}
    exec(example("add_msgc"), names)
    assert any(type(module).__name__ == "MSGCConv2d" for module in names["model"].modules())


def test_the_example_of_a_schedule_prunes_half_of_the_panels():
    names = {}
    exec(example("GroupSchedule"), names)
    layers = [module for module in names["model"].modules() if isinstance(module, PanelConv2d)]
    assert len(layers) == 34 and all((layer.mask == 0).float().mean() == 0.5 for layer in layers)


def test_commands_for_pictures_have_options_that_exist():
    commands = [line for text in SHELL for line in text.splitlines() if " groupwise_train folder " in line]
    assert len(commands) == 2
    for command in commands:
        words = shlex.split(command.replace('"$WEIGHTS"', "weights.pt"))
        settings = chosen_settings(vars(make_parser().parse_args(words[words.index("folder") :])), FolderRecipe)
        assert split_arch(FolderRecipe(**settings).arch)
