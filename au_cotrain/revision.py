"""Which state of this project's code is running."""

import subprocess
from pathlib import Path

CHANGED = "+changes"


def revision(root: Path = Path(__file__).parents[1]) -> str | None:
    """The git revision of the checkout the code runs from.

    Args:
        root: the folder that holds the package.

    Returns:
        Its hash, ``+changes`` behind it where tracked files differ from it; None where the code
        lies in no checkout of its own (installed, or without git).
    """

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
        return done.stdout.strip()

    try:
        # A package installed below somebody else's checkout is not described by that one.
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root.resolve():
            return None
        changed = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "HEAD") + CHANGED * bool(changed)
    except (OSError, subprocess.SubprocessError):
        return None
