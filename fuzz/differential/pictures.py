"""Writes random pictures and what Pillow decodes. Usage: pictures.py FOLDER COUNT SEED; pictures.py FOLDER

Without COUNT it decodes the damaged pictures of the folder again and prints their records: with the variable JSIMD_FORCENONE set, libjpeg
uses its portable code, which differs from its code for a processor where damaged numbers overflow.

Half of them are whole, of every kind that test/fixtures/pictures makes; half are damaged: cut off, or with changed bytes.
"""

import importlib.util
import itertools
import json
import pathlib
import random
import sys
import warnings

FIXTURES = pathlib.Path(__file__).parents[2] / "test/fixtures/pictures"
FORMATS = ["jpeg", "png", "webp", "bmp", "gif", "ico", "tiff", "orientation"]


def fixture(name: str):
    """A module of the fixtures."""
    spec = importlib.util.spec_from_file_location(name, FIXTURES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def whole(seed: int):
    """Pictures of all formats in turn, with their kinds, without an end."""
    patterns = fixture("patterns")
    modules = {name: fixture(name) for name in FORMATS}
    for round_ in itertools.count():
        files = [
            ((name, kind), file)
            for name, module in modules.items()
            for kind, file in module.files(patterns.Source(seed + round_, limit=64))
            if file
        ]
        random.Random(seed + round_).shuffle(files)
        yield from files


def damaged(file: bytes, choose: random.Random) -> bytes:
    """The file cut off, or with up to three other bytes."""
    if choose.random() < 0.3:
        return file[: choose.randrange(len(file))]
    changed = bytearray(file)
    for _ in range(choose.randint(1, 3)):
        changed[choose.randrange(len(changed))] = choose.randrange(256)
    return bytes(changed)


def path_of(folder: pathlib.Path, number: int) -> pathlib.Path:
    """The file of a picture."""
    return folder / f"{number:05}"


def make(folder: pathlib.Path, count: int, seed: int, record) -> None:
    """Writes the files and records.json."""
    folder.mkdir(parents=True, exist_ok=True)
    choose = random.Random(seed)
    records = []
    for number, ((name, kind), file) in enumerate(itertools.islice(whole(seed), count)):
        is_damaged = number % 2 == 1
        bytes_ = damaged(file, choose) if is_damaged else file
        path_of(folder, number).write_bytes(bytes_)
        records.append({"kind": f"{name}: {kind}", "damaged": is_damaged, **record(bytes_)})
    (folder / "records.json").write_text(json.dumps(records))


def again(folder: pathlib.Path, record) -> None:
    """Prints the records of the damaged pictures."""
    records = json.loads((folder / "records.json").read_text())
    print(
        json.dumps([record(path_of(folder, i).read_bytes()) if one["damaged"] else {} for i, one in enumerate(records)])
    )


if __name__ == "__main__":
    sys.path.insert(0, str(FIXTURES))
    warnings.simplefilter("ignore")
    folder, *numbers = sys.argv[1:]
    record = fixture("make").record
    if numbers:
        make(pathlib.Path(folder), *map(int, numbers), record)
    else:
        again(pathlib.Path(folder), record)
