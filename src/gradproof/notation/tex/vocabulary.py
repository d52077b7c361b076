"""The commands of the TeX layer by what they do to the layout; all others stay `command` leaves."""

ACCENTS: dict[str, str] = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde",
    "widetilde": "tilde", "vec": "vec", "overrightarrow": "vec", "dot": "dot", "ddot": "ddot",
    "check": "check", "widecheck": "check", "breve": "breve", "acute": "acute", "grave": "grave",
    "mathring": "mathring", "underline": "underline", "underbar": "underline", "utilde": "tilde",
}  # fmt: skip
"""Accent commands with the name they are given in the layout (wide forms are the same accent)."""

FONTS: dict[str, str] = {
    "mathbf": "mathbf", "boldsymbol": "boldsymbol", "bm": "boldsymbol", "pmb": "boldsymbol",
    "symbf": "mathbf", "symbfit": "boldsymbol", "mathbold": "boldsymbol",
    "mathbfit": "boldsymbol", "mathrm": "mathrm", "mathup": "mathrm", "symrm": "mathrm",
    "mathit": "mathit", "symit": "mathit", "mathnormal": "mathnormal", "mathsf": "mathsf",
    "symsf": "mathsf", "mathtt": "mathtt", "mathcal": "mathcal", "symcal": "mathcal",
    "mathscr": "mathscr", "mathfrak": "mathfrak", "mathbb": "mathbb", "mathbbm": "mathbb",
    "mathds": "mathbb", "Bbb": "mathbb", "frak": "mathfrak", "bold": "mathbf",
    "mathbfcal": "mathcal", "mathbfsf": "mathbf",
}  # fmt: skip
"""Font commands with one argument, with the name given in the layout."""

UPRIGHT = frozenset({"mathrm", "mathit", "mathsf", "mathtt"})
"""Fonts in which two or more letters are one word."""

SWITCHES: dict[str, str] = {
    "bf": "mathbf", "rm": "mathrm", "it": "mathit", "sf": "mathsf", "tt": "mathtt",
    "cal": "mathcal", "bfseries": "mathbf", "rmfamily": "mathrm", "itshape": "mathit",
    "sffamily": "mathsf", "boldmath": "boldsymbol", "mit": "mathnormal", "scr": "mathscr",
}  # fmt: skip
"""Old-style fonts, which reach to the end of their group."""

TEXTS = frozenset({
    "text", "textrm", "textnormal", "textup", "mbox", "hbox", "textit", "textsl", "emph",
    "textbf", "textsf", "texttt", "textsc", "intertext", "shortintertext", "textmd",
})  # fmt: skip
"""Commands whose argument is words."""

FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac", "ifrac"})

DROPPED = frozenset({
    ",", ";", ":", "!", ">", " ", "\n", "\t", "\r", "", "/", "-", "*", "thinspace", "medspace",
    "thickspace", "negthinspace", "negmedspace", "negthickspace", "enspace", "enskip", "space",
    "nobreakspace", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits",
    "nolimits", "displaylimits", "nonumber", "notag", "allowbreak", "nobreak", "break", "hfill",
    "hfil", "hss", "noindent", "strut", "mathstrut", "smallskip", "medskip", "bigskip", "hline",
    "null", "relax", "protect", "xspace", "normalsize", "small", "large", "Large", "LARGE",
    "huge", "Huge", "footnotesize", "scriptsize", "tiny", "centering", "unboldmath",
    "displaybreak", "pagebreak", "linebreak", "nolinebreak", "global", "long", "protected",
    "qedhere", "crcr", "par", "phantomsection", "allowdisplaybreaks", "singlespacing", "upshape",
    "mathsurround", "leavevmode",
})  # fmt: skip
"""Commands that say nothing about the mathematics and have no argument."""

THIN = frozenset(
    {
        " ",
        ";",
        ":",
        ",",
        "thinspace",
        "medspace",
        "thickspace",
        "enspace",
        "enskip",
        "space",
        "nobreakspace",
    }
)
"""Spaces that say nothing one by one, and set formulas apart where `APART` of them stand in a row."""

APART = 4

DROPPED_WITH_ARGUMENT: dict[str, int] = {
    "label": 1, "tag": 1, "phantom": 1, "vphantom": 1, "hphantom": 1, "ref": 1, "eqref": 1,
    "cref": 1, "Cref": 1, "autoref": 1, "cite": 1, "citep": 1, "citet": 1, "footnote": 1,
    "footnotemark": 0, "color": 1, "index": 1, "vspace": 1, "definecolor": 3, "rule": 2,
    "marginpar": 1, "setlength": 2, "hypertarget": 1, "class": 1, "cssId": 1, "style": 1,
    "href": 1, "todo": 1, "arraystretch": 0, "setcounter": 2, "addtocounter": 2, "require": 1,
    "noalign": 1, "vskip": 0, "usepackage": 1,
}  # fmt: skip
"""Commands dropped together with that many arguments (and an optional one in square brackets)."""

PASSED: dict[str, int] = {
    "boxed": 0, "fbox": 0, "framebox": 0, "cancel": 0, "bcancel": 0, "xcancel": 0, "sout": 0,
    "mathbin": 0, "mathrel": 0, "mathord": 0, "mathopen": 0, "mathclose": 0, "mathpunct": 0,
    "mathinner": 0, "ensuremath": 0, "smash": 0, "textcolor": 1, "colorbox": 1, "fcolorbox": 2,
    "mathllap": 0, "mathrlap": 0, "llap": 0, "rlap": 0, "substack": 0, "raisebox": 1, "bbox": 0,
    "mathclap": 0, "vcenter": 0, "hcancel": 0, "Aboxed": 0, "tcboxmath": 0, "colorboxed": 1,
    "mathcolor": 1,
}  # fmt: skip
"""Commands whose last argument is kept, after that many dropped ones."""

BIG = frozenset(
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)

DELIMITERS: dict[str, str] = {
    "{": "lbrace", "}": "rbrace", "|": "Vert", "lbrack": "[", "rbrack": "]", "lparen": "(",
    "rparen": ")",
}  # fmt: skip
"""Delimiter commands under another name."""

OPERATORS: dict[str, str] = {
    "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "lt": "<", "gt": ">", "%": "%",
    "&": "&", "#": "#", "_": "_", "$": "$", "slash": "/", "vert": "|", "minus": "-",
}  # fmt: skip
"""Commands that are one plain character."""

RENAMED: dict[str, str] = {
    "{": "lbrace", "}": "rbrace", "|": "Vert", "dotsc": "ldots", "dotso": "ldots",
    "dots": "ldots", "dotsb": "cdots", "dotsm": "cdots", "dotsi": "cdots", "hdots": "ldots",
    "neq": "ne", "leqslant": "le", "geqslant": "ge", "leq": "le", "geq": "ge",
    "gets": "leftarrow", "rightarrow": "to",
}  # fmt: skip
"""Commands with two names."""

CLOSING: dict[str, str] = {
    "(": ")", "[": "]", "lbrace": "rbrace", "langle": "rangle", "lvert": "rvert",
    "lVert": "rVert", "lfloor": "rfloor", "lceil": "rceil", "|": "|", "Vert": "Vert",
    "vert": "vert", "/": "/", ")": "(", "]": "[", "<": ">", ".": ".", "lgroup": "rgroup",
    "lmoustache": "rmoustache", "ulcorner": "urcorner",
}  # fmt: skip
"""The delimiter that closes another."""

OPENERS = frozenset({"(", "[", "lbrace", "langle", "lvert", "lVert", "lfloor", "lceil"})
CLOSERS = frozenset({")", "]", "rbrace", "rangle", "rvert", "rVert", "rfloor", "rceil"})

LIMIT_BASES = frozenset({
    "sum", "prod", "min", "max", "sup", "inf", "lim", "limsup", "liminf", "argmin", "argmax",
    "int", "arg", "bigcup", "bigcap", "coprod", "oint", "iint", "mathbb", "operatorname",
})  # fmt: skip
"""Commands below which ``\\underset`` means a subscript."""

PLAIN_ENVIRONMENTS = frozenset({
    "eqalign", "eqalignno", "leqalignno", "displaylines", "cases", "matrix", "pmatrix", "bmatrix",
    "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix",
})  # fmt: skip
"""Environments in plain TeX's form ``\\name{ … \\cr }``."""

COLUMNED = frozenset({
    "array", "tabular", "alignat", "alignedat", "subarray", "xalignat", "xxalignat",
    "IEEEeqnarray", "darray", "IEEEeqnarraybox", "NiceArray", "tabular*", "minipage",
})  # fmt: skip
"""Environments with an argument before their rows."""

PROSE = frozenset({
    "a", "also", "an", "and", "any", "are", "as", "assuming", "at", "be", "because", "but", "by",
    "case", "define", "denote", "each", "else", "equals", "every", "for", "from", "given", "has",
    "have", "hence", "here", "if", "iff", "implies", "in", "is", "it", "let", "likewise",
    "namely", "not", "note", "now", "of", "on", "or", "otherwise", "over", "respectively", "resp",
    "similarly", "since", "so", "such", "subject", "st", "than", "that", "the", "then",
    "therefore", "this", "thus", "to", "under", "using", "via", "we", "when", "whenever", "where",
    "which", "while", "with", "whose", "wrt", "finally", "first", "second", "third", "next",
    "again", "rule", "unless", "until", "denotes", "means", "between", "both", "all", "some",
    "only", "i.e", "e.g", "s.t", "w.r.t",
})  # fmt: skip
"""Single words of prose; any other single word set as text may be a name."""

CONNECTIVES = frozenset({
    "if", "and", "or", "for", "where", "with", "when", "otherwise", "else", "such", "that", "s.t",
    "is",
})  # fmt: skip
"""Words that are prose in a script too."""
