"""The examples of the README that need no other files run, and print what their comments say."""

import re
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def test_the_first_example_prints_what_it_says(capsys):
    exec(EXAMPLES[0], {})
    expected = [line.rpartition("  # ")[2] for line in EXAMPLES[0].splitlines() if line.startswith("print")]
    assert len(expected) == 2
    assert capsys.readouterr().out.splitlines() == expected


def test_the_example_of_msgc_runs():
    names = {}
    exec(EXAMPLES[1], names)
    assert any(type(module).__name__ == "MSGCConv2d" for module in names["model"].modules())
