"""Names: of the sets that ``au-cotrain prepare`` reads, and of what it writes into a folder."""

SETS = ("bp4d", "bp4d-plus", "disfa", "disfa-plus", "emotionet", "faces")

NAMELESS = ("emotionet", "faces")
"""Sets that do not say who is in a picture."""

MANIFEST = "manifest.parquet"
LEFT_OUT = "left_out.csv"

CROPS = ("crops", "shards")
"""Folders of the pictures; a preparation has one of them."""

METADATA = b"au_cotrain"
"""Key of the Parquet schema's metadata under which a manifest says how it was made."""
