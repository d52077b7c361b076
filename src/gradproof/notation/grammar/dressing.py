"""Letters in fonts and braces as they are printed: scripts that stand outside, signs that no braces hold."""

from gradproof.notation.grammar.vocabulary import COMMANDS
from gradproof.notation.tex.layout import Layout


def lifts(font: Layout, only: Layout) -> bool:
    r"""Say whether the scripts of one letter in a font can stand outside: ``\mathbf{A^T}``."""
    plain = only.kind in ("symbol", "accent") or (
        only.kind == "command" and COMMANDS.get(only.text, ("unknown",))[0] == "name"
    )
    free = not ((only.sub and font.sub) or (only.sup and font.sup))
    return plain and free and (only.sub is not None or only.sup is not None)


def signed(inner: tuple[Layout, ...]) -> bool:
    """Say whether braces with a script hold a sign and one thing: what is printed is ``-e^{-x}`` for ``{-e}^{-x}``."""
    return (
        len(inner) == 2
        and inner[0].kind == "operator"
        and inner[0].text in ("-", "+")
        and inner[1].kind in ("symbol", "command", "number", "accent", "font", "word")
        and inner[1].sub is None
        and inner[1].sup is None
    )


def bare_nabla(accent: Layout) -> Layout | None:
    r"""Return the nabla under an arrow or a bar, ``\vec{\nabla}``; None for any other accent."""
    inner = accent.args[0].args if accent.args else ()
    if len(inner) != 1 or inner[0].kind != "command" or inner[0].text != "nabla":
        return None
    only = inner[0]
    return Layout(
        "command", accent.span, "nabla", (), accent.sub or only.sub, accent.sup or only.sup
    )


def dress(node: Layout, font: str) -> Layout:
    """Put one letter of a longer font group in its font."""
    if node.kind not in ("symbol", "accent") and not (
        node.kind == "command" and COMMANDS.get(node.text, ("unknown",))[0] == "name"
    ):
        return node
    bare = Layout(node.kind, node.span, node.text, node.args)
    return Layout(
        "font", node.span, font, (Layout("group", node.span, "", (bare,)),), node.sub, node.sup
    )
