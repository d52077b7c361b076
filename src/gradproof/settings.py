"""The table ``[tool.gradproof]`` of a pyproject.toml: what holds for every run below its folder."""

import difflib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, cast, final

FORMATS: Final = ("full", "concise", "json", "github", "svg")
GRADCHECK_FORMATS: Final = ("full", "json")
DERIVATION_FORMATS: Final = ("text", "latex", "markdown", "html", "json", "svg")
DIALECTS: Final = ("tex", "markdown", "notebook", "plain")
DOUBTS: Final = ("warning", "undecided", "unread")

_FILE: Final = "pyproject.toml"


class BadSettings(ValueError):
    """The settings cannot be used; the message names the file, the key and what was expected."""


@final
@dataclass(frozen=True, slots=True)
class Settings:
    """What a run of `check` is asked for; None where nothing is said.

    Lists hold what the options of the same name take, one value each.
    """

    declare: tuple[str, ...] | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: tuple[str, ...] | None = None
    format: str | None = None
    dialect: str | None = None
    exit_zero: bool | None = None


_LISTS: Final = {"declare": (), "select": (), "ignore": (), "fail-on": DOUBTS}
_WORDS: Final = {"format": FORMATS, "dialect": DIALECTS}
KEYS: Final = tuple(field.name.replace("_", "-") for field in fields(Settings))


def find_settings(start: Path) -> Settings:
    """Return the settings for runs in the folder `start`.

    They are those of the nearest pyproject.toml, in `start` or above it, that has a table
    ``[tool.gradproof]``; nearer ones without the table do not count.

    Raises:
        BadSettings: a pyproject.toml on the way is not TOML, or the table has an unknown key or a wrong value.
    """
    for folder in (start, *start.parents):
        path = folder / _FILE
        if path.is_file() and (settings := read_settings(path)) is not None:
            return settings
    return Settings()


def read_settings(path: Path) -> Settings | None:
    """Return the settings of one pyproject.toml; None where it has no table for them.

    Raises:
        BadSettings: the file cannot be read, is not TOML, or the table has an unknown key or a wrong value.
    """
    import tomllib

    try:
        data: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise BadSettings(f"{path}: cannot be read as TOML: {failure}") from None
    table: Any = data.get("tool", {})
    if not isinstance(table, dict) or "gradproof" not in table:
        return None
    table = cast("dict[str, Any]", table)["gradproof"]
    if not isinstance(table, dict):
        raise BadSettings(f"{path}: tool.gradproof: expected a table, found {_kind(table)}")
    found: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", table).items():
        found[key.replace("-", "_")] = _value(f"{path}: [tool.gradproof] {key}", key, value)
    return Settings(**found)


def _value(place: str, key: str, value: object) -> object:
    if key in _LISTS:
        return _list(place, _LISTS[key], value)
    if key in _WORDS:
        return _word(place, _WORDS[key], value)
    if key == "exit-zero":
        if isinstance(value, bool):
            return value
        raise BadSettings(f"{place}: expected true or false, found {_kind(value)}")
    close = difflib.get_close_matches(key, KEYS, 1)
    hint = f"did you mean {close[0]}?" if close else f"known keys are {', '.join(KEYS)}"
    raise BadSettings(f"{place}: this key is not known; {hint}")


def _list(place: str, allowed: tuple[str, ...], value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadSettings(f"{place}: expected a list of strings, found {_kind(value)}")
    out: list[str] = []
    for item in cast("list[object]", value):
        if not isinstance(item, str):
            raise BadSettings(f"{place}: expected a list of strings, found {_kind(item)} in it")
        out.append(_word(place, allowed, item) if allowed else item)
    return tuple(out)


def _word(place: str, allowed: tuple[str, ...], value: object) -> str:
    if isinstance(value, str) and value in allowed:
        return value
    found = repr(value) if isinstance(value, str) else _kind(value)
    raise BadSettings(f"{place}: expected one of {', '.join(allowed)}, found {found}")


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"
