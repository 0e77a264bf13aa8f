#!/usr/bin/env python3
"""arrows.py [--torch FOLDER]: checks that every #include follows the arrows of docs/architecture.md.

The picture there is the rule: a line `room --> other & another` of its flowchart lets the files of `room` include those
of the others. A room is a folder; its files may always include each other, and everything may include core. The lines
`sees LIBRARY: room, room` below the picture say who may include the headers of Torch, CLI11 and Boost.Beast.
A target that is compiled without LibTorch's precompiled headers may not reach them: each of its files would read them
anew, which takes 20 s.
With --torch FOLDER it only lists the .cpp files below FOLDER that reach a header of LibTorch.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
LIBRARIES = {"Torch": re.compile(r"^(torch/|ATen/|c10/)"), "CLI11": re.compile(r"^CLI/"), "Beast": re.compile(r"^boost/(beast|asio)")}


def picture():
    """The rooms (folder by name), the arrows, and who sees which library."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    chart = re.search(r"```mermaid\n(.*?)```", text, re.DOTALL)
    if not chart:
        sys.exit("arrows.py: docs/architecture.md has no picture")
    rooms, arrows = {}, {}
    for name, folder in re.findall(r'(\w+)\["([\w/]+)', chart[1]):
        rooms[name] = folder
    for line in chart[1].splitlines():
        arrow = re.match(r"\s*(\w+)(?:\[.*?\])?\s*-->\s*(.+)", line)
        if arrow:
            targets = [target.strip() for target in re.sub(r"\[.*?\]", "", arrow[2]).split("&")]
            arrows.setdefault(arrow[1], set()).update(targets)
    sees = {}
    for library, names in re.findall(r"^- (\w+) is seen by ([^:.]+)\.", text, re.MULTILINE):
        sees[library] = {name.strip(" `") for name in re.split(r",| and ", names)}
    for name in {target for targets in arrows.values() for target in targets} | set(arrows):
        if name not in rooms:
            sys.exit(f"arrows.py: the picture names no folder for '{name}'")
    return rooms, arrows, sees


def sources():
    for top in ("src", "models"):
        yield from sorted(path for path in (ROOT / top).rglob("*") if path.suffix in (".h", ".cpp"))


def room_of(path, rooms):
    """The room whose folder holds the file; the deepest one."""
    name = path.relative_to(ROOT).as_posix()
    fitting = [room for room, folder in rooms.items() if name.startswith(folder + "/")]
    return max(fitting, key=lambda room: len(rooms[room]), default=None)


def included(path):
    """(our own file or None, the words of the #include, its line) of each #include."""
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        own = next((base / match[2] for base in (ROOT / "src", ROOT) if (base / match[2]).is_file()), None)
        yield own, match[2], text.count("\n", 0, match.start()) + 1


def reaches_torch(path, seen):
    if path in seen:
        return False
    seen.add(path)
    for own, words, _ in included(path):
        if (own and reaches_torch(own, seen)) or (not own and LIBRARIES["Torch"].match(words)):
            return True
    return False


def targets():
    """(the CMakeLists.txt, the target, its .cpp files) of each target that has no precompiled header of LibTorch."""
    call = re.compile(r"(cellwise_library|cellwise_test|add_library|add_executable)\(([\w-]+)\s([^()]*)\)")
    for top in ("src", "models", "tests"):
        for lists in sorted((ROOT / top).rglob("CMakeLists.txt")):
            if lists.parent.name == "consumer":  # another project, which tests the package
                continue
            text = re.sub(r"\$<[^\n]*>|#[^\n]*", "", lists.read_text(encoding="utf-8"))
            for _, name, words in call.findall(text):
                if "TORCH" not in words.split() and f"cellwise_use_torch({name})" not in text:
                    yield lists, name, [lists.parent / word for word in words.split() if word.endswith(".cpp")]


def main():
    if sys.argv[1:2] == ["--torch"]:
        folder = ROOT / sys.argv[2]
        for path in sorted(folder.rglob("*.cpp")):
            if reaches_torch(path, set()):
                print(path.relative_to(folder).as_posix())
        return 0
    rooms, arrows, sees = picture()
    wrong = []
    for path in sources():
        room = room_of(path, rooms)
        name = path.relative_to(ROOT).as_posix()
        if room is None:
            wrong.append(f"{name}: its folder is no room of the picture")
            continue
        for own, words, line in included(path):
            where = f"{name}:{line}"
            if own:
                other = room_of(own, rooms)
                if other not in (room, "core") and other not in arrows.get(room, set()):
                    wrong.append(f"{where}: {room} may not include {words}, which is of {other}")
                continue
            for library, pattern in LIBRARIES.items():
                if pattern.match(words) and room not in sees.get(library, set()):
                    wrong.append(f"{where}: {room} may not see {library} ({words})")
    for lists, target, files in targets():
        for path in files:
            if path.is_file() and reaches_torch(path, set()):
                name = path.relative_to(ROOT).as_posix()
                wrong.append(f"{name}: reaches LibTorch's headers, and {target} is compiled without them precompiled")
    for complaint in wrong:
        print(complaint, file=sys.stderr)
    if wrong:
        print(f"arrows.py: {len(wrong)} faults against the picture in docs/architecture.md", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
