"""The pages under docs: the index of mistakes, the picture in the README, and what the pages of the verbs say."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from itertools import groupby
from pathlib import Path

import pytest

import gradproof
from gradproof.cli import main
from gradproof.cli.parser import make_parser
from gradproof.deriving import STYLES
from gradproof.mistakes import REMARKS, UNEXPLAINED, catalogue
from gradproof.selection import COMMENTS, families
from gradproof.settings import DERIVATION_FORMATS, FORMATS, read_settings

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
INDEX = DOCS / "mistakes" / "README.md"
PICTURE = DOCS / "pictures" / "first_question.svg"
CHECK = (DOCS / "check.md").read_text(encoding="utf-8")
UPDATE = "UPDATE_PAGES"


def headline(name):
    """Return what a page says first: the sentence under its title."""
    text = gradproof.explain(name).split("\n\n")[1]
    return " ".join(text.split()).rstrip(".")


def index():
    """Return the index of mistakes: every family with its mistakes, names in the order of the alphabet."""
    rows = [(m.family, m.name, m.headline) for m in catalogue().values()]
    rows += [("remarks", name, headline(name)) for name in REMARKS]
    rows.append(("unexplained", UNEXPLAINED, headline(UNEXPLAINED)))
    parts = [
        "# Mistakes\n",
        "Everything that `gradproof check` names, by family; `gradproof explain NAME` shows a page. Names and\n"
        "families are what `--select` and `--ignore` take.\n",
    ]
    for family, members in groupby(sorted(rows), key=lambda row: row[0]):
        names = list(members)
        slug = families()[names[0][1]]
        title = f"## {family[0].upper()}{family[1:]} (`{slug}`)\n"
        table = [f"| [{name}]({name}.md) | {text} |" for _, name, text in names]
        parts += [title, "\n".join(["| name | what is wrong |", "| --- | --- |", *table]) + "\n"]
    return "\n".join(parts)


def test_the_index_of_mistakes_is_current():
    if os.environ.get(UPDATE):
        INDEX.write_text(index(), encoding="utf-8")
    assert INDEX.read_text(encoding="utf-8") == index(), f"run again with {UPDATE}=1"
    linked = set(re.findall(r"\]\(([a-z0-9-]+)\.md\)", index()))
    assert linked == set(gradproof.page_names())
    assert "README" not in gradproof.page_names()


def words(svg):
    """Return the text of a picture, row by row: what does not depend on fonts and sizes."""
    rows = {}
    for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        rows.setdefault(float(text.get("y", 0)), []).append((float(text.get("x", 0)), text.text))
    return [
        "".join(part or "" for _, part in sorted(rows[y])).replace("\xa0", " ").rstrip()
        for y in sorted(rows)
    ]


def test_the_picture_is_current(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["check", "--format", "svg", "examples/first_question.md"]) == 1
    assert words(PICTURE.read_text(encoding="utf-8")) == words(capsys.readouterr().out), (
        "the picture in docs/pictures is not what the tool shows now; run: make pages"
    )


def question_of_the_picture():
    """Return the arguments with which the Makefile makes the picture of a derivation."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = dict(re.findall(r"^([A-Z]+) = (.*)$", text, re.M))
    return shlex.split(told["CHAIN"].replace("$(FACTS)", told["FACTS"]))


def test_the_picture_of_a_derivation_is_current(capsys):
    arguments = [*question_of_the_picture(), "--style", "chain"]
    assert main(["derive", *arguments, "--format", "svg"]) == 0
    drawn = words(capsys.readouterr().out)
    assert words((PICTURE.parent / "derive.svg").read_text(encoding="utf-8")) == drawn
    assert "](docs/pictures/derive.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert any("Xᵀ(z - y)" in row for row in drawn)


def test_the_readme_shows_the_picture():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"]({PICTURE.relative_to(ROOT).as_posix()})" in readme
    shown = "\n".join(words(PICTURE.read_text(encoding="utf-8")))
    assert "error[chain-inner-dropped]" in shown
    assert "should be" in shown


def options(command):
    """Return the long options of a command."""
    subparsers = next(a for a in make_parser()._actions if a.dest == "command")
    return {
        o
        for action in subparsers.choices[command]._actions
        for o in action.option_strings
        if o.startswith("--") and o != "--help"
    }


def test_the_page_of_gradcheck_names_every_option():
    page = (DOCS / "gradcheck.md").read_text(encoding="utf-8")
    assert {o for o in options("gradcheck") if o not in page} == set()
    assert not set(re.findall(r"(?m)^- `(--[a-z-]+)", page)) - options("gradcheck")


def test_the_page_of_derive_names_every_option():
    page = (DOCS / "derive.md").read_text(encoding="utf-8")
    assert options("derive") == set(re.findall(r"`(--[a-z-]+)", page))
    for name in (*DERIVATION_FORMATS, *STYLES):
        assert re.search(rf"`--(?:format|style) {name}`", page)


def test_the_python_on_the_page_of_derive_runs():
    page = (DOCS / "derive.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.S)
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)


def test_the_page_of_fit_names_every_option():
    page = (DOCS / "fit.md").read_text(encoding="utf-8")
    named = options("fit") | options("predict")
    told = set(re.findall(r"`(--[a-z0-9-]+)", page))
    assert {o for o in named if o not in told} == {o for o in named if o not in page} == set()
    assert told - named - {"--memory"} == set()
    from gradproof.training.losses import LOSSES
    from gradproof.training.solving import solvers

    for name in (*LOSSES, *solvers()):
        assert f"`{name}`" in page


def test_the_python_on_the_page_of_fit_runs():
    pytest.importorskip("sklearn", reason="the extra fit is not installed")
    page = (DOCS / "fit.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.S))
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)


def test_the_page_of_check_names_every_option():
    told = set(re.findall(r"`(--[a-z-]+)", CHECK))
    assert options("check") == told
    for name in FORMATS:
        assert f"- `{name}`" in CHECK
    for name in COMMENTS:
        assert f"| `{name}` |" in CHECK


def test_the_settings_on_the_page_are_right(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", CHECK, re.S)
    assert "gradproof" in tomllib.loads(text)["tool"]
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    settings = read_settings(path)
    assert None not in (settings.declare, settings.select, settings.fail_on, settings.exit_zero)
    gradproof.check("$$f = x$$", select=settings.select, ignore=settings.ignore)


@pytest.mark.parametrize("language", ["latex", "markdown"])
def test_the_comments_on_the_page_do_what_it_says(language):
    (block,) = re.findall(rf"```{language}\n(.*?)```", CHECK, re.S)
    before = "\\[ f = \\log(1-x) \\]\n" if language == "latex" else "$$ f = \\log(1-x) $$\n"
    path = "a.tex" if language == "latex" else "a.md"
    file = gradproof.check(before + block, path=path).files[0]
    assert [i.reason for i in file.ignored] == ["the error that the exercise asks for"]
    assert file.findings == ()


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_in_the_pages_exist(page):
    text = page.read_text(encoding="utf-8")
    links = {link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link}
    assert [link for link in sorted(links) if not (page.parent / link).exists()] == []
    verb = page.stem in gradproof.__all__
    title = f"# gradproof {page.stem}\n" if verb else "# "
    assert text.startswith(title)


@pytest.mark.parametrize(
    "page", ["docs/check.md", "docs/derive.md", "docs/explain.md", "README.md"]
)
def test_the_python_on_the_pages_names_what_there_is(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    used = set(
        re.findall(
            r"\bgradproof\.([A-Za-z_]+)\b(?! *\.md)",
            "".join(re.findall(r"```python\n(.*?)```", text, re.S)),
        )
    )
    assert used <= {*gradproof.__all__, "diagnostic"}
    assert used
