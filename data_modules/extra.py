"""Libraries that only some commands need, and that their users install apart."""

from importlib import import_module
from typing import Any

from data_modules.errors import DataError


def optional(module: str, extra: str, lacking: str, otherwise: str = "") -> Any:  # noqa: ANN401
    """A module of an extra of this package.

    Args:
        module: its name.
        extra: what to install it with.
        lacking: the message's start, such as "shards need webdataset".
        otherwise: another way out, for the message's end.

    Raises:
        DataError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise DataError(
            f"{lacking}; install it: pip install 'au_cotrain[{extra}]'{otherwise}"
        ) from error
