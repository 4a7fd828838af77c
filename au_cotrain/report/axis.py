"""Axes: a range of values laid over the width of a drawing."""

from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from au_cotrain.report import numerals
from au_cotrain.report.drawing import Drawing, percent


@dataclass(frozen=True)
class Axis:
    """Values from ``low`` at the left to ``high`` at the right, with round numbers as ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """0 at the left to 1 at the right; what lies outside lies at the end."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def grid(self, drawing: Drawing) -> None:
        """Draw a vertical line at each tick through a drawing."""
        for tick in self.ticks:
            x = percent(self.place(tick))
            drawing.add("line", class_="grid", x1=x, x2=x, y1="0", y2="100%")

    def labels(self) -> Drawing:
        """The ticks' numbers, a drawing 18 px high."""
        drawing = Drawing(width="100%", height="18")
        for tick in self.ticks:
            place = self.place(tick)
            anchor = "start" if place < 0.01 else "end" if place > 0.99 else "middle"
            said = f"{tick:g}".replace("-", numerals.MINUS)
            drawing.add("text", said, class_="tick", x=percent(place), y="13", text_anchor=anchor)
        return drawing


def axis_over(values: Iterable[float | None], always: Iterable[float] = (), steps: int = 4) -> Axis:
    """The axis that shows all values.

    Args:
        values: None is not shown.
        always: more values it holds, such as 0 and 1.
        steps: between ticks, at most.
    """
    shown = [value for value in (*values, *always) if value is not None]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    found = MaxNLocator(steps, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [round(float(tick), 9) + 0.0 for tick in found]
    # An axis ends at a tick unless that leaves more than half a step empty.
    room = 0.5 * (ticks[1] - ticks[0])
    ends = [
        tick if abs(tick - end) <= room else end - room / 4 if end == low else end + room / 4
        for tick, end in ((ticks[0], low), (ticks[-1], high))
    ]
    return Axis(ends[0], ends[1], tuple(tick for tick in ticks if ends[0] <= tick <= ends[1]))
