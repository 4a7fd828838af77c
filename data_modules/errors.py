"""What the user can mend about their data."""


class DataError(Exception):
    """The user's data cannot be used as they are: one line with file, row and way out."""

    def __str__(self) -> str:
        """That line, also where a loader's worker handed it on inside a traceback in words.

        What the user's files put into it (a column's name, say) may hold line breaks: escaped.
        """
        line = super().__str__().rstrip().rpartition(".DataError: ")[2]
        return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)
