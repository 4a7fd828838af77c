"""The ledger of a benchmark: a line a finished cell, in one JSON file."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Ledger:
    """Finished cells and what came of them.

    Args:
        file: made with the first cell, written whole after each.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.cells: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
        self._lock = threading.Lock()

    def holds(self, cell: Mapping[str, Any]) -> bool:
        """Whether a cell is finished."""
        return any(cell.items() <= done.items() for done in self.cells)

    def note(
        self, cell: Mapping[str, Any], metrics: dict[str, Any], seconds: int, told: dict[str, Any]
    ) -> None:
        """Keep a cell's results."""
        with self._lock:
            self.cells.append({**cell, **told, "seconds": seconds, "metrics": metrics})
            self.file.parent.mkdir(parents=True, exist_ok=True)
            partial = self.file.with_suffix(".partial")
            partial.write_text(json.dumps(self.cells, indent=1) + "\n")
            partial.replace(self.file)
