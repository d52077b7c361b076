"""Which solver is right where nobody says."""

from typing import Final

HESSIAN_WORK: Final = 5e7
"""Most multiplications of a Hessian (rows × parameters²) for which Newton's method is taken."""

HESSIAN_SIZE: Final = 500
"""Most parameters for which a Hessian is built."""


def choose(
    *, rows: float, size: int, absolute: bool, hessian: bool, convex: bool
) -> tuple[str, str]:
    """Return the name of a solver and the reason, for the user.

    Args:
        rows: how many rows, or the sum of their weights.
        size: how many parameters.
        absolute: whether L1 is asked for.
        hessian: whether the Hessian can be had.
        convex: whether the loss is known to be convex.
    """
    if absolute:
        return "proximal", "for L1"
    if hessian and convex and size <= HESSIAN_SIZE and rows * size * size <= HESSIAN_WORK:
        return "newton", "the Hessian is small"
    if not convex:
        return "lbfgs", "the loss is not known to be convex"
    return "lbfgs", "the Hessian would take longer than it helps" if hessian else "gradients only"
