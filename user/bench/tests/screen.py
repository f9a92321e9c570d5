#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""screen.py RUN TEXT: checks the sentences and the table of `spawnscope bench`, or `show`, in the
file TEXT by arithmetic of its own from the samples of the file RUN. Prints what differs, and exits
with 1 if anything does. Knows no code of spawnscope: medians, ratios, the slope by least squares,
shares, and the intervals of totals as user/analysis/blocks.h describes them."""

import itertools
import json
import math
import re
import statistics
import sys

UNITS = {'ns': 1, 'µs': 1e3, 'us': 1e3, 'ms': 1e6, 's': 1e9}
SIZES = {'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}
median = statistics.median


def read(path):
    lines = [json.loads(line) for line in open(path, encoding='utf-8')]
    probes = 'phases' if any(c['key']['trace'] == 'phases' for c in lines if c['type'] == 'cell') else 'none'
    return lines[0], [c for c in lines if c['type'] == 'cell' and c['key']['trace'] == probes and c['n']]


def size(text):
    return int(text[:-1]) * SIZES[text[-1]] if text[-1] in SIZES else int(text)


def values(cell, name):
    return [v for v in cell['samples'].get(name) or [] if v is not None]


def near(shown, value, digits=3):
    """Whether a number with so many digits is this value, rounded."""
    return abs(shown - value) <= 0.51 * 10 ** (math.floor(math.log10(abs(value))) - digits + 1)


def time_of(text):
    number, unit = text.split()
    return float(number) * UNITS[unit]


def rounded(text, value, unit=1):
    """Whether the number at the start of TEXT is the value, or it to the digits that its interval supports."""
    number = text.split()[0]
    step = 10 ** -len(number.partition('.')[2]) * unit
    shown = float(number) * unit
    return abs(shown / value - 1) < 0.06 or abs(shown - value) <= 0.51 * step


def block_medians(run, samples):
    """A value per round: samples of a cell are split as evenly as can be, longer blocks first."""
    n, rounds = len(samples), run['rounds']
    at, medians = 0, []
    for left in range(rounds, 0, -1):
        count = -(-(n - at) // left)
        block = [v for v in samples[at:at + count] if v is not None]
        at += count
        medians.append(median(block))
    return medians


def interval(y, estimate):
    """Low and high: Hodges-Lehmann after a straight drift is taken out, by the signed-rank test."""
    n = len(y)
    y = [math.log(v) for v in y]
    middle = (n - 1) / 2
    slope = sum((i - middle) * v for i, v in enumerate(y)) / sum((i - middle) ** 2 for i in range(n))
    x = [v - slope * (i - middle) for i, v in enumerate(y)]
    pairs = sorted((x[i] + x[j]) / 2 for i in range(n) for j in range(i, n))
    sums = [sum(c) for k in range(n + 1) for c in itertools.combinations(range(1, n + 1), k)]
    outside = 0
    while sum(s <= outside for s in sums) / 2 ** n <= 0.025:
        outside += 1
    centre, stretch = median(pairs), math.sqrt((n - 1) / (n - 2))
    low = centre + (pairs[outside - 1] - centre) * stretch
    high = centre + (pairs[-outside] - centre) * stretch
    return math.exp(min(low, math.log(estimate))), math.exp(max(high, math.log(estimate)))


def rows_of(lines):
    """The rows of the table as dictionaries; labels that are left out stand in the row above."""
    start = next(i for i, line in enumerate(lines) if line.startswith('PARENT'))
    rows, above = [], {}
    names = lines[start].split()
    labels = names[:names.index('METHOD')]
    for line in lines[start + 1:]:
        if line.startswith('Medians.'):
            return names, rows
        cells = re.split(r' {2,}', line.strip())
        if len(cells) < len(names):
            cells = [above[label] for label in labels] + cells
        row = dict(zip(names, cells))
        above = row
        rows.append(row)
    sys.exit('the table has no end')


def judged(cell):
    return median(values(cell, 'exec_ns') or values(cell, 'spawn_ns'))


def execs(cell):
    return bool(values(cell, 'exec_ns'))


def check(run, cells, lines):
    faults = []

    def expect(true, *words):
        if not true:
            faults.append(' '.join(str(w) for w in words))

    names, rows = rows_of(lines)
    expect(len(rows) == len(cells), len(rows), 'rows of', len(cells), 'cells')
    by_key = {}
    for c in cells:
        by_key[c['key']['rss_bytes'], c['key'].get('pages'), c['key']['method']] = c
    pages = {c['key'].get('pages') for c in cells}
    for row in rows:
        parent = size(row['PARENT']), row.get('PAGES', next(iter(pages)))
        c = by_key.pop((*parent, row['METHOD']))
        for column, name in (('CALL', 'spawn_ns'), ('STARTED', 'exec_ns'), ('TOTAL', 'total_ns')):
            if not values(c, name):
                expect(row.get(column, '-') == '-', row, column)
                continue
            expect(near(time_of(row[column]), median(values(c, name))), row, column,
                   median(values(c, name)))
        total = median(values(c, 'total_ns'))
        low, high = interval(block_medians(run, c['samples']['total_ns']), total)
        side = 100 * max(total - low, high - total) / total
        expect(abs(float(row['+-%']) - side) <= (0.051 if side < 9.9 else 0.51), row, '+-%', side)
        reference = [o for o in cells if o['key']['method'] == ('posix_spawn' if execs(c) else 'fork')
                     and (o['key']['rss_bytes'], o['key'].get('pages')) == (c['key']['rss_bytes'], c['key'].get('pages'))]
        if reference:
            ratio = judged(c) / judged(reference[0])
            expect(abs(float(row['RATIO'].rstrip('x')) / ratio - 1) < 0.05, row, 'RATIO', ratio)
    expect(not by_key, 'rows are missing:', list(by_key))

    text = re.sub(r'\n +', ' ', '\n'.join(lines))
    # What starts a program fastest, and by how much.
    said = re.search(r'starts a program fastest\? (\S+), (\d\S* \S+) .*?from (\d+) ([KMG])iB.*?; (\S+) (takes (\S+) |is within)', text)
    if said:
        smallest = min(c['key']['rss_bytes'] for c in cells)
        first = [c for c in cells if c['key']['rss_bytes'] == smallest and execs(c)]
        first.sort(key=judged)
        expect(size(said[3] + said[4]) == smallest, said[0])
        winner = next(c for c in first if c['key']['method'] == said[1])
        rival = min((c for c in first if c is not winner), key=judged)
        expect(judged(winner) <= 1.1 * judged(first[0]) and rival['key']['method'] == said[5], said[0])
        expect(rounded(said[2], judged(winner), UNITS[said[2].split()[1]]), said[0], judged(winner))
        if said[7]:
            expect(rounded(said[7], judged(rival) / judged(winner)), said[0])
    # What the parent's memory costs: the slope of fork's totals.
    said = re.search(r"memory cost\? (\d\S* \S+) .*per MiB \(fork", text)
    if said:
        line = [(c['key']['rss_bytes'] / 2**20, median(values(c, 'total_ns'))) for c in cells
                if c['key']['method'] == 'fork' and c['key'].get('pages') in (None, '4k')]
        slope = statistics.linear_regression(*zip(*line)).slope
        expect(rounded(said[1], slope, UNITS[said[1].split()[1]]), said[0], slope)
    # Where the time goes.
    said = re.search(r"longest call go\? (\S+), (\d+) % .*? of (\S+)", text)
    if said:
        longest = max(cells, key=lambda c: median(values(c, 'spawn_ns')))
        share = median([v for v in longest['phases'][said[1]]['ns'] if v is not None]) / median(values(longest, 'spawn_ns'))
        expect(longest['key']['method'] == said[3] and abs(int(said[2]) - 100 * share) <= 0.51, said[0], share)
    found = [bool(re.search(q, text)) for q in ('program fastest', 'memory cost', 'longest call go')]
    expect(all(found), 'sentences:', found)
    return faults


def main():
    run, cells = read(sys.argv[1])
    lines = open(sys.argv[2], encoding='utf-8').read().split('\n')
    faults = check(run, cells, lines)
    print(*faults, sep='\n')
    sys.exit(1 if faults else 0)


main()
