"""The pages of the mistakes, as they are shown by name."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, final

_PACKAGE: Final = Path(__file__).resolve().parent


@final
class UnknownPage(LookupError):
    """There is no page of that name.

    `name` is what was asked for, `close` the most similar names, `names` every page there is.
    """

    def __init__(self, name: str, names: Sequence[str]) -> None:
        self.name = name
        self.names = tuple(names)
        self.close = tuple(difflib.get_close_matches(name, names, n=3, cutoff=0.5))
        message = f"no page named {name!r}"
        if self.close:
            message += "; did you mean " + " or ".join(self.close) + "?"
        super().__init__(message)


def explain(name: str) -> str:
    """Return the page of one mistake or of one rule, in Markdown.

    Raises:
        UnknownPage: there is no page of that name.
    """
    for folder in (_pages(), _code_pages()):
        if name in _names(folder):
            return (folder / f"{name}.md").read_text(encoding="utf-8")
    from gradproof.rulebook import rule_page, rulebook

    rules = rulebook()
    if name not in rules:
        raise UnknownPage(name, (*page_names(), *code_page_names(), *rules))
    return rule_page(rules[name])


def page_names() -> tuple[str, ...]:
    """Return the names of the mistakes in derivations that `explain` knows, in alphabetical order."""
    return _names(_pages())


def code_page_names() -> tuple[str, ...]:
    """Return the names of the mistakes that are made in code only, in alphabetical order."""
    return _names(_code_pages())


def _names(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    return tuple(sorted(page.stem for page in folder.glob("*.md") if page.stem != "README"))


def _pages() -> Path:
    """Return the folder of the mistake pages: package data in a wheel, docs/ in a checkout."""
    return _home("mistakes")


def _code_pages() -> Path:
    """Return the folder of the pages of mistakes that are made in code only."""
    return _home("code-mistakes")


def _home(folder: str) -> Path:
    packaged = _PACKAGE / "pages" / folder
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "docs" / folder
