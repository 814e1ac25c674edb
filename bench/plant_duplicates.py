#!/usr/bin/env python3
"""Plants copies of images: what `spot duplicates` is measured on. Needs Debian's python3-pil.

    python3 bench/plant_duplicates.py OUT SHARD.tar [--originals 1000] [--distractors 4000] [--seed 1]

OUT/images holds the originals, as many other images, and one copy of each original: a quarter each exact, re-compressed,
resized and cropped. OUT/truth.tsv has one line a copy: kind, original, copy, and how it was made.
    exact       the same bytes
    compressed  JPEG again, quality 20 to 80
    resized     both sides by one factor of 0.5 to 2, JPEG quality 90
    cropped     a window of 60 to 95 % of each side, anywhere, each side drawn apart; JPEG quality 90
"""
import argparse
import io
import os
import random
import tarfile

from PIL import Image


def images(shards):
    for shard in shards:
        with tarfile.open(shard) as tar:
            for member in tar:
                if member.name.lower().endswith(('.jpg', '.jpeg', '.png')):
                    yield tar.extractfile(member).read()


def jpeg(image, quality):
    out = io.BytesIO()
    image.save(out, 'JPEG', quality=quality)
    return out.getvalue()


def copy(kind, encoded, draw):
    if kind == 'exact':
        return encoded, ''
    image = Image.open(io.BytesIO(encoded)).convert('RGB')
    width, height = image.size
    if kind == 'compressed':
        quality = draw.randint(20, 80)
        return jpeg(image, quality), f'quality {quality}'
    if kind == 'resized':
        factor = draw.uniform(0.5, 2)
        size = max(1, round(width * factor)), max(1, round(height * factor))
        return jpeg(image.resize(size, draw.choice([Image.BILINEAR, Image.BICUBIC, Image.LANCZOS])), 90), f'{size[0]} x {size[1]}'
    wide, high = round(width * draw.uniform(0.6, 0.95)), round(height * draw.uniform(0.6, 0.95))
    left, top = draw.randint(0, width - wide), draw.randint(0, height - high)
    return jpeg(image.crop((left, top, left + wide, top + high)), 90), f'{wide} x {high} at {left}, {top} of {width} x {height}'


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument('out')
    options.add_argument('shards', nargs='+')
    options.add_argument('--originals', type=int, default=1000)
    options.add_argument('--distractors', type=int, default=4000)
    options.add_argument('--seed', type=int, default=1)
    args = options.parse_args()
    draw = random.Random(args.seed)
    chosen = list(images(args.shards))
    draw.shuffle(chosen)
    # The set's own duplicates would be found too, and counted as false alarms: the same bytes at least are left out.
    chosen = list(dict.fromkeys(chosen))[:args.originals + args.distractors]
    folder = os.path.join(args.out, 'images')
    os.makedirs(folder)

    def write(name, encoded):
        with open(os.path.join(folder, name), 'wb') as file:
            file.write(encoded)
        return name

    with open(os.path.join(args.out, 'truth.tsv'), 'w', encoding='utf-8') as truth:
        for i, encoded in enumerate(chosen):
            original = write(f'{i:06}.jpg', encoded)
            if i < args.originals:
                kind = ('exact', 'compressed', 'resized', 'cropped')[i % 4]
                data, how = copy(kind, encoded, draw)
                truth.write(f'{kind}\t{original}\t{write(f"{i:06}-{kind}.jpg", data)}\t{how}\n')


if __name__ == '__main__':
    main()
