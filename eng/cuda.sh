#!/usr/bin/env bash
# This program on a machine with a CUDA device and PyTorch, which needs neither .NET nor a network.
#
#   eng/cuda.sh pack FOLDER [GOLDEN_FILE...]   here: the .NET runtime, the built programs without libtorch, golden tensors, scripts
#   FOLDER/cuda.sh run [PART...]               there: all parts, or those named: symbols doctor verify pretrain bench
#
# libtorch is the machine's: that of `python3 -c 'import torch'`. Where it is of another version than TorchSharp was compiled against,
# it is tried all the same (SPOT_LIBTORCH_VERSION=any) and the golden tensors say whether it computes rightly. With TORCHSHARP_SOURCE=DIR
# (the folder of the native sources of a TorchSharp checkout; for `pack` they are packed too) TorchSharp's native library is compiled anew against that
# libtorch where the packaged one fails.
# Environment for `run`, with defaults: OUT (logs; ./out), WORK (/tmp/spot-cuda), DEVICE=cuda, PRESET=paper96, BATCH=256, TIME=4 (seconds
# for each number), ROUNDS=2, LIMIT=120 (seconds for one measurement), JOBS (compilers at once; all cores), BUILD=auto (always, never).
set -uo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)

fail() { echo "$0: $*" >&2; exit 1; }

pack() {
    local folder=${1:?where to? $0 pack FOLDER [GOLDEN_FILE...]} root=$here/.. stage sdk runtime framework
    shift
    (($#)) || set -- "$root"/tests/SpotArtifacts.Tests/Verification/files/*.safetensors
    local programs=("$root"/artifacts/bin/SpotArtifacts.{Cli,Bench}/release)
    for program in "${programs[@]}"; do
        ls "$program"/spot*.dll >/dev/null 2>&1 || fail "$program: not built; dotnet build -c Release"
    done
    sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
    stage=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$stage'" EXIT
    mkdir -p "$stage"/{app,golden,bench,dotnet} "$folder"
    cp "$sdk/dotnet" "$stage/dotnet/" && cp -r "$sdk/host" "$stage/dotnet/"
    # The studio needs the second one, and a program starts only where all are that any of its parts needs.
    for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
        runtime=$(ls -d "$sdk/shared/$framework"/10.* | sort -V | tail -1)
        mkdir -p "$stage/dotnet/shared/$framework" && cp -r "$runtime" "$stage/dotnet/shared/$framework/"
    done
    # As published programs have it: everything beside the program, and no list of what belongs to libtorch's packages.
    for program in "${programs[@]}"; do
        cp "$program"/*.dll "$program"/*.runtimeconfig.json "$stage/app/"
    done
    cp "${programs[0]}"/runtimes/linux-x64/native/{libLibTorchSharp.so,libvips.so*} "$stage/app/"
    cp "$@" "$stage/golden/"
    cp "$root"/bench/pytorch_*.py "$stage/bench/"
    if [[ -n ${TORCHSHARP_SOURCE-} ]]; then
        mkdir "$stage/source" && cp -r "$TORCHSHARP_SOURCE"/{LibTorchSharp,*.h} "$stage/source/"
    fi
    tar -C "$stage" -c . | xz -T2 -6 >"$folder/spot.tar.xz" || fail "cannot write $folder/spot.tar.xz"
    cp "$here/cuda.sh" "$folder/"
    du -h "$folder/spot.tar.xz"
}

part() { # NAME SECONDS COMMAND...: runs it within its time, its output into a log, and says how it went; never ends the script
    local name=$1 limit=$2 start=$SECONDS status
    shift 2
    timeout -k 5 "$limit" "$@" >>"$out/$name.txt" 2>&1
    status=$?
    printf '%-10s %s after %d s%s\n' "$name" "$([[ $status == 0 ]] && echo ok || echo "FAILED ($status)")" $((SECONDS - start)) \
        "$([[ $status == 124 ]] && echo ', its time was up')" | tee -a "$out/summary.txt"
    return $status
}

spot() { dotnet "$work/app/spot.dll" "$@"; }

run() {
    out=${OUT:-$PWD/out} work=${WORK:-/tmp/spot-cuda} device=${DEVICE:-cuda}
    mkdir -p "$out" "$work"
    [[ -f $work/app/spot.dll ]] || tar -C "$work" -xJf "$here/spot.tar.xz" || fail "cannot unpack $here/spot.tar.xz into $work"
    export DOTNET_ROOT=$work/dotnet PATH=$work/dotnet:$PATH DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_EnableDiagnostics=0
    torch_setup
    { nvidia-smi -L 2>/dev/null || echo 'no nvidia-smi'; } | tee -a "$out/summary.txt"
    export out work device
    local parts=("$@")
    (($#)) || parts=(symbols doctor verify pretrain bench)
    for name in "${parts[@]}"; do
        case $name in
            symbols) part symbols 60 bash "$here/cuda.sh" inner symbols ;;
            doctor) part doctor 60 bash "$here/cuda.sh" inner spot doctor ;;
            verify) verify ;;
            build) build ;;
            pretrain) part pretrain 150 bash "$here/cuda.sh" inner pretrain ;;
            bench) bench ;;
            *) fail "no part '$name': symbols, doctor, verify, build, pretrain, bench" ;;
        esac
    done
    echo "logs: $out"
}

torch_setup() { # finds PyTorch, once, and what it brings
    [[ -f $work/torch.env ]] || python3 - >"$work/torch.env" <<'PY' || fail "python3 has no torch"
import glob, os, torch
base = torch.__path__[0]
site = os.path.dirname(base)
print(f"TORCH_BASE={base}")
print(f"TORCH_VERSION={torch.__version__.split('+')[0]}")
print("TORCH_NVIDIA=" + ":".join(sorted(glob.glob(f"{site}/nvidia/*/lib"))))
PY
    set -a
    . "$work/torch.env"
    set +a
    export SPOT_LIBTORCH=${SPOT_LIBTORCH:-$TORCH_BASE/lib}
    export LD_LIBRARY_PATH=$TORCH_NVIDIA${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    if [[ $TORCH_VERSION != 2.10.* ]]; then
        export SPOT_LIBTORCH_VERSION=any
        echo "PyTorch $TORCH_VERSION, not the 2.10 that TorchSharp was compiled against: tried all the same" | tee -a "$out/summary.txt"
    fi
}

symbols() { # what TorchSharp's library asks of libtorch and this one does not have
    local defined=$work/defined.txt
    nm -D --defined-only "$SPOT_LIBTORCH"/lib{c10,torch,torch_cpu}*.so | awk 'NF > 2 {sub(/@.*/, "", $3); print $3}' | sort -u >"$defined"
    # Weak ones (w) may be missing everywhere; names with a version are the C and C++ libraries'.
    nm -D --undefined-only "$work/app/libLibTorchSharp.so" | awk '$1 == "U" && $2 !~ /@/ {print $2}' | sort -u | comm -23 - "$defined" >"$work/missing.txt"
    echo "$(wc -l <"$work/missing.txt") symbols of libLibTorchSharp.so are not in $SPOT_LIBTORCH"
    c++filt <"$work/missing.txt"
}

# Two files decide whether the library is the right one; the rest only tells how exactly it computes.
verify() {
    if [[ ${BUILD:-auto} == always ]]; then
        build
    elif ! part verify 90 bash "$here/cuda.sh" inner spot verify "$work"/golden/ops*.safetensors "$work"/golden/fix32*ae*.safetensors \
        --device "$device"; then
        [[ ${BUILD:-auto} == never ]] || build
    fi
    part verify 150 bash "$here/cuda.sh" inner spot verify "$work"/golden/*.safetensors --device "$device"
    grep -hE 'tensors compared|^spot:' "$out/verify.txt" | tail -40 | tee -a "$out/summary.txt"
}

build() { # TorchSharp's library against this libtorch, file by file: one that does not compile costs its own functions only
    local source=${TORCHSHARP_SOURCE:-$work/source} objects=$work/objects
    [[ -d $source/LibTorchSharp ]] || { echo "build      no sources of TorchSharp's library (TORCHSHARP_SOURCE)" | tee -a "$out/summary.txt"; return 1; }
    mkdir -p "$objects"
    export source objects
    part build 240 bash "$here/cuda.sh" inner compile
}

compile_file() { # NAME
    local include=$TORCH_BASE/include standard
    [[ $1 == *.c ]] && { gcc -O1 -fPIC -w -c "$source/LibTorchSharp/$1" -o "$objects/$1.o"; return; }
    # Which standard libtorch's headers ask for depends on its version.
    for standard in c++17 c++20; do
        g++ -std=$standard -O1 -fPIC -w -fvisibility=hidden -DNDEBUG -D__LINUX__ -D_GLIBCXX_USE_CXX11_ABI=1 -I"$source" \
            -I"$source/LibTorchSharp" -I"$include" -I"$include/torch/csrc/api/include" -c "$source/LibTorchSharp/$1" \
            -o "$objects/$1.o" && return
    done
}

compile() {
    # The longest first.
    (cd "$source/LibTorchSharp" && ls -S $(grep -oE '[A-Za-z0-9_]+[.](cpp|c)\b' CMakeLists.txt | sort -u)) |
        xargs -P "${JOBS:-$(nproc)}" -I {} bash "$here/cuda.sh" inner compile_file {}
    echo "objects: $(ls "$objects"/*.o | wc -l)"
    g++ -shared -o "$objects/libLibTorchSharp.so" "$objects"/*.o -Wl,-Bsymbolic -Wl,-soname,libLibTorchSharp.so -Wl,-z,lazy \
        -L"$SPOT_LIBTORCH" -ltorch -lc10 -ltorch_cpu || return 1
    [[ -f $work/app/libLibTorchSharp.so.packaged ]] || cp "$work/app/libLibTorchSharp.so" "$work/app/libLibTorchSharp.so.packaged"
    # A new file, not the old one's contents: it may be loaded.
    cp "$objects/libLibTorchSharp.so" "$work/app/new.so" && mv "$work/app/new.so" "$work/app/libLibTorchSharp.so"
    nm -D --defined-only "$work/app/libLibTorchSharp.so" | awk '{print $3}' | sort -u >"$work/new.txt"
    echo "functions of TorchSharp's that are lost:"
    nm -D --defined-only "$work/app/libLibTorchSharp.so.packaged" | awk '$3 ~ /^TH/ {print $3}' | sort -u | comm -23 - "$work/new.txt"
    symbols
}

pretrain() { # both stages on noise; stopped and resumed, beside the same run that was not
    local data=$work/pictures runs=$work/runs settings
    rm -rf "$runs"
    mkdir -p "$data" "$runs"
    python3 - "$data" <<'PY'
import os, sys
for i in range(256):
    with open(f"{sys.argv[1]}/{i:03d}.ppm", "wb") as file:
        file.write(b"P6 40 40 255\n" + os.urandom(40 * 40 * 3) if i >= 4 else b"P6 40 40 255\n" + bytes([60 * i]) * 4800)
PY
    settings=(--preset demo32 --set batch_per_rank=16 --set autoencoding.steps=40 --set spotting.steps=200 --set recording.metrics_every=20
        --set recording.checkpoint_every=20 --set recording.samples_every=100000 --device "$device")
    for precision in f32 bf16; do
        spot pretrain --images "$data" "${settings[@]}" --precision $precision --out "$runs/whole-$precision" || return 1
    done
    # Killed outright in stage 2, as soon as a checkpoint of it is there.
    dotnet "$work/app/spot.dll" pretrain --images "$data" "${settings[@]}" --precision bf16 --out "$runs/cut" &
    local process=$! cut=0
    for _ in $(seq 600); do
        kill -0 $process 2>/dev/null || break
        if grep -qa '"stage":"spotting"' "$runs/cut/metrics.jsonl" 2>/dev/null; then
            kill -KILL $process && cut=1
            break
        fi
        sleep 0.05
    done
    wait $process 2>/dev/null
    echo "cut in the middle: $cut"
    spot resume "$runs/cut" || return 1
    # Packed pixels lie on the device, and batches are made there.
    spot data pack "$data" --format pixels --size 40 --out "$work/pictures-$$.spotpix" || return 1
    spot pretrain "${settings[@]}" --images "$work/pictures-$$.spotpix" --precision bf16 --out "$runs/packed" || return 1
    tail -n 3 "$runs"/*/metrics.jsonl
    spot pretrain --images "$data" "${settings[@]}" --precision bf16 --out "$runs/again" || return 1
    PYTHONPATH=$work/bench python3 - "$runs" <<'PY'
import sys
from pytorch_fixtures import read
runs = sys.argv[1]
whole = read(f"{runs}/whole-bf16/weights.safetensors")[0]
for other in ("again", "cut", "whole-f32"):
    tensors = read(f"{runs}/{other}/weights.safetensors")[0]
    off = {name: float((value.double() - tensors[name].double()).abs().max()) for name, value in whole.items()}
    name = max(off, key=off.get)
    print(f"whole bf16 run against {other}: largest difference of a weight {off[name]:.3g} at {name}")
PY
}

bench() { # alternating rounds: this program, PyTorch as it comes, PyTorch tuned
    local log=$out/bench.tsv round limit=${LIMIT:-120} mine theirs
    mine=(dotnet "$work/app/spot-bench.dll" steps --preset "${PRESET:-paper96}" --batch "${BATCH:-256}" --seconds "${TIME:-4}" --device "$device")
    theirs=(python3 "$work/bench/pytorch_steps.py" steps --preset "${PRESET:-paper96}" --batch "${BATCH:-256}" --seconds "${TIME:-4}" --device "$device")
    for ((round = 1; round <= ${ROUNDS:-2}; round++)); do
        measure $round 'PyTorch f32' "${theirs[@]}" --precision f32
        measure $round 'ours f32' "${mine[@]}" --precision f32
        if [[ $device != cpu ]]; then
            measure $round 'PyTorch tf32' "${theirs[@]}" --precision tf32
            measure $round 'ours tf32' "${mine[@]}" --precision tf32
        fi
        measure $round 'PyTorch bf16 channels-last' "${theirs[@]}" --precision bf16 --channels-last
        measure $round 'ours bf16' "${mine[@]}" --precision bf16
        [[ -n ${COMPILE_OFF-} ]] || measure $round 'PyTorch bf16 channels-last compile' "${theirs[@]}" --precision bf16 --channels-last --compile
        table <"$log" | tee "$work/table.txt"
    done
    cat "$work/table.txt" >>"$out/summary.txt"
}

measure() { # ROUND NAME COMMAND...
    local round=$1 name=$2 start=$SECONDS status
    shift 2
    timeout -k 5 "$limit" "$@" 2>>"$out/bench.txt" | sed "s/^/$round\t$name\t/" >>"$log"
    status=${PIPESTATUS[0]}
    [[ $status == 0 ]] || echo "bench      $name FAILED ($status) after $((SECONDS - start)) s: $(grep -aE 'Error|Exception|error' "$out/bench.txt" | tail -1 | cut -c 1-300)" | tee -a "$out/summary.txt"
}

table() { # medians over the rounds of images/s, and each against PyTorch f32
    awk -F '\t' '
    function median(list,    n, i, j, v, swap) {
        n = split(list, v, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { swap = v[j]; v[j] = v[j - 1]; v[j - 1] = swap }
        return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
    }
    {
        if (!($2 in known)) { known[$2] = 1; order[++count] = $2 }
        milliseconds[$2, $6] = milliseconds[$2, $6] " " $7
        what = $3 ", batch " $4
        batch = $4
    }
    END {
        split("autoencoder spotting features", stage, " ")
        printf "%-36s", what
        for (s = 1; s <= 3; s++) printf "  %32s", stage[s] " ms  images/s  ratio"
        printf "\n"
        for (k = 1; k <= count; k++) {
            printf "%-36s", order[k]
            for (s = 1; s <= 3; s++) {
                key = order[k] SUBSEP stage[s]
                if (!(key in milliseconds)) { printf "  %32s", "-"; continue }
                ms = median(milliseconds[key])
                first = order[1] SUBSEP stage[s]
                printf "  %14.2f %9.0f %7.2f", ms, 1000 * batch / ms, first in milliseconds ? median(milliseconds[first]) / ms : 0
            }
            printf "\n"
        }
    }'
}

case ${1-} in
    pack) shift; pack "$@" ;;
    run) shift; run "$@" ;;
    inner) shift; "$@" ;;
    *) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
