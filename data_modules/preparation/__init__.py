"""Data sets as they are distributed, on their way to a manifest and aligned crops."""
