# SPDX-License-Identifier: GPL-2.0-only
"""From what the bench's guest said to figures: of each run, and of each scheduler over its runs."""
import statistics

WEIGHTS = {0: 1024, 5: 335, -5: 3121}       # the kernel's, by nice value (sched_prio_to_weight)

# What is compared with the kernel's own scheduler in the same round.
COMPARED = ('pipe_s', 'messaging_s', 'forks_s', 'timers_average_us', 'timers_p99_us',
            'timers_max_us')
# Of the workloads that are there to tell what a scheduler's parts are for.
PARTS = ('disturbed_average_us', 'disturbed_max_us', 'frames_average_us', 'frames_max_us',
         'pinned_average_us', 'pinned_max_us', 'handover_us', 'light_cpus',
         'spread_unevenness_percent', 'messaging_migrations', 'bursts_switches', 'forks_migrations')
FIGURES = (*COMPARED, 'mix_deviation_percent', *PARTS, 'instructions_per_round_trip',
           'bpf_instructions_per_round_trip', 'verified_instructions', 'attach_s', 'resident_kib',
           'peak_kib', 'anonymous_kib', 'maps_bytes')


def summarize(said):
    """A run, as users of --json get it. What was not measured is None."""
    if 'error' in said:
        return said
    found = said['workloads']
    run = dict.fromkeys(FIGURES)
    run |= {'scheduler': said['scheduler'], 'round': said['round'],
            'verified_instructions': sum(p['verified'] for p in said['programs'])}
    for name in ('messaging', 'forks'):
        if name in found:
            run[f'{name}_s'] = found[name]['ns'] / 1e9
    if 'pipe' in found:
        trips = found['pipe']['round_trips']
        run['pipe_s'] = found['pipe']['ns'] / 1e9
        run['instructions_per_round_trip'] = found['pipe']['ns'] / trips
        run['bpf_instructions_per_round_trip'] = \
            sum(p['instructions'] for p in said['programs']) / trips
    if 'timers' in found:
        for name in ('average', 'p99', 'max'):
            run[f'timers_{name}_us'] = found['timers'][f'{name}_ns'] / 1e3
    run |= of_parts(found)
    if 'mix' in found:
        run |= mix_shares(found['mix']['hogs'])
    if 'attach_ns' in said:
        run |= {'attach_s': said['attach_ns'] / 1e9, **said['memory']}
    run['programs'] = summarize_programs([said])
    run['workloads'] = found
    return run


def of_parts(found):
    """Those of PARTS that were measured."""
    values = {f'{workload}_{name}_us': found[workload][f'{name}_ns'] / 1e3
              for workload in ('disturbed', 'frames', 'pinned') if workload in found
              for name in ('average', 'max')}
    for workload, name, key in (('handover', 'wait_us', 'handover_us'), ('light', 'cpus', 'light_cpus'),
                                ('spread', 'unevenness_percent', 'spread_unevenness_percent'),
                                ('messaging', 'migrations', 'messaging_migrations'),
                                ('bursts', 'switches', 'bursts_switches'),
                                ('forks', 'migrations', 'forks_migrations')):
        if name in found.get(workload, ()):
            values[key] = found[workload][name]
    return values


def mix_shares(hogs):
    """What each hog got, and the furthest that any is from what its weight is due, of that due."""
    used = sum(hog['cpu_ns'] for hog in hogs)
    weight = sum(WEIGHTS[hog['nice']] for hog in hogs)
    shares = [{'nice': hog['nice'], 'share': hog['cpu_ns'] / used,
               'due': WEIGHTS[hog['nice']] / weight} for hog in hogs]
    return {'mix': shares,
            'mix_deviation_percent': max(abs(s['share'] / s['due'] - 1) for s in shares) * 100}


def summarize_programs(runs):
    """The BPF programs of one scheduler, their calls in all of these runs together."""
    programs = {}
    for run in runs:
        for p in run['programs']:
            sums = programs.setdefault(p['name'], dict.fromkeys(
                ('calls', 'instructions', 'all_calls', 'all_instructions'), 0))
            for key in sums.keys() - {'verified'}:
                sums[key] += p[key]
            sums['verified'] = p['verified']

    def mean(total, calls):
        return total / calls if calls else None
    return [{'program': name,
             'verified_instructions': p['verified'],
             'calls': p['calls'],
             'instructions_per_call': mean(p['instructions'], p['calls']),
             'all_calls': p['all_calls'],
             'all_instructions_per_call': mean(p['all_instructions'], p['all_calls'])}
            for name, p in programs.items()]


def spread(values):
    return {'median': statistics.median(values), 'min': min(values), 'max': max(values)}


def summarize_all(said, own, binary_bytes):
    """A summary for each scheduler that has a run without an error, in their order.

    `own` is the name of the kernel's own; `binary_bytes` has the stripped size by name.
    """
    runs = [summarize(one) for one in said if 'error' not in one]
    base = {run['round']: run for run in runs if run['scheduler'] == own}
    summaries = []
    for name in dict.fromkeys(run['scheduler'] for run in runs):
        mine = [run for run in runs if run['scheduler'] == name]
        figures = {key: spread([run[key] for run in mine])
                   for key in FIGURES if mine[0][key] is not None}
        ratios = {key: spread([run[key] / base[run['round']][key] for run in mine])
                  for key in COMPARED if key in figures and mine[0]['round'] in base}
        summary = {'scheduler': name, 'rounds': len(mine), 'figures': figures, 'ratios': ratios,
                   'stripped_binary_bytes': binary_bytes.get(name),
                   'programs': summarize_programs([s for s in said if s['scheduler'] == name
                                                   and 'error' not in s])}
        if 'mix' in mine[0]:
            summary['mix'] = [{**hog, 'share': statistics.median(run['mix'][i]['share']
                                                                 for run in mine)}
                              for i, hog in enumerate(mine[0]['mix'])]
        summaries.append(summary)
    return summaries
