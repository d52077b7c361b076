"""Every page under docs/mistakes is a test: its broken block must fire, the others must be clean."""

import os
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from gradproof.api import check
from gradproof.mistakes import REMARKS, UNEXPLAINED, catalogue

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "mistakes"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.stem != "README")
BLOCK = re.compile(r"^```(latex broken|latex fixed|latex near|output)\n(.*?)^```$", re.S | re.M)
MARK = re.compile(r"% (?:error|warning|note): \[([a-z-]+)\]")
SECTIONS = ("## What it is", "## Why it is wrong", "## How to mend it", "## Examples")
UPDATE = "UPDATE_PAGES"


def blocks(text):
    return [(m[1].removeprefix("latex "), m[2], m) for m in BLOCK.finditer(text)]


def judged(name, source):
    homes = [m for m in ("gradproof.batch", "gradproof.checking") if find_spec(m)]
    if not any(hasattr(import_module(m), "check_source") for m in homes):
        pytest.skip("the judge of whole documents is not there yet")
    (report,) = check(source, path=f"{name}.tex", dialect="tex").files
    assert report.error is None
    return report


def found(report, source):
    """Return (line number, mistake) of every finding."""
    return [(source.count("\n", 0, f.span.start) + 1, f.mistake) for f in report.findings]


def rendered(report, source):
    """Return what the page shows: one line for each finding, with its formula, and the reason below."""
    shown = []
    for f in report.findings:
        line = source.count("\n", 0, f.span.start) + 1
        shown.append(f"{line}: {f.severity}[{f.mistake}] {f.message}")
        shown.append(f"   {source[f.span.start : f.span.end].strip()}")
        if f.expected_tex:
            shown.append(f"   should be {f.expected_tex}")
        if f.why:
            shown.append(f"   why {f.why}")
    return "\n".join(shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_broken_block_fires_and_the_output_is_current(page):
    text = page.read_text(encoding="utf-8")
    (source,) = (body for kind, body, _ in blocks(text) if kind == "broken")
    wanted = [
        (number, mark[1])
        for number, line in enumerate(source.splitlines(), 1)
        if (mark := MARK.search(line))
    ]
    assert [name for _, name in wanted] == [page.stem]
    report = judged(page.stem, source)
    assert [line for line, _ in found(report, source)] == [line for line, _ in wanted]
    assert [name for _, name in found(report, source)] == [page.stem]
    new = rendered(report, source)
    (shown,) = ((body, m) for kind, body, m in blocks(text) if kind == "output")
    if shown[0].strip() == new:
        return
    assert os.environ.get(UPDATE), f"stale output; run again with {UPDATE}=1\n{new}"
    start, end = shown[1].span()
    page.write_text(text[:start] + f"```output\n{new}\n```" + text[end:], encoding="utf-8")


@pytest.mark.parametrize("kind", ["fixed", "near"])
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_right_derivations_are_clean(page, kind):
    text = page.read_text(encoding="utf-8")
    (source,) = (body for label, body, _ in blocks(text) if label == kind)
    report = judged(page.stem, source)
    assert found(report, source) == []
    assert report.first_wrong is None


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_has_all_its_parts(page):
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem}\n")
    places = [text.index(section) for section in SECTIONS]
    assert places == sorted(places)
    assert [kind for kind, _, _ in blocks(text)] == ["broken", "output", "fixed", "near"]


def test_pages_and_mistakes_agree_one_to_one():
    assert sorted([*catalogue(), UNEXPLAINED, *REMARKS]) == [p.stem for p in PAGES]
