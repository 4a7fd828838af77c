"""``au-cotrain doctor``: tables examined before anyone trusts a number trained on them."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from au_cotrain.cli.verb import Verbs
from data_modules.errors import DataError


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser(
        "doctor", help="examine tables of faces before trusting a number",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="""\
Examine tables of faces before anyone trusts a number trained on them.

The manifests are taken for splits of one experiment: a person or a picture in
two of them is wrong. Pictures are compared by their decoded pixels. Exit status
1 if anything would make a result wrong, 0 otherwise.""",
        epilog="""\
--out writes two tables, FOLDER/findings.csv and FOLDER/findings-aus.csv, or
FILE and FILE-aus beside it, CSV or Parquet by the ending:
  findings  manifest, kind, severity (wrong or note), row (line in the manifest;
            empty for all of it), what
  aus       manifest, au, rows, people, known, positives, prevalence,
            unknown_rate, published, standard_error (of the prevalence, people
            being drawn from the set's), allowed (the greatest distance between
            the two that chance explains)""",
    )  # fmt: skip
    verb.add_argument(
        "manifests", type=Path, nargs="+", metavar="MANIFEST",
        help="CSV or Parquet table of labeled faces, or a folder that prepare wrote",
    )  # fmt: skip
    verb.add_argument(
        "--pool", type=Path, nargs="+", action="extend", default=[], metavar="POOL", dest="pools",
        help="table or folder of unlabeled faces; what it shares with a split is counted",
    )  # fmt: skip
    verb.add_argument(
        "--set", dest="dataset",
        help="whose published prevalences to compare, where a manifest does not say (bp4d has "
        "some)",
    )  # fmt: skip
    verb.add_argument(
        "--within", type=Path, metavar="FOLDER",
        help="that no table may name pictures outside of (default: each table's own)",
    )  # fmt: skip
    verb.add_argument("--out", type=Path, metavar="FOLDER|FILE", help="write the findings there")
    verb.add_argument(
        "--workers", type=int, help="threads that decode pictures (default: one a core)"
    )
    verb.set_defaults(run=doctor)


def doctor(
    manifests: Sequence[Path],
    pools: Sequence[Path] = (),
    dataset: str | None = None,
    within: Path | None = None,
    out: Path | None = None,
    workers: int | None = None,
) -> None:
    """Examine, print the report, write the tables, and exit with 1 if a result would be wrong.

    Raises:
        DataError: a table or folder that is missing, empty or none at all, or no worker.
    """
    from rich import get_console

    from data_modules.doctor import examine, print_report, tables_of, write_tables
    from data_modules.progress import progress_of

    workers = (os.cpu_count() or 1) if workers is None else workers
    if workers < 1:
        raise DataError(f"--workers is {workers}; give 1 or more")
    tables = tables_of(out, [*manifests, *pools]) if out else None
    with progress_of("decoding pictures") as progress:
        examination = examine(manifests, pools, dataset, within, workers, progress)
    print_report(examination, get_console())
    if tables:
        write_tables(examination, *tables)
        print(f"{tables[0]}: the findings; {tables[1]}: the AUs")
    if not examination.sound:
        sys.exit(1)
