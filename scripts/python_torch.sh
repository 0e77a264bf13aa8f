# shellcheck shell=bash
# folder_of_python_torch PYTHON: prints the folder of the torch package that this Python would import, checked. It ends
# with 4 where there is none, or one that Cellwise cannot be built with. torch itself is not imported, which takes
# seconds.

folder_of_python_torch() {
    local python=$1 folder
    command -v "$python" >/dev/null || die "CELLWISE_TORCH is '$python', which is no program: name a Python that has torch"
    folder=$("$python" -c '
import importlib.util
found = importlib.util.find_spec("torch")
print(found.submodule_search_locations[0] if found and found.submodule_search_locations else "")' 2>/dev/null) ||
        die "CELLWISE_TORCH is '$python', which does not run Python code: name a Python that has torch"
    # shellcheck disable=SC2154  # set by libtorch.sh
    [[ -n $folder ]] || die "CELLWISE_TORCH is '$python', which has no torch: install torch $libtorch_version for it"
    check_libtorch "$folder" "the torch of '$python'"
    echo "$folder"
}
