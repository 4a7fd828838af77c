"""Shards: tar files of faces, in the form that webdataset reads."""

from typing import Any, BinaryIO

from data_modules.errors import DataError


def open_shard(file: BinaryIO) -> Any:  # noqa: ANN401 - webdataset's TarWriter
    """A shard to write faces to; its members' owner and time are fixed: same faces, same bytes.

    Raises:
        DataError: webdataset is not installed.
    """
    return import_webdataset().TarWriter(file, user="", group="", mtime=0.0, encoder=False)


def import_webdataset() -> Any:  # noqa: ANN401 - a module
    """The library webdataset.

    Raises:
        DataError: it is not installed.
    """
    try:
        import webdataset
    except ImportError as error:
        raise DataError(
            "shards need webdataset; install it: pip install 'au_cotrain[shards]'"
        ) from error
    return webdataset
