"""Runs of plain letters set side by side: a product of letters, or words?

The rule, first match wins:

1. the run is a word of the document (`Options.words`, or a key with several letters), of the field
   (`WORDS`: out, loss, CE, KL …) or a known function;
2. it begins or ends with a known function: ``ylog``, ``dtr`` (two-letter ones only before a bracket or alone);
   a leading ``d`` before a word is a differential: ``dLoss``;
3. three or more capitals before a round bracket are a word (``BCE(``); before a bracket or as a whole operand, fewer
   may be one (``FL = …``): the product is read and the word recorded as the other reading;
4. three or more letters, with a capital followed by small letters or pronounceable, that are the whole operand of
   a derivative or stand before a bracket, a subscript or a relation sign: a word, with the product as the
   other reading;
5. otherwise it is a product of letters.
"""

import re
from typing import Final

from gradproof.notation.grammar.options import Options
from gradproof.notation.grammar.vocabulary import FUNCTIONS, PROSE, RUN_FUNCTIONS, WORDS
from gradproof.notation.tex.layout import Layout

_PRONOUNCED: Final = re.compile(r"[A-Z]?[a-z]*[aeiou][a-z]*\Z")
_LONG_FUNCTIONS: Final = tuple(
    sorted((f for f in RUN_FUNCTIONS if len(f) > 2), key=len, reverse=True)
)
_CIRCULAR: Final = frozenset({"cos", "sin", "tan"})
_CONNECTIVES: Final = frozenset(
    {"where", "with", "for", "and", "when", "otherwise", "then", "let", "so", "if", "since"}
)

Doubt = tuple[int, str, bool]
"""Place in the run of a doubtful word, the word, and whether it was read as one."""


def split_run(
    run: str,
    before: Layout | None,
    after: Layout | None,
    start: int,
    last: Layout,
    options: Options,
    whole: bool,
) -> tuple[list[str], Doubt | None]:
    """Cut `run` into letters and words; scripts of `last` belong to the last piece."""
    if is_word(run, options) or run in FUNCTIONS:
        return [run], None
    if run in _CONNECTIVES and _apart(before, after, start, last):
        return [run], None
    bracket = after is not None and _opens(after) and last.sub is None and last.sup is None
    if len(run) == 2 and not (run.isupper() or run in PROSE):
        return [*run], None
    for word in _LONG_FUNCTIONS:
        if run.endswith(word):
            head, _ = split_run(run[: -len(word)], before, None, start, last, options, False)
            return [*head, word], None
        if run.startswith(word):
            if word in _CIRCULAR and run[len(word) :] in WORDS:  # cossim: no cosine of a word
                return [run], None
            tail, doubt = split_run(
                run[len(word) :], None, after, start + len(word), last, options, False
            )
            return [word, *tail], doubt and (doubt[0] + len(word), doubt[1], doubt[2])
    if len(run) > 2 and run[-2:] in ("ln", "tr", "Tr") and (run[-2:] == "ln" or bracket):
        head, _ = split_run(run[:-2], before, None, start, last, options, False)
        return [*head, run[-2:]], None
    if len(run) > 2 and run.startswith("ln"):
        return ["ln", *run[2:]], None
    if run[0] == "d" and is_word(run[1:], options):
        return ["d", run[1:]], None
    return _unknown_run(run, before, after, last, options, whole, bracket)


def _unknown_run(
    run: str,
    before: Layout | None,
    after: Layout | None,
    last: Layout,
    options: Options,
    whole: bool,
    bracket: bool,
) -> tuple[list[str], Doubt | None]:
    begin = 1 if run[0] == "d" and len(run) > 3 else 0
    word = run[begin:]
    pieces = [*run[:begin], word]
    known = options.not_callables | (options.callables or frozenset())
    if all(letter in known for letter in word):
        return [*run], None
    middle = run.find("ln", 1)
    if 0 < middle < len(run) - 2:
        return [*run[:middle], "ln", *run[middle + 2 :]], (middle, "ln", True)
    if word.isupper():
        if bracket and len(word) > 2:
            return pieces, (begin, word, True)
        operand = whole or (before is None and _relates(after))
        return [*run], (begin, word, False) if operand or bracket else None
    if len(word) < 3 or not _PRONOUNCED.match(word) or len(set(word.lower())) < 3:
        return [*run], None
    capital = word[0].isupper() and word[1:].islower() and len(word) > 3
    operand = whole or bracket or last.sub is not None or (before is None and _relates(after))
    if operand or capital or len(word) > 4:
        return pieces, (begin, word, True)
    return [*run], None


def function_at(run: str, options: Options) -> int:
    """Return where to cut an unknown word that begins or ends with a known function; 0 where it does not."""
    if run in FUNCTIONS or is_word(run, options):
        return 0
    for word in _LONG_FUNCTIONS:
        if len(run) > len(word) and run.endswith(word) and len(run) - len(word) <= 2:
            return len(run) - len(word)
    return 0


def is_word(run: str, options: Options) -> bool:
    """Say whether a run of letters is a word of the field or of the document."""
    if len(run) < 2:
        return False
    if run in WORDS or run in options.words or run in options.not_callables:
        return True
    return options.callables is not None and run in options.callables


def _opens(node: Layout) -> bool:
    return (node.kind == "operator" and node.text == "(") or (
        node.kind == "delimited" and node.text.startswith("(")
    )


def _relates(node: Layout | None) -> bool:
    return node is not None and (
        (node.kind == "operator" and node.text == "=") or node.kind == "ampersand"
    )


def _apart(before: Layout | None, after: Layout | None, start: int, last: Layout) -> bool:
    """Say whether a run stands apart, as a word of prose does."""
    left = before is None or before.span.end < start or before.kind == "operator"
    right = after is None or after.span.start > last.span.end
    return left and right
