"""The letter of a name under its accents, fonts and braces."""

import unicodedata
from typing import Final, final

from gradproof.notation.grammar.vocabulary import NAME_COMMANDS
from gradproof.notation.tex.layout import Layout


@final
class Base:
    """A letter or word without scripts: base, accents from the inside out, outermost font, inner scripts."""

    __slots__ = ("accents", "base", "font", "key", "sub", "sup")

    def __init__(
        self, base: str, accents: tuple[str, ...], font: str, sub: Layout | None, sup: Layout | None
    ) -> None:
        """Make a base and its key."""
        self.base = base
        self.accents = accents
        self.font = font
        self.sub = sub
        self.sup = sup
        key = base
        for accent in accents:
            key = f"\\{accent} {key}"
        self.key = key


_MARKS: Final = {
    "\u0302": "hat",
    "\u0304": "bar",
    "\u0303": "tilde",
    "\u0307": "dot",
    "\u0308": "ddot",
}


def base_of(node: Layout) -> Base | None:
    r"""Return what is under `node`'s accents and fonts; None where that is not one letter or word.

    Scripts inside (``\hat{y_i}``) are kept; those of `node` itself are left to the caller.
    """
    kind = node.kind
    if kind == "symbol":
        text = node.text
        if not text.isascii():
            plain = unicodedata.normalize("NFD", text)
            if len(plain) == 2 and plain[1] in _MARKS:
                return Base(plain[0], (_MARKS[plain[1]],), "", None, None)
        return Base(text, (), "", None, None)
    if kind == "command":
        return Base("\\" + node.text, (), "", None, None) if node.text in NAME_COMMANDS else None
    if kind in ("word", "number", "text"):
        return Base(node.text, (), "", None, None)
    if kind not in ("accent", "font", "group") or not node.args:
        return None
    inner = node.args if kind == "group" else node.args[0].args
    if kind == "font" and len(inner) > 1 and all(child.kind == "symbol" for child in inner):
        return Base("".join(child.text for child in inner), (), node.text, None, None)
    if kind == "accent" and node.text in ("bar", "overline"):
        joined = _joined(inner)
        if joined:
            return Base(joined, ("bar",), "", None, None)
    if len(inner) != 1:
        return None
    base = base_of(inner[0])
    if base is None:
        return None
    sub = base.sub or inner[0].sub
    sup = base.sup or inner[0].sup
    if (base.sub and inner[0].sub) or (base.sup and inner[0].sup):
        return None
    if kind == "accent":
        return Base(base.base, (*base.accents, node.text), base.font, sub, sup)
    if kind == "font":
        return Base(base.base, base.accents, node.text, sub, sup)
    return Base(base.base, base.accents, base.font, sub, sup)


def _joined(inner: tuple[Layout, ...]) -> str:
    r"""Return the spelling of what a bar over several letters or a square names, in braces: ``{xy}``, ``{x^2}``."""
    out = ""
    for node in inner:
        letter = node.text if node.kind == "symbol" else ""
        if node.kind == "command" and node.text in NAME_COMMANDS:
            letter = f"\\{node.text} "
        if not letter or node.sub is not None:
            return ""
        out += letter
        if node.sup is not None:
            if len(node.sup.args) != 1 or node.sup.args[0].kind != "number":
                return ""
            out = f"{out.strip()}^{node.sup.args[0].text}"
    alone = len(inner) == 1 and inner[0].sup is None
    return "" if alone or not out else f"{{{out.strip()}}}"
