"""Do intervals over people hold the truth? ``python benchmarks/intervals.py``, some minutes.

One AU of simulated people, 50 faces each, who differ in how often they show it, in the predictor's
bias and in how well it sees them. The truth is the score over 20,000 such people; printed is how
often the intervals that ``au-cotrain evaluate`` would give for a few of them hold it.
"""

from collections import Counter

import numpy as np
from scipy.special import expit

from au_cotrain.evaluation.bootstrap import draws, interval, reflected
from au_cotrain.evaluation.measurement import BIASED
from au_cotrain.evaluation.tally import Tally

SAMPLES, RESAMPLES = 400, 500


def people(number: int, random: np.random.Generator, faces: int = 50) -> Tally:
    """Faces of people drawn at random."""
    rate = random.normal(-1.5, 1.0, (number, 1))
    bias, slope = random.normal(0, 0.6, (number, 1)), np.exp(random.normal(0, 0.3, (number, 1)))
    labels = random.random((number, faces)) < expit(rate + random.normal(0, 1.5, (number, faces)))
    seen = -1.5 + bias + slope * (1.2 * (labels - 0.2) + random.normal(size=labels.shape))
    strength = np.clip(np.round(random.normal(2, 1.2, labels.shape)), 1, 5) * labels
    who, p = np.repeat(np.arange(number), faces), expit(seen).ravel()
    return Tally(p, p, labels.ravel().astype(np.int8), strength.ravel(), 0.3, who, number)


def main() -> None:
    """Simulate and print."""
    random = np.random.default_rng(1)
    everyone = people(20_000, random).scores(np.ones((1, 20_000)))
    truth = {name: float(values[0]) for name, values in everyone.items()}
    print("truth", *(f"{name} {value:.3f}" for name, value in truth.items()))
    for number in (3, 5, 10, 20, 41, 100):
        held: Counter[str] = Counter()
        for _ in range(SAMPLES):
            faces = people(number, random)
            value = faces.scores(np.ones((1, number)))
            drawn = [faces.scores(w) for w in draws(number, RESAMPLES, int(random.integers(1e9)))]
            for name, true in truth.items():
                samples = np.concatenate([scores[name] for scores in drawn])
                if name in BIASED:
                    samples = reflected(samples, float(value[name][0])).clip(min=0)
                low, high = interval(samples)
                held[name] += low is not None and high is not None and low <= true <= high
        told = (f"{name} {held[name] / SAMPLES:.1%}" for name in truth)
        print(f"{number} people:", *told, flush=True)


if __name__ == "__main__":
    main()
