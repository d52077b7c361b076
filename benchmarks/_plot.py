"""A small line chart as SVG: logarithmic axes, round tick marks, nothing fetched from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 420, 300, 62, 46, 34
COLOURS = ("#1a5fb4", "#c01c28", "#26803c", "#a06000", "#613583")

Points = Sequence[tuple[float, float]]


def decades(values: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten around some positive values."""
    low, high = floor(log10(min(values)) + 1e-9), ceil(log10(max(values)) - 1e-9)
    return low, max(high, low + 1)


def label(value: float) -> str:
    """Return a number as it stands beside an axis."""
    return f"{value:g}"


def panel(
    title: str, x_title: str, y_title: str, lines: Mapping[str, Points], *, even: bool
) -> str:
    """Return one chart with a logarithmic vertical axis; `even`: the horizontal one counts 1, 2, 3 …"""
    xs = sorted({x for points in lines.values() for x, _ in points})
    low, high = decades([y for points in lines.values() for _, y in points])
    wide, tall = WIDTH - LEFT - 18, HEIGHT - TOP - BOTTOM
    first, last = (xs[0], xs[-1]) if even else (log10(xs[0]), log10(xs[-1]))

    def across(x: float) -> float:
        return LEFT + wide * ((x if even else log10(x)) - first) / max(last - first, 1e-9)

    def down(y: float) -> float:
        return TOP + tall * (high - log10(y)) / (high - low)

    out = [f'<text x="{LEFT}" y="18" class="title">{escape(title)}</text>']
    for power in range(low, high + 1):
        y = down(10.0**power)
        out.append(f'<path d="M{LEFT} {y:.1f}h{wide}" class="grid"/>')
        out.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label(10.0**power)}</text>'
        )
    for x in xs:
        at = across(x)
        out.append(f'<path d="M{at:.1f} {TOP}v{tall}" class="grid"/>')
        out.append(
            f'<text x="{at:.1f}" y="{TOP + tall + 16}" text-anchor="middle">{label(x)}</text>'
        )
    for k, (name, points) in enumerate(lines.items()):
        path = " ".join(
            f"{'ML'[n > 0]}{across(x):.1f} {down(y):.1f}" for n, (x, y) in enumerate(points)
        )
        colour = COLOURS[k % len(COLOURS)]
        out.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [
            f'<circle cx="{across(x):.1f}" cy="{down(y):.1f}" r="3" fill="{colour}"/>'
            for x, y in points
        ]
        out.append(
            f'<text x="{LEFT + 8}" y="{TOP + 16 + 15 * k}" fill="{colour}">{escape(name)}</text>'
        )
    out.append(
        f'<text x="{LEFT + wide / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_title)}</text>'
    )
    middle = TOP + tall / 2
    out.append(
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(y_title)}</text>'
    )
    return "\n".join(out)


def picture(panels: Sequence[str]) -> str:
    """Return charts side by side as one SVG picture."""
    style = (
        "text{font:12px sans-serif;fill:currentColor}.title{font-weight:bold}"
        ".grid{stroke:currentColor;stroke-opacity:.15}"
    )
    body = "\n".join(
        f'<g transform="translate({WIDTH * k} 0)">\n{p}\n</g>' for k, p in enumerate(panels)
    )
    wide = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {HEIGHT}" color="#333">\n'
        f'<rect width="{wide}" height="{HEIGHT}" fill="#fff"/>\n<style>{style}</style>\n{body}\n</svg>\n'
    )
