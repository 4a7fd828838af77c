"""Can a file break a reader? A fuzz run, led by coverage, over all parsers of files from outside.

    pip install atheris
    python benchmarks/fuzz.py [TARGET ...] [--seconds 60] [--keep FOLDER]

Each target runs in a process of its own, from small valid files on. A reader either returns or
raises an error of this project's, of one line that names the file; a label reader that returns
knows 0, 1 and unknown alone. Anything else, a crash, 10 seconds or 2 GB among them, is a finding:
its input is kept, an exception's trace beside it. Printed are each target's executions and
findings; exit status 1 with any. Formats with checksums are changed within: cards and pickles
before they are hashed and packed, a Parquet table's cells and columns before they are stored.
"""

import argparse
import contextlib
import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from fuzz_faces import picture, rendered, tar, video, world
from fuzz_labels import csv_table, emotionet, label_files, parquet_table
from fuzz_predictors import checkpoint, notes, onnx_graph, predictor_card, weights
from fuzz_target import BrokenWordError, Target

TARGETS: dict[str, Callable[[Path], Target]] = {
    "csv": csv_table,
    "parquet": parquet_table,
    "labels": label_files,
    "emotionet": emotionet,
    "picture": picture,
    "video": video,
    "tar": tar,
    "card": predictor_card,
    "weights": weights,
    "onnx": onnx_graph,
    "checkpoint": checkpoint,
    "world": world,
    "rendered": rendered,
    "notes": notes,
}
"""By name; each is given a folder of its own."""
DEADLY = 3
"""Crashes, hangs and floods of memory after which a target is given up."""
ODD = (
    None, True, "", "a", "0", "AU1", "AU01", "web", "\0", '"', "\n", "nan", "../a", "é", 0, 1, -1,
    2, 9, 0.5, 1e308, float("nan"), float("inf"), 2**31, 2**63, 10**30, [], {}, [1], ["a"],
    {"a": 1},
)  # fmt: skip
"""What stands in a file where something else belongs."""


def changed(content: bytes, longest: int, seed: int) -> bytes:
    """A file with a value or a cell replaced, or with some of its bytes, where it is no text."""
    import atheris

    draw = random.Random(seed)
    if draw.random() < 0.3:
        return bytes(atheris.Mutate(content, longest))
    try:
        text = content.decode()
        said = yaml.load(text, yaml.CSafeLoader) if ":" in text else None
    except Exception:  # YAML's loader knows no end of them
        return bytes(atheris.Mutate(content, longest))
    if isinstance(said, dict | list):
        with contextlib.suppress(TypeError, ValueError, IndexError, RecursionError):
            holder, key = draw.choice(list(places(said)))
            if draw.random() < 0.2:
                del holder[key]
            else:
                holder[key] = draw.choice([*ODD, said, draw.choice(list(places(said)))[0]])
            return json.dumps(said).encode()[:longest]
    cells = re.split(r"([,\t\n;]+)", text)
    cells[draw.randrange(0, len(cells), 2)] = str(draw.choice([*ODD, *cells]))
    return "".join(cells).encode(errors="replace")[:longest]


def places(said: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any nesting of values
    """Every list or dict in some values, with each of its keys."""
    for key in range(len(said)) if isinstance(said, list) else list(said):
        yield said, key
        if isinstance(said[key], dict | list):
            yield from places(said[key])


def fuzz(name: str, corpus: Path, keep: Path, seconds: int) -> None:
    """Fuzz one target until the time is over; does not return."""
    import atheris

    warnings.simplefilter("ignore")
    numba = [f"data_modules.synthetic.{of}" for of in _compiled()]  # which reads bytecode itself
    with atheris.instrument_imports(
        include=["data_modules", "au_cotrain", "tarfile", "yaml", "PIL"], exclude=numba
    ):
        work = Path(tempfile.mkdtemp(dir=corpus.parent))
        target = TARGETS[name](work)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed{number}").write_bytes(seed)

    def one(content: bytes) -> None:
        try:
            target.read(content)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a panic of Rust's is no Exception
            note(error, content, keep / name)

    longest = max(1 << 16, *(2 * len(seed) for seed in target.seeds))
    options = [
        f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
        f"-artifact_prefix={keep / name}-", f"-max_len={longest}", "-seed=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], one, custom_mutator=changed)
    atheris.Fuzz()


def _compiled() -> list[str]:
    """Modules whose functions numba compiles."""
    package = find_spec("data_modules")  # importing what is in it would come before its time
    folder = Path(str(package.origin)).parent / "synthetic" if package else Path()
    return [file.stem for file in folder.glob("*.py") if "numba" in file.read_text()]


def note(error: BaseException, content: bytes, place: Path) -> None:
    """Keep an input and its trace, the first of each kind."""
    cause = error.__cause__ if isinstance(error, BrokenWordError) and error.__cause__ else error
    frames = traceback.extract_tb(cause.__traceback__)
    ours = [frame for frame in frames if re.search(r"/(data_modules|au_cotrain)/", frame.filename)]
    at = f"{type(error).__name__} {ours[-1].filename}:{ours[-1].lineno}" if ours else str(error)
    kept = Path(f"{place}-{hashlib.sha256(at.encode()).hexdigest()[:8]}")
    if not kept.exists():
        kept.write_bytes(content)
        trace = "".join(traceback.format_exception(error))
        kept.with_name(f"{kept.name}.txt").write_text(trace, encoding="utf-8", errors="replace")


def run(name: str, keep: Path, seconds: int) -> tuple[int, list[Path]]:
    """Fuzz a target in a process of its own, again after each crash.

    Returns:
        Executions, and the inputs that were kept.
    """
    before = set(keep.iterdir())
    executions, end = 0, time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for attempt in range(DEADLY):
            left = int(end - time.monotonic())
            if attempt and left < 1:
                break
            command = [sys.executable, __file__, name, "--child", str(corpus)]
            done = subprocess.run(
                [*command, "--seconds", str(max(1, left)), "--keep", str(keep)],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            )  # fmt: skip
            found = re.findall(r"number_of_executed_units: (\d+)", done.stdout)
            executions += sum(map(int, found))
            if not done.returncode:
                break
            tail = "\n".join(done.stdout.splitlines()[-40:])
            (keep / f"{name}-death{attempt}.txt").write_text(tail)
    new = {path for path in keep.iterdir() if path not in before}
    inputs = sorted(path for path in new if path.suffix != ".txt")
    return executions, inputs or sorted(path for path in new if "-death" in path.name)


def main() -> None:
    """Fuzz and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--keep", type=Path, help="folder for inputs that are findings")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    strange = set(asked.targets) - set(TARGETS)
    if strange:
        parser.error(f"no target {', '.join(sorted(strange))}; there are {', '.join(TARGETS)}")
    if asked.child:
        fuzz(asked.targets[0], asked.child, asked.keep, asked.seconds)
    keep = (asked.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))).absolute()
    keep.mkdir(parents=True, exist_ok=True)
    every: list[Path] = []
    for name in asked.targets or TARGETS:
        executions, findings = run(name, keep, asked.seconds)
        print(f"{name}: {executions:,} executions, {len(findings)} findings", flush=True)
        for finding in findings:
            print(f"  {finding}", flush=True)
        every += findings
    if not every and asked.keep is None:
        shutil.rmtree(keep)
    sys.exit(bool(every))


if __name__ == "__main__":
    main()
