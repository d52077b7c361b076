r"""TeX as MathML, which browsers show without a script: the layout tree written as elements.

>>> mathml(r"\frac{a}{b_i}")
'<math display="block"><mfrac><mi>a</mi><msub><mi>b</mi><mi>i</mi></msub></mfrac></math>'
"""

from collections.abc import Sequence
from html import escape
from types import MappingProxyType
from typing import Final

from gradproof.notation.tex import Layout, parse_layout
from gradproof.spell.letters import COMMANDS

_SIGNS: Final = MappingProxyType(
    {
        "sum": "∑", "prod": "∏", "le": "≤", "ge": "≥", "ne": "≠", "in": "∈", "notin": "∉", "to": "→",
        "leftarrow": "←", "odot": "⊙", "otimes": "⊗", "circ": "∘", "cdot": "·", "times": "×", "equiv": "≡",
        "approx": "≈", "propto": "∝", "nabla": "∇", "partial": "∂", "Vert": "‖", "lVert": "‖", "rVert": "‖",
        "lbrace": "{", "rbrace": "}", "langle": "⟨", "rangle": "⟩", "ldots": "…", "cdots": "⋯", "mid": "∣",
        "Rightarrow": "⇒", "Leftrightarrow": "⇔", "mapsto": "↦", "subset": "⊂", "sim": "∼", "pm": "±",
    }
)  # fmt: skip
_FUNCTIONS: Final = frozenset(
    (
        "log", "ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sec", "csc", "cot", "arcsin",
        "arccos", "arctan", "max", "min", "det",
    )
)  # fmt: skip
_LARGE: Final = frozenset({"sum", "prod", "max", "min"})
_ACCENTS: Final = MappingProxyType(
    {"hat": "^", "widehat": "^", "bar": "¯", "overline": "¯", "tilde": "~", "widetilde": "~", "vec": "→",
     "dot": "˙", "ddot": "¨", "check": "ˇ", "breve": "˘", "acute": "´", "grave": "`"}
)  # fmt: skip
_BOLD: Final = frozenset({"mathbf", "boldsymbol"})
_DOUBLE: Final = MappingProxyType({"R": "ℝ", "N": "ℕ", "Z": "ℤ", "E": "𝔼", "P": "ℙ", "C": "ℂ"})


def mathml(tex: str) -> str:
    """Return a formula as one ``math`` element; everything in it is escaped."""
    return f'<math display="block">{_row(parse_layout(tex).nodes)}</math>'


def _row(nodes: Sequence[Layout]) -> str:
    return "".join(_node(n) for n in nodes)


def _group(nodes: Sequence[Layout]) -> str:
    """Return some nodes as one element."""
    visible = [n for n in nodes if _node(n)]
    return _node(visible[0]) if len(visible) == 1 else f"<mrow>{_row(nodes)}</mrow>"


def _node(n: Layout) -> str:
    core = _core(n)
    large = n.kind == "command" and n.text in _LARGE
    sub = "" if n.sub is None else _group(n.sub.args)
    sup = "" if n.sup is None else _group(n.sup.args)
    if sub and sup:
        tag = "munderover" if large else "msubsup"
        return f"<{tag}>{core}{sub}{sup}</{tag}>"
    if sub:
        tag = "munder" if large else "msub"
        return f"<{tag}>{core}{sub}</{tag}>"
    if sup:
        tag = "mover" if large else "msup"
        return f"<{tag}>{core}{sup}</{tag}>"
    return core


def _core(n: Layout) -> str:
    match n.kind:
        case "symbol":
            return f"<mi>{escape(n.text)}</mi>"
        case "number":
            return f"<mn>{escape(n.text)}</mn>"
        case "operator":
            sign = "−" if n.text == "-" else n.text
            return f"<mo{_tight(n.text)}>{escape(sign)}</mo>"
        case "word":
            return f"<mi>{escape(n.text)}</mi>"
        case "text":
            return f"<mtext>{escape(n.text)}</mtext>"
        case "command":
            return _command(n.text)
        case "group" | "font" | "delimited" | "accent":
            return _wrapped(n)
        case "fraction":
            top, bottom = n.args
            return f"<mfrac>{_group(top.args)}{_group(bottom.args)}</mfrac>"
        case "radical":
            inside = _group(n.args[0].args)
            if len(n.args) > 1:
                return f"<mroot>{inside}{_group(n.args[1].args)}</mroot>"
            return f"<msqrt>{inside}</msqrt>"
        case "environment":
            return _table(n)
        case "prime":
            return f"<mo>{'′' * int(n.text or 1)}</mo>"
        case "space":
            return '<mspace width="1em"/>'
        case "ampersand" | "newrow" | "bar-at":
            return ""


def _tight(text: str) -> str:
    return ' stretchy="false"' if text in "()[]|" else ""


def _command(name: str) -> str:
    if name in _SIGNS:
        return f"<mo>{_SIGNS[name]}</mo>"
    if name in _FUNCTIONS:
        return f'<mi mathvariant="normal">{name}</mi><mo>&#x2061;</mo>'
    return f"<mi>{escape(COMMANDS.get(name, name))}</mi>"


def _wrapped(n: Layout) -> str:
    inside = n.args[0].args if len(n.args) == 1 and n.args[0].kind == "group" else n.args
    if n.kind == "accent":
        sign = escape(_ACCENTS.get(n.text, n.text))
        return f'<mover accent="true">{_group(inside)}<mo>{sign}</mo></mover>'
    if n.kind == "font" and n.text == "mathbb" and len(inside) == 1 and inside[0].text in _DOUBLE:
        return f"<mi>{_DOUBLE[inside[0].text]}</mi>"
    if n.kind == "font" and n.text in _BOLD:
        return f'<mrow style="font-weight:bold">{_row(inside)}</mrow>'
    if n.kind == "delimited":
        left, _, right = n.text.partition(" ")
        return f"<mrow>{_delimiter(left)}{_row(n.args)}{_delimiter(right)}</mrow>"
    return f"<mrow>{_row(inside)}</mrow>"


def _delimiter(text: str) -> str:
    return "" if text in (".", "") else f"<mo>{escape(_SIGNS.get(text, text))}</mo>"


def _table(n: Layout) -> str:
    rows: list[list[list[Layout]]] = [[[]]]
    for item in n.args:
        if item.kind == "newrow":
            rows.append([[]])
        elif item.kind == "ampersand":
            rows[-1].append([])
        else:
            rows[-1][-1].append(item)
    cells = ("".join(f"<mtd>{_row(c)}</mtd>" for c in row) for row in rows if any(row))
    table = "<mtable>" + "".join(f"<mtr>{c}</mtr>" for c in cells) + "</mtable>"
    opening = {"cases": "{", "pmatrix": "(", "bmatrix": "[", "vmatrix": "|"}.get(n.text, "")
    closing = {"pmatrix": ")", "bmatrix": "]", "vmatrix": "|"}.get(n.text, "")
    return f"<mrow>{_delimiter(opening)}{table}{_delimiter(closing)}</mrow>"
