"""The doctor: examines tables of faces before anyone trusts a number trained on them."""

from data_modules.doctor.examination import Examination, examine
from data_modules.doctor.report import print_report, tables_of, write_tables

__all__ = ["Examination", "examine", "print_report", "tables_of", "write_tables"]
