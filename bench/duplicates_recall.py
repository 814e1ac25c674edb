#!/usr/bin/env python3
"""How many planted copies `spot duplicates --json` found, kind by kind, and how many images it joined that are none.

    python3 bench/duplicates_recall.py truth.tsv found.json
"""
import collections
import json
import os
import sys

truth = [line.rstrip('\n').split('\t') for line in open(sys.argv[1], encoding='utf-8')]
groups = json.load(open(sys.argv[2], encoding='utf-8'))['groups']
group_of = {os.path.basename(name): number for number, group in enumerate(groups) for name in group['images']}
found, planted = collections.Counter(), collections.Counter()
for kind, original, copy, how in truth:
    planted[kind] += 1
    hit = original in group_of and group_of[original] == group_of.get(copy)
    found[kind] += hit
    if not hit and '-v' in sys.argv:
        print(f'missed {kind}: {copy} ({how})')
for kind in planted:
    print(f'{kind:10} {found[kind]:5} of {planted[kind]} found ({100 * found[kind] / planted[kind]:.1f} %)')
alarms = collections.Counter()
for group in groups:
    originals = {os.path.basename(name)[:6] for name in group['images']}
    if len(originals) > 1:
        alarms[group['kind']] += len(originals) - 1
        if '-v' in sys.argv:
            print('joined', group['kind'], *(os.path.basename(name) for name in group['images']))
print(f'{sum(alarms.values())} images joined to others that are no planted copies:', dict(alarms))
