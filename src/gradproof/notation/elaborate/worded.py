"""Declarations from outside in words, ``A is symmetric positive definite``, as the mathematics that they stand for."""

import re
from typing import Final

_NAME: Final = r"\\?[A-Za-z]+(?:_(?:\w|\{[^{}]*\}))?|\\[a-z]+\s*\{?[A-Za-z]\}?"
_WORDED: Final = re.compile(
    rf"\s*(?P<names>(?:{_NAME})(?:\s*,\s*(?:{_NAME}))*)\s*(?:\\text\s*\{{|\\mathrm\s*\{{|\s)\s*"
    r"(?:(?:is|are|be)\s+)?(?:an?\s+)?(?P<said>(?:real|symmetric|positive|semi-?definite|definite|matrix|matrices|"
    r"and|,|[-\s])+)\s*\}?\s*\.?\s*"
)


def in_signs(text: str) -> str:
    r"""Return a declaration as mathematics where it is one in words about the form of matrices, else as it is.

    >>> in_signs("A is symmetric"), in_signs(r"\Sigma \text{ positive definite}"), in_signs("x > 0")
    ('A = A^T', '\\Sigma \\succ 0', 'x > 0')
    """
    found = _WORDED.fullmatch(text)
    if found is None:
        return text
    said = re.sub(r"[-\s]+", " ", found["said"]).split()
    names = [n.strip() for n in found["names"].split(",")]
    if "positive" in said and "semidefinite" in "".join(said):
        return ", ".join(names) + r" \succeq 0"
    if "positive" in said and "definite" in said:
        return ", ".join(names) + r" \succ 0"
    if "symmetric" in said:
        return r" \quad ".join(f"{n} = {n}^T" for n in names)
    return text
