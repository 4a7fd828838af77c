"""The report: one self-contained page on what a predictor says of the faces of a manifest."""

from au_cotrain.report.page import write_report

__all__ = ["write_report"]
