#!/usr/bin/env bash
# Fuzzes the readers of outside bytes with libFuzzer (tests/fuzz): builds the preset "fuzz", gives every target the files
# of its corpus, then lets each look for new inputs.
#
#   scripts/fuzz.sh [--seconds N] [--jobs N] [--keep] [TARGET…]
#
#   --seconds N   how long each target is fuzzed after the replay (default 20; 0: replay only)
#   --jobs N      targets side by side (default: the number of processors)
#   --keep        adds to tests/fuzz/corpus what reached new code, the smallest files that do
#
# A finding is a crash, an error of a sanitizer, an InternalError, one allocation of more than 256 MB, more than 512 MB in
# all, or more than 5 s of processor time for one input. Its input and report lie in build/fuzz/findings, and the exit code is 1.
# build/fuzz/fuzz/TARGET.log is what libFuzzer said, build/fuzz/fuzz/summary.tsv one line a target.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
usage() {
    code=2
    die "$*; usage: scripts/fuzz.sh [--seconds N] [--jobs N] [--keep] [TARGET…]"
}

seconds=20 jobs=$(nproc) keep=
targets=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --seconds | --jobs)
            [[ ${2:-} =~ ^[0-9]+$ ]] || usage "$1 needs a number"
            printf -v "${1#--}" '%s' "$2"
            shift
            ;;
        --keep) keep=1 ;;
        -*) usage "there is no flag $1" ;;
        *) targets+=("$1") ;;
    esac
    shift
done
mapfile -t all < <(cd "$root/tests/fuzz/corpus" && printf '%s\n' *)
if [[ ${#targets[@]} -eq 0 ]]; then targets=("${all[@]}"); fi
for target in "${targets[@]}"; do
    [[ -d $root/tests/fuzz/corpus/$target ]] || usage "there is no target '$target'; there are: ${all[*]}"
done

# shellcheck source=scripts/packages.sh
. "$root/scripts/packages.sh"
# shellcheck source=scripts/libtorch.sh
. "$root/scripts/libtorch.sh"
ensure_packages build fuzz
ensure_libtorch fuzz
build=$root/build/fuzz
findings=$build/findings
out=$build/fuzz
mkdir -p "$findings" "$out"
# shellcheck disable=SC2154  # libtorch is set by ensure_libtorch
if ! (cd "$root" && cmake --preset fuzz -DCELLWISE_UNITY="${CELLWISE_UNITY:-ON}" -DLIBTORCH="$libtorch") >"$build/build.log" 2>&1; then
    tail -n 30 "$build/build.log" >&2
    die "CMake could not configure the build: see $build/build.log"
fi
if ! cmake --build "$build" --parallel "$jobs" --target "${targets[@]/#/fuzz_}" >>"$build/build.log" 2>&1; then
    grep -E -A 12 'error:|FAILED' "$build/build.log" | head -n 60 >&2 || true
    die "the build failed: see $build/build.log"
fi

scratch=$(mktemp -d "$([[ -w /dev/shm ]] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/cellwise-fuzz.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# The limits of one target. Where a child process does the reading, it has limits of its own, and libFuzzer would take what
# HDF5 asks for there for a finding. Seconds of processor time are counted by the targets; -timeout is for endless loops.
limits_of() {
    case $1 in
        hdf5 | keras_file) echo "-malloc_limit_mb=0 -rss_limit_mb=512 -timeout=120" ;;
        *) echo "-malloc_limit_mb=256 -rss_limit_mb=512 -timeout=120" ;;
    esac
}

# run_program TARGET ARGUMENT…: the target under the limits; its own output stays away, libFuzzer's goes to the log.
run_program() {
    local target=$1 limits
    shift
    read -ra limits < <(limits_of "$target")
    mkdir -p "$scratch/$target/tmp"
    TMPDIR=$scratch/$target/tmp \
        ASAN_OPTIONS=quarantine_size_mb=8:allocator_may_return_null=1:max_allocation_size_mb=4096 \
        UBSAN_OPTIONS=print_stacktrace=1 \
        "$out/fuzz_$target" "${limits[@]}" -close_fd_mask=3 -report_slow_units=120 "$@"
}

fuzz() {
    local target=$1 corpus=$root/tests/fuzz/corpus/$1 log=$out/$1.log status=0 before executions coverage count
    before=$(find "$findings" -name "$target-*" ! -name '*-report-*' | wc -l)
    run_program "$target" -runs=0 -artifact_prefix="$findings/$target-" "$corpus" >"$log" 2>&1 || status=$?
    if [[ $status -eq 0 && $seconds -gt 0 ]]; then
        mkdir -p "$scratch/$target/new"
        run_program "$target" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$findings/$target-" \
            "$scratch/$target/new" "$corpus" >"$log" 2>&1 || status=$?
    fi
    if [[ $status -ne 0 ]]; then cp "$log" "$findings/$target-report-$(date -u +%H%M%S).txt"; fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    coverage=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | tr -dc 0-9 || true)
    count=$(($(find "$findings" -name "$target-*" ! -name '*-report-*' | wc -l) - before))
    if [[ $status -ne 0 && $count -eq 0 ]]; then count=1; fi
    printf '%s\t%s\t%s\t%s\t%s\n' "$target" "$seconds" "${executions:-replay}" "${coverage:-0}" "$count" >>"$out/summary.tsv"
    say "$target: ${executions:-only replayed} executions, coverage ${coverage:-0}, findings $count"
    if [[ -n $keep && $status -eq 0 && $seconds -gt 0 ]]; then
        mkdir -p "$scratch/$target/merged"
        run_program "$target" -merge=1 "$scratch/$target/merged" "$corpus" "$scratch/$target/new" >>"$log" 2>&1
        find "$corpus" -type f ! -name 'finding-*' -delete
        cp "$scratch/$target/merged"/* "$corpus"
    fi
    return "$status"
}

rm -f "$out/summary.tsv"
failed=0 running=0
for target in "${targets[@]}"; do
    if [[ $running -ge $jobs ]]; then
        wait -n || failed=1
        running=$((running - 1))
    fi
    fuzz "$target" &
    running=$((running + 1))
done
while [[ $running -gt 0 ]]; do
    wait -n || failed=1
    running=$((running - 1))
done
if [[ $failed -ne 0 ]]; then
    code=1
    die "there are findings in build/fuzz/findings; run one again with build/fuzz/fuzz/fuzz_TARGET FILE"
fi
say "no findings"
