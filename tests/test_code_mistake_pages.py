"""Every page under docs/code-mistakes is a test: its broken function has the mistake, its mended one agrees."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

import gradproof
from gradproof.gradcode.naming import OWN
from gradproof.pages import code_page_names

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "code-mistakes"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.stem != "README")
BLOCK = re.compile(r"^```(python broken|python fixed|output)\n(.*?)^```$", re.S | re.M)
ASKED = re.compile(r"^The formula is `([^`]*)`, by `([^`]*)`(?:, declared (.*))?\.$", re.M)
UPDATE = "UPDATE_PAGES"


def checked(page, kind, tmp_path):
    text = page.read_text(encoding="utf-8")
    (source,) = (m[2] for m in BLOCK.finditer(text) if m[1] == f"python {kind}")
    formula, wrt, declared = ASKED.search(text).groups()
    path = tmp_path / "model.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("code_of_this_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declare = re.findall("`([^`]*)`", declared or "")
    return gradproof.gradcheck(formula, module.gradient, wrt=wrt, declare=declare)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_broken_function_has_the_mistake_and_the_output_is_current(page, tmp_path):
    report = checked(page, "broken", tmp_path)
    assert {f.mistake for f in report.findings if f.severity == "error"} == {page.stem}
    shown = "\n".join(r for r in report.to_text().splitlines() if not r.startswith("note "))
    text = page.read_text(encoding="utf-8")
    (block,) = (m for m in BLOCK.finditer(text) if m[1] == "output")
    if block[2].strip() == shown:
        return
    assert os.environ.get(UPDATE), f"stale output; run again with {UPDATE}=1\n{shown}"
    start, end = block.span()
    page.write_text(text[:start] + f"```output\n{shown}\n```" + text[end:], encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_mended_function_agrees(page, tmp_path):
    report = checked(page, "fixed", tmp_path)
    assert (report.verdict, report.findings) == ("agrees", ())


def test_every_mistake_of_code_has_a_page():
    assert set(code_page_names()) == {p.stem for p in PAGES} >= set(OWN)
    table = (FOLDER.parent / "gradcheck.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(code-mistakes/([a-z-]+)\.md\)", table)) == set(code_page_names())
    assert gradproof.explain("forward-differs").startswith("# forward-differs\n")
