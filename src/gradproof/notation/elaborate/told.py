r"""What words say of the formulas beside them: "$X$ is an $n \times d$ matrix", "the gradient wrt $w$ is $…$".

A sentence is read only where it has one of a few plain forms; every reading is told. All else is left alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.notation.elaborate.sentences import MARK, Sentence, mark

KIND: Final = "words-declare"
"""Kind of the note on a name that words declare."""

_NAMES = rf"(?P<names>{MARK}(?:(?: ?, ?| and |, and | or ){MARK})*)"
_VERB = (
    r"(?: ?,)?(?: (?:is|are|be|denotes?|being|represents?|as|stands for|will be))?"
    r"(?: (?:just|simply|also|both|all))*"
)
_WORDS = (
    r"(?: (?:an?|the|some|any|our|two|three|fixed|given|real|constant|known|unknown|column|input|output|weights?|"
    r"parameter|feature|data|design|target|label|symmetric|square|invertible|positive|definite|semi-?definite|"
    r"orthogonal|diagonal|random|dense|bias|mean|response|one-hot))*"
)
_SIZE = (
    r"(?: (?:of|with|having) (?:length|dimension|dimensionality|size|shape) (?P<n>⟨\d+⟩)"
    r"| (?:of|with|having) (?P<k>⟨\d+⟩) (?:entries|elements|components))"
)

_PATTERNS: Final = {
    "matrix": re.compile(rf"{_NAMES}{_VERB}{_WORDS} (?P<n>⟨\d+⟩){_WORDS} (?:matrix|matrices)\b"),
    "matrix of": re.compile(rf"{_NAMES}{_VERB}{_WORDS} (?:matrix|matrices){_SIZE}"),
    "vector": re.compile(rf"{_NAMES}{_VERB}{_WORDS} vectors?{_SIZE}"),
    "dimensional": re.compile(
        rf"{_NAMES}{_VERB}{_WORDS} (?P<n>⟨\d+⟩) ?[- ](?:dimensional|dim){_WORDS} vectors?\b"
    ),
    "row": re.compile(rf"{_NAMES}{_VERB}{_WORDS} row vectors?{_SIZE}"),
    "scalar": re.compile(rf"{_NAMES}{_VERB}{_WORDS} (?:scalars?|real numbers?)\b"),
    "positive": re.compile(
        rf"{_NAMES}{_VERB}(?: (?:an?|some|fixed|given))*(?: strictly)? positive"
        r" (?:scalars?|(?:real )?numbers?|constants?|reals?)\b"
    ),
}
_ZERO_OR_ONE = r"(?:⟨\d+⟩|0|1|zero|one)"
_BINARY = re.compile(
    rf"{_NAMES}(?: ?,)?(?: (?:is|are|be|being|can(?: only)?|may|will|must|only|either|always|both|all|each))*"
    rf"(?: (?:an?|the|some|random|independent|iid))*"
    rf"(?: (?:take|takes|taking|equal|equals|be|have|has)(?: on)?(?: only)?(?: (?:the )?values?)?(?: in)?(?: only)?)?"
    rf"(?: either)?(?: (?P<word>(?:binary|Bernoulli|(?:0|zero)[/-](?:1|one))(?: ?\( ?⟨\d+⟩ ?\))?(?: random)?"
    rf"(?= ?(?:[.,;:)]|$)| (?:and|so|hence|we|thus|then|variables?|labels?|masks?|indicators?|targets?|numbers?|"
    rf"vectors?|quantit(?:y|ies)|random|valued|outcomes?|responses?|selectors?|assignments?)\b))"
    rf"| (?P<a>{_ZERO_OR_ONE}) (?:or|and) (?P<b>{_ZERO_OR_ONE})"
    rf"(?= ?(?:[.,;:)]|$)| (?:so|hence|we|thus|then|and|only)\b))"
)
"""A quantity that is 0 or 1: ``z is binary``, ``the y_i are 0 or 1``, ``z only takes the values 0 and 1``."""
_PLURAL = re.compile(r" (?:are|be|both|all|vectors|matrices|scalars|numbers|constants|reals)\b")
_FUNCTIONS: Final = {
    r"\frac{1}{1+e^{-u}}": r"(?:logistic(?: sigmoid)?|sigmoid|sigmoid activation|standard logistic)(?: function)?",
    r"\tanh(u)": r"(?:hyperbolic tangent|tanh)(?: function)?",
    r"\max(0, u)": r"(?:relu|rectified linear unit|rectifier)(?: function| activation)?",
    r"\log(1+e^{u})": r"softplus(?: function)?",
}
_AFTER = {
    body: re.compile(
        rf"{_NAMES}{_VERB} (?:the )?(?:usual |standard )?{words}(?=[ ,.;:)]|$)", re.IGNORECASE
    )
    for body, words in _FUNCTIONS.items()
}
_BEFORE = {
    body: re.compile(rf"\b(?:the|a) (?:usual |standard )?{words} (?P<names>{MARK})", re.IGNORECASE)
    for body, words in _FUNCTIONS.items()
}


@final
@dataclass(frozen=True, slots=True)
class Said:
    """What words say of a name: the formula at `position`, written out as `tex`."""

    position: int
    tex: str


def declared(sentences: Sequence[Sentence], texts: Sequence[str]) -> Iterator[Said]:
    """Yield what the words say of the shapes and meanings of names; `texts` are the formulas by position."""
    for sentence in sentences:
        text = sentence.text
        if _DENIED.search(text):
            continue
        for what, pattern in _PATTERNS.items():
            for found in pattern.finditer(text):
                groups = found.groupdict()
                size = groups.get("n") or groups.get("k")
                names = _positions(found["names"])
                names = names if _PLURAL.search(found[0]) else names[-1:]
                yield from _shaped(what, names, texts[_position(size)] if size else "", texts)
        for found in _BINARY.finditer(text):
            if found["word"] or {_number(found[k], texts) for k in "ab"} == {"0", "1"}:
                for position in _positions(found["names"]):
                    yield Said(position, texts[position].strip() + r" \in \{0, 1\}")
        for patterns in (_AFTER, _BEFORE):
            for body, pattern in patterns.items():
                for found in pattern.finditer(text):
                    for position in _positions(found["names"]):
                        yield Said(position, f"{texts[position].strip()}(u) = {body}")


def _shaped(what: str, names: Sequence[int], size: str, texts: Sequence[str]) -> Iterator[Said]:
    sizes = re.split(r"\\times|×|\\cdot", size.strip())
    plain = all(re.fullmatch(r"\s*(?:[A-Za-z]|\d{1,4}|[A-Za-z]_\{?\w\}?)\s*", s) for s in sizes)
    if what in ("scalar", "positive"):
        tail = r" > 0" if what == "positive" else r" \in \mathbb{R}"
    elif not plain or len(sizes) != (2 if what.startswith("matrix") else 1):
        return
    else:
        axes = [*(["1"] if what == "row" else []), *(s.strip() for s in sizes)]
        tail = r" \in \mathbb{R}^{" + r" \times ".join(axes) + "}"
    for position in names:
        yield Said(position, texts[position].strip() + tail)


_SETS = re.compile(
    rf"{MARK}(?: ?,)?(?: (?:is|be|are|denotes?|for|as|contains?|consists? of|being|collects?|holds?|has))?"
    r"(?: (?:the|a|an|all|some|those|of|subset|index|sub))*"
    r" (?:sets?|subsets?|pairs|indices|collection|points|examples|samples|observations|edges|neighbou?rs|words|"
    r"elements)\b"
)

_CHOSEN = re.compile(
    r"\b(?:with|where|such that|for which|whose|positives?|negatives?|active|inactive|mis-?classified|correctly|"
    r"violat\w+|same|equal|non-?zero|support vectors?|satisfy\w*|misranked|ordered)\b",
    re.IGNORECASE,
)


def described(found: Sequence[Sentence], texts: Sequence[str]) -> frozenset[str]:
    """Return the letters of the sets of which a sentence with a further formula, or a choice, tells what is in them."""
    return frozenset(
        plain_letters(texts[int(m[1])])
        for s in found
        for m in _SETS.finditer(s.text)
        if _chooses(_CLAUSE.split(s.text[m.end() :])[0], texts) or _CHOSEN.search(m[0])
    )


_CLAUSE = re.compile(r"[.,;:]| and ")


def _chooses(words: str, texts: Sequence[str]) -> bool:
    """Tell whether words behind "the set" say which: by a formula with a relation, or by what they are like."""
    told = (texts[int(k)] for k in re.findall(MARK, words))
    return _CHOSEN.search(words) is not None or any(
        re.search(r"[=<>≤≥≠∈]|\\(?:le|ge|ne|in|lt|gt)", t) for t in told
    )


def plain_letters(name: str) -> str:
    r"""Return the letters of a name without its font, ``E`` of ``\mathcal{E}``."""
    return re.sub(r"\\math[a-z]+|[{}\s\\]", "", name)


def _number(word: str, texts: Sequence[str]) -> str:
    """Return what a number in words or in a formula is, in digits."""
    text = texts[_position(word)].strip() if word.startswith("⟨") else word
    return {"zero": "0", "one": "1"}.get(text, text)


def _positions(names: str) -> list[int]:
    return [int(k) for k in re.findall(MARK, names)]


def _position(name: str) -> int:
    return int(name.strip("⟨⟩"))


_DENIED = re.compile(
    r"\b(?:not|if|replace|replaced|replacing|instead|unlike|never|but|some|other|another|without|neither|nor|rather|"
    r"no longer|suppose|were|would|could|might|may)\b|n't\b",
    re.IGNORECASE,
)
"""Words of sentences that may say the opposite, or something of another time: nothing is taken from them."""

_ASKED = r"(?:(?:partial )?(?:derivative|gradient)|partial|differential quotient)"
_BY = rf"(?:wrt|by|in) (?P<x>{MARK})"
_FUNCTION = r"(?:the|our|my|this) (?:loss|cost|objective|error|function|log[- ]likelihood|likelihood)(?: function)?"
_OF = rf"(?: of (?:(?P<f>{MARK})|it|this|{_FUNCTION}))?"
_HEADS: Final = (
    re.compile(
        rf"\b(?:[Tt]he|[Ii]ts|[Tt]heir) {_ASKED}{_OF} {_BY},?(?: (?:then|therefore|thus|hence|simply|just))*"
        r" (?:is|equals|becomes|reads|will be|should be|is given by|turns out to be|comes out as)"
        r"(?: (?:then|therefore|thus|hence|simply|just|given by|equal to))*\s*:?$"
    ),
    re.compile(
        rf"\b(?:[Dd]ifferentiating|[Tt]aking (?:the|its) {_ASKED}{_OF}|[Dd]ifferentiation)"
        rf"(?: (?:(?P<g>{MARK})|it|this|{_FUNCTION}))? {_BY},?"
        r" (?:(?:we|I|you) (?:now |then )?(?:get|obtain|have|find)|gives(?: us)?|yields|leads to|results in)\s*:?$"
    ),
)


_OPEN = re.compile(
    r"\b(?:if|suppose|supposing|assume|assuming|such that|whose|require|requires|want|wanted|unless|first|second|"
    r"last|other|each|inner|outer)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\s*(?:$|[.;!?)]|,(?!\s*(?:if|for|when|plus|times|up to|minus|provided|assuming|at|unless|as long as)\b))"
)


@final
@dataclass(frozen=True, slots=True)
class Head:
    """What words say that a formula is: the derivative of that at `function` (None: the one function) by `by`."""

    position: int
    function: int | None
    by: int


def heads(sentences: Sequence[Sentence]) -> Iterator[Head]:
    """Yield the formulas that words call the derivative of something by something."""
    for sentence in sentences:
        for position in sentence.regions:
            lead, _, rest = (x.strip() for x in sentence.text.partition(mark(position)))
            if _OPEN.search(lead) or not _DONE.match(rest):
                continue
            found = next((m for p in _HEADS if (m := p.search(lead)) is not None), None)
            if found is not None:
                groups = found.groupdict()
                function = groups.get("f") or groups.get("g")
                yield Head(
                    position,
                    None if function is None else _position(function),
                    _position(groups["x"]),
                )
