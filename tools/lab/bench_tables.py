# SPDX-License-Identifier: GPL-2.0-only
"""The tables of tools/bench: Markdown that reads as it is and is ready for a document."""

# Key, words, digits, and what a figure is divided by to be in the words' unit.
ROWS = (
    ('pipe_s', 'pipe, s', 4, 1),
    ('messaging_s', 'messaging, s', 3, 1),
    ('forks_s', 'fork tree, s', 3, 1),
    ('timers_average_us', 'timer latency, average, µs', 0, 1),
    ('timers_p99_us', 'timer latency, 99th percentile, µs', 0, 1),
    ('timers_max_us', 'timer latency, maximum, µs', 0, 1),
    ('mix_deviation_percent', 'mix: furthest from its due, %', 1, 1),
    ('disturbed_average_us', 'disturbed: late, average, µs', 0, 1),
    ('disturbed_max_us', 'disturbed: late, maximum, µs', 0, 1),
    ('frames_average_us', 'frames: late, average, µs', 0, 1),
    ('frames_max_us', 'frames: late, maximum, µs', 0, 1),
    ('pinned_average_us', 'pinned: late, average, µs', 0, 1),
    ('pinned_max_us', 'pinned: late, maximum, µs', 0, 1),
    ('handover_us', 'handover: wait for the lock, average, µs', 0, 1),
    ('light_cpus', 'light load: CPUs used', 2, 1),
    ('spread_unevenness_percent', 'spread: furthest from equal, %', 1, 1),
    ('messaging_migrations', 'messaging: migrations', 0, 1),
    ('bursts_switches', 'bursts: switches', 0, 1),
    ('forks_migrations', 'fork tree: migrations', 0, 1),
    ('instructions_per_round_trip', 'instructions a round trip', 0, 1),
    ('bpf_instructions_per_round_trip', 'of these in BPF, counted', 0, 1),
    ('verified_instructions', 'verified instructions', 0, 1),
    ('attach_s', 'attach, s', 2, 1),
    ('resident_kib', 'resident memory, MB', 1, 1e6 / 1024),
    ('peak_kib', 'resident memory, peak, MB', 1, 1e6 / 1024),
    ('anonymous_kib', 'of the resident, anonymous, MB', 1, 1e6 / 1024),
    ('maps_bytes', 'BPF maps, MB', 2, 1e6),
)


def number(value, digits=0):
    return '–' if value is None else f'{value:,.{digits}f}'


def spread(figure, digits, divisor=1):
    """The median, and the least and greatest where they differ in what is shown."""
    if figure is None:
        return '–'
    median, least, most = (number(figure[key] / divisor, digits) for key in ('median', 'min', 'max'))
    return median if least == most else f'{median} ({least}–{most})'


def table(header, rows):
    """Lines of a Markdown table, in columns."""
    rows = [header, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]

    def line(row):
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        return '| ' + ' | '.join(cells) + ' |'
    rule = '|' + '-' * (widths[0] + 2) + '|' + ''.join('-' * (w + 1) + ':|' for w in widths[1:])
    return [line(rows[0]), rule, *map(line, rows[1:])]


def comparison(summaries):
    """A row for each ratio to the kernel's own scheduler in the same round."""
    return table(['÷ kernel\'s own', *(s['scheduler'] for s in summaries)],
                 [[words.rpartition(', ')[0], *(spread(s['ratios'].get(key), 2) for s in summaries)]
                  for key, words, _, _ in ROWS if any(key in s['ratios'] for s in summaries)])


def overview(summaries):
    """A row for each figure that some scheduler has, a column for each scheduler."""
    rows = [[words, *(spread(s['figures'].get(key), digits, divisor) for s in summaries)]
            for key, words, digits, divisor in ROWS if any(key in s['figures'] for s in summaries)]
    if any(s['stripped_binary_bytes'] for s in summaries):
        rows.append(['stripped binary, MB',
                     *(number(s['stripped_binary_bytes'] and s['stripped_binary_bytes'] / 1e6, 2)
                       for s in summaries)])
    return table(['', *(s['scheduler'] for s in summaries)], rows)


def mix_table(summaries):
    """Who got how much of the CPU, and what the weights say."""
    hogs = summaries[0]['mix']
    return table(['mix: share, %', 'due', *(s['scheduler'] for s in summaries)],
                 [[f'nice {hog["nice"]}'.replace('-', '−'), number(hog['due'] * 100, 2),
                   *(number(s['mix'][i]['share'] * 100, 2) for s in summaries)]
                  for i, hog in enumerate(hogs)])


def program_table(summary):
    """Programs that were called most come first."""
    programs = sorted(summary['programs'], key=lambda p: (-p['calls'], -p['all_calls'], p['program']))
    return table(
        [summary['scheduler'], 'calls', 'instructions a call', 'calls, in all',
         'instructions a call, in all', 'verified'],
        [[p['program'], number(p['calls']), number(p['instructions_per_call']), number(p['all_calls']),
          number(p['all_instructions_per_call']), number(p['verified_instructions'])]
         for p in programs])


def report(release, smp, plan, summaries, brief=False):
    """All tables, as lines; when brief, without those of the BPF programs."""
    count, _, shape = smp.partition(',')
    cpus = '1 CPU' if count == '1' else f'{count} CPUs'
    if shape:
        cpus += f' ({shape})'
    times = '1 round' if plan['repeat'] == 1 else \
        f'{plan["repeat"]} rounds: median (least–greatest)'
    lines = [f'Linux {release}, {cpus}, {times}', '', *overview(summaries)]
    if any(s['ratios'] for s in summaries):
        lines += ['', *comparison(summaries)]
    if any('mix' in s for s in summaries):
        lines += ['', *mix_table([s for s in summaries if 'mix' in s])]
    for summary in summaries:
        if summary['programs'] and not brief:
            lines += ['', *program_table(summary)]
    return lines
