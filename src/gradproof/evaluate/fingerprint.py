"""Fingerprints: residues at random points, evidence that two expressions agree identically."""

from fractions import Fraction

import numpy as np

from gradproof.evaluate.arithmetic import Array
from gradproof.evaluate.draws import stream
from gradproof.evaluate.evaluation import ordered, run
from gradproof.evaluate.limits import Unsupported
from gradproof.evaluate.residues import PRIME, RESIDUES
from gradproof.evaluate.samples import Samples
from gradproof.evaluate.state import Mode
from gradproof.expr import Context, Expr

_POINTS = 3
_TIED_POINTS = 8


def residue_samples(samples: Samples, context: Context, seed: int = 0) -> Samples:
    """Return random residues for every symbol; what a constraint ties down or a value fixes stays exact."""
    tied = samples.constrained | context.values.keys()
    count = min(_TIED_POINTS, samples.points) if samples.constrained else _POINTS
    fixed = samples.subset([p % samples.points for p in range(count)])

    def random(name: str, like: Array, label: str) -> Array:
        rng = stream(seed, "residue", label, name)
        out = np.empty(like.shape, dtype=object)
        flat = out.reshape(-1)
        for k in range(flat.size):
            flat[k] = Fraction(rng.getrandbits(60) + 2)
        return out

    values = {n: a if n in tied else random(n, a, "value") for n, a in fixed.values.items()}
    directions = {n: random(n, a, "direction") for n, a in fixed.directions.items()}
    return Samples(
        count,
        samples.sizes,
        values,
        directions,
        samples.domains,
        constrained=samples.constrained,
        moving=samples.moving,
    )


def fingerprint(
    expr: Expr, samples: Samples, context: Context, *, mode: Mode = "total"
) -> tuple[int | None, ...]:
    """Return the residues of `expr` at the sample points themselves (None: undefined), flattened.

    Raises:
        Unsupported: an order of numbers is asked for, which residues have not.
    """
    (value,), names, _, _ = run((expr,), samples, context, arithmetic=RESIDUES, mode=mode)
    flat = np.ravel(ordered(value, len(names)))
    return tuple(int(r) if isinstance(r, int) else None for r in flat)


def same_fingerprint(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    *,
    mode: Mode = "total",
    seed: int = 0,
) -> bool:
    """Tell whether both sides have equal residues at random points; False says nothing at all."""
    try:
        (x, y), names, _, admitted = run(
            (left, right),
            residue_samples(samples, context, seed),
            context,
            arithmetic=RESIDUES,
            mode=mode,
        )
    except Unsupported:
        return False
    if x.shape != y.shape or x.row != y.row:
        return False
    a, b = ordered(x, len(names)), ordered(y, len(names))
    a, b, mask = np.broadcast_arrays(a, b, admitted.reshape(admitted.shape + (1,) * x.rank))
    here, there = RESIDUES.defined(a), RESIDUES.defined(b)
    both = here & there & mask
    if ((here != there) & mask).any() or not both.any():
        return False
    return bool((a == b)[both].all())


__all__ = ["PRIME", "fingerprint", "residue_samples", "same_fingerprint"]
