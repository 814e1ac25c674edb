#!/usr/bin/env python3
"""Drops whole groups of tensors from a fixture, to keep what is committed small.

    cut_fixture.py fix32_seed1_spot.safetensors fix32_seed1_spot_cut.safetensors gradin step5 ema5 slow5 resume

A tensor goes when its name starts with one of the groups. The metadata stay as they are.
"""
import json
import struct
import sys

source, target, *groups = sys.argv[1:]
with open(source, "rb") as file:
    data = file.read()
length = struct.unpack("<Q", data[:8])[0]
header, body = json.loads(data[8:8 + length]), data[8 + length:]
kept, parts, offset = {"__metadata__": header.pop("__metadata__")}, [], 0
for name, tensor in header.items():
    if name.startswith(tuple(groups)):
        continue
    begin, end = tensor["data_offsets"]
    kept[name] = {**tensor, "data_offsets": [offset, offset + end - begin]}
    parts.append(body[begin:end])
    offset += end - begin
text = json.dumps(kept, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
