"""The numbers of one row in a loop: where they are kept for a block, and what computes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from gradproof.codegen.dims import Dim
from gradproof.codegen.fused.arithmetic import TEMPLATES
from gradproof.codegen.fused.parts import Plan
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.ops import Add, Arg, Contract, Map, Number, Ref, Term


@final
@dataclass(slots=True, eq=False)
class Values:
    """Names and storage in the function that goes over the rows.

    Attributes:
        plan: what is computed.
        names: of streams and shared nodes, as parameters.
        taken: names that may not be used again.
        outputs: the names of the sums.
        arrays: nodes that are kept for all rows of a block, by the name of their array.
        storage: per array its shape, and its type where that is the type of the data.
    """

    plan: Plan
    names: Mapping[Ref, str]
    taken: set[str]
    outputs: tuple[str, ...] = ()
    arrays: dict[Ref, str] = field(default_factory=dict[Ref, str])
    storage: dict[str, tuple[str, bool]] = field(default_factory=dict[str, tuple[str, bool]])
    _count: int = 0

    @property
    def matrices(self) -> tuple[Ref, ...]:
        """The inputs whose rows are multiplied with shared arrays, or combined."""
        found = [p.matrix for p in self.plan.products] + [s.matrix for s in self.plan.sums]
        return tuple(r for r in self.plan.streams if r in found)

    @property
    def others(self) -> tuple[Ref, ...]:
        """The other inputs with an entry, or a vector, for each row."""
        return tuple(r for r in self.plan.streams if r not in self.matrices)

    def rank(self, ref: Ref) -> int:
        """Return the number of axes, that of the rows included."""
        return len(self.plan.graph.shapes[ref])

    def columns(self, ref: Ref) -> Dim | None:
        """Return the size of the second axis."""
        shape = self.plan.graph.shapes[ref]
        return shape[1] if len(shape) == 2 else None

    def fresh(self, hint: str) -> str:
        """Return a new name."""
        base = re.sub(r"\W", "", hint) or "t"
        while True:
            self._count += 1
            name = f"{base}{self._count}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def array(self, ref: Ref, *, typed: bool = False) -> str:
        """Return the array that holds a node for every row of a block."""
        found = self.arrays.get(ref)
        if found is None:
            found = self.arrays[ref] = self.fresh(self.plan.graph.hints.get(ref, "v"))
            columns = self.columns(ref)
            shape = "size" if columns is None else f"(size, {self.extent(columns)})"
            self.storage[found] = (shape, typed)
        return found

    def stored(self, hint: str, shape: str, *, typed: bool = False) -> str:
        """Return a new array for a block."""
        name = self.fresh(hint)
        self.storage[name] = (shape, typed)
        return name

    def allocations(self) -> list[str]:
        """Return the statements that make the arrays."""
        dtype = f"{self.names[self.matrices[0]]}[0].dtype" if self.matrices else "np.float64"
        return [
            f"{name} = np.empty({shape}{f', {dtype}' if typed else ''})"
            for name, (shape, typed) in self.storage.items()
        ]

    def extent(self, dim: Dim | None) -> str:
        """Return a size, as an array among the parameters has it.

        Raises:
            CannotCompile: none has.
        """
        shapes = self.plan.graph.shapes
        for r in (*self.others, *self.plan.shared):
            for axis, d in enumerate(shapes[r]):
                if d == dim:
                    return f"{self.names[r]}.shape[{axis}]"
        for s, name in zip(self.plan.sums, self.outputs, strict=True):
            for axis, d in enumerate(shapes[s.result]):
                if d == dim:
                    return f"{name}.shape[{axis}]"
        raise CannotCompile(f"the size {dim} stands on no array that the loop over rows has")

    def load(self, ref: Ref, rank: int, read: dict[Ref, str], body: list[str]) -> None:
        """Give the number of a node at a row (and column) a name; `body` gets the statement.

        Raises:
            CannotCompile: it is more than a number there.
        """
        graph = self.plan.graph
        shape = graph.shapes[ref]
        if isinstance(graph.ops[ref], Number):
            return
        if not shape:
            read[ref] = self.names[ref]
            return
        if ref in self.arrays:
            source = f"{self.arrays[ref]}[{'i' if len(shape) == 1 else 'i, c'}]"
        elif ref in self.matrices:
            source = f"{self.names[ref]}[0][start + i, c]"
        elif ref in self.others:
            source = f"{self.names[ref]}[{'start + i' if len(shape) == 1 else 'start + i, c'}]"
        else:
            source = f"{self.names[ref]}[c]"
        if rank == 1 and source.endswith("c]"):
            raise CannotCompile("a vector where a number of a row is expected")
        read[ref] = self.fresh("x")
        body.append(f"{read[ref]} = np.float64({source})")

    def expression(self, ref: Ref, names: Mapping[Ref, str]) -> str:
        """Return what computes a node from named numbers.

        Raises:
            CannotCompile: loops over rows do not know the operation.
        """
        op = self.plan.graph.ops[ref]
        match op:
            case Map(fn, args):
                template = TEMPLATES.get(fn)
                if template is None:
                    raise CannotCompile(f"the function {fn} is not known to loops over rows")
                return template.format(*(self._named(a, names) for a in args))
            case Add(terms):
                parts: Sequence[str] = [scaled(t.coef, self._named(t, names)) for t in terms]
                return " + ".join(parts).replace("+ -", "- ")
            case Contract(coef, args):
                return scaled(coef, " * ".join(self._named(a, names) for a in args) or "1.0")
            case _:
                raise CannotCompile(f"{type(op).__name__} in a loop over rows")

    def _named(self, a: Arg | Term, names: Mapping[Ref, str]) -> str:
        op = self.plan.graph.ops[a.ref]
        return number(op.value) if isinstance(op, Number) else names[a.ref]


def number(value: Fraction) -> str:
    """Return an exact number as the nearest float that Python writes."""
    if Fraction(float(value)) == value:
        return repr(float(value)) if value >= 0 else f"({float(value)!r})"
    return f"({value.numerator}.0 / {value.denominator}.0)"


def scaled(coef: Fraction, body: str) -> str:
    """Return a multiple of an expression."""
    if coef == 1:
        return body
    return f"-{body}" if coef == -1 else f"{number(coef)} * {body}"
