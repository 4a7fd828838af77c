"""The page in a real browser."""

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--enable-logging=stderr",
]  # fmt: skip
SECTIONS = [
    "scores", "people", "precision-recall", "calibration", "views", "pairs", "graph", "worst",
    "timelines", "comparison", "notes",
]  # fmt: skip
PROBE = """<script>addEventListener("load", () => {
const box = (element) => element.getBoundingClientRect();
parent.postMessage(JSON.stringify({
  inner: innerWidth,
  scroll: document.documentElement.scrollWidth,
  sections: [...document.querySelectorAll("section")].map((s) => [s.id, box(s).height]),
  images: [...document.images].map((i) => i.naturalWidth * i.naturalHeight * box(i).width),
  drawings: [...document.querySelectorAll("svg[role=img], .track > svg, .line > svg")]
    .filter((s) => s.checkVisibility()).map((s) => box(s).width * box(s).height),
  scripts: document.scripts.length,
  fetched: performance.getEntriesByType("resource").map((e) => e.name)
    .filter((name) => !name.startsWith("data:")),
  sticking: [...document.querySelectorAll("main *")].filter(
    (e) => e.checkVisibility() && !e.closest(".scroll, .unseen, svg") && box(e).right > innerWidth
  ).map((e) => e.outerHTML.slice(0, 80)),
  text: document.body.textContent.replaceAll(/\\s+/g, " "),
}), "*");
});</script>"""
# A window is never as narrow as a phone; a frame in it is.
FRAME = """<!DOCTYPE html><pre></pre><script>addEventListener("message", (said) => {
document.querySelector("pre").textContent = said.data;
});</script><iframe src="probed.html" width="390" height="900" style="border: 0"></iframe>"""


class Seen(NamedTuple):
    """What the browser says of a page."""

    probe: dict[str, Any]
    log: str


@pytest.fixture(scope="module")
def browse(tmp_path_factory):
    """Runs the browser on a page with more flags; gives (stdout, stderr)."""
    if BROWSER is None:
        pytest.skip("needs chromium or chrome on the PATH")

    def browse(page, *flags: str) -> tuple[str, str]:
        profile = tmp_path_factory.mktemp("profile")
        command = [BROWSER, *FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return ran.stdout, ran.stderr

    return browse


@pytest.fixture(scope="module")
def pages(tmp_path_factory, full, bare):
    """The pages of both studies."""
    out = tmp_path_factory.mktemp("pages")
    return {name: study.write(out / name) for name, study in (("full", full), ("bare", bare))}


@pytest.fixture(scope="module")
def phone(browse, pages):
    """Both pages as a phone shows them, with a probe, which the page's policy would not let run."""
    seen = {}
    for name, page in pages.items():
        text = page.read_text()
        open_page = re.sub(r"<meta http-equiv=.*?>", "", text).replace("</body>", PROBE + "</body>")
        page.with_name("probed.html").write_text(open_page)
        frame = page.with_name("frame.html")
        frame.write_text(FRAME)
        document, log = browse(frame, "--virtual-time-budget=5000", "--dump-dom")
        said = re.search(r"<pre>(.*?)</pre>", document, re.DOTALL)
        seen[name] = Seen(json.loads(html.unescape(said[1])), log)
    return seen


@pytest.mark.parametrize("study", ["full", "bare"])
def test_a_phone_shows_every_section_and_scrolls_down_only(phone, study):
    probe = phone[study].probe
    assert probe["inner"] == 390
    assert probe["scroll"] == 390
    assert probe["sticking"] == []
    assert [name for name, height in probe["sections"] if height > 60] == SECTIONS
    assert probe["drawings"] and min(probe["drawings"]) > 0


def test_every_face_is_drawn(phone, full):
    images = phone["full"].probe["images"]
    assert len(images) == len(full.metrics["worst"]) == 18  # three of each of six people
    assert min(images) > 0


@pytest.mark.parametrize("study", ["full", "bare"])
def test_nothing_is_fetched_and_nothing_of_the_data_runs(phone, study):
    probe = phone[study].probe
    assert probe["fetched"] == []
    assert probe["scripts"] == 1  # the probe's own


def test_what_the_data_say_is_text(phone, full):
    text = phone["full"].probe["text"]
    assert full.outcome.subjects[0] in text
    assert "tables/<i>test</i>.csv" in text and "au-cotrain evaluate 'a & b' <manifest>" in text
    assert "<b>&\"'.jpg" in text


@pytest.mark.parametrize("study", ["full", "bare"])
@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_the_page_as_it_is_draws_without_a_complaint(browse, pages, tmp_path, study, scheme):
    picture = tmp_path / "page.png"
    _, log = browse(
        pages[study], "--window-size=1280,3000", f"--screenshot={picture}",
        f"--blink-settings=preferredColorScheme={scheme}",
    )  # fmt: skip
    assert "CONSOLE" not in log
    pixels = np.asarray(Image.open(picture).convert("L"), dtype=float)
    assert pixels.shape == (3000, 1280)
    paper = pixels[0, 0]
    assert paper < 60 if scheme == 0 else paper > 230
    assert 0.02 < (np.abs(pixels - paper) > 40).mean() < 0.5


def test_the_policy_is_in_force(browse, pages, tmp_path):
    """A script that found its way in does not run."""
    smuggled = tmp_path / "index.html"
    text = pages["full"].read_text()
    smuggled.write_text(text.replace("</body>", "<script>document.title='ran'</script></body>"))
    document, log = browse(smuggled, "--dump-dom")
    assert "<title>ran</title>" not in document
    assert "Content Security Policy" in log


class Outline(HTMLParser):
    """Headings, references and cells of a page."""

    def __init__(self, page):
        super().__init__()
        self.ids, self.links, self.sources, self.headings, self.unnamed = [], [], [], [], []
        self.feed(page.read_text())

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said["href"]] if "href" in said else []
        self.sources += [said["src"]] if "src" in said else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h\d", tag) else []
        if (tag == "img" and not said.get("alt")) or (
            tag == "svg"
            and "aria-label" not in said
            and said.get("aria-hidden") != "true"
            and "preserveaspectratio" not in said
        ):
            self.unnamed.append(said)  # fmt: skip


@pytest.mark.parametrize("study", ["full", "bare"])
def test_the_page_refers_to_itself_only(pages, study):
    outline = Outline(pages[study])
    assert set(outline.ids) == {*SECTIONS, "hatch"} and len(outline.ids) == len(SECTIONS) + 1
    assert {link for link in outline.links if not link.startswith("data:")} <= {
        f"#{section}" for section in SECTIONS
    }
    assert all(source.startswith("data:image/") for source in outline.sources)
    assert "url(" not in pages[study].read_text().replace("url(#hatch)", "")


@pytest.mark.parametrize("study", ["full", "bare"])
def test_headings_step_down_and_pictures_have_names(pages, study):
    outline = Outline(pages[study])
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(
        after - before <= 1
        for before, after in zip(outline.headings, outline.headings[1:], strict=False)
    )
    assert outline.unnamed == []


def test_what_is_missing_is_said(pages):
    text = " ".join(pages["bare"].read_text().split())
    for said in (
        "No graph was learned", "No time lines", "Compared with no other predictor",
        "no interval", "nobody is coded",
    ):  # fmt: skip
        assert said in text, said
    assert "NaN" not in text and "None" not in text and ">nan<" not in text


def test_what_is_there_is_not_called_missing(pages):
    text = pages["full"].read_text()
    assert 'class="none"' not in text
    assert "AU05 is coded, &amp; not known to the predictor." in text


def test_it_is_small(pages):
    assert pages["full"].stat().st_size < 2e6


def test_a_page_that_fails_leaves_the_old_one(full, tmp_path):
    page = full.write(tmp_path)
    before = page.read_bytes()
    with pytest.raises(KeyError):
        full._replace(
            metrics={**full.metrics, "scores": {"f1": "F1"}, "per_au": {"AU01": {}}}
        ).write(tmp_path)
    assert page.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_a_path_that_is_no_text_does_not_lose_the_page(bare, tmp_path):
    notes = ["crops/\udcff.jpg"]
    page = bare._replace(metrics={**bare.metrics, "notes": notes}).write(tmp_path)
    assert "crops/?.jpg" in page.read_text()
