# SPDX-License-Identifier: GPL-2.0-only
"""From what the guest played and what was simulated to figures side by side, and how near they are."""
import itertools

NEAR_SHARE, NEAR_LATENCY = 3.0, 0.25        # points of a per cent; part of the kernel's figure
# Schedulers that are nearer to each other than this on the kernel have no order.
TIE_SHARE, TIE_LATENCY = 1.0, 0.05
FEW = 50        # latencies: a mean of fewer says nothing


def shares(kinds):
    """Per cent of the workload's CPU time, by name."""
    used = sum(kind['run_ns'] for kind in kinds.values())
    return {name: 100 * kind['run_ns'] / used for name, kind in kinds.items()}


def cells(scheduler, played, simulated):
    """Each share and mean latency of one workload under one scheduler."""
    real = {kind['name']: kind for kind in played['kinds']}
    real_shares, sim_shares = shares(real), shares(simulated)
    found = []
    for name, kind in real.items():
        found.append({'workload': played['workload'], 'kind': name, 'figure': 'share_percent',
                      'scheduler': scheduler, 'kernel': real_shares[name], 'simulated': sim_shares[name]})
        if kind['latency_ns']['count'] >= FEW:
            found.append({'workload': played['workload'], 'kind': name, 'figure': 'latency_us',
                          'scheduler': scheduler, 'kernel': kind['latency_ns']['mean'] / 1e3,
                          'simulated': simulated[name]['latency_ns'] / 1e3})
    return [cell | judged(cell) for cell in found]


def judged(cell):
    """The difference in points or the ratio, and whether that is near enough."""
    kernel, simulated = cell['kernel'], cell['simulated']
    if cell['figure'] == 'share_percent':
        return {'difference': simulated - kernel, 'near': abs(simulated - kernel) <= NEAR_SHARE}
    ratio = simulated / kernel
    return {'ratio': ratio, 'near': abs(ratio - 1) <= NEAR_LATENCY}


def rows(all_cells):
    """The cells of each figure, one for each scheduler, in the order in which they come."""
    found = {}
    for cell in all_cells:
        key = cell['workload'], cell['kind'], cell['figure']
        found.setdefault(key, {})[cell['scheduler']] = cell
    return found


def tied(one, other):
    if one['figure'] == 'share_percent':
        return abs(one['kernel'] - other['kernel']) <= TIE_SHARE
    return abs(one['kernel'] - other['kernel']) <= TIE_LATENCY * max(one['kernel'], other['kernel'])


def reversed_pairs(row):
    """Of the schedulers of a row, those pairs that the simulation has the other way round."""
    return [(one['scheduler'], other['scheduler']) for one, other in itertools.combinations(row.values(), 2)
            if not tied(one, other)
            and (one['kernel'] < other['kernel']) != (one['simulated'] < other['simulated'])]


def verdict(all_cells):
    """How many are near enough and in order, and which are not."""
    def near(figure):
        mine = [cell for cell in all_cells if cell['figure'] == figure]
        return {'all': len(mine), 'near': sum(cell['near'] for cell in mine)}
    table = rows(all_cells)
    return {'shares': near('share_percent'), 'latencies': near('latency_us'),
            'far': [cell for cell in all_cells if not cell['near']],
            'reversed': [{'workload': workload, 'kind': kind, 'figure': figure, 'schedulers': list(pair)}
                         for (workload, kind, figure), row in table.items()
                         for pair in reversed_pairs(row)],
            'rows': len(table)}
