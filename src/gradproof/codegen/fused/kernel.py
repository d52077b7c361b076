"""The loop over blocks of rows, written down: products first, then loops that compute and add up the rest."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

from gradproof.codegen.dims import Dim
from gradproof.codegen.fused.arithmetic import HELPERS
from gradproof.codegen.fused.parts import Plan, Product, RowSum
from gradproof.codegen.fused.values import Values
from gradproof.codegen.graph import operands
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.ops import Along, Contract, Number, Op, Ref

_CALL: Final = re.compile(r"\b(_[a-z][a-z0-9_]*)\(")
_DOC: Final = '    """Go over the rows from begin to end, and add to the sums."""'


@final
@dataclass(slots=True, eq=False)
class Kernel:
    """Writes the function that goes over a range of rows.

    Attributes:
        plan: what is computed.
        name: of the function.
        values: names and storage.
        uses: helpers that the text calls.
    """

    plan: Plan
    name: str
    values: Values
    uses: set[str] = field(default_factory=set[str])
    _lines: list[str] = field(default_factory=list[str])
    _made: set[Ref] = field(default_factory=set[Ref])

    @classmethod
    def of(cls, plan: Plan, name: str, names: Mapping[Ref, str], taken: set[str]) -> "Kernel":
        """Return the writer of a plan; `names` are those of streams and shared nodes."""
        values = Values(plan, names, taken)
        values.outputs = tuple(values.fresh("sum") for _ in plan.sums)
        return cls(plan, name, values)

    def source(self) -> str:
        """Return the function.

        Raises:
            CannotCompile: loops over rows cannot say a part of it.
        """
        plan, v = self.plan, self.values
        self._made = {*plan.streams, *plan.shared}
        self._block()
        given = [v.names[r] for r in (*v.matrices, *v.others, *plan.shared)]
        parameters = ", ".join(["begin", "end", "size", *given, *v.outputs])
        lines = ["@_rows", f"def {self.name}({parameters}):", _DOC]
        lines += [f"    {line}" for line in v.allocations()]
        lines += ["    for start in range(begin, end, size):"]
        lines += ["        count = min(size, end - start)"]
        lines += [f"        {line}" for line in self._lines]
        text = "\n".join(lines)
        self.uses |= {c for c in _CALL.findall(text) if c in HELPERS}
        if "_normalised(" in text:
            self.uses.add("_exp")
        return text

    # What is done with a block, in order.

    def _block(self) -> None:
        pending: list[Product | Ref] = [*self.plan.products, *self.plan.steps]
        pending.sort(key=lambda x: x.result if isinstance(x, Product) else x)
        while pending:
            group = self._next(pending)
            pending = [x for x in pending if x not in group]
            refs = [x for x in group if not isinstance(x, Product)]
            for x in group:
                if isinstance(x, Product):
                    self._product(x)
            if refs and isinstance(self.plan.graph.ops[refs[0]], Along):
                self._along(refs)
            elif refs and self._inner(refs[0]) is not None:
                self._total(refs[0])
            elif refs:
                self._loop(refs, pending)
        for s in self.plan.sums:
            self._add_up(s)

    def _next(self, pending: Sequence[Product | Ref]) -> list[Product | Ref]:
        """Return what is done next: a product, all functions along one tile, or all that fits in one loop."""
        ops = self.plan.graph.ops
        for x in pending:
            if isinstance(x, Product) and x.matrix in self._made:
                return [x]
        for rank in (1, 2):
            found = self._together(pending, rank)
            if found:
                return [*found]
        for x in pending:
            if isinstance(x, Product):
                continue
            arg = _arg(ops[x])
            if arg is not None and arg in self._made:
                return [y for y in pending if not isinstance(y, Product) and _arg(ops[y]) == arg]
            if self._inner(x) is not None and self._ready(x, self._made):
                return [x]
        raise CannotCompile("the loop over rows needs a value that it has not got yet")

    def _together(self, pending: Sequence[Product | Ref], rank: int) -> list[Ref]:
        """Return the numbers of a rank that one loop can compute now."""
        made = set(self._made)
        found: list[Ref] = []
        columns: Dim | None = None
        for x in pending:
            if isinstance(x, Product) or isinstance(self.plan.graph.ops[x], Along):
                continue
            own = self.values.columns(x)
            if self.values.rank(x) != rank or self._inner(x) is not None:
                continue
            if (not found or columns == own) and self._ready(x, made):
                columns = own
                made.add(x)
                found.append(x)
        return found

    def _ready(self, ref: Ref, made: set[Ref]) -> bool:
        ops = self.plan.graph.ops
        return all(r in made or isinstance(ops[r], Number) for r in operands(ops[ref]))

    def _inner(self, ref: Ref) -> Dim | None:
        """Return over what a node sums within a row."""
        op = self.plan.graph.ops[ref]
        if not isinstance(op, Contract) or op.rank == len(op.dims):
            return None
        if len(op.dims) > op.rank + 1 or op.rank != 1:
            raise CannotCompile("a sum over several axes within a row")
        return op.dims[-1]

    # The parts.

    def _product(self, p: Product) -> None:
        v = self.values
        out = v.array(p.result, typed=True)
        fn = "_dots" if v.rank(p.result) == 1 else "_tile"
        where = "start" if p.matrix in v.names else "0"
        matrix = v.names[p.matrix] if p.matrix in v.names else f"({v.arrays[p.matrix]},)"
        self._lines.append(f"{fn}({matrix}, {where}, count, {v.names[p.factor]}, {out})")
        self._made.add(p.result)

    def _computed(self, refs: Sequence[Ref], rank: int) -> tuple[list[str], dict[Ref, str]]:
        """Return the statements that compute numbers at a row (and column), and the names of these."""
        v = self.values
        read: dict[Ref, str] = {}
        local: dict[Ref, str] = {}
        body: list[str] = []
        for ref in refs:
            for r in operands(self.plan.graph.ops[ref]):
                if r not in local and r not in read:
                    v.load(r, rank, read, body)
            name = v.fresh(self.plan.graph.hints.get(ref, "t"))
            body.append(f"{name} = {v.expression(ref, {**read, **local})}")
            local[ref] = name
        return body, local

    def _loop(self, refs: Sequence[Ref], pending: Sequence[Product | Ref]) -> None:
        """Write one loop that computes numbers for all rows (and columns) of a block."""
        v = self.values
        rank = v.rank(refs[0])
        body, local = self._computed(refs, rank)
        for ref in refs:
            if self._needed(ref, pending):
                typed = any(s.rows == ref and s.kind != "plain" for s in self.plan.sums)
                typed = typed or any(p.matrix == ref for p in self.plan.products)
                at = "i" if rank == 1 else "i, c"
                body.append(f"{v.array(ref, typed=typed)}[{at}] = {local[ref]}")
        self._rows(body, None if rank == 1 else v.extent(v.columns(refs[0])))
        self._made.update(refs)

    def _total(self, ref: Ref) -> None:
        """Write the loop for a sum within every row."""
        v = self.values
        body, local = self._computed([ref], 2)
        out = v.array(ref)
        self._lines += ["for i in range(count):", "    total = 0.0"]
        self._lines.append(f"    for c in range({v.extent(self._inner(ref))}):")
        self._lines += [f"        {line}" for line in body]
        self._lines += [f"        total += {local[ref]}", f"    {out}[i] = total"]
        self._made.add(ref)

    def _needed(self, ref: Ref, pending: Sequence[Product | Ref]) -> bool:
        """Tell whether something after the loop needs a number."""
        if any(s.rows == ref for s in self.plan.sums):
            return True
        return any(
            x.matrix == ref if isinstance(x, Product) else ref in operands(self.plan.graph.ops[x])
            for x in pending
        )

    def _along(self, refs: Sequence[Ref]) -> None:
        """Write functions of the rows of one tile: softmax, its logarithm, logsumexp."""
        v, ops = self.values, self.plan.graph.ops
        arg = _arg(ops[refs[0]])
        x = v.arrays.get(-1 if arg is None else arg)
        names = {op.fn: r for r in refs if isinstance(op := ops[r], Along)}
        if x is None or arg is None or set(names) - {"softmax", "logsoftmax", "logsumexp"}:
            raise CannotCompile("a function along the rows of the data, or one without a loop")
        wide = v.extent(v.columns(arg))
        e = v.stored("e", f"(size, {wide})")
        top, tail = v.stored("top", "size"), v.stored("tail", "size")
        outs = {fn: v.array(r) for fn, r in names.items()}
        self._lines.append(f"_normalised({x}, count, {e}, {top}, {tail})")
        each = {
            "softmax": f"({e}[i, c] if {e}[i, c] > 0.0 or {x}[i, c] < {top}[i] else 1.0) * whole",
            "logsoftmax": f"({x}[i, c] - {top}[i]) - rest",
        }
        body = [f"whole = 1.0 / (1.0 + {tail}[i])", f"rest = _log1p({tail}[i])"]
        if "logsumexp" in outs:
            body.append(f"{outs['logsumexp']}[i] = {top}[i] + rest")
        inside = [f"    {outs[fn]}[i, c] = {text}" for fn, text in each.items() if fn in outs]
        if inside:
            body += [f"for c in range({wide}):", *inside]
        self._rows(body, None)
        self._made.update(refs)

    def _rows(self, body: Sequence[str], wide: str | None) -> None:
        """Append a loop over the rows of a block (and over columns)."""
        self._lines.append("for i in range(count):")
        if wide is not None:
            self._lines.append(f"    for c in range({wide}):")
        depth = 1 if wide is None else 2
        self._lines += [f"{'    ' * depth}{line}" for line in body]

    # Sums over the rows.

    def _add_up(self, s: RowSum) -> None:
        v = self.values
        out = v.outputs[self.plan.sums.index(s)]
        rank = v.rank(s.rows)
        kept = v.arrays.get(s.rows)
        source = kept if kept is not None else v.names[s.rows]
        row = "i" if kept is not None else "start + i"
        if s.kind == "plain" and rank == 1 and kept is not None:
            self._lines.append(f"{out}[0] += _added({kept}, count)")
        elif s.kind == "plain" and rank == 1:
            self._rows([f"{out}[0] += {source}[{row}]"], None)
        elif s.kind == "plain":
            self._rows([f"{out}[c] += {source}[{row}, c]"], f"{out}.size")
        else:
            self._outer(s, out, source, kept)

    def _outer(self, s: RowSum, out: str, source: str, kept: str | None) -> None:
        v = self.values
        rank = v.rank(s.rows)
        if s.matrix is None:
            raise CannotCompile("a sum of outer products without data")
        if kept is None or not v.storage[kept][1]:
            row = "start + i" if kept is None else "i"
            wide = None if rank == 1 else f"{source}.shape[1]"
            at = "" if rank == 1 else ", c"
            kept = v.stored("weight", "size" if wide is None else f"(size, {wide})", typed=True)
            self._rows([f"{kept}[i{at}] = {source}[{row}{at}]"], wide)
        if s.kind == "gram":
            scaled = v.stored("scaled", f"(size, {out}.shape[0])", typed=True)
            part = v.stored("part", f"{out}.shape", typed=True)
            self._lines.append(
                f"_gram({v.names[s.matrix]}, start, count, {kept}, {scaled}, {part}, {out})"
            )
            return
        part = v.stored("part", f"{out}.size" if rank == 1 else f"{out}.shape", typed=True)
        fn = "_combined" if rank == 1 else "_outers"
        self._lines.append(f"{fn}({v.names[s.matrix]}, start, count, {kept}, {part}, {out})")


def _arg(op: Op) -> Ref | None:
    return op.arg if isinstance(op, Along) else None
