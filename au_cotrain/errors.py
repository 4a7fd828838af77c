"""What the user can mend about settings and predictors: one line with the way out."""


class _OneLineError(Exception):
    def __str__(self) -> str:
        """Libraries' words in it may have several lines."""
        return " ".join(filter(None, super().__str__().splitlines()))


class SettingError(_OneLineError):
    """A setting cannot be used as it is; the message names it."""


class PredictorError(_OneLineError):
    """A folder is no predictor that can be used."""
