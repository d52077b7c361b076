"""Scalars made of arrays, in components: inner products, norms, traces."""

from typing import Final

from gradproof.differentiate.components import is_squared_norm, scalar, squared_norm
from gradproof.differentiate.rule import Rule, Site, rule
from gradproof.expr import Expr, Frobenius, MatMul, Norm, Pow, Trace, Transpose

FORMULAS: Final[dict[type[Expr], str]] = {
    MatMul: r"x^T y = \sum_k x_k y_k",
    Frobenius: r"A : B = \sum_{ij} A_{ij} B_{ij}",
    Norm: r"\|x\|_2 = \sqrt{\sum_k x_k^2}",
    Trace: r"\operatorname{tr} A = \sum_k A_{kk}",
    Transpose: r"a^T = a",
}


def _components(kind: type[Expr], name: str) -> Rule:
    @rule(f"{name}-in-components", kind, title="components", formula=FORMULAS[kind])
    def made(e: Expr, site: Site) -> Expr:
        return site.of(scalar(e, site.context, site.taken))

    return made


@rule(
    "squared-norm-in-components",
    Pow,
    title="components",
    formula=r"\|x\|_2^2 = \sum_k x_k^2",
    when=lambda e, _site: is_squared_norm(e),
)
def squared_norm_in_components(e: Pow, site: Site) -> Expr:
    """The sum of the squares, without the root."""
    assert isinstance(e.base, Norm)
    return site.of(squared_norm(e.base, site.context, site.taken))


PRODUCT: Final = _components(MatMul, "product")
FROBENIUS: Final = _components(Frobenius, "frobenius-product")
NORM: Final = _components(Norm, "norm")
TRACE: Final = _components(Trace, "trace")
TRANSPOSE: Final = _components(Transpose, "transpose")
