r"""Expectations: ``\mathbb{E}_{x \sim p}[f(x)]`` with what stands below the E."""

from gradproof.expr import EXPECTATION, SAMPLED, Opaque
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.surface import Surface


def expectation_node(converter: Converter, node: Surface) -> Built:
    """Convert an expectation: its shape is that of what stands in the brackets."""
    body = converter.convert(node.args[0])
    below = [_below(converter, a) for a in node.args[1:] if a.head not in ("hole", "text")]
    kids = (body, *below)
    return Built(Opaque(EXPECTATION, tuple(k.expr for k in kids)), node.span, kids, body.shape)


def _below(converter: Converter, node: Surface) -> Built:
    if node.head == "sim":
        return build.opaque(SAMPLED, node.span, [converter.convert(a) for a in node.args])
    return converter.convert(node)
