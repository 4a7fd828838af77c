"""Evaluation: a predictor's opinions of coded faces, scored with intervals over people."""
