"""The command line: `python -m sweep`."""

import argparse
import json
import subprocess
import sys
import warnings
from fnmatch import fnmatch
from pathlib import Path

import torch
from rich.progress import track

from .architectures import ARCHITECTURES, EXPORTERS, Architecture
from .compare import compare
from .exceptions import EXCEPTIONS
from .export import export_in_process
from .table import Results, format_table

DESCRIPTION = "Exports networks of torchvision and timm, converts them and compares the results with ONNX Runtime's."
REPOSITORY = Path(__file__).resolve().parents[2]


def commit() -> str:
    """The commit of the checkout, from which the converter should be built; + if files differ from it."""
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def read_results(path: Path) -> Results:
    """The last result of each architecture and exporter."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {(row["architecture"], row["exporter"]): row for row in rows}


def warm_up() -> None:
    """Loads what the exporters load at their first use, so that the processes of all networks have it."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.onnx.export(torch.nn.Identity(), (torch.zeros(1),), dynamo=True, verbose=False)


def measure(architecture: Architecture, out: Path, exporters: list[str], timeout: float) -> list[dict]:
    """The results of one architecture; an export that is there is not repeated."""
    folder = out / "networks" / architecture.title.replace(":", "-")
    missing = [exporter for exporter in exporters if not (folder / f"{exporter}.json").exists()]
    if missing:
        export_in_process(architecture, missing, folder, timeout)
    head = {"architecture": architecture.title, "size": architecture.size}
    return [{**head, "exporter": exporter, **compare(folder, exporter, timeout)} for exporter in exporters]


def parse(words: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="sweep", description=DESCRIPTION)
    parser.add_argument("--out", type=Path, required=True, help="folder of results.jsonl and the exported networks")
    parser.add_argument("--only", nargs="+", metavar="PATTERN", default=["*"], help='architectures, such as "*/swin*"')
    parser.add_argument("--exporter", choices=EXPORTERS, help="measure files of one exporter only")
    parser.add_argument("--again", action="store_true", help="measure also what agrees already")
    parser.add_argument("--shard", default="0/1", help="k/n: every n-th architecture, from the k-th on (%(default)s)")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds for one step (default %(default)s)")
    parser.add_argument("--table", type=Path, help="Markdown file to write from all results of the folder")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Measures what is chosen and does not agree yet. Returns 1 if a result is neither that nor an exception."""
    options = parse(words)
    first, step = map(int, options.shard.split("/"))
    chosen = [a for a in ARCHITECTURES if any(fnmatch(a.title, pattern) for pattern in options.only)][first::step]
    path = options.out / "results.jsonl"
    options.out.mkdir(parents=True, exist_ok=True)
    built_from = commit()
    warm_up()
    for architecture in track(chosen, "architectures"):
        known = {} if options.again else read_results(path)  # other processes may have added some
        wanted = [options.exporter] if options.exporter else EXPORTERS
        exporters = [e for e in wanted if known.get((architecture.title, e), {}).get("state") != "agrees"]
        for row in measure(architecture, options.out, exporters, options.timeout):
            with path.open("a") as file:
                file.write(json.dumps({**row, "commit": built_from}) + "\n")
            print(row["architecture"], row["exporter"], row["state"], row.get("error", row.get("message")), flush=True)
    results = read_results(path)
    if options.table:
        options.table.write_text(format_table(results))
    unexpected = [key for key, row in results.items() if (row["state"] != "agrees") != (key in EXCEPTIONS)]
    for title, exporter in unexpected:
        print("unexpected:", title, exporter, results[title, exporter]["state"])
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
