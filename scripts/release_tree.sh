#!/usr/bin/env bash
# release_tree.sh [--without-torch] BUILD TREE: lays out in the new folder TREE what a release holds, from a finished
# build in BUILD: bin/cellwise; lib/cellwise with the program that has LibTorch, LibTorch's libraries, the Debian libraries
# that they need (all but the C library) and XGBoost and LightGBM; completions, manual page, documents and licences in
# share. The tree works wherever it is put. --without-torch leaves out LibTorch and NVIDIA's libraries, for a machine that
# has them (scripts/gpu_kit.sh).
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
without_torch=
if [[ ${1:-} == --without-torch ]]; then
    without_torch=yes
    shift
fi
build=$1 tree=$2
[[ ! -e $tree ]] || die "'$tree' is there already"
for program in patchelf strip ldd readelf; do
    command -v "$program" >/dev/null || die "$program is missing: apt-get install patchelf binutils"
done
umask 022
cmake --install "$build" --component program --prefix "$tree" >/dev/null
libraries=$tree/lib/cellwise
documents=$tree/share/doc/cellwise
mkdir -p "$documents/licenses"

# The Debian package that a file belongs to; nothing for a wheel's. ldd shows /lib where a package may have /usr/lib,
# and the other way round.
package_of() {
    local file
    for file in "$1" "/usr$1" "${1#/usr}"; do
        if dpkg-query -S "$file" 2>/dev/null | cut -d: -f1 | head -n 1 | grep .; then return; fi
    done
}
licence_of_package() {
    mkdir -p "$documents/licenses/$1"
    cp -L "/usr/share/doc/$1/copyright" "$documents/licenses/$1/"
}
# The folder that a wheel's library was unpacked into, with all wheels of one fetch: two or three levels up.
wheels_of() {
    local folder
    folder=$(dirname "$1")
    while [[ $folder != / ]]; do
        if compgen -G "$folder/*.dist-info" >/dev/null; then
            echo "$folder"
            return
        fi
        folder=$(dirname "$folder")
    done
}
licences_of_wheels() {
    local information name
    for information in "$1"/*.dist-info; do
        name=$(basename "$information" .dist-info)
        mkdir -p "$documents/licenses/$name"
        cp "$information/METADATA" "$documents/licenses/$name/"
        if [[ -d $information/licenses ]]; then cp -r "$information/licenses/." "$documents/licenses/$name/"; fi
    done
}

# The C library is the system's: it and its loader belong together.
is_of_the_c_library() { [[ $(basename "$1") =~ ^(ld-linux.*|lib(c|m|mvec|dl|pthread|rt|resolv|util|anl|nsl)\.so.*)$ ]]; }

mapfile -t needed < <(ldd "$libraries/cellwise-torch" "$tree/bin/cellwise" | awk '
    $2 == "=>" && $3 !~ /^\// { print "missing " $1; next }
    { path = $2 == "=>" ? $3 : $1; if (path ~ /^\// && path !~ /:$/) print path }' | sort -u)
packages=() wheels=()
for library in "${needed[@]}"; do
    [[ $library != missing* ]] || die "the program needs ${library#missing }, which is not here"
    if is_of_the_c_library "$library"; then continue; fi
    package=$(package_of "$library")
    if [[ -n $package ]]; then
        packages+=("$package")
    else
        wheels+=("$(wheels_of "$(readlink -f "$library")")")
        if [[ -n $without_torch ]]; then continue; fi
    fi
    cp -L "$library" "$libraries/"
done
while IFS= read -r library; do
    wheels+=("$(wheels_of "$library")")
done < <(sed -n 's/^CELLWISE_\(XGBOOST\|LIGHTGBM\)_LIBRARY:FILEPATH=\//\//p' "$build/CMakeCache.txt")

# Libraries are found beside each other, whatever LD_LIBRARY_PATH says; the wheels of XGBoost and LightGBM find theirs.
while IFS= read -r file; do
    chmod u+w "$file"
    strip --strip-unneeded "$file"
    case $file in
        "$tree/bin/cellwise") path="\$ORIGIN/../lib/cellwise" ;;
        "$libraries/xgboost/"* | "$libraries/lightgbm/"* | "$libraries/xgboost_cpu.libs/"*) continue ;;
        "$libraries/cellwise-torch") path="\$ORIGIN" ;;
        *)
            # Most have no path of their own: then the program's holds for what they need.
            if ! readelf -d "$file" | grep -qE '\((RPATH|RUNPATH)\)'; then continue; fi
            path="\$ORIGIN"
            ;;
    esac
    patchelf --force-rpath --set-rpath "$path" "$file"
done < <(find "$tree" -type f \( -name '*.so*' -o -path "$tree/bin/cellwise" -o -name cellwise-torch \) | sort)

# Licences, each with the package or wheel that it belongs to, and a list of the packages for whoever scans them.
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
for package in "${packages[@]}"; do licence_of_package "$package"; done
# shellcheck disable=SC2016  # dpkg-query expands these itself
dpkg-query -W -f '${Package} ${Version}\n' "${packages[@]}" | sort >"$documents/debian-packages.txt"
while IFS= read -r folder; do
    if [[ -n $folder ]]; then licences_of_wheels "$folder"; fi
done < <(printf '%s\n' "${wheels[@]}" | sort -u)
cp -r /usr/share/common-licenses "$documents/licenses/"
cp "$root/LICENSE" "$documents/"
for document in README.md CHANGELOG.md docs; do
    if [[ -e $root/$document ]]; then cp -r "$root/$document" "$documents/"; fi
done

# What src/cli/release_files.h checks before the program with LibTorch is started.
(cd "$libraries" && find . -type f -printf '%s %P\n') | LC_ALL=C sort -k 2 >"$tree/files.txt"
mv "$tree/files.txt" "$libraries/"

# The same bits and dates whoever packs it.
find "$tree" -type d -exec chmod 755 {} +
find "$tree" -type f -exec chmod 644 {} +
chmod 755 "$tree/bin/cellwise" "$libraries/cellwise-torch"
if [[ -n ${SOURCE_DATE_EPOCH:-} ]]; then find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; fi
