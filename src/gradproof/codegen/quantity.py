"""Values with the signs of arithmetic, for rules that are written as formulas."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from gradproof.codegen.algebra import apply, number, times, total
from gradproof.codegen.graph import Graph, Value
from gradproof.codegen.powers import power


@final
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A value in its graph; ``a + b``, ``a * b``, ``a / b`` and ``a ** 2`` are entry by entry."""

    graph: Graph
    value: Value

    def of(self, fn: str, *others: "Quantity | int | Fraction") -> "Quantity":
        """Return a function of it (and of others)."""
        rest = (self._same(x) for x in others)
        return Quantity(self.graph, apply(self.graph, fn, self.value, *rest))

    def _same(self, other: "Quantity | int | Fraction") -> Value:
        return other.value if isinstance(other, Quantity) else number(self.graph, other)

    def _sum(self, a: int, other: "Quantity | int | Fraction", b: int) -> "Quantity":
        terms = ((Fraction(a), self.value), (Fraction(b), self._same(other)))
        return Quantity(self.graph, total(self.graph, terms))

    def __add__(self, other: "Quantity | int | Fraction") -> "Quantity":
        return self._sum(1, other, 1)

    def __radd__(self, other: int | Fraction) -> "Quantity":
        return self._sum(1, other, 1)

    def __sub__(self, other: "Quantity | int | Fraction") -> "Quantity":
        return self._sum(1, other, -1)

    def __rsub__(self, other: int | Fraction) -> "Quantity":
        return self._sum(-1, other, 1)

    def __mul__(self, other: "Quantity | int | Fraction") -> "Quantity":
        return Quantity(self.graph, times(self.graph, self.value, self._same(other)))

    def __rmul__(self, other: int | Fraction) -> "Quantity":
        return self * other

    def __truediv__(self, other: "Quantity | int | Fraction") -> "Quantity":
        return Quantity(
            self.graph,
            times(self.graph, self.value, power(self.graph, self._same(other), Fraction(-1))),
        )

    def __rtruediv__(self, other: int | Fraction) -> "Quantity":
        return self**-1 * other

    def __neg__(self) -> "Quantity":
        return self * -1

    def __pow__(self, exponent: int | Fraction) -> "Quantity":
        return Quantity(self.graph, power(self.graph, self.value, Fraction(exponent)))
