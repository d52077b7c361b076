"""Which solver is right where nobody says."""

from typing import Final

from gradproof.training.posing import first_rows

HESSIAN_SIZE: Final = 500
"""Most parameters for which a Hessian is built."""

NEWTON_PASSES: Final = 40
"""Most passes for the gradient that the Hessians of a training may take: L-BFGS takes about as many."""

HESSIANS: Final = 5
"""How many Hessians Newton's method takes."""

SMALL_WORK: Final = 2e7
"""Most multiplications of a Hessian (rows × parameters²) beside which calls and checks take longer."""

SAMPLES: Final = 8
"""A table has to have so many times the rows of the first sample for a sample to save anything."""


def gradients_per_hessian(size: int) -> float:
    """Return in how many passes for the gradient a Hessian is had: one that reads the rows, and the products."""
    return 1 + size / 12


def choose(
    *, rows: float, size: int, absolute: bool, hessian: bool, convex: bool, sampled: bool
) -> tuple[str, str]:
    """Return the name of a solver and the reason, for the user.

    Newton's method takes `HESSIANS` Hessians and as many gradients, L-BFGS some 40 gradients. On a sample the
    Hessian costs next to nothing, and all rows are passed over four to six times.

    Args:
        rows: how many rows, or the sum of their weights.
        size: how many parameters.
        absolute: whether L1 is asked for.
        hessian: whether the Hessian can be had.
        convex: whether the loss is known to be convex.
        sampled: whether rows can be drawn.
    """
    if absolute:
        return "proximal", "for L1"
    if not convex:
        return "lbfgs", "the loss is not known to be convex"
    if not hessian:
        return "lbfgs", "gradients only"
    if sampled and rows >= SAMPLES * first_rows(size):
        return "sampled-newton", "a sample of the rows tells most of the Hessian"
    cheap = HESSIANS * gradients_per_hessian(size) <= NEWTON_PASSES
    if cheap or rows * size * size <= SMALL_WORK:
        return "newton", "the Hessian is small"
    return "lbfgs", "the Hessian would take longer than it helps"
