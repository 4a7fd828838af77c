"""What the user can mend about a run's settings."""


class SettingError(Exception):
    """A setting cannot be used as it is: one line with the setting's name and the way out."""
