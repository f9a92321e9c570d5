#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""screen.py RUN TEXT: checks the headline and the table of `spawnscope profile` in the file TEXT by
arithmetic of its own from the births of the result file RUN. Prints what differs, and exits with 1
if anything does. Knows no code of spawnscope."""

import collections
import json
import re
import statistics
import sys

UNITS = {'ns': 1, 'µs': 1e3, 'us': 1e3, 'ms': 1e6, 's': 1e9}
# results/README.md: the phases in which the kernel works, without those that are part of another.
NO_WORK = ('vfork_wait', 'first_run', 'pre_exec', 'reap', 'copy_files', 'copy_pages')


def time_of(text):
    number, unit = text.split()
    return float(number) * UNITS[unit]


def covered(spans):
    """How long at least one of them lasted."""
    end = total = 0
    for a, b in sorted(spans):
        total += max(0, b - max(a, end))
        end = max(end, b)
    return total


def work_of(birth):
    return sum(ns for phase, ns in birth['phases'].items() if phase not in NO_WORK and ns is not None)


def main():
    lines = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]
    text = open(sys.argv[2], encoding='utf-8').read()
    births = [line for line in lines if line['type'] == 'birth' and line['result'] == 0]
    end, faults = lines[-1], []

    def near(what, shown, value, within=0.006):
        if abs(shown - value) > within * abs(value):
            faults.append(f'{what}: {shown} for {value}')

    head = re.sub(r'\n +', ' ', text)
    calls = [(b['t_ns'], b['t_ns'] + b['call_ns']) for b in births]
    said = re.search(r'^(\d+) births, (\S+ \S+) = (\S+) % of (\S+ \S+): the time(?:.*\((\S+ \S+) in sum)?', head, re.M)
    near('births', int(said[1]), len(births), 0)
    near('calls', time_of(said[2]), covered(calls))
    near('share of time', float(said[3]), 100 * covered(calls) / end['duration_ns'], 0.02)
    near('duration', time_of(said[4]), end['duration_ns'])
    total = sum(b - a for a, b in calls)
    if said[5]:
        near('calls in sum', time_of(said[5]), total)
    elif total > 1.001 * covered(calls):
        faults.append('that calls overlap is not said')
    said = re.search(r"^Work of these births: (\S+ \S+) = (\S+) % of the command's (\S+ \S+) of CPU time", head, re.M)
    near('work', time_of(said[1]), sum(map(work_of, births)))
    near('CPU time', time_of(said[3]), end['cpu']['ns'])
    near('share of CPU', float(said[2]), 100 * sum(map(work_of, births)) / end['cpu']['ns'], 0.02)

    groups = collections.defaultdict(list)
    key = 'exe' if re.search('^PROGRAM ', text, re.M) else 'comm'
    for b in births:
        groups[b['parent'][key], b['method']].append(b)
    rows = re.split(r'^(?:PROGRAM|PARENT) .*\n', text, flags=re.M)[-1].split('Result file:')[0]
    for row in rows.strip().split('\n'):
        name, method, count, _, median, *_, work = re.split(r' {2,}', row.strip())
        of = groups.pop((name, method))
        near(row, int(count), len(of), 0)
        near(row, time_of(median), statistics.median(b['call_ns'] for b in of), 0.02)
        near(row, time_of(work), sum(map(work_of, of)))
    if groups:
        faults.append(f'rows are missing: {list(groups)}')
    print(*faults, sep='\n')
    sys.exit(1 if faults else 0)


main()
