#!/usr/bin/env bash
# The label-efficiency curve: fine-tuning with few and many labels against training from scratch and other runs.
#
#   bench/label-efficiency.sh RUN TRAIN TEST OUT [NAME=RUN...]
#
# Writes OUT.svg (the curve), OUT.md (the table and all that moved it) and OUT.json. The column "random" is training from scratch.
# Environment, with defaults: LABELS=100,1000,0 (0: all), SEEDS=1,2,3, STEPS=1500, RATES=0.001 (several: chosen on held-out
# training images, which takes one run more for each).
set -euo pipefail
(($# >= 4)) || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
run=$1 train=$2 test=$3 out=$4
shift 4
root=$(dirname "$(readlink -f "$0")")/..
baselines=()
(($# == 0)) || baselines=(--baseline "$@")
exec "$root/spot" eval "$run" --protocol finetune --train "$train" --test "$test" "${baselines[@]}" --seeds "${SEEDS:-1,2,3}" \
    --set "labels=${LABELS:-100,1000,0}" "steps=${STEPS:-1500}" "rate=${RATES:-0.001}" --out "$out.svg" "$out.md" "$out.json"
