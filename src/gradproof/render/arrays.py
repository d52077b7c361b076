"""Entries of arrays in a counterexample, put together as small matrices and vectors."""

import re
from collections.abc import Iterable

_ENTRY = re.compile(r"(?P<base>.+)_(?:\{(?P<label>(?:[^{},]+,)*)(?P<at>\d\d?)\}|(?P<one>\d))")

Value = tuple[str, str]


def in_arrays(assignment: Iterable[Value]) -> list[Value]:
    r"""Return names with their values; entries of matrices, and of vectors beside such, are put together.

    Single numbers alone stay as they are: ``z_1`` may be a name. An entry that does not matter is a dot.

    >>> in_arrays([("X_{11}", "1"), ("X_{12}", "3"), ("X_{21}", "0"), ("X_{22}", "2"), ("w_1", "5"), ("w_2", "4")])
    [('X', '[1, 3; 0, 2]'), ('w', '(5, 4)')]
    >>> in_arrays([("z_1", "1"), ("z_2", "3")])
    [('z_1', '1'), ('z_2', '3')]
    """
    pairs = list(assignment)
    groups: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        found = _ENTRY.fullmatch(name)
        if found is not None:
            groups.setdefault(_whole(found), {})[found["at"] or found["one"]] = value
    matrices = {
        k for k, entries in groups.items() if len(entries) > 1 and all(len(i) == 2 for i in entries)
    }
    vectors = {
        k
        for k, entries in groups.items()
        if matrices and len(entries) > 1 and list(entries) == _numbers(len(entries))
    }
    out: dict[str, str] = {}
    for name, value in pairs:
        found = _ENTRY.fullmatch(name)
        whole = "" if found is None else _whole(found)
        if whole in matrices:
            out[whole] = _matrix(groups[whole])
        elif whole in vectors:
            out[whole] = f"({', '.join(groups[whole].values())})"
        else:
            out[name] = value
    return list(out.items())


def _whole(found: re.Match[str]) -> str:
    label = (found["label"] or "").rstrip(",")
    return f"{found['base']}_{{{label}}}" if label else found["base"]


def _numbers(count: int) -> list[str]:
    return [str(k) for k in range(1, count + 1)]


def _matrix(entries: dict[str, str]) -> str:
    height, width = (max(int(at[axis]) for at in entries) for axis in (0, 1))
    rows = (
        ", ".join(entries.get(f"{i}{j}", "·") for j in range(1, width + 1))
        for i in range(1, height + 1)
    )
    return f"[{'; '.join(rows)}]"
