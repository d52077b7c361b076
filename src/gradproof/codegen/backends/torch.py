"""PyTorch: functions of tensors on any device, the value with its derivatives for autograd."""

from typing import Final

from gradproof.codegen.backend import Backend
from gradproof.codegen.dialect import Dialect
from gradproof.codegen.fused.branch import branch
from gradproof.codegen.fused.triton import KERNELS
from gradproof.codegen.module import Branch, Job, Library, arguments, module
from gradproof.codegen.program import Program


def _pad(x: str, axis: int, rank: int, before: str, after: str) -> str:
    widths = ["0", "0"] * (rank - 1 - axis) + [before, after]
    return f"torch.nn.functional.pad({x}, ({', '.join(widths)}))"


_LOG1MEXP: Final = '''\
def _log1mexp(x):
    """Return log(1 - exp(-x)) for x > 0."""
    near = x < 0.6931471805599453
    small, large = torch.where(near, x, 1), torch.where(near, 1, x)
    return torch.where(near, torch.log(-torch.expm1(-small)), torch.log1p(-torch.exp(-large)))
'''
_EXPREL: Final = '''\
def _exprel(x, k):
    """Return the integral of t^k exp(t x) over t from 0 to 1: near 0 its series, else by parts."""
    near = torch.abs(x) < 1
    small, large = torch.where(near, x, 0), torch.where(near, 1, x)
    series = sum(small**j / (math.factorial(j) * (j + k + 1)) for j in range(20))
    parts = torch.expm1(large) / large
    for j in range(1, k + 1):
        parts = (torch.exp(large) - j * parts) / large
    return torch.where(near, series, parts)
'''
_LOGSUMEXP: Final = '''\
def _logsumexp(x):
    """Return log(sum(exp(x))) along the last axis, without overflow; what is beside the largest keeps its digits."""
    place = torch.argmax(x, dim=-1, keepdim=True)
    top = torch.gather(x, -1, place)
    rest = torch.exp(x - top).scatter(-1, place, 0)
    return top[..., 0] + torch.log1p(rest.sum(dim=-1))
'''
_LOGSOFTMAX: Final = '''\
def _logsoftmax(x):
    """Return x - log(sum(exp(x))) along the last axis, without overflow; near 0 it keeps its digits."""
    place = torch.argmax(x, dim=-1, keepdim=True)
    x = x - torch.gather(x, -1, place)
    rest = torch.exp(x).scatter(-1, place, 0)
    return x - torch.log1p(rest.sum(dim=-1, keepdim=True))
'''
_LOGDET: Final = '''\
def _logdet(x):
    """Return the logarithm of the determinant, nan where it is negative."""
    sign, size = torch.linalg.slogdet(x)
    return torch.where(sign > 0, size, torch.nan)
'''
_CBRT: Final = '''\
def _cbrt(x):
    """Return the cube root, also of negative numbers."""
    return torch.sign(x) * torch.abs(x) ** (1 / 3)
'''
_NUMBER: Final = "torch.as_tensor({0}, dtype={like}.dtype, device={like}.device)"

TORCH: Final = Dialect(
    module="torch",
    functions={
        **{
            name: f"torch.{name}({{0}})"
            for name in (
                "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos",
                "arctan", "sqrt", "abs", "sign", "log1p", "expm1", "sigmoid", "relu", "erf",
            )
        },
        "pow": "~{0} ** {1}",
        "cbrt": "_cbrt({0})",
        "softplus": "torch.nn.functional.softplus({0}, threshold=40)",
        "log1mexp": "_log1mexp({0})",
        "xlogy": "torch.xlogy({0}, {1})",
        "logaddexp": "torch.logaddexp({0}, {1})",
        "exprel0": "_exprel({0}, 0)",
        "exprel1": "_exprel({0}, 1)",
        "exprel2": "_exprel({0}, 2)",
        "max": "torch.maximum({0}, {1})",
        "min": "torch.minimum({0}, {1})",
        "greater": "torch.gt({0}, {1}).to({like}.dtype)",
        "atleast": "torch.ge({0}, {1}).to({like}.dtype)",
        "equal": "torch.eq({0}, {1}).to({like}.dtype)",
        "unequal": "torch.ne({0}, {1}).to({like}.dtype)",
        "where": "torch.where({0} != 0, {1}, {2})",
    },
    helpers={
        "_log1mexp": _LOG1MEXP, "_exprel": _EXPREL, "_logsumexp": _LOGSUMEXP,
        "_logsoftmax": _LOGSOFTMAX, "_logdet": _LOGDET, "_cbrt": _CBRT,
    },
    einsum='torch.einsum("{spec}", {args})',
    tensordot="torch.tensordot({0}, {1}, dims=({2}, {3}))",
    total="torch.sum({0}, dim={axes})",
    whole="torch.sum({0})",
    dot="torch.sum(torch.mul({0}, {1}))",
    permute="torch.permute({0}, ({axes}))",
    full="torch.full({shape}, {0}, dtype={like}.dtype, device={like}.device)",
    spread="torch.broadcast_to({0}, {shape}).clone()",
    eye="torch.eye({n}, dtype={like}.dtype, device={like}.device)",
    positions="torch.arange({first}, {last}, dtype={like}.dtype, device={like}.device)",
    diagonal="torch.diag({0})",
    taken="torch.diagonal({0})",
    reshape="{0}.reshape({shape})",
    pad=_pad,
    along={
        "softmax": "torch.softmax({0}, dim=-1)",
        "logsoftmax": "_logsoftmax({0})",
        "logsumexp": "_logsumexp({0})",
        "maximum": "torch.amax({0}, dim=-1)",
        "minimum": "torch.amin({0}, dim=-1)",
        "product": "torch.prod({0}, dim=-1)",
    },
    inverse="torch.linalg.inv({0})",
    solve="torch.linalg.solve({0}, {1})",
    det="torch.linalg.det({0})",
    logdet="_logdet({0})",
    cholesky="torch.linalg.cholesky({0})",
    factored="torch.cholesky_solve({1}, {0})",
    factored_vector="torch.cholesky_solve(({1})[:, None], {0})[:, 0]",
    wrapped=_NUMBER,
    result=_NUMBER,
)  # fmt: skip

CHECKS: Final = '''\
def _floating(**given):
    """Return the arguments as tensors of one floating type, on the device of the first array among them."""
    tensors = {}
    for name, x in given.items():
        try:
            tensors[name] = torch.as_tensor(x)
        except (TypeError, ValueError, RuntimeError) as failure:
            raise TypeError(f"{name} has the type {type(x).__name__}, expected real numbers") from failure
        kind = tensors[name].dtype
        if kind.is_complex or kind in (torch.float16, torch.bfloat16):
            raise TypeError(f"{name} has the type {kind}, expected real numbers (float32, float64)")
    arrays = [x for x in tensors.values() if x.ndim] or list(tensors.values())
    dtype = arrays[0].dtype
    for x in arrays:
        dtype = torch.promote_types(dtype, x.dtype)
    if not dtype.is_floating_point:
        dtype = torch.get_default_dtype()
    return [x.to(dtype=dtype, device=arrays[0].device) for x in tensors.values()]


def _misfit(name, x, expected, sizes=None):
    """Return the error for an argument whose shape does not fit."""
    told = expected if sizes is None or expected == str(sizes) else f"{expected} = {sizes}"
    return ValueError(f"{name} has the shape {tuple(x.shape)}, expected {told}")
'''


def _bridge(p: Program) -> str:
    """Return the autograd function of the value, and that of the gradient for second derivatives."""
    names = arguments(p)
    listed = ", ".join(names)
    given = ", ".join(f"{n}={n}" for n in names)
    mine = [s.name for s in p.wrt]
    places = [names.index(n) for n in mine]
    several = len(mine) > 1
    pack = "gradients" if several else "(gradients,)"
    hvp = f"hvp(*seeds, {given})" if p.products else None
    second = "products" if several else "(products,)"
    lines = [
        "class _Value(torch.autograd.Function):",
        '    """The value; its derivative is the gradient of this module."""',
        "",
        "    generate_vmap_rule = True",
        "",
        "    @staticmethod",
        f"    def forward({listed}):",
        f"        value, gradients = value_and_gradient({given})",
        f"        return (value, *{pack})",
        "",
        "    @staticmethod",
        "    def setup_context(ctx, inputs, output):",
        "        ctx.save_for_backward(*inputs, *output[1:])",
        "        ctx.save_for_forward(*inputs)",
        "        ctx.mark_non_differentiable(*output[1:])",
        "",
        "    @staticmethod",
        "    def backward(ctx, seed, *_):",
        f"        inputs, gradients = ctx.saved_tensors[:{len(names)}], ctx.saved_tensors[{len(names)}:]",
        "        if torch.is_grad_enabled():",
        "            gradients = _Gradient.apply(*inputs)",
        f"        out = _by_others(_plain, inputs, ctx.needs_input_grad, {places}, [seed])",
        f"        for place, gradient in zip({places}, gradients):",
        "            out[place] = seed * gradient",
        "        return tuple(out)",
        "",
        "    @staticmethod",
        "    def jvp(ctx, *tangents):",
        f"        inputs = ctx.saved_tensors[:{len(names)}]",
        "        gradients = _Gradient.apply(*inputs)",
        f"        (out,) = _along(_plain, inputs, tangents, {places}) or (torch.zeros_like(inputs[0].sum()),)",
        f"        for place, gradient in zip({places}, gradients):",
        "            if tangents[place] is not None:",
        "                out = out + torch.sum(gradient * tangents[place])",
        f"        return (out, {', '.join(['None'] * len(mine))})",
        "",
        "",
        "class _Gradient(torch.autograd.Function):",
        '    """The gradient; its derivative is the Hessian of this module, where it has one."""',
        "",
        "    generate_vmap_rule = True",
        "",
        "    @staticmethod",
        f"    def forward({listed}):",
        f"        gradients = gradient({given})",
        f"        return {'gradients' if several else '(gradients,)'}",
        "",
        "    @staticmethod",
        "    def setup_context(ctx, inputs, output):",
        "        ctx.save_for_backward(*inputs)",
        "        ctx.save_for_forward(*inputs)",
        "",
        "    @staticmethod",
        "    def backward(ctx, *seeds):",
        "        inputs = ctx.saved_tensors",
        f"        {listed}{',' if len(names) == 1 else ''} = inputs",
    ]
    if hvp is not None:
        lines += [
            f"        out = _by_others(_gradients, inputs, ctx.needs_input_grad, {places}, seeds)",
            f"        products = {hvp}",
            f"        for place, product in zip({places}, {second}):",
            "            out[place] = product",
        ]
    else:
        lines.append(
            "        out = _by_others(_gradients, inputs, ctx.needs_input_grad, [], seeds)"
        )
    lines += [
        "        return tuple(out)",
        "",
        "    @staticmethod",
        "    def jvp(ctx, *tangents):",
        "        inputs = ctx.saved_tensors",
    ]
    if hvp is not None:
        lines += [
            f"        {listed}{',' if len(names) == 1 else ''} = inputs",
            "        seeds = [torch.zeros_like(x) if t is None else t for x, t in zip(inputs, tangents)]",
            f"        seeds = [seeds[k] for k in {places}]",
            f"        products = {hvp}",
            f"        others = _along(_gradients, inputs, tangents, {places})",
            f"        products = {second}",
            "        return tuple(p + o for p, o in zip(products, others)) if others else products",
        ]
    else:
        lines.append("        return _along(_gradients, inputs, tangents, [])")
    lines += [
        "",
        "",
        "def _along(function, inputs, tangents, known):",
        '    """Return the tangents by those inputs that have one and no derivative of their own here, or nothing."""',
        "    places = [k for k, t in enumerate(tangents) if t is not None and k not in known]",
        "    if not places:",
        "        return ()",
        "    given = tuple(inputs[k] for k in places), tuple(tangents[k] for k in places)",
        "    return torch.func.jvp(_of(function, inputs, places), *given)[1]",
        "",
        "",
        f"def _gradients({listed}):",
        '    """Return the gradients as autograd sees them."""',
        f"    gradients = gradient({given})",
        f"    return {pack}",
        "",
        "",
        "def _by_others(function, inputs, needed, known, seeds):",
        '    """Return the derivatives by those inputs that need one and have none of their own here."""',
        "    places = [k for k, needs in enumerate(needed) if needs and k not in known]",
        "    out = [None] * len(inputs)",
        "    if places:",
        "        _, back = torch.func.vjp(_of(function, inputs, places), *(inputs[k] for k in places))",
        "        for k, x in zip(places, back(tuple(seeds))):",
        "            out[k] = x",
        "    return out",
        "",
        "",
        "def _of(function, inputs, places):",
        '    """Return a function of some of the inputs, the others as they are; its results are a tuple."""',
        "",
        "    def moved(*xs):",
        "        given = dict(zip(places, xs))",
        "        found = function(*(given.get(k, x) for k, x in enumerate(inputs)))",
        "        return found if isinstance(found, tuple) else (found,)",
        "",
        "    return moved",
        "",
        "",
        f"def _value({listed}):",
        '    """Return the value, with its derivative where autograd asks for it."""',
        f"    if torch.is_grad_enabled() and any(x.requires_grad for x in ({listed}{',' if len(names) == 1 else ''})):",
        f"        return _Value.apply({listed})[0]",
        f"    return _plain({listed})",
    ]
    return "\n".join(lines)


def _branch(p: Program, job: Job) -> Branch | None:
    """Return the way through a kernel."""
    return branch(p, job, TORCH)


LIBRARY: Final = Library(
    title="PyTorch code for a formula and its derivatives, on any device.",
    dialect=TORCH,
    imports=("import torch",),
    checks=CHECKS,
    direction="torch.as_tensor({0}, dtype={like}.dtype, device={like}.device)",
    shape="tuple({0}.shape)",
    bridge=_bridge,
    branch=_branch,
    kernels=KERNELS,
)


def emit(p: Program) -> str:
    """Return the source of a module."""
    return module(p, LIBRARY)


BACKEND: Final = Backend("torch", ("torch",), "torch", emit)
