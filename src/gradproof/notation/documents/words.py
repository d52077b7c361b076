"""Telling words from mathematics: prose, heading lines, and running text without its markup."""

import html
import re


def word_set(words: str) -> frozenset[str]:
    """Return the words of `words` as a set."""
    return frozenset(words.split())


FUNCTIONS = word_set(
    "abs arccos arcsin arctan argmax argmin bce cos cosh cov cross csc det diag dim div dot erf exp "
    "expm1 gelu grad hat inner ker kron leakyrelu ln log log10 log1p log2 logit logsumexp lse max mean "
    "min mod mse nabla norm onehot outer partial prime prod rank relu sech sec sgn sigmoid sign silu sin "
    "sinh softmax softplus sqrt std sum sup swish tan tanh tilde times tr trace transpose var vec "
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau "
    "upsilon phi chi psi omega bar odot otimes cdot inf otherwise else"
)
"""Words that stand for mathematics when written in plain text."""

STOP = word_set(
    "a all also am an and any are as at be because been but by can chain compute computing consider could "
    "denote denotes derivative did differentiate differentiating do does each find first finally follows "
    "following for from get gets give given gives giving had has have hence here how i if into is it its "
    "just know leads let mean means more much my next no not note now obtain obtained of on one only or "
    "our out over product rearranging recall respect rule second see set shall should show simplify "
    "simplifying since so solve some step substitute substituting such than that the their them then "
    "there therefore these they this those thus to up us use used using want was we were what when where "
    "which while whose why will with would write yields you your"
)
"""Words that tell running text."""

_AS_MATHEMATICS = word_set("a as d i if for or set mean product in x")

_TEXT_COMMAND = (
    r"\\(?:text[a-z]*|mbox|hbox|intertext|shortintertext|operatorname\*?|math[a-z]+|tag\*?|label)"
)
_WORD = re.compile(
    _TEXT_COMMAND + r"\s*\{[^{}]*\}|\\[A-Za-z]+(?:\s*\{[A-Za-z*]+\})?|[_^]\s*\{[^{}]*\}"
    r"|(?P<word>[^\W\d_]+(?:['’][a-z]+)?)(?P<name>[_\d]\w*)?"
)
_FAR_EAST = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]{2}")


def reads_as_prose(text: str) -> bool:
    r"""Say whether a line or a would-be formula is running text; words in ``\text`` do not count.

    >>> reads_as_prose(r"and so the loss is"), reads_as_prose(r"a = \text{the loss of one}")
    (True, False)
    """
    stops = run = longest = 0
    last = -1
    for found in _WORD.finditer(text):
        word = found["word"]
        if word is None or found["name"]:
            continue
        if len(word) < 2:
            last = found.end() if word in "aAI" and run else -1
            continue
        lower = word.lower()
        if lower in FUNCTIONS:
            last = -1
            continue
        stop = lower in STOP and lower not in _AS_MATHEMATICS
        if len(word) == 2 and not stop:
            last = -1
            continue
        stops += stop
        gap = text[last : found.start()] if last >= 0 else "="
        run = run + 1 if not gap.strip(" \t\r\n,;*_") else 1
        longest = max(longest, run)
        last = found.end()
        if longest >= 3 or stops >= 2 or (stops and longest >= 2):
            return True
    return _FAR_EAST.search(text) is not None


def has_word(text: str) -> bool:
    r"""Say whether a word of running text stands outside ``\text`` (of three letters, or a stop word).

    >>> has_word("5 and "), has_word("5x = 3")
    (True, False)
    """
    for found in _WORD.finditer(text):
        word = found["word"]
        if word is None or found["name"] or len(word) < 2:
            continue
        lower = word.lower()
        if lower not in FUNCTIONS and (len(word) >= 3 or lower in STOP):
            return True
    return _FAR_EAST.search(text) is not None


def holds_prose_line(text: str, start: int, end: int) -> bool:
    """Say whether a line of ``start:end`` is running text: then a closing mark is missing."""
    return any(reads_as_prose(line) for line in text[start:end].split("\n"))


def prose_line_start(text: str, start: int, end: int) -> int:
    """Return where the first line of running text after the first non-blank line of ``start:end`` begins.

    Where there is none, return `end`.
    """
    seen = False
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        line = text[at:stop]
        if line.strip():
            if seen and reads_as_prose(line):
                return at
            seen = True
        at = stop + 1
    return end


_NUMBER = r"[ \t]*(?:[Nn]o\.?[ \t]*|\#)?\(?(?:\d{1,3}|[ivxIVX]{1,5}|[A-Za-z])\)?"
_LABEL = re.compile(
    r"""(?:[ \t>*_\#~{]|\\(?:noindent|item|textbf|textit|emph|underline|bf|bfseries|large|Large)(?![A-Za-z]))*+
    (?:(?:my|your|our|the|an?|another|other|alternative|first|second|third|fourth|fifth|\d(?:st|nd|rd|th))
       [ \t]+)*+
    (?:(?P<opening>solution|attempt|edit)
      |answer|question|problem|exercise|case|method|approach|example|derivation|variant|option|part)
    (?:(?P<number>"""
    + _NUMBER
    + r""")(?=[\s}*_:.)\\]|\Z))?
    [ \t}*_]*+
    (?:[:.]?[ \t}*_\\]*+\r?(?=\n|\Z)|(?P<colon>[:.])[ \t}*_]*+(?=\s|[$\\\w(]))""",
    re.X | re.I,
)


def is_label_line(text: str, at: int) -> bool:
    r"""Say whether the line that begins at `at` is a heading in words.

    >>> [is_label_line(s, 0) for s in ("Solution 1:", "**Answer 2**", r"\textbf{Case 1}", "Case i = k:")]
    [True, True, True, False]
    """
    found = _LABEL.match(text, at)
    if found is None:
        return False
    colon = found["colon"]
    if colon is None or found["number"]:
        return True
    return colon == ":" and found["opening"] is not None


_TEX_MARKUP = re.compile(
    r"\\(?:label|[cC]ite[a-z]*|ref|eqref|[cC]ref|autoref|pageref|index|[vh]space|bibliography[a-z]*"
    r"|includegraphics|begin|end|footnotemark)\*?\s*(?:\[[^\[\]]*\])?\s*\{[^{}]*\}"
    r"|\\(?P<kept>[%&$#_])|\\[A-Za-z@]+\*?|\\.?|[{}~]|``|''",
    re.S,
)


def clean_tex(raw: str) -> str:
    r"""Return running text without TeX markup.

    >>> clean_tex(r"The \emph{chain rule}~\cite{a} gives\\")
    'The chain rule gives'
    """
    text = _TEX_MARKUP.sub(
        lambda m: m["kept"] or ("" if m[0] in "{}" else '"' if m[0] in ("``", "''") else " "), raw
    )
    return " ".join(text.split())


_MARKDOWN_LINE = re.compile(
    r"^[ \t]*+(?:>[ \t]*+)*+(?:\#{1,6}(?=[ \t]|$)|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])|(?:={2,}|-{2,})[ \t\r]*$)?",
    re.M,
)
_MARKDOWN_MARKUP = re.compile(
    r"!?\[(?P<link>[^\[\]]*)\]\([^()\s]*\)|\\(?P<kept>[!-/:-@\[-`{-~])"
    r"|(?P<emphasis>\*\*|__|~~|`+|(?<!\w)[*_]|[*_](?!\w))|</?[A-Za-z][^<>]*>|[|]"
)


def clean_markdown(raw: str) -> str:
    """Return running text without Markdown markup.

    >>> clean_markdown("> **Sum rule:** see [here](http://a.b/c) &amp; `y`")
    'Sum rule: see here & y'
    """

    def plain(found: re.Match[str]) -> str:
        if found["emphasis"] is not None:
            return ""
        return found["link"] or found["kept"] or " "

    text = _MARKDOWN_MARKUP.sub(plain, _MARKDOWN_LINE.sub("", raw))
    return " ".join((html.unescape(text) if "&" in text else text).split())


def clean_plain(raw: str) -> str:
    """Return running text with single spaces."""
    return " ".join(raw.split())
