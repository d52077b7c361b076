"""The rules of the house: sizes, layers, pins, doctests, and the commands that the README gives."""

import doctest
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import gradproof

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "gradproof"
MODULES = sorted(PACKAGE.rglob("*.py"))
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def too_long(path, text):
    """Return whether a module is longer than its kind may be."""
    rule = path.parent.name == "rules" and path.name != "__init__.py"
    return len(text.splitlines()) >= (150 if rule else 400)


def test_modules_are_short():
    long = [str(m.relative_to(ROOT)) for m in MODULES if too_long(m, m.read_text(encoding="utf-8"))]
    assert long == []
    assert too_long(Path("rules/sums.py"), "x\n" * 150)
    assert too_long(Path("judge.py"), "x\n" * 400)
    assert not too_long(Path("judge.py"), "x\n" * 399)


def test_no_subpackage_bears_the_name_of_a_public_function():
    children = {module.stem for module in PACKAGE.iterdir()}
    functions = {name for name in gradproof.__all__ if callable(getattr(gradproof, name))}
    assert not children & functions
    assert "api" in children


def dotted(path):
    """Return the name of the module in `path`."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("name", [dotted(m) for m in MODULES if m.name != "__main__.py"])
def test_examples_in_docstrings_hold(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


@pytest.mark.parametrize("pin", PINS)
def test_pins_are_exact(pin):
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][0-9A-Za-z.]*", pin)


def test_everything_that_is_asked_for_is_pinned():
    project = SETTINGS["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *SETTINGS["build-system"]["requires"]]
    for extra in ("dev", "fast", "fit", "dist", "jax", "torch"):
        wanted += extras[extra]
    pinned = [normal(pin.split("==")[0]) for pin in PINS]
    asked = {normal(re.split(r"[<>=!~ ]", want)[0]) for want in wanted}
    assert asked <= set(pinned)
    assert len(pinned) == len(set(pinned))
    assert "gradproof" not in pinned


def test_the_version_is_stated_once():
    assert "version" in SETTINGS["project"]["dynamic"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{gradproof.__version__}]" in changes


def test_the_readme_gives_the_two_commands_first():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.index("make demo") < readme.index("make test") < readme.index("\n## ")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    used = set()
    for page in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", ".ci/run"):
        used |= set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / page).read_text(encoding="utf-8")))
    assert {"demo", "test"} <= used <= targets


@pytest.mark.parametrize(
    "page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
)
def test_links_and_paths_in_the_pages_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = {link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link}
    paths = {
        path
        for path in re.findall(r"`((?:src|tests|docs|examples)/[^`\s]*)`", text)
        if not set(path) & set("<>*{…") and not re.search(r"\bNAME\b", path)
    }
    missing = sorted(path for path in links | paths if not (ROOT / path).exists())
    assert missing == []


def contracts(folder):
    """Run the import contracts over the package in `folder` and return the exit code and what was said."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(
        [*command, "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_data_flows_one_way():
    code, said = contracts(ROOT)
    assert code == 0, said


def planted(folder, module, text):
    """Copy the package into `folder` with `text` added to one module."""
    shutil.copytree(PACKAGE, folder / "src" / "gradproof", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    path = folder / "src" / "gradproof" / module
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + "\n" + text + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "text", "contract"),
    [
        ("source.py", "import gradproof.api", "Data flows one way"),
        ("newcomer.py", "x = 1", "newcomer"),
        ("notation/surface.py", "import numpy", "needs no array library"),
        ("evaluate/__init__.py", "import gradproof.differentiate", "The numeric route"),
    ],
)
def test_a_planted_import_breaks_a_contract(module, text, contract, tmp_path):
    planted(tmp_path, module, text)
    code, said = contracts(tmp_path)
    assert code != 0
    assert contract in said


def test_the_example_holds_the_first_question():
    text = (ROOT / "examples" / "first_question.md").read_text(encoding="utf-8")
    assert len(re.findall(r"\$\$", text)) == 2 * 17
    assert "Product rule: $$" in text


def test_the_pages_of_mistakes_go_into_the_wheel():
    included = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {
        "docs/mistakes": "gradproof/pages/mistakes",
        "docs/code-mistakes": "gradproof/pages/code-mistakes",
    }
    pages = {page.stem for page in (ROOT / "docs" / "mistakes").glob("*.md")}
    assert list(gradproof.page_names()) == sorted(pages - {"README"})
