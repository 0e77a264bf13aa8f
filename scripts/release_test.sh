#!/usr/bin/env bash
# release_test.sh [FOLDER [FORM…]]: installs each form (archive, package, wheel) of the release in FOLDER (by default
# build/release-files) in a new Debian 12 without compiler, CMake or Torch, uses it there as an ordinary user, and removes
# it again. Prints what it checks and the seconds from the file to the first result. Needs root and debootstrap, as
# scripts/release.sh does.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
# shellcheck source=scripts/checks.sh
. "$root/scripts/checks.sh"
# shellcheck source=scripts/debian_root.sh
. "$root/scripts/debian_root.sh"
folder=$(readlink -f "${1:-$root/build/release-files}")
forms=("${@:2}")
if [[ ${#forms[@]} -eq 0 ]]; then forms=(archive package wheel); fi
work=$root/build/release-root
[[ $(id -u) -eq 0 ]] || die "a Debian of its own needs root here"
(cd "$folder" && sha256sum --quiet --check SHA256SUMS) || die "'$folder' does not hold what its SHA256SUMS says"

if [[ ! -e $work/base/complete ]]; then
    say "making a Debian 12 with debootstrap"
    mkdir -p "$work"
    make_debian_root "$work/base"
    touch "$work/base/complete"
fi
processor=
under() { awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value <= limit) }'; }

# What is done in the Debian, with the form to try as its argument. Each step tells its name, then its outcome.
inside=$work/inside.sh
cat >"$inside" <<'END'
set -uo pipefail
form=$1
as_person() { runuser -u person -- env HOME=/home/person PATH=/home/person/venv/bin:/home/person/cellwise/bin:/usr/bin:/bin "$@"; }
listing() {
    find / -xdev \( -path /proc -o -path /dev -o -path /sys -o -path /tmp -o -path /release -o -path '/var/lib/dpkg' -o -path '/var/lib/apt' \
        -o -path /var/cache -o -path /var/log -o -path /inside.sh \) -prune -o -type f -print -o -type l -print | sort
}
step() { echo "STEP $1"; shift; "$@" && echo "DONE" || echo "FAILED with $?"; }
export DEBIAN_FRONTEND=noninteractive
{
    apt-get update
    case $form in
        archive) apt-get install -y --no-install-recommends xz-utils ;;
        wheel) apt-get install -y --no-install-recommends python3-venv ;;
    esac
    useradd --create-home person
    if [[ $form == wheel ]]; then runuser -u person -- python3 -m venv /home/person/venv; fi
} >/tmp/preparation 2>&1 || { cat /tmp/preparation; exit 4; }
if command -v g++ cmake ninja || python3 -c 'import torch' 2>/dev/null; then echo "STEP nothing to build with"; echo "FAILED"; fi
listing >/tmp/before
began=$(date +%s.%N)
times >/tmp/times-before
case $form in
    archive)
        step "unpack" runuser -u person -- bash -c 'cd /home/person && tar -xf /release/*.tar.xz && mv cellwise-* cellwise' ;;
    package) step "apt install" apt-get install -y --no-install-recommends ./release/*.deb ;;
    wheel) step "pip install" as_person pip install --no-index --quiet /release/*.whl ;;
esac
cd /home/person
step "compare" as_person cellwise compare --limit 500 --epochs 1 --output runs/small
times >/tmp/times-after
# The second line is what the shell's children took: 0m1.234s 0m0.567s
echo "PROCESSOR $(cat /tmp/times-before /tmp/times-after | tr 'ms' '  ' |
    awk 'NR == 2 { before = $1 * 60 + $2 + $3 * 60 + $4 } NR == 4 { printf "%.1f", $1 * 60 + $2 + $3 * 60 + $4 - before }')"
echo "SECONDS $(date +%s.%N | awk -v began="$began" '{ printf "%.1f", $1 - began }')"
step "doctor" as_person cellwise doctor
step "version" as_person cellwise --version
step "customers compare" as_person cellwise customers compare
step "predict" as_person cellwise predict --model runs/small/lstm "A wonderful film."
runuser -u person -- bash -c 'cd; PATH=/home/person/venv/bin:/home/person/cellwise/bin:/usr/bin:/bin exec cellwise serve runs/small/lstm --port 8123' >/tmp/serve 2>&1 &
answers() {
    local try
    for try in $(seq 100); do
        if exec 3<>/dev/tcp/127.0.0.1/8123; then
            printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
            head -n 1 <&3 | grep ' 200 '
            return
        fi 2>/dev/null
        sleep 0.1
    done
    cat /tmp/serve
    return 1
}
step "serve" answers
case $form in
    archive)
        step "manual page" test -s cellwise/share/man/man1/cellwise.1
        step "half a copy says so" bash -c 'cp -r cellwise half; truncate -s 1000 half/lib/cellwise/libtorch_cpu.so
            half/bin/cellwise doctor; code=$?; rm -rf half; test $code -eq 4'
        step "moved" bash -c 'mv cellwise elsewhere && elsewhere/bin/cellwise doctor >/dev/null; code=$?; mv elsewhere cellwise; exit $code'
        ;;
    package) step "one command" bash -c 'test "$(dpkg -L cellwise | grep /usr/bin/)" = /usr/bin/cellwise' ;;
    wheel) step "one command" bash -c 'test "$(cd venv/bin && ls -d cellwise*)" = cellwise' ;;
esac
kill %1 2>/dev/null
wait 2>/dev/null
case $form in
    archive) step "remove" rm -rf /home/person/cellwise ;;
    package) step "remove" apt-get purge -y cellwise ;;
    wheel) step "remove" as_person pip uninstall --yes --quiet cellwise ;;
esac
listing >/tmp/after
comm -3 /tmp/before /tmp/after | grep -v -E "^[[:space:]]*/home/person/runs/" >/tmp/left || true
step "only runs are left" bash -c 'cat /tmp/left; ! test -s /tmp/left'
END

sizes() { # the limit in MB, then files
    local limit=$1 file
    shift
    for file in "$@"; do
        check "$(basename "$file") has at most $limit MB: $(du -b "$file" | awk '{ printf "%.1f", $1 / 1e6 }')" \
            under "$(du -b "$file" | awk '{ print $1 / 1e6 }')" "$limit"
    done
}
for form in "${forms[@]}"; do
    case $form in
        archive) sizes 150 "$folder"/cellwise*.tar.xz ;;
        package) sizes 150 "$folder"/cellwise*.deb ;;
        wheel) sizes 190 "$folder"/cellwise*.whl ;;
    esac
    rm -rf "$work/${form:?}"
    cp -a "$work/base" "$work/$form"
    log=$work/$form.log
    in_debian_root "$work/$form" "$folder:/release" "$inside:/inside.sh" -- bash /inside.sh "$form" >"$log" 2>&1 ||
        say "the test of the $form ended early: see $log"
    while IFS= read -r line; do
        case $line in
            "STEP "*) step=${line#STEP } ;;
            DONE) say "ok: $form: $step" ;;
            "FAILED"*)
                say "FAILED: $form: $step (see $log)"
                failures=$((failures + 1))
                ;;
            "PROCESSOR "*) processor=${line#PROCESSOR } ;;
            "SECONDS "*) check "$form: the first result after ${line#SECONDS } s ($processor s of processor time)" under "${line#SECONDS }" 60 ;;
        esac
    done <"$log"
    grep -q '^STEP only runs are left' "$log" || failures=$((failures + 1))
    rm -rf "$work/${form:?}"
done
if [[ $failures -gt 0 ]]; then
    code=1
    die "$failures checks failed"
fi
say "all checks passed"
