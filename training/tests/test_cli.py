"""The command line and its errors."""

import pytest

from groupwise_train.cli import main


def test_an_interruption_prints_one_line(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("groupwise_train.cli.load_cifar10", interrupted)
    with pytest.raises(SystemExit, match="stopped; the same command continues"):
        main(["cifar10", "--data", "cifar10.tar.gz", "--out", str(tmp_path)])


def test_mistakes_on_the_command_line_print_one_line(tmp_path):
    text, run = tmp_path / "text.py", ["--data", "cifar10.tar.gz", "--out", str(tmp_path / "run")]
    text.write_text("print()\n")
    for arguments, message in (
        (["export", str(text), "--out", str(tmp_path)], "text.py is not a PyTorch checkpoint"),
        (["export", str(tmp_path / "nothing.pt"), "--out", str(tmp_path)], "nothing.pt"),
        (["results", str(tmp_path)], "no finished run"),
        (["cifar10", "--data", str(text), "--out", str(tmp_path / "run")], "text.py is not an archive of CIFAR-10"),
        (["cifar10", *run], "there is no file or folder cifar10.tar.gz"),
        (["cifar10", "--data", str(tmp_path), "--out", str(tmp_path / "run")], "is a folder, not an archive"),
        (["cifar10", *run, "--conv", "flcg"], 'got "flcg"; did you mean "flgc"'),
        (["cifar10", *run, "--groups", "0"], "groups must be at least 1, got 0"),
        (["cifar10", *run, "--threads", "0"], "--threads must be at least 1, got 0"),
        (["cifra10"], 'got "cifra10"; did you mean "cifar10"'),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert message in str(stopped.value)
        assert "\n" not in str(stopped.value)


def test_unknown_options_are_refused_with_a_suggestion(tmp_path, capsys):
    run = ["cifar10", "--data", "cifar10.tar.gz", "--out", str(tmp_path)]
    for arguments, message in (
        ([*run, "--grups", "4"], 'unknown argument "--grups"; did you mean "--groups"?'),
        ([*run, "--epoch=4"], 'unknown argument "--epoch=4"; did you mean "--epochs"?'),
        ([*run, "more"], 'unknown argument "more"'),
        ([*run, "--epochs", "many"], "argument --epochs: invalid int value: 'many'"),
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--conv", "dense", "--groups", "4"], ["--groups is ignored with --conv dense"]),
        (
            ["--depth", "2", "--early-stride", "2", "--optimizer", "sgd", "--muon-lr", "0.1"],
            ["--early-stride is ignored with --arch fast", "--muon-lr is ignored with --optimizer sgd"],
        ),
        (["--conv", "panels", "--groups", "8", "--close", "0.5"], []),
    ],
)
def test_options_that_are_ignored_are_named(options, expected, tmp_path, capsys):
    with pytest.raises(SystemExit, match=r"nothing\.tar\.gz"):
        main(["cifar10", "--data", str(tmp_path / "nothing.tar.gz"), "--out", str(tmp_path), *options])
    assert capsys.readouterr().err.splitlines() == [f"groupwise_train: {line}" for line in expected]
