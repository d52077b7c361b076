"""The torch backend on a GPU: the formulas of the tests, and bytes per second of the fused kernels.

    python benchmarks/gpu.py prepare FOLDER             # anywhere: writes modules, data and expected results
    python benchmarks/gpu.py run FOLDER [--json FILE]   # on a machine with torch, triton and a GPU; needs no gradproof

`run` compares every module with what the NumPy backend gave, checks that the row sums went through the kernel, and
times value and gradient: bytes of the data per second, against the card's own copy (bytes read and written).
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np

ROWS = {
    "logistic": r"J = -\frac{1}{m}\sum_{i=1}^m (y_i \log\sigma(h_i) + (1-y_i)\log(1-\sigma(h_i)))",
    "Poisson": r"J = \frac{1}{m}\sum_{i=1}^m (e^{h_i} - y_i h_i)",
    "squared": r"J = \frac{1}{2m}\sum_{i=1}^m (h_i - y_i)^2",
    "squared hinge": r"J = \frac{1}{m}\sum_{i=1}^m \max(0, 1 - y_i h_i)^2",
}
DECLARE = (r"X \in \mathbb{R}^{m \times n}",)
COLUMNS = (30, 200, 1000)
BYTES = 2**31
SHAPES = (
    (8192, 8, 8), (4096, 8, 4), (4096, 8, 8), (2048, 16, 4), (2048, 8, 4), (2048, 16, 2), (1024, 16, 4), (1024, 32, 2),
)  # fmt: skip
"""Numbers in a block, programs for each multiprocessor, warps: what is tried."""


def prepare(folder):
    import gradproof

    sys.path.insert(0, str(Path(__file__).parent))
    from _formulas import FORMULAS

    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for case in FORMULAS:
        asked = {"wrt": (case.wrt,), "declare": case.declare, "hessian": case.hessian}
        try:
            plain = gradproof.compile(case.formulas, **asked)
            given = case.draw(plain.inputs, 3)
            cases.append(written(folder, case.name, case.formulas, asked, plain, given))
        except ValueError as failure:
            print(f"{case.name}: left out, {failure}")
    for name, formula in ROWS.items():
        asked = {"wrt": ("w",), "declare": DECLARE, "hessian": False}
        plain = gradproof.compile([formula, "h = Xw"], **asked)
        given = drawn(3001, 30)
        cases.append(written(folder, name, [formula, "h = Xw"], asked, plain, given, rows=True))
    (folder / "cases.json").write_text(json.dumps(cases, indent=1), encoding="utf-8")
    print(f"{len(cases)} modules in {folder}")


def written(folder, name, formulas, asked, plain, given, *, rows=False):
    """Write one module, its data and what is expected; return what `run` has to know."""
    from gradproof.api import compile_source

    key = "".join(c if c.isalnum() else "_" for c in name) + "_rows" * rows
    source, _ = compile_source(formulas, backend="torch", **asked)
    (folder / f"{key}.py").write_text(source, encoding="utf-8")
    value, gradient = plain.value_and_gradient(**given)
    expected = {"value": value, "gradient": gradient}
    if asked["hessian"]:
        v = np.random.default_rng(4).normal(size=np.shape(gradient))
        expected |= {
            "hessian": plain.hessian(**given),
            "direction": v,
            "hvp": plain.hvp(v, **given),
        }
    arrays = {f"in_{k}": x for k, x in given.items()}
    np.savez(folder / f"{key}.npz", **arrays, **{f"out_{k}": x for k, x in expected.items()})
    return {"name": name, "key": key, "rows": rows}


def drawn(rows, columns, seed=0):
    """Return data of a row sum."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns))
    w = rng.normal(size=columns) / columns**0.5
    return {"X": x, "w": w, "y": (rng.random(rows) < 0.5).astype(float)}


def module(folder, key):
    spec = importlib.util.spec_from_file_location(f"generated_{key}", folder / f"{key}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def distance(found, want):
    found = found.detach().cpu().double().numpy()
    return float(np.max(np.abs(found - want)) / max(1.0, np.max(np.abs(want))))


def checked(folder, case, device):
    """Return the largest error of a module on the device, and how often its kernel ran."""
    import torch

    made = module(folder, case["key"])
    data = np.load(folder / f"{case['key']}.npz")
    given = {
        k[3:]: torch.as_tensor(data[k], device=device) for k in data.files if k.startswith("in_")
    }
    made._NARROW = 0  # also where the library's own functions are faster
    calls = counted(made)
    value, gradient = made.value_and_gradient(**given)
    errors = [distance(value, data["out_value"]), distance(gradient, data["out_gradient"])]
    errors.append(distance(made.value(**given), data["out_value"]))
    errors.append(distance(made.gradient(**given), data["out_gradient"]))
    if "out_hessian" in data.files:
        v = torch.as_tensor(data["out_direction"], device=device)
        errors.append(distance(made.hessian(**given), data["out_hessian"]))
        errors.append(distance(made.hvp(v, **given), data["out_hvp"]))
    return max(errors), len(calls)


def counted(made):
    """Note the calls of a module's pass over rows."""
    calls = []
    inner = getattr(made, "_pass", None)

    def noted(*args):
        calls.append(1)
        return inner(*args)

    if inner is not None:
        made._pass = noted
    return calls


def seconds(function, rounds=20):
    """Return the median time of a function on the GPU."""
    import torch

    for _ in range(3):
        function()
    times = []
    for _ in range(rounds):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        function()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1e3)
    return float(np.median(times))


def big(columns, dtype):
    import torch

    size = torch.empty((), dtype=dtype).element_size()
    rows = BYTES // (columns * size)
    made = torch.Generator(device="cuda").manual_seed(0)
    x = torch.randn((rows, columns), device="cuda", dtype=dtype, generator=made)
    w = torch.randn(columns, device="cuda", dtype=dtype, generator=made) / columns**0.5
    y = (torch.rand(rows, device="cuda", generator=made) < 0.5).to(dtype)
    return {"X": x, "w": w, "y": y}


def eager(given):
    """Return value and gradient of the logistic loss by torch's own functions and autograd."""
    import torch

    w = given["w"].clone().requires_grad_()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(given["X"] @ w, given["y"])
    loss.backward()
    return loss, w.grad


def speeds(folder, cases):
    import torch

    out = []
    for dtype in (torch.float32, torch.float64):
        for columns in COLUMNS:
            given = big(columns, dtype)
            size = given["X"].numel() * given["X"].element_size()
            target = torch.empty_like(given["X"])
            copy = 2 * size / seconds(lambda t=target, g=given: t.copy_(g["X"]))
            del target
            for case in cases:
                made = module(folder, case["key"])
                own = seconds(lambda m=made, g=given: m.value_and_gradient(**g))
                tried = {}
                for shape in SHAPES if case["name"] in ("logistic", "squared") else ():
                    made._NARROW = 0
                    made._SHAPES = {key: {True: shape, False: shape} for key in made._SHAPES}
                    time = seconds(lambda m=made, g=given: m.value_and_gradient(**g), 7)
                    tried["/".join(map(str, shape))] = time
                made._one_pass = lambda *_: False
                plain = seconds(lambda m=made, g=given: m.value_and_gradient(**g), 5)
                line = {
                    "loss": case["name"], "type": str(dtype).split(".")[1], "columns": columns,
                    "copy_GB_s": copy / 1e9, "kernel_GB_s": size / own / 1e9,
                    "unfused_GB_s": size / plain / 1e9,
                    "tried_GB_s": {k: size / t / 1e9 for k, t in tried.items()},
                }  # fmt: skip
                if case["name"] == "logistic":
                    line["torch_eager_GB_s"] = size / seconds(lambda g=given: eager(g), 5) / 1e9
                out.append(line)
                print(json.dumps(line), flush=True)
            del given
            torch.cuda.empty_cache()
    return out


def run(folder, target, tolerance=1e-10):
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU"
    print(f"torch {torch.__version__} on {name}")
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    found, bad = [], 0
    for case in cases:
        try:
            error, calls = checked(folder, case, device)
            note = "" if calls or not case["rows"] or device == "cpu" else "the kernel did not run"
        except Exception as failure:  # every formula is tried, whatever one of them does
            error, calls, note = float("nan"), 0, f"{type(failure).__name__}: {failure}"[:300]
        good = error <= tolerance and not note
        bad += not good
        found.append({**case, "error": error, "kernel_calls": calls, "note": note})
        print(
            f"{'ok ' if good else 'BAD'} {case['name']}: error {error:.1e}, kernel calls {calls} {note}"
        )
    print(f"{len(cases) - bad} of {len(cases)} agree with NumPy to {tolerance:g}")
    fast = speeds(folder, [c for c in cases if c["rows"]]) if device == "cuda" else []
    if fast:
        print(
            "\n| loss | type | columns | copy GB/s | kernel GB/s | of the copy | unfused | torch eager |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for r in fast:
        print(
            f"| {r['loss']} | {r['type']} | {r['columns']} | {r['copy_GB_s']:.0f} | {r['kernel_GB_s']:.0f} | "
            f"{r['kernel_GB_s'] / r['copy_GB_s']:.2f} | {r['unfused_GB_s']:.0f} | {r.get('torch_eager_GB_s', 0):.0f} |"
        )
    if target is not None:
        whole = {"device": name, "torch": torch.__version__, "conformance": found, "speed": fast}
        Path(target).write_text(json.dumps(whole, indent=1), encoding="utf-8")
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("prepare", "run"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", help="where the figures go")
    given = parser.parse_args()
    if given.what == "prepare":
        prepare(given.folder)
        return 0
    return run(given.folder, given.json)


if __name__ == "__main__":
    raise SystemExit(main())
