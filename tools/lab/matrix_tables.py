# SPDX-License-Identifier: GPL-2.0-only
"""The table of tools/matrix: a row for each kernel and shape, a column for each scheduler."""
import html

from .bench_tables import table
from .matrix_cells import SHAPES

COLOURS = {'well': '#d7f0d7', 'explained': '#fff3c4', 'failed': '#f8d0d0', 'none': '#f4f4f4'}


def words(cell):
    """What a cell says: form and verified instructions, or why not."""
    if cell is None:
        return '–'
    if cell.well:
        return f'{cell.form}, {cell.verified:,}'
    if cell.explained:
        return cell.lacking or 'explained'
    missing = [word for word, there in (('attach', cell.attached), ('load', cell.load),
                                        ('end', cell.ended)) if not there]
    if cell.warnings:
        missing.append(f'{cell.warnings} warnings')
    return 'FAILED: ' + ', '.join(missing)


def _found(plan, cells):
    by_key = {(cell.kernel, cell.shape, cell.scheduler): cell for cell in cells}
    return [(kernel, shape, [by_key.get((kernel, shape, name)) for name in plan.schedulers])
            for kernel, shape in plan.guests]


def sentences(cells):
    """What explained cells said, each once: (what it explains, the sentence)."""
    return list(dict.fromkeys((words(cell).capitalize(), cell.said) for cell in cells if cell.explained))


def _title(cell):
    if cell and cell.well:
        return f'in charge after {cell.attach_ms / 1000:.1f} s, {cell.peak_kib:,} KiB at most'
    return cell.said if cell else ''


def markdown(plan, cells):
    """Lines."""
    rows = [[kernel, SHAPES[shape].words, *map(words, row)] for kernel, shape, row in
            _found(plan, cells)]
    lines = table(['kernel', 'machine', *plan.schedulers], rows)
    for what, said in sentences(cells):
        lines += ['', f'{what}: `{said}`']
    return lines


def html_page(plan, cells):
    """A page that needs nothing else."""
    def cell(one):
        kind = 'none' if one is None else \
            'well' if one.well else 'explained' if one.explained else 'failed'
        title = html.escape(_title(one), quote=True)
        return f'<td style="background:{COLOURS[kind]}" title="{title}">{html.escape(words(one))}</td>'
    head = ''.join(f'<th>{html.escape(name)}</th>' for name in ('kernel', 'machine', *plan.schedulers))
    body = ''.join(f'<tr><th>{html.escape(kernel)}</th><td>{html.escape(SHAPES[shape].words)}</td>'
                   + ''.join(map(cell, row)) + '</tr>\n' for kernel, shape, row in _found(plan, cells))
    said = ''.join(f'<p>{what}: {html.escape(text)}</p>\n' for what, text in sentences(cells))
    return ('<!doctype html>\n<meta charset="utf-8">\n<title>scxx: kernels and machines</title>\n'
            '<style>body{font-family:sans-serif}table{border-collapse:collapse}'
            'td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}</style>\n'
            f'<table>\n<tr>{head}</tr>\n{body}</table>\n{said}')
