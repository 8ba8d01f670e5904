"""What the figures say: ratios at eight clients beside what is wanted, a table, a chart."""

from pathlib import Path
from typing import Any

from bench.contestants import OURS, OURS_POSTGRES, OURS_UNKEPT, PEER, PEER_SHRINK, PLAIN
from matplotlib.figure import Figure

AT = 8
MEMORY_MB = 500
WANTED = {
    ("bare", "640 px"): 0.60,
    ("bare", "12 MP"): 0.85,
    (PLAIN, "640 px"): 1.5,
    (PLAIN, "12 MP"): 3.0,
    (PEER, "640 px"): 1.0,
    (PEER, "12 MP"): 1.0,
}


def ratios(rows: list[dict[str, Any]], bare: dict[str, float]) -> list[dict[str, Any]]:
    """Our requests per second at eight clients over each other's; None wanted where nothing was promised."""
    rate = {(row["contestant"], row["size"]): row["per_second"] for row in rows if row["clients"] == AT}
    rate |= {("bare", size): value for size, value in bare.items()}
    return [
        {
            "of": ours,
            "to": other,
            "size": size,
            "ratio": round(rate[ours, size] / rate[other, size], 2),
            "wanted": wanted,
        }
        for ours in (OURS, OURS_POSTGRES, OURS_UNKEPT)
        for (other, size), wanted in [*WANTED.items(), ((PEER_SHRINK, "640 px"), None), ((PEER_SHRINK, "12 MP"), None)]
        if (ours, size) in rate and (other, size) in rate
    ]


def table(result: dict[str, Any]) -> str:
    """The whole result as text."""
    head = (
        f"{'contestant':22}{'photo':>8}{'clients':>9}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'PSS MB':>8}"
    )
    lines = ["", head]
    for row in result["rows"]:
        times = "".join(f"{row[name]:>9.1f}" for name in ("per_second", "p50_ms", "p95_ms", "p99_ms"))
        lines.append(f"{row['contestant']:22}{row['size']:>8}{row['clients']:>9}{times}{row['peak_pss_mb']:>8}")
    lines += [f"{'bare loop':22}{size:>8}{'':>9}{rate:>9.1f}" for size, rate in result["bare_loop"].items()]
    lines += ["", f"At {AT} clients:"]
    for one in result["ratios"]:
        verdict = (
            ""
            if one["wanted"] is None
            else f"   wanted {one['wanted']}: {'yes' if one['ratio'] >= one['wanted'] else 'NO'}"
        )
        lines.append(f"  {one['of']:20} / {one['to']:12} {one['size']:>7}  {one['ratio']:6.2f}{verdict}")
    return "\n".join(lines)


def chart(result: dict[str, Any], file: Path) -> None:
    """Requests per second at eight clients, a panel for each size of photo."""
    sizes = list(result["bare_loop"])
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    panels = figure.subplots(1, len(sizes))
    for panel, size in zip(panels, sizes, strict=True):
        bars = {"bare loop": result["bare_loop"][size]}
        bars |= {r["contestant"]: r["per_second"] for r in result["rows"] if r["size"] == size and r["clients"] == AT}
        colours = ["#9e9e9e" if not name.startswith("cultivar") else "#2e7d32" for name in bars]
        drawn = panel.barh(list(bars), list(bars.values()), color=colours)
        panel.bar_label(drawn, fmt="%.0f", padding=3)
        panel.invert_yaxis()
        panel.set_title(f"{size}, {AT} clients: photos a second")
        panel.spines[["top", "right"]].set_visible(False)
        panel.margins(x=0.12)
    figure.savefig(file, metadata={"Date": None})
