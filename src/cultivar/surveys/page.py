"""A survey's report as a page to print: one file, no script, nothing loaded from anywhere."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Final

from cultivar.packs.schemas import Language
from cultivar.surveys import texts
from cultivar.surveys.schemas import PlantFigures, Report, Visit, Visits, YoungestOut

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2420; background: #fff; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1, h2 { line-height: 1.2; margin: 0 0 .4rem; } h2 { margin-top: 2rem; font-size: 1.15rem; }
p { margin: .3rem 0; } .dim { color: #5b645e; } .scroll { overflow-x: auto; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.2rem 0; }
.figure { border: 1px solid #d5dbd4; border-radius: .5rem; padding: .7rem 1rem; flex: 1 1 11rem; }
.figure b { display: block; font-size: 1.9rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .3rem .8rem .3rem 0; text-align: right; border-bottom: 1px solid #e6eae5; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 2px solid #9aa59b; white-space: normal;
  vertical-align: bottom; }
svg { display: block; width: 100%; max-width: 40rem; height: auto; }
li { margin: .15rem 0; }
@media print { body { margin: 0; max-width: none; } .figure, tr { break-inside: avoid; } a { color: inherit; } }
"""
_COLOURS: Final = {"green": "#1b7f4d", "amber": "#b26a00", "red": "#b3261e"}
_BAR, _LABEL, _WIDE, _ROW = 440, 60, 560, 24
_ALL: Final = 100.0


def to_html(report: Report, visits: Visits, language: Language) -> str:
    """The whole page in this language."""
    words = texts.page(language)
    title = escape(words["title"].format(plot=report.survey.plot))
    parts = [
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>\n<style>{_STYLE}</style>",
        f"<h1>{title}</h1>",
        f"<p class=dim>{escape(_circumstances(report, words))}</p>",
        *_figures(report, words),
        *_ranks(report, words),
        *_plants(report.by_plant, words),
        *_visits(visits.visits, words),
        *_missing(report, words),
        f"<p class=dim>{escape(words['formula'].format(formula=report.formula))}</p>",
        f"<p class=dim>{escape(words['sources'])}</p>\n</html>\n",
    ]
    return "\n".join(parts)


def _circumstances(report: Report, words: texts.Words) -> str:
    head = report.survey
    given = [words["visited"].format(day=head.visited_on), head.cultivar, head.growth_phase]
    given += [f"{words[name]}: {day}" for name, day in _works(head.last_treatment_on, head.last_deleafing_on) if day]
    return ". ".join(one for one in [*given, head.notes] if one)


def _works(treated: date | None, deleafed: date | None) -> Sequence[tuple[str, date | None]]:
    return ("treated", treated), ("deleafed", deleafed)


def _figures(report: Report, words: texts.Words) -> Iterable[str]:
    index, light = report.infection_index, report.light
    counted = words["graded"].format(leaves=report.graded_leaves, plants=report.plants)
    how = f'<span style="color: {_COLOURS[light]}">{words[light]}</span>, ' if light else ""
    yield '<div class="figures">'
    yield _figure(words["index"], "–" if index is None else f"{index:.1f} %", how + counted)
    yield _figure(words["youngest"], _number(report.mean_youngest_leaf_spotted), words["mean_rank"])
    yield _figure(words["functional"], _range(report.mean_functional_leaves), words["mean_count"])
    yield "</div>"
    if report.outlook:
        yield f"<p>{escape(words[report.outlook])}</p>"


def _figure(name: str, value: str, below: str) -> str:
    return f'<div class="figure">{escape(name)}<b>{value}</b><span class=dim>{below}</span></div>'


def _ranks(report: Report, words: texts.Words) -> Iterable[str]:
    if not report.index_by_rank:
        return
    yield f"<h2>{escape(words['by_rank'])}</h2>"
    yield f'<svg viewBox="0 0 {_WIDE} {_ROW * len(report.index_by_rank)}" role="img">'
    yield f"<title>{escape(words['by_rank'])}</title>"
    for row, (rank, index) in enumerate(report.index_by_rank.items()):
        y, width = row * _ROW, round(_BAR * index / _ALL, 1)
        yield f'<text x="{_LABEL - 12}" y="{y + 16}" text-anchor="end" font-size="14">{rank}</text>'
        yield f'<rect x="{_LABEL}" y="{y + 3}" width="{_BAR}" height="16" fill="#eef1ed"/>'
        yield f'<rect x="{_LABEL}" y="{y + 3}" width="{width}" height="16" fill="#8a5a2b"/>'
        yield f'<text x="{_LABEL + _BAR + 8}" y="{y + 16}" font-size="13">{index:.0f} %</text>'
    yield "</svg>"


def _plants(plants: Sequence[PlantFigures], words: texts.Words) -> Iterable[str]:
    if not plants:
        return
    names = ("plant", "leaves", "index", "youngest", "functional")
    yield f"<h2>{escape(words['by_plant'])}</h2>"
    rows = [
        (
            plant.label,
            str(plant.graded_leaves),
            _number(plant.infection_index),
            _youngest(plant.youngest_leaf_spotted),
            _range(plant.functional_leaves),
        )
        for plant in plants
    ]
    yield from _table([words[name] for name in names], rows)


def _visits(visits: Sequence[Visit], words: texts.Words) -> Iterable[str]:
    if len(visits) < 2:
        return
    names = ("visit", "index", "youngest", "functional", "treated", "deleafed")
    yield f"<h2>{escape(words['visits'])}</h2>"
    rows = [
        (
            str(one.visited_on),
            _number(one.infection_index),
            _number(one.mean_youngest_leaf_spotted),
            _range(one.mean_functional_leaves),
            str(one.last_treatment_on or "–"),
            str(one.last_deleafing_on or "–"),
        )
        for one in visits
    ]
    yield from _table([words[name] for name in names], rows)


def _missing(report: Report, words: texts.Words) -> Iterable[str]:
    yield f"<h2>{escape(words['missing'])}</h2>"
    if not report.missing:
        yield f"<p>{escape(words['nothing'])}</p>"
        return
    yield "<ul>"
    yield from (f"<li>{escape(one.text)}</li>" for one in report.missing)
    yield "</ul>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr></thead><tbody>"
    yield from ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    yield "</tbody></table></div>"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _range(values: tuple[float, float | None] | None) -> str:
    if values is None:
        return "–"
    low, high = values
    if high is None:
        return f"≥ {low:g}"
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _youngest(found: YoungestOut | None) -> str:
    if found is None:
        return "–"
    return f"{'> ' if found.none else ''}{found.rank - found.none}{' (≤)' if found.at_most else ''}"
