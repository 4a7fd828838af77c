"""Drawings: inline SVG, escaped by the standard library's XML writer."""

from xml.etree import ElementTree as Xml

Value = str | float | None


class Drawing:
    """An SVG picture that a template prints as it is.

    Colours are classes of the page's style sheet, so that they follow light, dark and paper.

    Args:
        label: what it shows, for those who do not see it; ``None``: the text beside it says it.
        attributes: of ``svg``, see ``add``.
    """

    def __init__(self, label: str | None = None, **attributes: Value) -> None:
        said = {"aria_hidden": "true"} if label is None else {"role": "img", "aria_label": label}
        self.root = Xml.Element("svg", _written({**attributes, **said}))

    def add(self, tag: str, text: str | None = None, **attributes: Value) -> None:
        """Add an element.

        Args:
            tag: of SVG.
            text: inside it; what a pointer held over it is told, unless the tag is ``text``.
            attributes: numbers are rounded to a hundredth, None is left out; ``class_`` is
                ``class``, other underscores are hyphens.
        """
        element = Xml.SubElement(self.root, tag, _written(attributes))
        if text is not None and tag != "text":
            element = Xml.SubElement(element, "title")
        element.text = text

    def add_stretched(self, tag: str, width: float, height: float, **attributes: Value) -> None:
        """Add an element whose coordinates stretch with the drawing, its strokes as they are.

        Args:
            tag: of SVG.
            width: of its coordinates, laid over the drawing's whole width.
            height: of its coordinates and of the drawing.
            attributes: see ``add``.
        """
        box = {"viewBox": f"0 0 {width:g} {height:g}", "preserveAspectRatio": "none"}
        room = Xml.SubElement(self.root, "svg", {**box, "width": "100%", "height": f"{height:g}"})
        Xml.SubElement(room, tag, _written({"vector_effect": "non-scaling-stroke", **attributes}))

    def __html__(self) -> str:
        return Xml.tostring(self.root, encoding="unicode")


def percent(share: float) -> str:
    """A coordinate that stretches with the drawing: 0.5 is its middle."""
    return f"{round(100 * share, 2):g}%"


def line_through(points: list[tuple[float, float]]) -> str:
    """A path's data through points; NaN lifts the pen."""
    said, down = [], False
    for x, y in points:
        if x != x or y != y:
            down = False
            continue
        said.append(f"{'L' if down else 'M'}{round(x, 1):g} {round(y, 1):g}")
        down = True
    return "".join(said)


def _written(attributes: dict[str, Value]) -> dict[str, str]:
    return {
        name.rstrip("_").replace("_", "-"): f"{round(value, 2):g}"
        if isinstance(value, int | float)
        else value
        for name, value in attributes.items()
        if value is not None
    }
