# SPDX-License-Identifier: GPL-2.0-only
"""The tables of tools/fidelity: Markdown that reads as it is and is ready for a document."""
from .bench_tables import table
from .fidelity_figures import NEAR_LATENCY, NEAR_SHARE, rows, verdict
from .fidelity_sim import COSTS_OF, WITH_POLICY, costs

WORDS = {'share_percent': 'share, %', 'latency_us': 'latency, µs'}


def cell_text(cell):
    """Kernel → simulated, and how far apart; bold where that is too far."""
    if cell is None:
        return '–'
    if cell['figure'] == 'share_percent':
        text = f'{cell["kernel"]:.1f} → {cell["simulated"]:.1f} ({cell["difference"]:+.1f})'
    else:
        text = f'{cell["kernel"]:,.0f} → {cell["simulated"]:,.0f} (× {cell["ratio"]:.2f})'
    text = text.replace('(-', '(−')
    return text if cell['near'] else f'**{text}**'


def comparison(all_cells, schedulers):
    return table(['', '', *schedulers],
                 [[f'{workload}: {kind}', WORDS[figure], *(cell_text(row.get(name)) for name in schedulers)]
                  for (workload, kind, figure), row in rows(all_cells).items()])


def scheduler_table(runs, calibrations):
    """What the guest has of its own under each scheduler: what switching and waking take, and who else
    runs."""
    lines = []
    for name in dict.fromkeys(run['scheduler'] for run in runs):
        mine = [run for run in runs if run['scheduler'] == name]
        seconds = sum(run['measured_ns'] for run in mine) / 1e9
        others = [task for run in mine for task in run['others']]
        own = calibrations[name]
        lines.append([name, f'{own["context_switch_ns"]:,}', f'{own["wakeup_ns"]:,}',
                      f'{sum(task["turns"] for task in others) / seconds:.1f}',
                      f'{sum(task["run_ns"] for task in others) / seconds / 1e3:,.0f}'])
    return table(['under', 'a switch, ns', 'a wake-up, ns',
                  'turns of others, a second', 'their time, µs a second'], lines)


def verdict_lines(found):
    def near(figure, words):
        return [f'{words}: {found[figure]["near"]} of {found[figure]["all"]}'] if found[figure]['all'] else []
    in_order = found['rows'] - len({row_of(pair) for pair in found['reversed']})
    parts = [*near('shares', f'shares within {NEAR_SHARE:.0f} points'),
             *near('latencies', f'mean latencies within {100 * NEAR_LATENCY:.0f} %'),
             f'schedulers in the same order: {in_order} of {found["rows"]} rows']
    lines = [('; '.join(parts) + '.').capitalize()]
    lines += [f'The other way round: {r["workload"]}, {r["kind"]}, {WORDS[r["figure"]].partition(",")[0]}: '
              f'{" and ".join(r["schedulers"])}.' for r in found['reversed']]
    return lines


def row_of(pair):
    return pair['workload'], pair['kind'], pair['figure']


def cost_line(calibrations, own):
    found = costs(calibrations)
    names = [name for name in found if found[name] and not (own and name in WITH_POLICY)]
    return (f'Costs, measured in the guest under scx_{COSTS_OF}: '
            + ', '.join(f'{name} {found[name]:,}' for name in names)
            + ('; switch and wake-up as below' if own else '')
            + f'. {calibrations[COSTS_OF]["turns_a_ms"]:,} turns of the loop are a millisecond of work.')


def report(release, options, calibrations, all_cells, runs):
    schedulers = list(dict.fromkeys(run['scheduler'] for run in runs))
    cpus = '1 CPU' if options.smp == '1' else f'{options.smp} CPUs'
    return [f'Linux {release}, {cpus}, an instruction {2 ** options.icount} ns, '
            f'{options.duration / 1000:g} s each; kernel → simulated (mean of {options.seeds} seeds):', '',
            *comparison(all_cells, schedulers), '', *verdict_lines(verdict(all_cells)), '',
            cost_line(calibrations, options.own_costs), '',
            *scheduler_table(runs, calibrations)]
