r"""What a report says that it assumed, as facts in TeX that the second evaluator reads like declarations.

An assumption is no verdict: what nothing declares has to be taken in some way, and the report tells in which. The audit
asks whether the verdict is right where this holds.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport

MATRIX = re.compile(r"(?P<name>.+) is read as an? (?P<rows>.+)×(?P<columns>\S+) matrix")
COLUMN = re.compile(r"(?P<name>.+) is read as a column of (?P<size>[^:]+)")
SYMMETRIC = re.compile(r"the line holds if (?P<names>.+) (?:is|are) symmetric")
SUMS = re.compile(r"the line holds if (?P<rows>each row of )?(?P<name>\S+( \S+)?) sums to one")
CASE = re.compile(r"the line holds for (?P<a>\S+) (?P<sign>[=≠]) (?P<b>\S+?)(?: only|;)")
VARIABLE = re.compile(r"the gradient is read as that (?:of \S+ )?by (?P<name>.+)")
MEMBERS = re.compile(r"the members of (?P<name>\S+( \S+)?) are read as vectors")
EYE = "I"
"""A name whose size follows from what it meets."""


@dataclass
class Told:
    """Facts of the whole document, facts of single lines, and the variable of a gradient without one."""

    declared: list[str] = field(default_factory=list)
    of_line: dict[Any, list[str]] = field(default_factory=dict)
    variables: dict[Any, str] = field(default_factory=dict)
    families: list[str] = field(default_factory=list)
    columns: bool = False
    twins: bool = False
    """Whether the derivative by a symmetric matrix moves both equal entries."""
    held: set[Any] = field(default_factory=set)
    """Lines on which the other named quantities are held constant."""
    implied: set[Any] = field(default_factory=set)
    """Lines that hold where the equations before them do."""


def told(report: "FileReport") -> Told:
    """Return what a report assumed, as far as the second evaluator has to know it."""
    out = Told()
    for a in report.assumptions:
        own = out.of_line.setdefault(a.place, [])
        if (found := MATRIX.match(a.message)) and found["name"] != EYE:
            size = rf"{found['rows']} \times {found['columns'].rstrip(':')}"
            out.declared.append(rf"{found['name']} \in \mathbb{{R}}^{{{size}}}")
        elif (found := COLUMN.match(a.message)) and found["name"] != EYE:
            out.declared.append(rf"{found['name']} \in \mathbb{{R}}^{{{found['size']}}}")
        elif found := SYMMETRIC.match(a.message):
            own += [f"{name}^T = {name}" for name in found["names"].split(", ")]
        elif found := SUMS.match(a.message):
            name = found["name"]
            own.append(
                rf"{name}\mathbf{{1}} = \mathbf{{1}}"
                if found["rows"]
                else rf"\mathbf{{1}}^T{name} = 1"
            )
        elif found := CASE.match(a.message):
            own.append(f"{found['a']} {found['sign'].replace('≠', chr(92) + 'ne')} {found['b']}")
        elif found := VARIABLE.match(a.message):
            out.variables[a.place] = found["name"]
        elif found := MEMBERS.match(a.message):
            out.families.append(found["name"])
        elif a.kind == "broadcast":
            out.columns = True
        elif a.message.endswith("counts equal entries as one"):
            out.twins = True
        elif a.kind == "local-derivative":
            out.held.add(a.place)
        elif a.kind == "equations-before":
            out.implied.add(a.place)
    ones = {d for d in out.declared if d.startswith("1 ")}
    if len(ones) > 1:
        out.declared = [d for d in out.declared if d not in ones]
    return out
