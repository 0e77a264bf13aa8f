# shellcheck shell=bash disable=SC2034
# ensure_tree_libraries sets $tree_libraries to a folder with xgboost/lib/libxgboost.so and lightgbm/lib/lib_lightgbm.so:
# the one that CELLWISE_TREE_LIBRARIES names, else the pinned wheels from PyPI in the user's cache, checked by hash.
# Where they cannot be had it is empty: only the models that need them are missing then.

tree_libraries_version=xgboost-3.2.0-lightgbm-4.7.0
tree_libraries_requirements="\
xgboost-cpu==3.2.0 --hash=sha256:9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950
lightgbm==4.7.0 --hash=sha256:d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7"

ensure_tree_libraries() {
    tree_libraries=${CELLWISE_TREE_LIBRARIES:-}
    if [[ -n $tree_libraries ]]; then return; fi
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise temporary
    local folder=$cache/trees-$tree_libraries_version
    if [[ -e $folder/complete ]]; then
        tree_libraries=$folder
        return
    fi
    if [[ $(uname -m) != x86_64 ]]; then
        say "XGBoost and LightGBM are fetched for x86_64 only: set CELLWISE_TREE_LIBRARIES to a folder that has them"
        return
    fi
    say "fetching XGBoost and LightGBM (9 MB, once) into $folder"
    mkdir -p "$cache"
    temporary=$(mktemp -d "$cache/trees.XXXXXX")
    printf '%s\n' "$tree_libraries_requirements" >"$temporary/requirements.txt"
    # Unpacked, not installed, as LibTorch's wheels are.
    if ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-compile \
        --no-deps --no-cache-dir --require-hashes --only-binary :all: --implementation py --abi none \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
        --target "$temporary/unpacked" -r "$temporary/requirements.txt" >&2; then
        rm -rf "$temporary"
        say "XGBoost and LightGBM could not be fetched from PyPI: their models will be missing"
        return
    fi
    # The Python packages are of no use here, and would not import without their dependencies.
    find "$temporary/unpacked" -name '*.py' -delete
    printf '%s\n' "$tree_libraries_requirements" >"$temporary/unpacked/complete"
    rm -rf "$folder"
    mv "$temporary/unpacked" "$folder"
    rm -rf "$temporary"
    tree_libraries=$folder
}
