r"""Names: a base with accents and fixed labels, spelled in TeX or in unicode text.

A name is the TeX spelling of a symbol without font: ``w``, ``\hat y``, ``\theta_0``, ``w_{new}``,
``W^{[1]}``, ``loss``. The indices of an entry join the labels of the subscript, with a comma.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, final

from gradproof.spell.letters import ACCENTS, COMMANDS, lowered

_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|([{}])|\s+|(.)", re.S)
_WORD = re.compile(r"(?!d[A-Za-z]$)[A-Za-z][A-Za-z0-9]+")
_LABEL = re.compile(r"[A-Za-z]{2,}")
_SINGLE = re.compile(r"[A-Za-z]|\\[A-Za-z]+")


@final
@dataclass(frozen=True, slots=True)
class NameParts:
    """A name split at its scripts: `base` with accents, labels `sub`, `sup` and the `primes`."""

    base: str
    sub: str = ""
    sup: str = ""
    primes: int = 0


AGAIN: Final = "\u2060"
"""Behind a letter that a document declares again, once for each time: it is not printed (a word joiner)."""


def split_name(name: str) -> NameParts:
    r"""Split a TeX name at its top-level scripts; braces around a script are dropped.

    >>> split_name("W^{[1]}_0")
    NameParts(base='W', sub='0', sup='[1]', primes=0)
    """
    name = name.replace("{}", "").replace(AGAIN, "")
    if "_" not in name and "^" not in name and "'" not in name:
        return NameParts(name)
    base = sub = sup = ""
    primes = depth = i = 0
    while i < len(name):
        c = name[i]
        if depth == 0 and c in "_^" and i + 1 < len(name):
            text, i = _script(name, i + 1)
            if c == "_":
                sub = f"{sub},{text}" if sub else text
            else:
                sup += text
            continue
        if depth == 0 and c == "'":
            primes += 1
        else:
            depth += (c == "{") - (c == "}")
            base += c
        i += 1
    return NameParts(base, sub, sup, primes)


def _script(name: str, start: int) -> tuple[str, int]:
    """Return the script that starts at `start`, without braces, and the place after it."""
    if name[start] == "{":
        depth = 0
        for i in range(start, len(name)):
            depth += (name[i] == "{") - (name[i] == "}")
            if depth == 0:
                return name[start + 1 : i], i + 1
        return name[start + 1 :], len(name)
    if name[start] == "\\" and (m := _SINGLE.match(name, start)):
        return m.group(), m.end()
    return name[start], start + 1


def join_indices(indices: tuple[str, ...]) -> str:
    r"""Join the TeX spellings of indices: without commas where each is one letter.

    >>> join_indices(("i", "j")), join_indices(("1", "j")), join_indices((r"\mu", "i"))
    ('ij', '1,j', '\\mu i')
    """
    if len(indices) == 1:
        return indices[0]
    if not all(_SINGLE.fullmatch(x) for x in indices):
        return ",".join(indices)
    out = indices[0]
    for last, x in pairwise(indices):
        out += f" {x}" if len(last) > 1 and x[0] != "\\" else x
    return out


def script_tex(text: str) -> str:
    r"""Brace a script unless it is one character.

    >>> script_tex("i"), script_tex("ij")
    ('i', '{ij}')
    """
    return text if len(text) == 1 else f"{{{text}}}"


def name_tex(name: str, indices: str = "", primes: int = 0) -> str:
    r"""Spell a name in TeX, with joined `indices` and `primes` added.

    Words of several letters are set upright so that they are not read as products.

    >>> name_tex(r"\hat y", "i"), name_tex("w_{new}"), name_tex("loss"), name_tex("W^{[1]}", "ij")
    ('\\hat y_i', 'w_{\\text{new}}', '\\mathrm{loss}', 'W^{[1]}_{ij}')
    """
    name, indices = _filled(name, indices)
    p = split_name(name)
    out = rf"\mathrm{{{p.base}}}" if _WORD.fullmatch(p.base) else p.base
    primes += p.primes
    if p.sup:
        out += "^" + script_tex(_labels_tex(p.sup) + r"\prime" * primes)
    else:
        out += "'" * primes
    sub = _labels_tex(p.sub)
    sub = f"{sub},{indices}" if sub and indices else sub or indices
    return f"{out}_{script_tex(sub)}" if sub else out


def _filled(name: str, indices: str) -> tuple[str, str]:
    r"""Put a single index where a family is written as a function of it: ``\pi(\cdot)`` and a give ``\pi(a)``."""
    if "(" in name and name.count("\\cdot") == 1 and _SINGLE.fullmatch(indices):
        return name.replace("\\cdot", indices), ""
    return name, indices


def _labels_tex(labels: str) -> str:
    """Set the words among comma-separated labels upright, inside their brackets."""
    if len(labels) < 2:
        return labels
    if labels[0] + labels[-1] in ("()", "[]"):
        return labels[0] + _labels_tex(labels[1:-1]) + labels[-1]
    return ",".join(rf"\text{{{x}}}" if _LABEL.fullmatch(x) else x for x in labels.split(","))


def name_plain(tex_name: str, indices: str = "", primes: int = 0) -> str:
    r"""Spell a TeX name as unicode text, with `indices` (already plain) and `primes` added.

    >>> name_plain(r"\hat y"), name_plain(r"\theta_0"), name_plain("W^{[1]}"), name_plain("w_{new}")
    ('ŷ', 'θ₀', 'W^[1]', 'w_{new}')
    """
    tex_name, indices = _filled(tex_name, indices)
    p = split_name(tex_name)
    out = letters_plain(p.base)
    if p.sup:
        out += superscript_plain(letters_plain(p.sup))
    sub = letters_plain(p.sub)
    sub = f"{sub},{indices}" if sub and indices else sub or indices
    if sub:
        out += subscript_plain(sub)
    return out + "'" * (p.primes + primes)


def subscript_plain(text: str) -> str:
    """Spell a subscript: in unicode where it has all characters, else ``_c`` or ``_{c,k}``."""
    low = lowered(text)
    if low is not None:
        return low
    return f"_{text}" if len(text) == 1 else f"_{{{text}}}"


def superscript_plain(text: str) -> str:
    """Spell the label in a superscript: ``*``, ``(i)``, ``[1]`` after a caret."""
    if len(text) == 1 or (text[0], text[-1]) in {("(", ")"), ("[", "]")}:
        return f"^{text}"
    return f"^{{{text}}}"


def letters_plain(tex: str) -> str:
    r"""Replace commands and accents by unicode letters; fonts and braces are dropped.

    >>> letters_plain(r"\hat{\theta}"), letters_plain(r"\text{new}"), letters_plain(r"\bar xy")
    ('θ̂', 'new', 'x̄y')
    """
    if "\\" not in tex and "{" not in tex:
        return tex
    out: list[str] = []
    marks: list[tuple[str, int, int]] = []  # combining mark, place in out, depth of braces
    depth = 0
    for m in _TOKEN.finditer(tex):
        command, escaped, brace, char = m.groups()
        if command in ACCENTS:
            marks.append((ACCENTS[command], len(out), depth))
            continue
        if brace == "{":
            depth += 1
            continue
        if brace == "}":
            depth -= 1
        elif command is not None:
            if command not in _FONTS:
                out.append(COMMANDS.get(command, command))
            else:
                continue
        elif escaped or char:
            out.append(escaped or char)
        else:
            continue
        while marks and marks[-1][2] == depth and len(out) > marks[-1][1]:
            mark, at, _ = marks.pop()
            out[at] += mark
    return unicodedata.normalize("NFC", "".join(out))


_FONTS = frozenset(
    {
        "mathrm", "mathbf", "mathit", "mathsf", "mathcal", "mathbb", "mathfrak", "mathscr",
        "mathtt", "boldsymbol", "bm", "pmb", "text", "textrm", "textbf", "textit", "mbox",
        "operatorname",
    }
)  # fmt: skip
