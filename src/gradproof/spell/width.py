"""Fitting a spelled formula into a terminal."""

import unicodedata


def shorten(text: str, width: int) -> str:
    """Cut out the middle of `text` so that it takes at most `width` columns, marked by an ellipsis.

    Combining accents take no column and stay with their letter.

    Raises:
        ValueError: `width` is less than 1.

    >>> shorten("a + b + c + d", 9)
    'a +…+ d'
    """
    if width < 1:
        raise ValueError(f"a width of {width} leaves no room; give at least 1")
    if len(text) <= width:
        return text
    cells: list[str] = []
    for c in text:
        if cells and unicodedata.combining(c):
            cells[-1] += c
        else:
            cells.append(c)
    if len(cells) <= width:
        return text
    tail = (width - 1) // 2
    head = width - 1 - tail
    return "".join(cells[:head]).rstrip() + "…" + "".join(cells[len(cells) - tail :]).lstrip()
