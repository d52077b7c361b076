"""Prose cues: the short list of phrases that are read as declarations."""

import re
from dataclasses import dataclass
from typing import final

from gradproof.notation.derivation import Structure

_ONE_EXAMPLE = re.compile(
    r"\b(?:one|a single|single|1|just one|only one|each|per)\s+(?:\w+\s+)?"
    r"(?:example|sample|instance|data\s*point|observation|record)\b",
    re.IGNORECASE,
)
_DIFFERENTIATED = re.compile(
    r"\b(?:derivative|derivatives|differentiat\w*|gradient|d\s*/\s*d|w\.?\s?r\.?\s?t\.?|with respect to)",
    re.IGNORECASE,
)
_ASSUMED = re.compile(
    r"\b(?:let|let's|assume|assuming|suppose|given|where|with|since|because|define|denote|denoting|"
    r"declare|constraint|subject to|such that|for)\b[^.]*$",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|case|for|at|suppose|now|with)\b[^.;]*$", re.IGNORECASE
)
_GLOBAL = re.compile(
    r"\b(?:where|here|let|with|denote|define|assume|assuming)\b[^.;]*$", re.IGNORECASE
)
_WANTED = re.compile(
    r"\b(?:want|wanted|need|require|requires|set|setting|solve|solving|find)\b[^.;]*$",
    re.IGNORECASE,
)
_APPROXIMATE = re.compile(
    r"\b(?:neglect|ignor|discard|drop|omit)(?:s|p?ing|t?ing|p?ed|t?ed|e|es|ed)?\b[^.;]{0,40}"
    r"\b(?:terms?|constants?|orders?|remainders?|factors?)\b|"
    r"\bapproximat\w*|\b(?:first|leading|lowest|second|higher)[- ]order\b[^.;]{0,20}\b(?:terms?|in|expansion|taylor)\b|"
    r"\bto (?:first|leading|lowest|second) order\b|"
    r"\bup to (?:a|an|some|additive|multiplicative|constant)\w*\b[^.;]{0,20}\b(?:constants?|factors?|terms?|scale)\b",
    re.IGNORECASE,
)
_SOLVES = re.compile(
    r"\b(?:set(?:ting)?|equat\w+|put(?:ting)?)\b[^.;]{0,60}\b(?:to|equal) (?:zero|0)\b|\bvanish\w*|\bstationary\b|"
    r"\bcritical points?\b|\bat (?:the|an?) (?:optimum|maximum|minimum|stationary)|\boptimality\b|"
    r"\bfirst[- ]order condition",
    re.IGNORECASE,
)
_HYPOTHESIS = re.compile(
    r"\b(?:satisf\w+|obey\w*|suppose that|assume that|such that|governed by|evolv\w+ (?:according to|by))\b[^.;]*$",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"(?:^|[.,;:]\s*|\b(?:and|but|while)\s+)(?:otherwise|else|in the other case|in all other cases)\b[^.;]*$",
    re.IGNORECASE,
)
_NEGATED = r"(?<!not )(?<!non-)(?<!necessarily )(?<!always )\b"
_STRUCTURES: dict[Structure, re.Pattern[str]] = {
    "symmetric": re.compile(
        rf"{_NEGATED}(?:symmetric|semi-?definite|(?:positive|negative)[- ]definite|hermitian|self-adjoint|"
        r"covariances?|laplacian|hessian|(?:is|be|are) diagonal|"
        r"(?:gram|kernel|scatter|diagonal|projection) matri(?:x|ces))\b",
        re.IGNORECASE,
    ),
    "skew": re.compile(rf"{_NEGATED}(?:anti-?symmetric|skew(?:-?symmetric)?)\b", re.IGNORECASE),
    "orthogonal": re.compile(
        rf"{_NEGATED}(?:orthogonal|orthonormal|unitary|rotations?)\b", re.IGNORECASE
    ),
    "independent": re.compile(
        rf"{_NEGATED}(?:independent(?:ly)?|i\.?\s?i\.?\s?d\b\.?)", re.IGNORECASE
    ),
    "binary": re.compile(
        r"\b(?:bernoulli|(?:0|zero) or (?:1|one)|(?:0|zero)[/-](?:1|one)|idempotent|"
        r"indicator (?:variables?|functions?)|"
        r"binary[- ](?:random|variables?|labels?|masks?|indicators?|vectors?|targets?|valued|latents?))\b",
        re.IGNORECASE,
    ),
    "distribution": re.compile(
        r"\b(?:un-?correlated|zero[- ]mean|mean[- ]zero|mean zero|(?:of|with|has|have) (?:zero|unit) (?:mean|variance)|"
        r"gaussians?|normal(?:ly)?|uniform(?:ly)?|bernoulli|poisson|rademacher|symmetrically|whitened|isotropic|"
        r"cent(?:e?red|red)|standardi[sz]ed|martingales?|stationary|unbiased|re-?parametri[sz]\w*|"
        r"re-?parameteri[sz]\w*|path-?wise|conditional(?:ly)?|distributed|degenerate|deterministic)\b",
        re.IGNORECASE,
    ),
    "row-stacking": re.compile(
        r"\bstack(?:s|ed|ing)?\b[^.;]{0,40}\brows\b|\brows\b[^.;]{0,30}\bstacked\b|\brow[- ]major\b",
        re.IGNORECASE,
    ),
    "matrix": re.compile(r"\bmatri(?:x|ces)\b", re.IGNORECASE),
    "numerator-layout": re.compile(
        r"\bnumerator[- ]layout\b|\bjacobians?\b[^.;]{0,60}\b(?:with|has|have|whose)\s+rows\b|"
        r"\brows\b[^.;]{0,30}\bof\s+(?:the|a|each)\s+jacobian\b[^.;]{0,30}\bgradients?\b",
        re.IGNORECASE,
    ),
    "denominator-layout": re.compile(r"\bdenominator[- ]layout\b", re.IGNORECASE),
}
_CASE_SPLIT = re.compile(r"\b(?:case|cases|if|when|diagonal|off-diagonal)\b", re.IGNORECASE)

_JOINING = re.compile(
    r"[\s,;:()]*(?:(?:and|also|with|be|is|are|has|have|both|all|a|an|the|real|symmetric|positive|negative|definite|"
    r"semi-?definite|invertible|non-?singular|square|diagonal|orthogonal|orthonormal|full|row|column|rank|unit|"
    r"fixed|constant|matrix|matrices|vectors?|scalars?|numbers?|columns|i\.e\.|that is)\b[\s,;:()]*)*",
    re.IGNORECASE,
)

CLAIMED_RULES = {
    "product rule": "product-rule",
    "quotient rule": "quotient-rule",
    "chain rule": "chain-rule",
    "sum rule": "sum-rule",
    "power rule": "power-rule",
    "linearity": "constant-multiple",
}


@final
@dataclass(frozen=True, slots=True)
class Cues:
    """What the words before or inside a line say."""

    one_example: bool = False
    differentiated: bool = False
    assumed: bool = False
    cases: bool = False
    condition: bool = False
    introduces: bool = False
    wanted: bool = False
    approximate: bool = False
    hypothesis: bool = False
    otherwise: bool = False
    solves: bool = False
    claimed_rules: tuple[str, ...] = ()


def joins(words: str) -> bool:
    """Tell whether the words behind a declaration only go on declaring, so that what follows is a fact, too.

    >>> joins(" be symmetric, "), joins(", and "), joins(". Then ")
    (True, True, False)
    """
    return _JOINING.fullmatch(words) is not None


def structures(words: str) -> frozenset[Structure]:
    """Return what the words call some matrix: symmetric (or what is so always), skew, orthogonal, or just a matrix.

    >>> sorted(structures("where the matrix is symmetric")), sorted(structures("is not symmetric"))
    (['matrix', 'symmetric'], [])
    """
    return frozenset(k for k, pattern in _STRUCTURES.items() if pattern.search(words))


def read_cues(words: str) -> Cues:
    """Read the cues of a stretch of prose.

    >>> read_cues("for one training example, by the chain rule:").claimed_rules
    ('chain-rule',)
    """
    low = words.lower()
    return Cues(
        one_example=bool(_ONE_EXAMPLE.search(words)),
        differentiated=bool(_DIFFERENTIATED.search(words)),
        assumed=bool(_ASSUMED.search(words.rstrip(" :"))),
        cases=bool(_CASE_SPLIT.search(words)),
        condition=bool(_CONDITION.search(words.rstrip(" :,"))),
        wanted=bool(_WANTED.search(words)),
        approximate=bool(_APPROXIMATE.search(words)),
        hypothesis=bool(_HYPOTHESIS.search(words)),
        solves=bool(_SOLVES.search(words)),
        otherwise=bool(_OTHERWISE.search(words.rstrip(" :,"))),
        introduces=bool(_GLOBAL.search(words.rstrip(" :,"))),
        claimed_rules=tuple(v for k, v in CLAIMED_RULES.items() if k in low),
    )
