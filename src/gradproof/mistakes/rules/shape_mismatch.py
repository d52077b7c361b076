"""Shapes do not fit together, and no other mistake explains it."""

from typing import Final

from gradproof.mistakes.mistake import Mistake

MISTAKE: Final = Mistake(
    name="shape-mismatch",
    family="vectors and matrices",
    headline="shapes do not fit together",
    message="the shapes do not fit",
    why="A B needs as many columns of A as rows of B; a sum, an elementwise product and an equation need equal shapes",
    prior=0.1,
)
