"""Unicode mathematics as TeX tokens: every character becomes the tokens an author of TeX would have written.

The tokens of one character all have its place. Subscript and superscript characters, fonts, ligatures and
precomposed accents come from the Unicode decompositions; signs and Greek letters from the table here.
"""

import unicodedata

from gradproof.notation.tex.tokens import (
    BEGIN,
    COMMAND,
    END,
    LETTER,
    NUMBER,
    OTHER,
    PRIME,
    SPACE,
    SUB,
    SUP,
    Token,
)

_COMMANDS: dict[str, str] = {
    "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda",
    "Ξ": "Xi", "Π": "Π", "Σ": "Σ", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "α": "alpha", "β": "beta", "γ": "gamma",
    "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta", "ι": "iota",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "ς": "varsigma", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "ϵ": "epsilon", "ϑ": "vartheta", "ϕ": "phi", "ϖ": "varpi",
    "ϱ": "varrho", "ϰ": "varkappa", "ℓ": "ell", "ℏ": "hbar", "ı": "imath", "ȷ": "jmath",
    "∂": "partial", "𝜕": "partial", "∇": "nabla", "𝛻": "nabla", "∆": "Delta", "∞": "infty",
    "∅": "emptyset", "ℵ": "aleph",
    "·": "cdot", "⋅": "cdot", "∙": "cdot", "×": "times", "⨯": "times", "÷": "div", "±": "pm",
    "∓": "mp", "⊙": "odot", "∘": "circ", "○": "circ", "⊗": "otimes", "⊘": "oslash", "⊕": "oplus",
    "⊖": "ominus", "•": "bullet", "⋆": "star", "≤": "le", "⩽": "le", "≦": "le", "≥": "ge",
    "⩾": "ge", "≧": "ge", "≠": "ne", "≈": "approx", "≅": "cong", "≃": "simeq", "≡": "equiv",
    "∝": "propto", "∼": "sim", "≜": "triangleq", "≝": "triangleq", "≔": "coloneqq", "≐": "doteq",
    "≪": "ll", "≫": "gg", "∈": "in", "∉": "notin", "∋": "ni", "⊂": "subset", "⊆": "subseteq",
    "⊃": "supset", "⊇": "supseteq", "∪": "cup", "∩": "cap", "∖": "setminus", "∀": "forall",
    "∃": "exists", "¬": "neg", "∧": "wedge", "∨": "vee", "→": "to", "⟶": "to", "←": "leftarrow",
    "⟵": "leftarrow", "↦": "mapsto", "⟼": "mapsto", "⇒": "Rightarrow", "⟹": "Rightarrow",
    "⇐": "Leftarrow", "⇔": "Leftrightarrow", "⟺": "Leftrightarrow", "↔": "leftrightarrow",
    "∑": "sum", "∏": "prod", "∫": "int", "∬": "iint", "∮": "oint", "⟨": "langle", "⟩": "rangle",
    "〈": "langle", "〉": "rangle", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil", "⌉": "rceil",
    "‖": "Vert", "∥": "Vert", "∣": "mid", "…": "ldots", "⋯": "cdots", "⋮": "vdots", "⋱": "ddots",
    "∴": "therefore", "∵": "because", "⊥": "perp", "⟂": "perp", "†": "dagger", "↑": "uparrow",
    "↓": "downarrow",
}  # fmt: skip

_CHARACTERS: dict[str, str] = {
    "−": "-", "–": "-", "‐": "-", "‑": "-", "﹣": "-", "∗": "*", "⁎": "*", "∕": "/", "⁄": "/",
    "∶": ":", "❘": "|", "¦": "|", "⎸": "|",
}  # fmt: skip

_PRIMES: dict[str, int] = {"’": 1, "′": 1, "ʹ": 1, "´": 1, "″": 2, "”": 2, "‴": 3, "⁗": 4}

_TRANSPOSES: dict[str, str] = {"⊤": "top", "⊺": "intercal", "┬": "top"}

_NEGATED: dict[str, str] = {"=": "ne", "in": "notin"}

_MARKS: dict[str, str] = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot",
    "\u0308": "ddot", "\u20d7": "vec", "\u030c": "check", "\u0306": "breve", "\u030a": "mathring",
    "\u0300": "grave", "\u0301": "acute", "\u0331": "underline", "\u0332": "underline",
}  # fmt: skip

_SPELLING = frozenset("\u0300\u0301\u030a")
"""Marks that belong to the spelling of a letter (é, å) where they are part of the character."""

_FONTS: tuple[tuple[str, str], ...] = (
    ("DOUBLE-STRUCK", "mathbb"), ("SCRIPT", "mathcal"), ("FRAKTUR", "mathfrak"),
    ("BLACK-LETTER", "mathfrak"), ("BOLD", "mathbf"), ("SANS-SERIF", "mathsf"),
    ("MONOSPACE", "mathtt"),
)  # fmt: skip

_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\ufe0e\ufe0f\u00ad")

_DEPTH = 4


def add_unicode(out: list[Token], character: str, start: int, end: int) -> None:
    r"""Append the tokens of one character outside ASCII to `out`.

    Combining accents take hold of the token before; script characters in a row join into one script.

    >>> out: list[Token] = []
    >>> add_unicode(out, "ŷ", 0, 1)
    >>> "".join(text for _, text, _, _ in out)
    'hat{y}'
    """
    if character in _INVISIBLE or character.isspace():
        out.append((SPACE, character, start, end))
    elif character in _PRIMES:
        out.extend([(PRIME, "'", start, end)] * _PRIMES[character])
    elif character in _TRANSPOSES:
        _script(out, SUP, [(COMMAND, _TRANSPOSES[character], start, end)], start, end)
    elif unicodedata.combining(character):
        _mark(out, character, start, end)
    else:
        _add(out, character, start, end, _DEPTH)


def _add(out: list[Token], character: str, start: int, end: int, depth: int) -> None:
    name = _COMMANDS.get(character)
    if name is not None:
        out.append((COMMAND, name, start, end))
        return
    if character.isascii() or character in _CHARACTERS:
        character = _CHARACTERS.get(character, character)
        kind = LETTER if character.isalpha() else NUMBER if character.isdigit() else OTHER
        out.append((kind, character, start, end))
        return
    if character in "√∛∜":
        out.append((COMMAND, "√", start, end))
        degree = {"√": "", "∛": "3", "∜": "4"}[character]
        if degree:
            out += [
                (OTHER, "[", start, end),
                (NUMBER, degree, start, end),
                (OTHER, "]", start, end),
            ]
        return
    fields = unicodedata.decomposition(character).split()
    tag = fields.pop(0) if fields and fields[0].startswith("<") else ""
    parts = [chr(int(field, 16)) for field in fields]
    if not parts or depth == 0:
        out.append((LETTER if character.isalpha() else OTHER, character, start, end))
    elif tag in ("<super>", "<sub>"):
        inner: list[Token] = []
        for part in parts:
            _add(inner, part, start, end, depth - 1)
        _script(out, SUP if tag == "<super>" else SUB, inner, start, end)
    elif tag == "<fraction>":
        digits = "".join(parts)
        top, _, bottom = digits.partition("⁄")
        out.append((COMMAND, "frac", start, end))
        for number in (top, bottom or "1"):
            out += [(BEGIN, "{", start, end), (NUMBER, number, start, end), (END, "}", start, end)]
    elif tag == "<font>":
        title = unicodedata.name(character, "")
        font = next((name for word, name in _FONTS if word in title), "")
        if font:
            out += [(COMMAND, font, start, end), (BEGIN, "{", start, end)]
        _add(out, parts[0], start, end, depth - 1)
        if font:
            out.append((END, "}", start, end))
    elif len(parts) == 2 and parts[1] in _MARKS and parts[1] not in _SPELLING and not tag:
        out += [(COMMAND, _MARKS[parts[1]], start, end), (BEGIN, "{", start, end)]
        _add(out, parts[0], start, end, depth - 1)
        out.append((END, "}", start, end))
    elif tag:
        for part in parts:
            _add(out, part, start, end, depth - 1)
    else:
        out.append((LETTER if character.isalpha() else OTHER, character, start, end))


def _script(out: list[Token], kind: str, inner: list[Token], start: int, end: int) -> None:
    """Append a script, joined with a script character of the same sort just before."""
    at = len(out) - 1
    if at >= 1 and out[at][0] == END and out[at][1] == kind and out[at][3] == start:
        out.pop()
        last = out[-1]
        if last[0] == NUMBER and len(inner) == 1 and inner[0][0] == NUMBER:
            out.pop()
            inner = [(NUMBER, last[1] + inner[0][1], last[2], end)]
        out += [*inner, (END, kind, start, end)]
        return
    if out and out[at][0] in (SUP, SUB):
        out += inner
        return
    out += [(kind, kind, start, end), (BEGIN, "{", start, end), *inner, (END, kind, start, end)]


def _mark(out: list[Token], character: str, start: int, end: int) -> None:
    """Put the accent of a combining character around the letter before it."""
    if not out:
        return
    kind, text, first, _ = out[-1]
    if character == "\u0338":
        name = _NEGATED.get(text)
        if name is not None:
            out[-1] = (COMMAND, name, first, end)
        return
    accent = _MARKS.get(character)
    if accent is None or kind not in (LETTER, COMMAND, NUMBER):
        return
    out[-1:] = [
        (COMMAND, accent, first, end),
        (BEGIN, "{", first, end),
        (kind, text, first, end),
        (END, "}", first, end),
    ]
