#!/usr/bin/env bash
# This project's steps beside the same steps of TorchSharp's own modules and of PyTorch, in alternating rounds on the same cores.
#
#   bench/compare.sh [PRESET...]          one table: stage 1, stage 2 and features, each preset (demo32 tiny32 std64 paper96 unless named)
#
# ms are medians of the rounds, of whole steps; "against" is another's time over ours (above 1: ours is faster), with the lowest and
# highest in one round; "share" is the work of the convolutions and products that the method needs (spot-bench, StepWork) over our time,
# as a share of the most that convolutions reach on this machine with as many threads, measured in the same rounds, in f32 and for the
# bf16 row in bf16. With CLOCK=processor everything is processor time instead, which can be trusted on busy cores with one thread.
# With IMAGES=FOLDER (of class folders of JPEG or PNG files, as torchvision's ImageFolder wants them) the table has whole training too:
# "+data" is the mean of STEPS (40) steps but the first ten, images read, decoded and augmented beside them, as many loader threads as threads.
# PyTorch needs torchvision for it.
# It is built by: dotnet build bench/SpotArtifacts.Bench -c Release. PyTorch: a python3 with torch (PYTHON=...). Debian's (python3-torch,
# python3-torchvision) multiplies matrices in reference code, at 3 GFLOP/s, unless libopenblas0 is installed.
# Environment, with defaults: ROUNDS=3, WARM=8 and TIME=3 (seconds before each number, in which .NET compiles beside the steps, and
# for it), THREADS="1 2", CLOCK=wall, PRECISIONS="f32 bf16", BATCH (64 for 32 pixels, 16 for 64, 8 above).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
(($#)) || set -- demo32 tiny32 std64 paper96
read -ra threads <<<"${THREADS:-1 2}"
read -ra precisions <<<"${PRECISIONS:-f32 bf16}"
program=$here/../artifacts/bin/SpotArtifacts.Bench/release/spot-bench.dll
[[ -f $program ]] || { sed -n '2,16s/^# \{0,1\}//p' "$0" >&2; exit 1; }
python=${PYTHON-}
for candidate in ${python:-python3 /usr/bin/python3}; do
    if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate && break; fi
    python=
done
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

batch_of() {
    case $1 in *32) echo "${BATCH:-64}" ;; *64) echo "${BATCH:-16}" ;; *) echo "${BATCH:-8}" ;; esac
}

measure() { # NAME COMMAND...: its lines, with round and name in front
    local name=$1
    shift
    OMP_NUM_THREADS=$count "$@" --threads "$count" | sed "s/^/$round\t$name\t/" >>"$lines"
}

printf 'machine: %s, %d cores; load before: %s\n' "$(sed -n 's/^model name\t*: //p' /proc/cpuinfo | head -1)" "$(nproc)" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
printf 'PyTorch: %s\n' "${python:+$("$python" -c 'import torch; print(torch.__version__)')}"
for ((round = 1; round <= ${ROUNDS:-3}; round++)); do
    for count in "${threads[@]}"; do
        for precision in "${precisions[@]}"; do
            OMP_NUM_THREADS=$count dotnet "$program" peak --threads "$count" --seconds 0.5 --batch 16 --precision "$precision" |
                sed "s/^/$round\t/" >>"$lines"
        done
        for preset; do
            for what in steps ${IMAGES:+pretrain}; do
                of=("$what" --preset "$preset" --batch "$(batch_of "$preset")")
                if [[ $what == steps ]]; then of+=(--warm-up "${WARM:-8}" --seconds "${TIME:-3}"); else of+=(--images "$IMAGES" --steps "${STEPS:-40}"); fi
                # A large first generation: TorchSharp's finalizers free numbers that operators of this long a run are still given.
                DOTNET_GCgen0size=0x40000000 measure plain dotnet "$program" plain "${of[@]}"
                for precision in "${precisions[@]}"; do
                    measure "ours $precision" dotnet "$program" "${of[@]}" --precision "$precision"
                done
                [[ -z $python ]] || measure PyTorch "$python" "$here/pytorch_steps.py" "${of[@]}"
            done
        done
    done
    echo "round $round of ${ROUNDS:-3} done" >&2
done

awk -F '\t' -v clock="${CLOCK:-wall}" '
function sorted(list, v,    n, i, j, swap) {
    n = split(list, v, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { swap = v[j]; v[j] = v[j - 1]; v[j - 1] = swap }
    return n
}
function median(list,    v, n) {
    n = sorted(list, v)
    return n == 0 ? 0 : n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
function against(other, own,    a, b, n, i, ratio, low, high) {
    n = split(other, a, " ")
    if (n == 0) return sprintf("%22s", "-")
    n = split(own, b, " ") < n ? split(own, b, " ") : n
    for (i = 1; i <= n; i++) {
        ratio = a[i] / b[i]
        if (i == 1 || ratio < low) low = ratio
        if (i == 1 || ratio > high) high = ratio
    }
    return sprintf("%7.2f (%.2f to %.2f)", median(other) / median(own), low, high)
}
$2 == "peak" { peak[$3, "ours " $4] = peak[$3, "ours " $4] " " $5; next }
{
    key = $3 "\t" $4 "\t" $5 "\t" $6
    if (!(key in known)) { known[key] = 1; order[++keys] = key }
    time[key, $2] = time[key, $2] " " (clock == "processor" ? $9 : $7)
    if ($2 ~ /^ours/ && !($2 in mine)) { mine[$2] = 1; names[++count] = $2 }
    if ($11 != "") work[key] = $11
}
END {
    printf "%-9s %5s %7s %-16s %-10s %9s %9s %22s %22s %14s %9s %6s\n", "preset", "batch", "threads", "", "", clock " ms", "images/s", "against plain", "against PyTorch", "against f32", "GFLOP/s", "share"
    for (k = 1; k <= keys; k++) {
        key = order[k]
        split(key, part, "\t")
        for (i = 1; i <= count; i++) {
            name = names[i]
            if (time[key, name] == "") continue
            ms = median(time[key, name])
            rate = work[key] / ms * 1000
            top = median(peak[part[3], name])
            printf "%-9s %5d %7d %-16s %-10s %9.2f %9.0f %22s %22s %14.2f %9.1f %5.0f%%\n", part[1], part[2], part[3], part[4], name, ms, 1000 * part[2] / ms, against(time[key, "plain"], time[key, name]), against(time[key, "PyTorch"], time[key, name]), median(time[key, names[1]]) / ms, rate, top ? 100 * rate / top : 0
        }
    }
}' "$lines"
