# shellcheck shell=bash
# What the native libraries need from the distribution, and how it gets here. Sourced by eng/setup.sh.

# Debian package, and what shows that it (or its like on another system) is there: a command, or a file pattern.
readonly SPOT_PACKAGES_BUILD="
g++                    g++
cmake                  cmake
ninja-build            ninja
"
# Without OpenBLAS Debian's libtorch multiplies matrices with reference BLAS, about a hundred times slower.
readonly SPOT_PACKAGES_LIBTORCH="
libtorch-dev           /usr/lib/*/cmake/Torch/TorchConfig.cmake
libgloo-dev            /usr/include/gloo/context.h
libopenblas0-openmp    /usr/lib/*/openblas-openmp/libblas.so.3
"

# What single tests run exported weights in. Without it those tests skip, and say what is missing.
readonly SPOT_PACKAGES_TEST="
python3-torch          /usr/lib/python3/dist-packages/torch/__init__.py
"

# Prints the packages of a table whose evidence is not there.
missing_packages() {
    local package evidence
    while read -r package evidence; do
        [[ -z $package ]] && continue
        case $evidence in
            /*) compgen -G "$evidence" >/dev/null || printf '%s\n' "$package" ;;
            *) type -P "$evidence" >/dev/null || printf '%s\n' "$package" ;;
        esac
    done <<<"$1"
}

install_packages() {
    local table=$SPOT_PACKAGES_BUILD
    [[ -n ${SPOT_LIBTORCH-} ]] || table+=$SPOT_PACKAGES_LIBTORCH
    install_table "$table"
}

# Installs what is missing of a table, or stops and says what is needed.
install_table() {
    local -a missing as_root=()
    mapfile -t missing < <(missing_packages "$1")
    ((${#missing[@]})) || return 0

    local by_hand="apt-get install ${missing[*]}"
    type -P apt-get >/dev/null || stop "packages are missing, and there is no apt-get here. On Debian 12: $by_hand"
    if ((EUID != 0)); then
        sudo -n true 2>/dev/null || stop "packages are missing, and installing them takes root. Run: $by_hand"
        as_root=(sudo -n)
    fi
    local -a apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
    say "installing ${missing[*]}"
    # Lists that are absent or too old to find a package by are the usual reason for a failure: fetch them, try once more.
    compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || logged apt-update "${apt[@]}" update
    if ! "${apt[@]}" install --no-install-recommends "${missing[@]}" >"$SPOT_LOGS/apt-install.log" 2>&1 </dev/null; then
        logged apt-update "${apt[@]}" update
        logged apt-install "${apt[@]}" install --no-install-recommends "${missing[@]}"
    fi
}
