"""Outcomes drawn at random, of people who differ."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import expit

from au_cotrain.evaluation.outcome import Outcome


@pytest.fixture(scope="session")
def outcome() -> Callable[..., Outcome]:
    """An outcome of some people, frames each; each AU is seen a little in its probability."""

    def draw(people=6, frames=20, aus=("AU01", "AU12"), seed=0, intensities=False, skill=1.5):
        rng = np.random.default_rng(seed)
        size, of = (people * frames, len(aus)), np.repeat(np.arange(people), frames)
        labels = (rng.random(size) < 0.4).astype(np.int8)
        logits = skill * (labels - 0.4) + rng.normal(size=size) + rng.normal(size=people)[of, None]
        shift = rng.normal(0, 0.3, (2, *size))
        labels[rng.random(size) < 0.1] = -1
        levels = np.where(labels == 1, rng.integers(1, 6, size), 0).astype(np.float32)
        return Outcome(
            name="drawn",
            aus=tuple(aus),
            probabilities=expit(logits / 2).astype(np.float32),
            uncalibrated=expit(logits).astype(np.float32),
            views=expit(logits + shift).astype(np.float32),
            thresholds=np.linspace(0.4, 0.6, len(aus)),
            labels=labels,
            intensities=np.where(labels < 0, np.nan, levels) if intensities else None,
            subjects=tuple(f"P{person:02d}" for person in of),
            sequences=tuple(f"P{person:02d}/T1" for person in of),
            frames=np.tile(np.arange(frames), people),
            paths=tuple(f"/faces/{face}.png" for face in range(size[0])),
        )

    return draw
