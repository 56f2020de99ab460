"""The table and the plot of training runs, and the files they are made from."""

import shutil
from dataclasses import asdict, replace

import pytest
from tiny_recipe import TINY, TINY_MOBILENET, pictures

from groupwise_train.cifar10.results import Row, draw_plot, format_table, read_runs, read_times
from groupwise_train.cifar10.train import train
from groupwise_train.runs import read_metrics


def test_results_are_a_row_for_each_recipe(tmp_path):
    for seed in (1, 2):
        train(replace(TINY, epochs=1, seed=seed), pictures(32), pictures(16), tmp_path / f"dense-s{seed}", quiet=True)
    train(replace(TINY, conv="sgc", epochs=1), pictures(32), pictures(16), tmp_path / "sgc", quiet=True)
    train(
        replace(TINY, conv="sgc", epochs=1, seed=2, assign=0.1, target=0.5, bf16=True),
        pictures(32),
        pictures(16),
        tmp_path / "sgc-s2",
        quiet=True,
    )
    train(replace(TINY, width=0.5, conv="sgc", epochs=1), pictures(32), pictures(16), tmp_path / "wide", quiet=True)
    rows, unfinished = read_runs(sorted(tmp_path.iterdir()))
    assert not unfinished and [len(row.measured) for row in rows] == [2, 2, 1]  # sgc reads neither assign nor target
    lines = format_table(rows).splitlines()[2:]
    assert "±" in lines[0] and "| 1.00 |" in lines[0]
    shares = [line.split("|")[4].strip() for line in lines]
    assert shares[0] == "1.00" and shares.count("") == 1  # no dense network of that width
    names = [row.name for row in (*rows, Row(asdict(replace(TINY, conv="flgc", depth=2))))]
    assert names == ["dense", "sgc, G = 4", "sgc, G = 4", "flgc, G = 4, depth 2"]
    mobilenet = replace(TINY_MOBILENET, conv="msgc", groups=2, early_stride=1)
    assert Row(asdict(mobilenet)).name == "msgc, 2 heads, target 0.65, mobilenetv2"
    assert Row(asdict(replace(mobilenet, conv="sgc", early_stride=2))).name.endswith("early stride 2, projections")
    shutil.copytree(tmp_path / "sgc", tmp_path / "again")
    with pytest.raises(ValueError, match="have the same recipe and seed"):
        read_runs([tmp_path / "sgc", tmp_path / "again"])
    metrics = tmp_path / "again" / "metrics.jsonl"
    metrics.write_text(metrics.read_text().replace('"epochs": 1', '"epochs": 2'))
    assert read_runs([tmp_path / "again"]) == ([], ["again"])
    draw_plot(rows, tmp_path / "plot.svg")
    assert "million MACs" in (tmp_path / "plot.svg").read_text()
    rows, _ = read_runs(sorted(path for path in tmp_path.iterdir() if path.is_dir()), {"sgc": 0.5, "wide": 0.25})
    assert [row.milliseconds for row in rows] == [None, 0.5, 0.25]
    assert "| 0.250 |" in format_table(rows)
    draw_plot(rows, tmp_path / "plot.svg")
    assert "milliseconds" in (tmp_path / "plot.svg").read_text()
    assert "<svg" in (tmp_path / "plot.svg").read_text()


def test_damaged_files_are_named(tmp_path):
    for text, message in (
        ('{"recipe": {}}\n{"epoch": 1}\n{"epo', None),
        ('{"recipe": {}\n{"epoch": 1}\n', "metrics.jsonl is damaged"),
    ):
        (tmp_path / "metrics.jsonl").write_text(text)
        if message:
            with pytest.raises(ValueError, match=message):
                read_metrics(tmp_path)
        else:
            assert read_metrics(tmp_path) == [{"recipe": {}}, {"epoch": 1}]
    for text in ("{}", "[]", "not JSON"):
        (tmp_path / "times.json").write_text(text)
        with pytest.raises(ValueError, match=r'times\.json has no "milliseconds"; time_results\.py writes'):
            read_times(tmp_path / "times.json")
