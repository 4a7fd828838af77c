import math
from xml.etree import ElementTree as Xml

from au_cotrain.report.drawing import Drawing, line_through, percent


def read(drawing):
    return Xml.fromstring(drawing.__html__())


def test_what_is_written_into_a_drawing_stays_text():
    drawing = Drawing('a "b" <script>', width="100%")
    drawing.add("text", "</svg><script>alert(1)</script>", x="1")
    drawing.add("rect", "<b>", class_='"><script>')
    root = read(drawing)
    assert root.get("aria-label") == 'a "b" <script>' and root.get("role") == "img"
    assert root[0].text == "</svg><script>alert(1)</script>" and len(root) == 2
    assert root[1].get("class") == '"><script>' and root[1][0].tag == "title"
    assert "<script" not in drawing.__html__()


def test_a_drawing_without_a_label_is_silent():
    assert read(Drawing()).get("aria-hidden") == "true"


def test_attributes_are_spelled_as_in_svg():
    drawing = Drawing()
    drawing.add("line", stroke_width=1 / 3, x1=0.0, viewBox="0", y1=None)
    assert read(drawing)[0].attrib == {"stroke-width": "0.33", "x1": "0", "viewBox": "0"}


def test_a_stretched_element_has_a_room_of_its_own():
    drawing = Drawing()
    drawing.add_stretched("path", 1000, 40, d="M0 0")
    room = read(drawing)[0]
    assert (room.get("viewBox"), room.get("preserveAspectRatio")) == ("0 0 1000 40", "none")
    assert room[0].get("vector-effect") == "non-scaling-stroke"


def test_a_hole_lifts_the_pen():
    points = [(0.0, 1.0), (1.0, 2.04), (math.nan, 0.0), (3.0, 4.0)]
    assert line_through(points) == "M0 1L1 2M3 4"


def test_a_share_is_a_place():
    assert [percent(0), percent(1 / 3), percent(1)] == ["0%", "33.33%", "100%"]
