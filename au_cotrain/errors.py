"""What the user can mend about settings and predictors: one line with the way out."""


class SettingError(Exception):
    """A setting cannot be used as it is; the message names it."""


class PredictorError(Exception):
    """A folder is no predictor that can be used."""
