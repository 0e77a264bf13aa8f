"""Writes docs/sbom.cdx.json and docs/dependencies.md; scripts/sbom.sh calls it with what the other scripts list."""
import argparse
import datetime
import os
import pathlib
import re
import subprocess
import sys
import uuid

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

USES = {
    "linked": "the program loads these at run time",
    "compiled in": "these are headers, or files, that become part of the program",
    "build": "the build needs these",
    "tests": "only the tests need these",
    "lint": "only scripts/lint.sh needs these",
}
# Of the packages that a build wants, those without a shared library of their own that end up in the program.
COMPILED_IN = {"libcli11-dev", "libfmt-dev", "nlohmann-json3-dev", "libtomlplusplus-dev",
               "libboost1.81-dev", "libjs-chart.js", "libhwy-dev", "libeigen3-dev"}


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def versions(packages):
    """Package → (version, homepage); exits where one is not installed."""
    found = {}
    for package in packages:
        done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Version}\t${Homepage}", package],
                              capture_output=True, text=True)
        status, version, homepage = (done.stdout.split("\t") + ["", ""])[:3]
        if status != "installed":
            sys.exit(f"cellwise: error: the Debian package {package} is not installed here: ./run-tests installs all")
        found[package] = (version, homepage)
    return found


def package_of(library):
    """The Debian package of a shared library; ldd shows /lib where a package may have /usr/lib."""
    for path in (library, "/usr" + library, library.removeprefix("/usr")):
        done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    return None


def linked_packages(program):
    libraries = re.findall(r"(?:=> )?(/\S+) \(0x", output_of("ldd", program) + output_of("ldd", program + "-torch"))
    return {package for package in map(package_of, libraries) if package}


def debian_component(package, version, use):
    base = version.split(":", 1)[-1]
    purl = PackageURL("deb", "debian", package, version, {"arch": "amd64", "distro": "debian-12"})
    return Component(type=ComponentType.LIBRARY if use in ("linked", "compiled in") else ComponentType.APPLICATION,
                     name=package, version=version, purl=purl, bom_ref=f"deb:{package}@{base}",
                     scope=ComponentScope.REQUIRED if use in ("linked", "compiled in") else ComponentScope.EXCLUDED,
                     properties=[Property(name="cellwise:use", value=use)])


def wheels_of(text):
    return re.findall(r"^(\S+)==(\S+) --hash=sha256:([0-9a-f]{64})$", text, re.MULTILINE)


def wheel_component(name, version, digest, use):
    return Component(type=ComponentType.LIBRARY, name=name, version=version, purl=PackageURL("pypi", None, name, version),
                     bom_ref=f"pypi:{name}@{version}",
                     scope=ComponentScope.REQUIRED if use == "linked" else ComponentScope.OPTIONAL,
                     hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
                     properties=[Property(name="cellwise:use", value=use)])


def date_of(root):
    """Of the commit that is released, or of the last one that changed what the program is built from."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    date = output_of("git", "-C", str(root), "log", "-1", "--format=%cI", "--", "scripts/packages.sh", "scripts/libtorch.sh",
                     "scripts/tree_libraries.sh")
    return datetime.datetime.fromisoformat(date.strip())


def bom_of(root, program_version, debian, wheels, tree_wheels, gpu_wheels):
    bom = Bom()
    bom.metadata.timestamp = date_of(root)
    bom.metadata.component = Component(type=ComponentType.APPLICATION, name="cellwise", version=program_version,
                                       bom_ref="cellwise")
    components = [debian_component(package, version, use) for package, (version, _, use) in debian.items()]
    components += [wheel_component(*wheel, "linked") for wheel in wheels]
    components += [wheel_component(*wheel, "opened when needed") for wheel in tree_wheels]
    components += [wheel_component(*wheel, "linked with a GPU") for wheel in gpu_wheels]
    for component in components:
        bom.components.add(component)
    bom.register_dependency(bom.metadata.component, [c for c in components if c.scope == ComponentScope.REQUIRED])
    # The same list has the same number, so that two runs write the same file.
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(sorted(str(c.purl) for c in components)))
    return bom


def page(debian, wheels, tree_wheels, gpu_wheels, program_version):
    lines = ["# Dependencies", "",
             "This page lists what Cellwise " + program_version + " is built from and what it loads. `scripts/sbom.sh` writes the page, with the",
             "versions that were installed where the script ran (Debian 12, x86_64). [sbom.cdx.json](sbom.cdx.json) is the same",
             "list for machines, with package URLs and hashes (CycloneDX 1.6, checked against its schema).", ""]
    lines += ["## LibTorch", "`scripts/libtorch.sh` fetches these wheels from PyPI and checks them by these hashes.", "",
              "| wheel | version | SHA-256 |", "| --- | --- | --- |"]
    lines += [f"| {name} | {version} | `{digest}` |" for name, version, digest in wheels]
    if gpu_wheels:
        lines += ["", "The CUDA flavour also takes these wheels (cuda-crt and cuda-cccl are headers, which only the build needs):", "", "| wheel | version | SHA-256 |", "| --- | --- | --- |"]
        lines += [f"| {name} | {version} | `{digest}` |" for name, version, digest in gpu_wheels]
    lines += ["", "## XGBoost and LightGBM", "`scripts/tree_libraries.sh` fetches these wheels from PyPI and checks them by these "
              "hashes. The program opens them when it needs them.", "", "| wheel | version | SHA-256 |", "| --- | --- | --- |"]
    lines += [f"| {name} | {version} | `{digest}` |" for name, version, digest in tree_wheels]
    for use, meaning in USES.items():
        rows = [(package, version, homepage) for package, (version, homepage, its_use) in sorted(debian.items())
                if its_use == use]
        lines += ["", f"## Debian packages: {use}", f"{meaning[0].upper()}{meaning[1:]}.", "",
                  "| package | version | project |", "| --- | --- | --- |"]
        lines += [f"| {package} | {version} | {homepage or '–'} |" for package, version, homepage in rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    for name in ("root", "program", "build", "tests", "lint", "wheels", "tree-wheels", "gpu-wheels"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--release", metavar="FOLDER", help="write what a release holds, and no more, into this folder")
    options = parser.parse_args()
    root = pathlib.Path(options.root)

    uses = {}
    for use in ("build",) if options.release else ("lint", "tests", "build"):
        uses |= {package: use for package in getattr(options, use).split()}
    uses |= {package: "compiled in" for package in COMPILED_IN & set(uses)}
    uses |= {package: "linked" for package in linked_packages(options.program)}
    if options.release:
        uses = {package: use for package, use in uses.items() if use in ("linked", "compiled in")}
    debian = {package: (*facts, uses[package]) for package, facts in versions(uses).items()}
    wheels = wheels_of(options.wheels)
    gpu_wheels = [] if options.release else [wheel for wheel in wheels_of(options.gpu_wheels) if wheel not in wheels]
    tree_wheels = wheels_of(options.tree_wheels)
    if len(wheels) < 3:
        sys.exit("cellwise: error: scripts/libtorch.sh names no wheels that can be read")

    program_version = output_of(options.program, "--version").split()[-1]
    bom = bom_of(root, program_version, debian, wheels, tree_wheels, gpu_wheels)
    text = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"cellwise: error: what was written is no CycloneDX 1.6: {error}")

    if options.release:
        path = pathlib.Path(options.release) / f"cellwise-{program_version}.cdx.json"
        path.write_text(text)
        print(f"{len(debian)} Debian packages, {len(wheels) + len(tree_wheels)} wheels; valid CycloneDX 1.6: {path}")
        return

    stale = []
    for path, content in ((root / "docs/sbom.cdx.json", text),
                          (root / "docs/dependencies.md", page(debian, wheels, tree_wheels, gpu_wheels, program_version))):
        if options.check and (not path.exists() or path.read_text() != content):
            stale.append(str(path.relative_to(root)))
        elif not options.check:
            path.write_text(content)
    if stale:
        sys.exit(f"cellwise: error: not what scripts/sbom.sh writes here: {', '.join(stale)}")
    print(f"{len(debian)} Debian packages, {len(wheels) + len(tree_wheels) + len(gpu_wheels)} wheels; valid CycloneDX 1.6"
          + (", as committed" if options.check else ": docs/sbom.cdx.json, docs/dependencies.md"))


if __name__ == "__main__":
    main()
