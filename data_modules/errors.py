"""What the user can mend about their data."""


class DataError(Exception):
    """The user's data cannot be used as they are: one line with file, row and way out."""

    def __str__(self) -> str:
        """That line, also where a loader's worker handed it on inside a traceback in words."""
        return super().__str__().rstrip().rpartition(".DataError: ")[2]
