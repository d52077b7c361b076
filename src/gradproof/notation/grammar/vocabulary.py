"""Words and signs of the grammar: which command, operator or word plays which part."""

from typing import Final, Literal

Code = Literal[
    "num", "name", "fn", "open", "close", "bar", "given", "at", "rel", "+", "-", "pm", "mul", "had",
    "circ", "haddiv", "kron", "slash", "colon", "comma", "semi", "period", "big", "frac", "radical",
    "env", "d", "partial", "nabla", "Delta", "dots", "text", "space", "amp", "newrow", "bang",
    "field", "one", "expect", "extremum", "quantifier", "unknown", "end",
]  # fmt: skip
"""What a token is to the grammar; the token's text says which one."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


RELATION_COMMANDS: Final[dict[str, str]] = {
    "le": "<=", "leq": "<=", "leqslant": "<=", "leqq": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=",
    "geqq": ">=", "lt": "<", "gt": ">", "ll": "<", "gg": ">", "ne": "!=", "neq": "!=",
    "approx": "~~", "simeq": "~~", "cong": "~~", "approxeq": "~~", "propto": "prop",
    "varpropto": "prop", "equiv": "==", "coloneqq": ":=", "coloneq": ":=", "triangleq": ":=",
    "doteq": ":=", "defeq": ":=", "leftarrow": "<-", "gets": "<-", "longleftarrow": "<-",
    "to": "->", "rightarrow": "->", "longrightarrow": "->", "mapsto": "mapsto",
    "longmapsto": "mapsto", "Rightarrow": "=>", "implies": "=>", "Longrightarrow": "=>",
    "therefore": "=>", "iff": "<=>", "Leftrightarrow": "<=>", "Longleftrightarrow": "<=>",
    "in": "in", "notin": "notin", "subset": "subset", "subseteq": "subset", "sim": "~",
    "succ": "succ", "succeq": "succeq", "succcurlyeq": "succeq", "prec": "prec", "preceq": "preceq",
    "preccurlyeq": "preceq",
}  # fmt: skip
"""Relation commands and the relation each stands for (see `RELATIONS` of the surface tree)."""

RELATION_SIGNS: Final[tuple[tuple[str, str], ...]] = (
    ("<=>", "<=>"), ("-->", "->"), ("==>", "=>"), (":=", ":="), ("=:", "="), ("<=", "<="), (">=", ">="),
    ("=<", "<="), ("==", "="), ("!=", "!="), ("->", "->"), ("=>", "=>"), ("=", "="), ("<", "<"),
    (">", ">"),
)  # fmt: skip
"""Relations typed with operator characters side by side, longest first."""

NAME_COMMANDS: Final = words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda "
    "mu nu xi omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega "
    "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho "
    "Sigma Tau Upsilon Phi Chi Psi Omega varGamma varDelta varTheta varLambda varXi varPi "
    "varSigma varUpsilon varPhi varPsi varOmega ell hbar infty imath jmath aleph beth wp Re Im "
    "digamma eth mho"
)
"""Commands that print a letter and may name a quantity."""

FUNCTIONS: Final[dict[str, str]] = {
    name: name
    for name in words(
    "log exp sin cos tan cot sec csc sinh cosh tanh coth sech csch arcsin arccos arctan arsinh "
    "arcosh artanh erf erfc sign relu elu selu gelu silu swish softmax logsoftmax softplus sigmoid logsumexp "
    "logistic logit leakyrelu hardtanh softsign tr det diag vec rank max min sup inf abs norm "
    "sqrt floor ceil round Var Cov std logdet argsort dim span conv pool lg adj cof erfinv expm1 "
    "log1p gcd vech blkdiag blockdiag maximum minimum dropout batchnorm layernorm onehot"
)
} | {
    "ln": "log", "Log": "log", "Exp": "exp", "Tr": "tr", "trace": "tr", "Trace": "tr", "Diag": "diag",
    "ReLU": "relu", "RELU": "relu", "Relu": "relu", "sgn": "sign", "Sign": "sign", "Softmax": "softmax",
    "SoftMax": "softmax", "LogSoftmax": "logsoftmax", "Sigmoid": "sigmoid", "sigm": "sigmoid", "expit": "sigmoid",
    "Softplus": "softplus", "LogSumExp": "logsumexp", "LSE": "logsumexp", "lse": "logsumexp",
    "arctanh": "artanh", "atanh": "artanh", "asinh": "arsinh", "arcsinh": "arsinh", "acosh": "arcosh",
    "arccosh": "arcosh", "atan": "arctan", "asin": "arcsin", "acos": "arccos", "tg": "tan", "th": "tanh",
    "Det": "det", "Vec": "vec", "Rank": "rank", "var": "Var", "Max": "max", "Min": "min", "cov": "Cov",
    "LeakyReLU": "leakyrelu", "GELU": "gelu", "SiLU": "silu", "Tanh": "tanh", "Dropout": "dropout",
}  # fmt: skip
"""Known functions, as written, and their canonical names."""

INVERSES: Final = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "sinh": "arsinh", "cosh": "arcosh",
    "tanh": "artanh", "sigmoid": "logit", "logistic": "logit", "erf": "erfinv",
}  # fmt: skip
r"""What `f^{-1}` means for a known function."""

PRODUCT_FUNCTIONS: Final = frozenset(["tr", "det", "diag", "vec", "rank", "logdet"])
r"""Functions that without brackets take the whole product that follows: `\operatorname{tr} A B`."""

RUN_FUNCTIONS: Final = words(
    "log ln exp sin cos tan tanh sinh cosh sech softmax softplus sigmoid relu max min det diag "
    "sign sgn erf trace vec rank sqrt arctan arcsin arccos Softmax Sigmoid ReLU logsumexp sigm "
    "argmin argmax"
)
"""Functions recognised at either end of a run of plain letters: `ylog(z)`, `dlog(z)`."""

EXTREMA: Final = {
    "argmin": "argmin", "argmax": "argmax", "Argmin": "argmin", "Argmax": "argmax", "lim": "lim",
    "limsup": "lim", "liminf": "lim", "arg": "arg",
}  # fmt: skip

WORDS: Final = words(
    "out net loss Loss cost Cost err error Error input output target pred prob logit logits score "
    "obj mse MSE mae MAE rmse RMSE bce BCE nll NLL elbo ELBO CE KL SSE SSR RSS MLE MAP loss total "
    "bias weight hidden true new old reg grad data label batch train test val act sum mean avg "
    "const sim dist size softmax sigmoid"
)
"""Words that are read as one name wherever a run of plain letters spells them."""

SUBSCRIPT_WORDS: Final = words(
    "in out new old max min pred true test train val prev next init best tot eff reg opt avg mean "
    "hid hidden input output target loss batch data pos neg ref obs est net KL CE MLE MAP ML MSE "
    "tr te"
) - {"in", "tr", "te"}  # fmt: skip
"""Words that label a name from its subscript; two-letter `in` is two indices unless it stands upright."""

PROSE: Final = words(
    "where and if for with or so then since let when otherwise else therefore thus hence because "
    "as such that subject to st unless while is are by from using given chain product quotient "
    "power rule note"
)
"""Upright words that are prose and never names."""

WHERE_WORDS: Final = frozenset(["where", "with", "wherein", "letting", "let", "in which"])
CONDITION_WORDS: Final = frozenset(
    ["if", "for", "when", "whenever", "unless", "provided", "assuming"]
)

SPACES: Final = frozenset("RNZCQS")
"""Letters that name a set of numbers in blackboard bold."""

ALIGNMENTS: Final = words(
    "aligned align alignat alignedat split gather gathered multline multlined equation eqnarray "
    "eqalign eqalignno leqalignno displaylines displaymath math IEEEeqnarray flalign subequations "
    "dcases xalignat cr"
) - {"dcases"}  # fmt: skip
"""Environments whose rows are rows of a derivation."""

MATRICES: Final = words(
    "pmatrix bmatrix Bmatrix vmatrix Vmatrix matrix smallmatrix psmallmatrix bsmallmatrix array"
)
CASES: Final = frozenset(["cases", "dcases", "rcases", "numcases"])

COMMANDS: Final[dict[str, tuple[Code, str]]] = {
    **{name: ("rel", text) for name, text in RELATION_COMMANDS.items()},
    **{name: ("fn", text) for name, text in FUNCTIONS.items()},
    **{name: ("extremum", text) for name, text in EXTREMA.items()},
    **{name: ("name", "\\" + name) for name in NAME_COMMANDS},
    "Delta": ("Delta", "\\Delta"), "partial": ("partial", "partial"), "nabla": ("nabla", "nabla"),
    "cdot": ("mul", "c"), "times": ("mul", "t"), "ast": ("mul", "s"), "bullet": ("mul", "c"),
    "star": ("mul", "s"), "centerdot": ("mul", "c"), "cdotp": ("mul", "c"), "odot": ("had", ""),
    "circledast": ("had", ""), "circ": ("circ", ""), "oslash": ("haddiv", ""), "otimes": ("kron", ""),
    "div": ("slash", ""), "pm": ("pm", ""), "mp": ("pm", ""), "colon": ("colon", ""),
    "sum": ("big", "sum"), "prod": ("big", "prod"), "int": ("big", "integral"),
    "lbrace": ("open", "{"), "{": ("open", "{"), "rbrace": ("close", "}"), "}": ("close", "}"),
    "langle": ("open", "<"), "rangle": ("close", ">"), "lvert": ("open", "|"), "rvert": ("close", "|"),
    "lVert": ("open", "||"), "rVert": ("close", "||"), "lfloor": ("open", "floor"),
    "rfloor": ("close", "floor"), "lceil": ("open", "ceil"), "rceil": ("close", "ceil"),
    "lbrack": ("open", "["), "rbrack": ("close", "]"), "lparen": ("open", "("), "rparen": ("close", ")"),
    "vert": ("bar", "|"), "mid": ("given", "|"), "|": ("bar", "||"), "Vert": ("bar", "||"),
    "parallel": ("given", "||"), "dots": ("dots", "ldots"), "ldots": ("dots", "ldots"), "cdots": ("dots", "cdots"),
    "vdots": ("dots", "cdots"), "ddots": ("dots", "cdots"), "dotsc": ("dots", "ldots"), "dotsb": ("dots", "cdots"),
    "dotsm": ("dots", "cdots"), "hdots": ("dots", "ldots"), "forall": ("quantifier", "for all"),
    "lnot": ("unknown", ""), "plus": ("+", ""), "dd": ("d", "d"), "differential": ("d", "d"),
}  # fmt: skip
"""Commands with a part in the grammar; any other command is unknown."""

OPERATORS: Final[dict[str, tuple[Code, str]]] = {
    "+": ("+", "+"), "-": ("-", "-"), "*": ("mul", "s"), "/": ("slash", ""), "(": ("open", "("),
    ")": ("close", ")"), "[": ("open", "["), "]": ("close", "]"), ",": ("comma", ","),
    ";": ("semi", ";"), ".": ("period", "."), ":": ("colon", ":"), "!": ("bang", "!"), "|": ("bar", "|"),
    "=": ("rel", "="), "<": ("rel", "<"), ">": ("rel", ">"),
}  # fmt: skip

CLOSERS: Final = {"(": ")", "[": "]", "{": "}", "<": ">", "|": "|", "||": "||", "floor": "floor",
                  "ceil": "ceil", "g": "g"}  # fmt: skip
"""Closing bracket of each opening one; `g` is a pair of TeX braces that keeps its content together."""

FACTOR_STARTS: Final[frozenset[Code]] = frozenset([
    "num", "name", "fn", "open", "frac", "radical", "env", "d", "partial", "nabla", "Delta", "big",
    "dots", "text", "field", "one", "expect", "extremum", "unknown",
])  # fmt: skip
"""Tokens with which a factor can begin."""

OPERAND_ENDS: Final[frozenset[Code]] = frozenset([
    "num", "name", "close", "frac", "radical", "env", "dots", "bang", "field", "one", "text", "Delta",
])  # fmt: skip
"""Tokens after which an operand is complete."""
