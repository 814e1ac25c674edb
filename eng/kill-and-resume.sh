#!/usr/bin/env bash
# Kills a small pre-training with SIGKILL at random moments, checks every file it left, and resumes it.
#
#   eng/kill-and-resume.sh [KILLS]     default 10; the program must have been built (./spot --version)
#
# Evidence, not a test: it takes minutes. One line is printed for each kill. A run that ends between kills must have the
# very bytes of a run that nobody disturbed; a new one is then begun until the kills are used up.
set -euo pipefail

ROOT=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
PROGRAM=${SPOT_PROGRAM:-$ROOT/artifacts/bin/SpotArtifacts.Cli/release/spot.dll}
KILLS=${1:-10}
WORK=$(mktemp -d)
trap 'rm -rf -- "$WORK"' EXIT

# Everything is written often, so that a kill has a fair chance to hit a write.
SETTINGS=(--preset fix32)
for setting in batch_per_rank=4 autoencoding.steps=60 spotting.steps=120 spotting.history_size=8 \
    recording.metrics_every=1 recording.samples_every=5 recording.checkpoint_every=3; do
    SETTINGS+=(--set "$setting")
done

make_images() {
    python3 - "$WORK/images" <<'PYTHON'
import os, random, struct, sys, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
os.makedirs(sys.argv[1])
noise = random.Random(1)
for i in range(24):
    rows = b''.join(b'\0' + noise.randbytes(3 * 20) for _ in range(20))
    with open(f'{sys.argv[1]}/{i:02}.png', 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 20, 20, 8, 2, 0, 0, 0)))
        file.write(chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
PYTHON
}

# Prints what stands in a run folder; fails when a file is neither whole nor a leftover that a resume removes.
check_files() {
    python3 - "$1" <<'PYTHON'
import json, os, struct, sys
counts = {}
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        data = open(path, 'rb').read()
        # TensorBoard's files are only ever appended to, and it reads up to the last whole record.
        kind = '.tfevents' if '.tfevents.' in name else os.path.splitext(name)[1]
        if kind == '.safetensors':
            length, = struct.unpack('<Q', data[:8])
            header = json.loads(data[8:8 + length])
            ends = [tensor['data_offsets'][1] for key, tensor in header.items() if key != '__metadata__']
            assert max(ends) == len(data) - 8 - length, path
        elif kind == '.png':
            assert data.startswith(b'\x89PNG') and data.endswith(b'IEND\xaeB`\x82'), path
        elif kind == '.jsonl':
            for line in data.split(b'\n')[:-1]:
                json.loads(line)
        elif kind == '.json':
            json.loads(data)
        elif kind not in ('.tmp', '.tfevents') and name != '.lock': # the lock is empty
            assert kind in ('.yaml', '.txt'), path
        counts[kind] = counts.get(kind, 0) + 1
print(', '.join(f'{counts[kind]} {kind}' for kind in sorted(counts)) or 'no file yet')
PYTHON
}

# Starts or resumes a run, whichever fits.
go_on() {
    if [[ -f $1/recipe.resolved.yaml ]]; then
        exec dotnet "$PROGRAM" resume --quiet "$1"
    fi
    rm -rf -- "$1"
    exec dotnet "$PROGRAM" pretrain --quiet --images "$WORK/images" --out "$1" "${SETTINGS[@]}"
}

make_images
began=$EPOCHREALTIME
(go_on "$WORK/whole") >/dev/null
duration=$((${EPOCHREALTIME/./} - ${began/./}))
printf 'undisturbed: %d ms\n' $((duration / 1000))

run=1 kill=0
while true; do
    folder=$WORK/run$run
    (go_on "$folder") >/dev/null &
    process=$!
    if ((kill < KILLS)); then
        moment=$((duration / 1000 * (RANDOM % 1000) / 1000))
        sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
        if builtin kill -KILL "$process" 2>/dev/null; then
            wait "$process" 2>/dev/null || true
            kill=$((kill + 1))
            printf 'kill %d of run %d after %d ms: %s\n' "$kill" "$run" "$moment" "$([[ ! -d $folder ]] && echo 'no folder yet' || check_files "$folder")"
            continue
        fi
    fi
    wait "$process"
    check_files "$folder" >/dev/null
    cmp "$WORK/whole/weights.safetensors" "$folder/weights.safetensors"
    [[ -z $(find "$folder" -name '*.tmp') ]]
    printf 'run %d is finished; its weights are those of the undisturbed run\n' "$run"
    run=$((run + 1))
    ((kill < KILLS)) || break
done
