# shellcheck shell=bash
# Set-up on demand, sourced by ./spot. Every part leaves a stamp, and a call that finds the stamps fresh starts neither
# apt, cmake nor the .NET build: it only compares dates and a key, which takes a few hundredths of a second.
#
# A stamp is dated when its build *began*, so that a source saved during the build counts as newer.

# shellcheck source=eng/packages.sh
source "$SPOT_ROOT/eng/packages.sh"
# shellcheck source=eng/native.sh
source "$SPOT_ROOT/eng/native.sh"

readonly SPOT_PROGRAM=$SPOT_ARTIFACTS/bin/SpotArtifacts.Cli/release/spot.dll
readonly SPOT_LOGS=$SPOT_ARTIFACTS/log
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

say() { printf 'spot: %s\n' "$*" >&2; }

stop() {
    say "$@"
    exit 1
}

# set_up program|solution: everything a command (program) or the tests (solution) need.
set_up() {
    find_dotnet
    locate_libtorch
    if [[ $1 == program ]] && native_is_fresh && program_is_fresh; then
        return
    fi
    mkdir -p "$SPOT_LOGS"
    # One set-up at a time. The descriptor is closed for the programs started below (see logged): a compiler server
    # that outlives this call would otherwise hold the lock for as long as it lives.
    exec {SPOT_LOCK}>"$SPOT_ARTIFACTS/lock"
    if ! flock --nonblock "$SPOT_LOCK"; then
        say "waiting for another call to finish its set-up"
        flock "$SPOT_LOCK"
    fi
    native_is_fresh || build_native
    if [[ $1 == solution ]]; then
        build_managed SpotArtifacts.slnx
    else
        program_is_fresh || build_managed src/SpotArtifacts.Cli/SpotArtifacts.Cli.csproj
    fi
    exec {SPOT_LOCK}>&-
}

# logged NAME COMMAND...: runs it with its output in artifacts/log/NAME.log; on failure shows the end of that and stops.
logged() {
    local log=$SPOT_LOGS/$1.log
    shift
    if ! "$@" >"$log" 2>&1 </dev/null {SPOT_LOCK}>&-; then
        tail -n 40 "$log" >&2
        stop "failed: $* (everything it said: $log)"
    fi
}

find_dotnet() {
    SPOT_DOTNET=$(PATH="$PATH:${DOTNET_ROOT-}:${HOME-}/.dotnet" type -P dotnet) ||
        stop "the .NET 10 SDK is missing: install it from https://dotnet.microsoft.com/download/dotnet/10.0"
    SPOT_DOTNET=$(readlink -f "$SPOT_DOTNET")
}

require_sdk() {
    "$SPOT_DOTNET" --list-sdks 2>/dev/null | grep -qE '^1[0-9]\.' ||
        stop "$SPOT_DOTNET has no .NET 10 SDK: install it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

program_is_fresh() {
    local stamp=$SPOT_ARTIFACTS/program.stamp
    [[ -f $SPOT_PROGRAM && -f $stamp && $(<"$stamp") == "$SPOT_DOTNET" ]] || return 1
    local -a sources=("$SPOT_ROOT"/{src,eng/BannedSymbols.txt,.editorconfig} "$SPOT_ROOT"/Directory.*.props)
    [[ -z $(find "${sources[@]}" -newer "$stamp" -print -quit) ]]
}

build_managed() {
    require_sdk
    say "building ${1##*/}"
    local stamp=$SPOT_ARTIFACTS/program.stamp
    printf '%s\n' "$SPOT_DOTNET" >"$stamp.new"
    # No build node stays behind to wait for the next build: it may never come.
    logged dotnet-build "$SPOT_DOTNET" build "$SPOT_ROOT/$1" -c Release -nodeReuse:false -warnaserror
    mv "$stamp.new" "$stamp"
}
