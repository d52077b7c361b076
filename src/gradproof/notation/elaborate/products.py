"""Products of arrays: which product is meant, told by what fits."""

from collections.abc import Sequence

from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.sizes import UNKNOWN
from gradproof.notation.surface import Surface


def product(c: Converter, factors: Sequence[Built], gaps: str, node: Surface) -> Built:
    r"""Build a product of factors in order; `gaps` has one letter per gap (``c`` for ``\cdot``).

    Numbers may stand anywhere. Arrays multiply as matrices where their sizes allow it, and entry by entry where
    only that fits.
    """
    arrays = [k for k, f in enumerate(factors) if f.shape != ()]
    if len(arrays) < 2:
        return build.product(factors, gaps, node.span)
    merged, marks = _merged(c, factors, gaps, node)
    return build.product(
        merged,
        marks,
        node.span,
        elementwise=c.variant == "dot",
        row=_row if c.variant == "row" else None,
    )


def _row(x: Built) -> Built:
    return build.transpose(x, x.span)


def _merged(
    c: Converter, factors: Sequence[Built], gaps: str, node: Surface
) -> tuple[list[Built], str]:
    """Join neighbours of one shape that do not multiply as matrices: ``Xᵀ z (1-z)`` is ``Xᵀ (z ⊙ (1-z))``."""
    out, marks = [factors[0]], ""
    several = sum(f.shape != () for f in factors) > 2
    for gap, nxt in zip(gaps, factors[1:], strict=True):
        last = out[-1]
        vectors = _axes(last) == 1 and _axes(nxt) == 1
        if _only_entrywise(last, nxt) and ((not vectors) or (several and gap not in "cd")):
            c.note(
                "entrywise-product",
                "arrays of one shape that cannot be multiplied as matrices are multiplied entry by entry",
                node,
            )
            out[-1] = build.hadamard([last, nxt], last.span.cover(nxt.span))
        else:
            out.append(nxt)
            marks += gap
    return out, marks


def _axes(x: Built) -> int:
    return -1 if x.shape is None else len(x.shape)


def _only_entrywise(a: Built, b: Built) -> bool:
    """Tell whether two arrays are of one shape and do not multiply as matrices."""
    if not a.shape or a.shape != b.shape or any(s.name.startswith(UNKNOWN) for s in a.shape):
        return False
    return len(a.shape) == 1 or a.shape[0] != a.shape[1]
