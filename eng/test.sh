# shellcheck shell=bash
# ./spot test [FILTER | runner options]: the gate. Sourced by ./spot.
#
# A bare word runs the tests whose full name contains it; options go to the test runner as they are
# (-class, -method, -trait, ...). Either way the format check is left out: it is for whole runs.

test_everything() {
    local -a filter=("$@")
    if [[ $# == 1 && $1 != -* ]]; then
        filter=(-method "*$1*")
    fi
    set_up solution
    offer_pytorch

    local passed=0 failed=0 skipped=0 unformatted=
    (($#)) || check_format || unformatted=yes
    local project
    for project in "$SPOT_ROOT"/tests/*.Tests; do
        run_test_project "$(basename "$project")"
    done

    [[ -z $unformatted ]] || printf 'The format check failed: "dotnet format SpotArtifacts.slnx" mends it.\n'
    ((passed + failed)) || printf 'No test ran.\n'
    printf '%d passed, %d failed' "$passed" "$failed"
    ((!skipped)) || printf ', %d skipped' "$skipped"
    printf '\n'
    [[ -z $unformatted ]] && ((passed > 0 && failed == 0))
}

# Debian's PyTorch: exported weights are run in it. The tests skip where this does not succeed.
offer_pytorch() {
    [[ -n $(missing_packages "$SPOT_PACKAGES_TEST") ]] || return 0
    exec {SPOT_LOCK}>"$SPOT_ARTIFACTS/lock"
    flock "$SPOT_LOCK"
    (install_table "$SPOT_PACKAGES_TEST") || say "going on without it: tests that run exported weights in PyTorch will skip"
    exec {SPOT_LOCK}>&-
}

check_format() {
    say "checking the format"
    "$SPOT_DOTNET" format "$SPOT_ROOT/SpotArtifacts.slnx" --verify-no-changes --no-restore --verbosity quiet </dev/null
}

# Adds one project's results to passed, failed and skipped of the caller. The counts come from the result file, so a
# project that dies before it has written one counts as a failure whatever it printed.
run_test_project() {
    local name=$1 status=0 summary key
    local program=$SPOT_ARTIFACTS/bin/$name/release/$name.dll results=$SPOT_ARTIFACTS/test-results/$name.xml
    mkdir -p "${results%/*}"
    rm -f -- "$results"
    say "running $name"
    "$SPOT_DOTNET" "$program" -noLogo -noColor -noAutoReporters -reporter quiet -result-xml "$results" \
        "${filter[@]}" </dev/null || status=$?
    summary=$(grep -o -m 1 '<assembly [^>]*>' "$results" 2>/dev/null || true)
    if [[ -z $summary ]]; then
        printf '%s ended with status %d and left no results.\n' "$name" "$status"
        failed=$((failed + 1))
        return
    fi
    local -A count=()
    for key in passed failed skipped errors; do
        [[ $summary =~ [[:space:]]$key=\"([0-9]+)\" ]] && count[$key]=${BASH_REMATCH[1]}
    done
    # A crash on the way out, after the results, is a failure too.
    ((status == 0 || ${count[failed]:-0} + ${count[errors]:-0} > 0)) || count[errors]=1
    passed=$((passed + ${count[passed]:-0}))
    failed=$((failed + ${count[failed]:-0} + ${count[errors]:-0}))
    skipped=$((skipped + ${count[skipped]:-0}))
}
