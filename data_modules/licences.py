"""Under what terms faces may be learned from, as far as this project knows."""

NOT_STATED = "not stated"

RENDERED = "rendered by au_cotrain, no photographs"

AGREEMENT = "its owners' agreement with the holder, which says what its predictors may be used for"

LICENCES = dict.fromkeys(("bp4d", "bp4d-plus", "disfa", "disfa-plus", "emotionet"), AGREEMENT)
"""Set that ``au-cotrain prepare`` reads → in a few words. Their terms are not public in full, so
none is restated here."""
