#!/usr/bin/env bash
# Steps of both stages and features of a batch, timed in this checkout and in another, in one go on the same cores.
#
#   bench/steps-against.sh OTHER_CHECKOUT [PRESET...]
#
# Presets are demo32, tiny32 and std64 unless named. In each round the two checkouts take turns, preset by preset; the table has the medians
# of the rounds, the other's time over ours (above 1: ours is faster), and the lowest and highest of that ratio in one round: how far to trust it.
# The last column is the same ratio of processor times. With one thread it can be trusted on busy cores too; with more nothing can.
# Both must be built: ./spot --version && dotnet build bench/SpotArtifacts.Bench -c Release
# Environment, with defaults: ROUNDS=3, TIME=6 (seconds for each number), THREADS="1 2", BATCH (64, or 16 above 32 pixels),
# PRECISION=f32.
set -euo pipefail
(($# >= 1)) || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
ours=$(dirname "$(readlink -f "$0")")/.. other=$(readlink -f "$1")
shift
(($#)) || set -- demo32 tiny32 std64
read -ra threads <<<"${THREADS:-1 2}"
rounds=${ROUNDS:-3} lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

program() { printf '%s/artifacts/bin/SpotArtifacts.Bench/release/spot-bench.dll' "$1"; }
for checkout in "$other" "$ours"; do
    [[ -f $(program "$checkout") ]] || { echo "$checkout: spot-bench is not built; the head of $0 says how" >&2; exit 1; }
done

measure() { # NAME CHECKOUT PRESET THREADS: its lines, with round and name in front
    local batch=${BATCH:-64}
    [[ -n ${BATCH-} || $3 == *32 ]] || batch=16
    # Each finds the native libraries of its own checkout.
    env -u SPOT_NATIVE_DIR dotnet "$(program "$2")" steps --preset "$3" --batch "$batch" --threads "$4" --seconds "${TIME:-6}" \
        --precision "${PRECISION:-f32}" |
        sed "s/^/$round\t$1\t/" >>"$lines"
}
printf 'other: %s\nours:  %s\nload before: %s\n' "$other" "$(readlink -f "$ours")" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
for ((round = 1; round <= rounds; round++)); do
    for preset; do
        for count in "${threads[@]}"; do
            measure other "$other" "$preset" "$count"
            measure ours "$ours" "$preset" "$count"
        done
    done
    echo "round $round of $rounds done" >&2
done

awk -F '\t' '
function median(list,    n, i, j, v, swap) {
    n = split(list, v, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { swap = v[j]; v[j] = v[j - 1]; v[j - 1] = swap }
    low = v[1]
    high = v[n]
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
{
    key = $3 "\t" $4 "\t" $5 "\t" $6
    if (!(key in known)) { known[key] = 1; order[++keys] = key }
    times[key, $2] = times[key, $2] " " $7
    processor[key, $2] = processor[key, $2] " " $9
    if ($2 == "other") last[key] = $7
    else ratios[key] = ratios[key] " " last[key] / $7
}
END {
    printf "%-12s %5s %7s  %-12s %10s %10s %10s %7s  %-12s %9s\n", "preset", "batch", "threads", "", "other ms", "ours ms", "images/s", "ratio", "in one round", "processor"
    for (k = 1; k <= keys; k++) {
        key = order[k]
        split(key, part, "\t")
        theirs = median(times[key, "other"])
        mine = median(times[key, "ours"])
        work = median(processor[key, "other"]) / median(processor[key, "ours"])
        median(ratios[key])
        printf "%-12s %5d %7d  %-12s %10.2f %10.2f %10.0f %7.2f  %.2f to %.2f %9.2f\n", part[1], part[2], part[3], part[4], theirs, mine, 1000 * part[2] / mine, theirs / mine, low, high, work
    }
}' "$lines"
