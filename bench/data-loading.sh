#!/usr/bin/env bash
# Augmented batches from files, side by side with torchvision under a DataLoader, in one run on the same cores.
#
#   bench/data-loading.sh SHARD.tar [SECONDS] [THREADS]
#
# SHARD.tar holds small JPEGs (WebDataset). Photographs of 500 x 375 pixels are made from the first 2,000 of them by enlarging:
# as large to decode as photographs, but smoother. Python comes from the distribution (python3-torch, python3-torchvision).
set -euo pipefail
shard=$(readlink -f "$1")
seconds=${2:-8} threads=${3:-2} rounds=3
root=$(dirname "$(readlink -f "$0")")/..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

/usr/bin/python3 -c 'import torchvision' 2>/dev/null || apt-get install -q -y python3-torch python3-torchvision >&2
"$root/spot" --version >&2 # builds the program
dotnet build "$root/bench/SpotArtifacts.Bench" -c Release -v quiet --nologo >&2
ours() { dotnet "$root/artifacts/bin/SpotArtifacts.Bench/release/spot-bench.dll" "$@"; }
theirs() { /usr/bin/python3 "$root/bench/data_loading.py" "$@"; }

mkdir -p "$work/small/one" "$work/large/one"
tar -xf "$shard" -C "$work/small/one" --wildcards '*.jpg'
/usr/bin/python3 - "$work" <<'PY'
import glob, os, sys
from PIL import Image
for path in sorted(glob.glob(sys.argv[1] + "/small/one/*.jpg"))[:2000]:
    image = Image.open(path).convert("RGB").resize((500, 375), Image.BICUBIC)
    image.save(sys.argv[1] + "/large/one/" + os.path.basename(path), quality=90)
PY
pack() { "$root/spot" data pack "$1" --out "$2" --format pixels --size "$3" --quiet >/dev/null; }
pack "$work/small" "$work/small.spotpix" 64
pack "$work/large" "$work/large.spotpix" 128

median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }
compare() { # NAME SIZE FOLDER SOURCE
    local round
    : >"$work/ours" && : >"$work/theirs" && : >"$work/share"
    for ((round = 0; round < rounds; round++)); do
        theirs "$3" "$2" "$seconds" "$threads" >>"$work/theirs"
        ours load "$2" "$seconds" "$threads" "$4" >"$work/line"
        cut -f 1 "$work/line" >>"$work/ours"
        cut -f 2 "$work/line" >>"$work/share"
    done
    local a b
    a=$(median <"$work/ours") b=$(median <"$work/theirs")
    awk -v name="$1" -v a="$a" -v b="$b" -v s="$(median <"$work/share")" \
        'BEGIN { printf "%-46s %10d %10d %8.1fx %14s\n", name, a, b, a / b, s }'
}
printf '%-46s %10s %10s %9s %14s\n' "images/s ($threads threads, median of $rounds)" spot torchvision ratio "decoding share"
compare "64-pixel JPEGs to 64" 64 "$work/small" "$work/small"
compare "500 x 375 JPEGs to 96" 96 "$work/large" "$work/large"
SPOT_TURBOJPEG=off compare "64-pixel JPEGs to 64, without libjpeg-turbo" 64 "$work/small" "$work/small"
SPOT_TURBOJPEG=off compare "500 x 375 JPEGs to 96, without libjpeg-turbo" 96 "$work/large" "$work/large"
compare "64-pixel packed pixels to 64, against JPEGs" 64 "$work/small" "$work/small.spotpix"
compare "128-pixel packed pixels to 96, against JPEGs" 96 "$work/large" "$work/large.spotpix"
