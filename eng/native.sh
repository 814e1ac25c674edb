# shellcheck shell=bash
# The native libraries: which libtorch they are built against, whether they are up to date, their build.
# Sourced by eng/setup.sh. Each libtorch has its own folders, so that switching between two rebuilds nothing.

# Sets SPOT_NATIVE_DIR (what the program loads from) and SPOT_NATIVE_BUILD (CMake's tree).
locate_libtorch() {
    SPOT_NATIVE_DIR=$SPOT_ARTIFACTS/native
    SPOT_NATIVE_BUILD=$SPOT_ARTIFACTS/native-build/distribution
    if [[ -n ${SPOT_LIBTORCH-} ]]; then
        local -a evidence=(lib/libtorch.so share/cmake/Torch/TorchConfig.cmake)
        [[ -e $SPOT_LIBTORCH/${evidence[0]} && -e $SPOT_LIBTORCH/${evidence[1]} ]] ||
            stop "SPOT_LIBTORCH=$SPOT_LIBTORCH holds no libtorch: looked there for ${evidence[0]} and ${evidence[1]}"
        SPOT_LIBTORCH=$(readlink -f "$SPOT_LIBTORCH")
        local name
        name=$(printf '%s' "$SPOT_LIBTORCH" | sha256sum)
        SPOT_NATIVE_DIR+=/${name:0:12}
        SPOT_NATIVE_BUILD=$SPOT_ARTIFACTS/native-build/${name:0:12}
    fi
    export SPOT_NATIVE_DIR
    prefer_openmp_blas
}

# Debian's alternatives prefer OpenBLAS with threads of its own, which then fight with libtorch's OpenMP threads for the cores.
prefer_openmp_blas() {
    [[ -z ${SPOT_LIBTORCH-} ]] || return 0
    local folder
    for folder in /usr/lib/*/openblas-openmp; do
        [[ ! -e $folder/libblas.so.3 ]] || export LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    done
}

# What the libraries depend on besides their sources: libtorch, the compiler, and the processor (-march=native).
# Dates of files stand for versions here: asking dpkg or the compiler would cost more than the rest of the check.
native_key() {
    local pattern='/usr/lib/*/libtorch.so'
    [[ -z ${SPOT_LIBTORCH-} ]] || pattern=$SPOT_LIBTORCH/lib/libtorch.so
    { compgen -G "$pattern"; type -P g++; } | xargs -r -d '\n' readlink -f | xargs -r -d '\n' stat -c '%n %s %Y'
    { grep -m 2 -E '^(model name|flags|Features)' /proc/cpuinfo || true; } | cksum
}

native_is_fresh() {
    local stamp=$SPOT_NATIVE_DIR/stamp part
    [[ -f $stamp && $(<"$stamp") == "$(native_key)" ]] || return 1
    for part in "$SPOT_ROOT"/native/*/CMakeLists.txt; do
        part=$(basename "$(dirname "$part")")
        [[ $part == '*' || -f $SPOT_NATIVE_DIR/lib$part.so ]] || return 1
    done
    [[ -z $(find "$SPOT_ROOT/native" -newer "$stamp" -print -quit) ]]
}

build_native() {
    install_packages
    say "compiling the native libraries${SPOT_LIBTORCH:+ against $SPOT_LIBTORCH}"
    mkdir -p "$SPOT_NATIVE_DIR" "$SPOT_NATIVE_BUILD"
    local stamp=$SPOT_NATIVE_DIR/stamp key
    key=$(native_key)
    # A changed compiler, processor or libtorch makes CMake's cache of findings worthless.
    if [[ ! -f $stamp || $(<"$stamp") != "$key" ]]; then
        rm -rf -- "$SPOT_NATIVE_BUILD"
    fi
    rm -f -- "$stamp"
    printf '%s\n' "$key" >"$stamp.new"
    local -a libtorch=()
    if [[ -n ${SPOT_LIBTORCH-} ]]; then
        libtorch=("-DSPOT_LIBTORCH=$SPOT_LIBTORCH" "-DCMAKE_PREFIX_PATH=$SPOT_LIBTORCH"
            "-DTorch_DIR=$SPOT_LIBTORCH/share/cmake/Torch")
    fi
    logged cmake-configure cmake -S "$SPOT_ROOT/native" -B "$SPOT_NATIVE_BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        "-DSPOT_OUTPUT_DIR=$SPOT_NATIVE_DIR" "${libtorch[@]}"
    logged cmake-build cmake --build "$SPOT_NATIVE_BUILD"
    mv "$stamp.new" "$stamp"
}
