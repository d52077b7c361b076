r"""What reaches over several nodes at once: old-style fonts, fractions with ``\over``, primes in scripts."""

from gradproof.notation.tex.layout import Layout
from gradproof.notation.tex.tokens import Token
from gradproof.notation.tex.vocabulary import UPRIGHT
from gradproof.source import Span


def gathered(nodes: list[Layout], at: int) -> Layout:
    """Return `nodes` as one group; an empty one at `at`."""
    span = Span(nodes[0].span.start, nodes[-1].span.end) if nodes else Span(at, at)
    return Layout("group", span, "", tuple(nodes))


def joined(scripts: list[Layout]) -> Layout | None:
    """Return scripts of the same base as one group, None for none."""
    if len(scripts) < 2:
        return scripts[0] if scripts else None
    args = tuple(node for script in scripts for node in script.args)
    return Layout("group", scripts[0].span.cover(scripts[-1].span), "", args)


def _in_font(node: Layout, font: str, token: Token) -> Layout:
    """Put one letter in a font, its scripts outside; likewise what a group holds."""
    if node.kind == "group" and node.args:
        inside = tuple(switched(list(node.args), font, token, braced=False))
        return Layout("group", node.span, "", inside, node.sub, node.sup)
    if node.kind not in ("symbol", "accent") or font in ("mathrm", "mathit"):
        return node
    end = min((s.span.start for s in (node.sub, node.sup) if s is not None), default=node.span.end)
    bare = Layout(node.kind, Span(node.span.start, end), node.text, node.args)
    return Layout(
        "font", node.span, font, (Layout("group", bare.span, "", (bare,)),), node.sub, node.sup
    )


def primed(script: Layout) -> Layout:
    r"""Write ``^\prime``, ``^{\prime\prime}`` and ``^{'}`` as prime nodes."""
    if not any(
        (n.kind == "command" and n.text == "prime")
        or n.kind == "prime"
        or (n.kind == "group" and not n.args)
        for n in script.args
    ):
        return script
    out: list[Layout] = []
    for node in script.args:
        new = node
        if (
            node.kind == "command"
            and node.text == "prime"
            and node.sub is None
            and node.sup is None
        ):
            new = Layout("prime", node.span, "1")
        elif node.kind == "group" and not node.args and node.sub is None and node.sup is not None:
            inner = node.sup.args
            if len(inner) == 1 and inner[0].kind == "prime":
                new = inner[0]
        if new.kind == "prime" and out and out[-1].kind == "prime":
            count = int(out[-1].text) + int(new.text)
            new = Layout("prime", out.pop().span.cover(new.span), str(count))
        out.append(new)
    return Layout("group", script.span, "", tuple(out))


def switched(nodes: list[Layout], font: str, token: Token, *, braced: bool) -> list[Layout]:
    r"""Put `nodes` in the font that `token` switched to: upright letters are a word.

    In braces (`braced`) the rest of the group is in the font; elsewhere each letter is.
    """
    if not nodes:
        return []
    last = nodes[-1]
    if font in UPRIGHT and len(nodes) > 1:
        simple = all(n.kind == "symbol" and n.sub is None and n.sup is None for n in nodes[:-1])
        if simple and last.kind == "symbol":
            word = "".join(n.text for n in nodes)
            if not (len(word) == 2 and word[0] == "d"):
                span = Span(token[2] if braced else nodes[0].span.start, last.span.end)
                return [Layout("word", span, word, (), last.sub, last.sup)]
    if braced:
        inside = gathered(nodes, token[3])
        return [Layout("font", Span(token[2], inside.span.end), font, (inside,))]
    return [_in_font(node, font, token) for node in nodes]
