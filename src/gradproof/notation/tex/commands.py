"""Which handler reads which command."""

from collections.abc import Mapping
from types import MappingProxyType

from gradproof.notation.tex import structures, words
from gradproof.notation.tex.layout import Layout
from gradproof.notation.tex.reader import Handler, Reader
from gradproof.notation.tex.tokens import ALIGN, COMMAND, END, EOF, OTHER, Token
from gradproof.notation.tex.vocabulary import (
    ACCENTS,
    BIG,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FONTS,
    FRACTIONS,
    OPERATORS,
    PASSED,
    PLAIN_ENVIRONMENTS,
    RENAMED,
    SWITCHES,
    TEXTS,
    THIN,
)
from gradproof.source import Span


def _big_greek(reader: Reader, token: Token) -> Layout:
    """Read a capital Σ or Π as the operator where it has an index and an operand, else as the letter."""
    letter, operator = {"Σ": ("Sigma", "sum"), "Π": ("Pi", "prod")}[token[1]]
    node = reader.scripted(Layout("command", Span(token[2], token[3]), letter))
    kind, text = reader.peek()[:2]
    ends = kind in (EOF, END, ALIGN) or (
        kind == COMMAND and text not in structures.OPERAND_COMMANDS
    )
    ends = ends or (kind == OTHER and text not in "([|")
    if node.sub is None and node.sup is None and not ends:
        reader.note(
            "sum-or-letter",
            f"{token[1]} without an index is read as the letter; write \\{operator} for the operator",
            token[2],
            token[3],
        )
    if node.sub is None or ends or (node.sup is not None and _is_power(node.sup)):
        return node
    return Layout(node.kind, node.span, operator, (), node.sub, node.sup)


def _is_power(sup: Layout) -> bool:
    texts = [node.text for node in sup.args]
    return texts in (["-", "1"], ["T"], ["top"], ["-", "T"], ["2"], ["*"], ["1", "/", "2"])


def _handlers() -> dict[str, Handler]:
    table: dict[str, Handler] = dict.fromkeys(DROPPED, structures.drop)
    table.update(dict.fromkeys(SWITCHES, structures.drop))
    table.update(dict.fromkeys(DROPPED_WITH_ARGUMENT, structures.drop_with_argument))
    table.update(dict.fromkeys(PASSED, structures.passed))
    table.update(dict.fromkeys(ACCENTS, structures.accent))
    table.update(dict.fromkeys(FONTS, words.font))
    table.update(dict.fromkeys(TEXTS, words.text))
    table.update(dict.fromkeys(FRACTIONS, structures.fraction))
    table.update(dict.fromkeys(RENAMED, structures.renamed))
    table.update(dict.fromkeys(OPERATORS, structures.plain_character))
    table.update(dict.fromkeys(BIG, structures.sized))
    table.update(dict.fromkeys(PLAIN_ENVIRONMENTS, structures.plain_environment))
    table.update(dict.fromkeys(("\\", "cr", "newline", "tabularnewline"), structures.new_row))
    table.update(
        dict.fromkeys(("operatorname", "mathop", "operatornamewithlimits"), words.operator_name)
    )
    table.update(dict.fromkeys(("quad", "qquad"), structures.wide_space))
    table.update(dict.fromkeys(THIN, structures.thin_space))
    table.update(dict.fromkeys(("hspace", "mspace"), structures.horizontal_space))
    table.update(dict.fromkeys(("kern", "mkern", "hskip", "mskip", "vskip"), structures.kern))
    table.update(
        dict.fromkeys(("underbrace", "overbrace", "underbracket", "overbracket"), structures.braced)
    )
    table.update(dict.fromkeys(("underset", "overset", "stackrel"), structures.stacked))
    table.update(dict.fromkeys(("xrightarrow", "xleftarrow", "xRightarrow"), structures.arrow))
    table.update(dict.fromkeys(("eqno", "leqno"), structures.equation_number))
    table.update(
        {
            "sqrt": structures.radical, "√": structures.root_sign, "left": structures.left, "middle": structures.middle,
            "begin": structures.begin, "not": structures.negated, "Σ": _big_greek, "Π": _big_greek,
        }
    )  # fmt: skip
    return table


HANDLERS: Mapping[str, Handler] = MappingProxyType(_handlers())
"""The handler of each known command."""
