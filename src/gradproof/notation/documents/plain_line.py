"""Where the formula of a line of plain text begins and ends, if it holds one."""

import re

from gradproof.notation.documents.words import FUNCTIONS, STOP, has_word, reads_as_prose, word_set

RELATION = re.compile(
    r":=|<-|[<>!]=|[=<>≈≃≅≡≤≥≠∈∉⊂⊆∝~←→⇒⇔↦]|(?<=[\w)\]}])\s+in\s+(?=[{\[(RNZSℝℕℤ])"
)
_STARTS_WITH_RELATION = re.compile(r"\s*(?::=|[<>]=|[=≈≃≅≡≤≥∝⇒])")
_STARTS_WITH_SIGN = re.compile(r"\s*[+*/·⊙−-]")
_STRONG = re.compile(
    r"[\w)\]}'ᵀ²³]\s*[*^+·×⊙∘⊗]\s*[\w(\\\[∂∇∑√-]|[\d)\]}]\s*[/-]\s*[\w(]|\w\s*[/-]\s*[\d(]"
    r"|\bd\w{1,4}/d\w|[^\W\d_]\(|[∂∇∑∏√∫]|\\(?!begin|end|item)[A-Za-z]|\w[ᵀ⁻¹²³₀-₉ᵢⱼ]|\w_\w"
)
_CODE = re.compile(
    r"://|==|\"|\b(?:def|import|return|print|class|elif|assert)\b|(?<!\w)[A-Za-z_]\w*\.[A-Za-z_]\w*\s*[(=]|</?[a-z]+>|;\s*$"
)
_WORD = re.compile(
    r"\\(?:text[a-z]*|mbox|operatorname|math[a-z]+)\s*\{[^{}]*\}|\\[A-Za-z]+"
    r"|(?P<word>[^\W\d_]+(?:['’][a-z]{1,2}(?![a-z]))?)(?P<name>[_\d]\w*)?"
)
_ALLOWED = word_set("in for if where with and or all mod when as product a i mean")
_JOINING = word_set(
    "is are get gets have has that gives give hence so then therefore thus where let with now yields "
    "obtain obtains since because but given assume suppose define set denote note follows becomes "
    "find write implies equals namely also finally next again here"
)
_ITEM = re.compile(
    r"[ \t]*(?:[•‣▪◦*][ \t]+|\(?\d{1,3}[.)][ \t]+|[a-z]\)[ \t]+|[⇒∴][ \t]*|[=-]>[ \t]+)"
)
_LABEL = re.compile(r"(?P<label>[^\W\d_][^:=+*^<>|{}\\\n]{0,80}):[ \t]+(?=\S)")
_SENTENCE = re.compile(r"(?P<label>[^\W\d_]{3,}[\w ]{0,40})\.[ \t]+(?=\S)")
_CONDITIONAL = re.compile(r"[ \t]*(?:for|if|when|case|unless)[ \t]+", re.I)
_FUNCTION_TYPE = re.compile(r"[^=]*(?:->|→|\\to)")
_LEADING_WORD = re.compile(r"(?P<word>[^\W\d_]+)[,:]?[ \t]+")
_BY = re.compile(r"[,;]?(?<![ \t])[ \t]+(?:by|using|from|since|because|via|due[ \t]to)[ \t]")
_CONDITION = re.compile(r"[,;]?(?<![ \t])[ \t]+(?:where|with|for|if|when|as)[ \t]")
_COMMENT = re.compile(r"[ \t](?:#|//)[ \t]")
_WORDS_ONLY = re.compile(r"[^\W\d_][\w ,'’.:-]*")


def split_row(line: str, *, continues: bool = False) -> tuple[int, int] | None:
    """Return where the formula of `line` begins and ends, or None for running text.

    Before it stands a label or connecting words, behind it a remark. `continues` says that the line before
    is a formula; then a bare expression needs no further evidence.

    >>> line = "Sum rule: dJ/dw = X^T (z - y)   (chain rule)"
    >>> line[slice(*split_row(line))]
    'dJ/dw = X^T (z - y)'
    """
    if len(line) == line.count(" ") or _CODE.search(line):
        return None
    start, end = _lead(line), _tail(line)
    if start >= end or _CONDITIONAL.match(line, start):
        return None
    return (start, end) if is_formula(line[start:end], continues=continues) else None


def is_conditional(line: str) -> bool:
    """Say whether `line` is a formula under a condition in words: ``For y = 0: J = -log(1-p)``."""
    start = _lead(line)
    found = _CONDITIONAL.match(line, start)
    return found is not None and split_row(line[found.end() :]) is not None


def is_formula(text: str, *, continues: bool = False) -> bool:
    """Say whether `text` as a whole is a formula.

    >>> [is_formula(s) for s in ("y in {0,1}", "X ∈ R^{m×n}", "the loss is 3", "and/or", "dL = y:d log(p)")]
    [True, True, False, False, True]
    """
    unknown = long_words = 0
    last = -2
    letters = False
    for found in _WORD.finditer(text):
        letters = True
        word = found["word"]
        if word is None or found["name"] or len(word) < 2:
            continue
        lower = word.lower()
        if lower in FUNCTIONS or lower in _ALLOWED:
            continue
        if lower in STOP:
            return False
        if len(word) > 2:
            if last >= 0 and text[last : found.start()].isspace():
                return False
            last = found.end()
            unknown += 1
            long_words += len(word) > 3
    if RELATION.search(text):
        return letters or any(c.isdigit() for c in text)
    if not letters or long_words:
        return False
    strong = bool(_STRONG.search(text) or (continues and _STARTS_WITH_SIGN.match(text)))
    return strong and (continues or not unknown) and not reads_as_prose(text)


def has_left_side(text: str) -> bool:
    """Say whether `text` holds a relation with something before it."""
    found = RELATION.search(text)
    return found is not None and bool(text[: found.start()].strip())


def starts_with_relation(text: str) -> bool:
    """Say whether `text` continues the line before it."""
    return _STARTS_WITH_RELATION.match(text) is not None


def _lead(line: str) -> int:
    """Return the place behind item mark, label and connecting words."""
    at = len(line) - len(line.lstrip())
    item = _ITEM.match(line, at)
    if item is not None:
        at = item.end()
    label = _LABEL.match(line, at)
    if label is not None:
        words = label["label"].strip()
        named = has_word(words) or (words.isupper() and 2 <= len(words) <= 5)
        typed = " " not in words and _FUNCTION_TYPE.match(line, label.end()) is not None
        if named and not typed:
            at = label.end()
    sentence = _SENTENCE.match(line, at)
    if sentence is not None and has_word(sentence["label"]):
        at = sentence.end()
    start = at
    first = True
    while (found := _LEADING_WORD.match(line, at)) is not None:
        word = found["word"].lower()
        at = found.end()
        if word in _JOINING or (first and word in ("and", "or")):
            start = at
        elif word == "we" or word == "to":
            start = at if first else start
        first = False
    return start


def _tail(line: str) -> int:
    """Return the place before a closing remark."""
    end = len(line.rstrip())
    note = _COMMENT.search(line, 0, end)
    if note is not None:
        end = len(line[: note.start()].rstrip())
    for pattern in (_BY, _CONDITION):
        found = pattern.search(line, 0, end)
        if found is not None and line[: found.start()].strip():
            rest = line[found.end() : end]
            if has_word(rest) and (pattern is _BY or RELATION.search(rest) is None):
                end = len(line[: found.start()].rstrip())
    last = line[:end].rstrip(".,;")
    for opening, closing in ("()", "[]"):
        if not last.endswith(closing):
            continue
        at = last.rfind(opening)
        before = last[:at].rstrip() if at > 0 else ""
        inside = last[at + 1 : -1].strip()
        if (
            before
            and len(before) < at
            and before[-1] not in "+-*/^=·⊙×,([{"
            and _WORDS_ONLY.fullmatch(inside)
            and has_word(inside)
        ):
            return len(before)
    return end
