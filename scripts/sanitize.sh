#!/usr/bin/env bash
# sanitize.sh asan|tsan [--all]: builds tests with sanitizers and runs them.
#   asan: AddressSanitizer (with leaks) and UndefinedBehaviorSanitizer over the unit tests of readers, files, kernels and
#         statistics (label lean: no LibTorch below them); --all: over every test but two (docs/reliability.md).
#   tsan: ThreadSanitizer over the tests of what has threads of its own (label threads). LibTorch's OpenMP gets one
#         thread, because its run-time library is not instrumented and would raise false alarms; the engine's own
#         threads are judged in full.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
sanitizer=${1:-} label=lean target=tests_lean
if [[ $sanitizer != asan && $sanitizer != tsan ]]; then
    echo "usage: sanitize.sh asan|tsan [--all]" >&2
    exit 2
fi
if [[ $sanitizer == tsan ]]; then label=threads target=tests_threads; fi
choice=(-L "^$label\$")
if [[ ${2:-} == --all && $sanitizer == asan ]]; then target=all; fi

CELLWISE_WITH_TESTS=1 "$root/scripts/build.sh" "$sanitizer" "$target"
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS=suppressions=$root/tests/leaks.supp:print_suppressions=0
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
if [[ $sanitizer == tsan ]]; then export OMP_NUM_THREADS=1; fi
# ThreadSanitizer knows where addresses lie; kernels that scatter them widely confuse it.
runner=()
if [[ $sanitizer == tsan ]] && setarch -R true 2>/dev/null; then runner=(setarch -R); fi
run_tests() {
    "${runner[@]}" ctest --test-dir "$root/build/$sanitizer" --output-on-failure --no-tests=error --parallel "$(nproc)" "$@"
}
if [[ $target == all ]]; then
    # Open MPI unloads what it leaves behind, so that its leaks have no name by which to suppress them.
    failed=0
    run_tests -E '^distributed_test' || failed=1
    ASAN_OPTIONS+=:detect_leaks=0 run_tests -R '^distributed_test' || failed=1
    exit "$failed"
fi
run_tests "${choice[@]}"
