#!/usr/bin/env python3
"""axe-core finds nothing in any state of the page: each view, empty and full, with a problem, before the token is given, in
both themes and languages, on a wide screen and on a phone of 390 pixels."""

import os
import sys

import axe
import chromium
from server import Server, expect, folder, make_runs
from views import ask_customer, open_view, type_text, wait

LOOKS = [(1280, False, "en"), (1280, True, "ko"), (390, True, "en"), (390, False, "ko")]
JUDGE = """axe.run({resultTypes: ["violations"]}).then(result => result.violations.map(one =>
  one.id + ": " + one.nodes.slice(0, 3).map(node => node.html.slice(0, 150) + " " + node.failureSummary).join(" | ")))"""


def review(browser, address):
    open_view(browser, address + "/review")
    wait(browser, "document.querySelector('main textarea') !== null", "the review's field")
    browser.run("document.querySelector('textarea').select(); document.querySelector('textarea').focus()")
    type_text(browser, "x1 a good film with a bad end")
    wait(browser, "document.querySelectorAll('.strip td').length > 5", "the gates")
    browser.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def runs(browser, address):
    open_view(browser, address + "/runs")
    wait(browser, "document.querySelectorAll('tbody input').length === 3", "three runs")
    browser.run("[...document.querySelectorAll('tbody input')].slice(0, 2).forEach(input => input.click())")
    wait(browser, "document.querySelectorAll('canvas').length > 1", "curves")
    browser.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def customers(browser, address):
    open_view(browser, address + "/customers")
    ask_customer(browser, "C012")
    wait(browser, "document.querySelector('#answer .big') !== null", "the answer")
    browser.run("(() => { const age = document.querySelector('.fields input[type=number]'); age.value = 999; age.dispatchEvent(new Event('input')); })()")
    wait(browser, "document.querySelector('#answer .note') !== null", "the warning")
    browser.run("""(() => { const files = new DataTransfer(), input = document.querySelector('input[type=file]');
      files.items.add(new File(["id,age,grade\\nn1,40,gold\\n"], "some.csv")); input.files = files.files; input.dispatchEvent(new Event('change')); })()""")
    wait(browser, "document.querySelector('a[download]') !== null", "the uploaded customers")


def nobody(browser, address):
    open_view(browser, address + "/customers")
    ask_customer(browser, "nobody of this name")
    wait(browser, "document.querySelector('#answer [role=alert]') !== null", "the problem")


def api(browser, address):
    open_view(browser, address + "/api")
    wait(browser, "document.querySelectorAll('pre').length > 5", "the examples")


def wants_token(browser, address):
    open_view(browser, address + "/review")
    wait(browser, "document.querySelector('#token') !== null", "the token's field")


def empty(view):
    def open_empty(browser, address):
        open_view(browser, f"{address}/{view}")
        wait(browser, "document.querySelector('main pre') !== null", "how to begin")
    open_empty.__name__ = "without anything, " + view
    return open_empty


def judge(browser, script, address, states, looks):
    for state in states:
        for width, dark, language in looks:
            where = f"{state.__name__}, {language}, {'dark' if dark else 'light'}, {width}"
            browser.look(width, 844, dark, width < 1000)
            browser.run(f"localStorage.setItem('language', '{language}'); sessionStorage.clear()")
            state(browser, address)
            expect(browser.run("document.documentElement.lang") == language, where)
            expect(browser.run("document.documentElement.scrollWidth") <= width, f"{where}: the page scrolls sideways")
            browser.run(script + "; 0")
            found = browser.run(JUDGE)
            expect(found == [], f"{where}: axe-core: {found}")
        print(f"{state.__name__}: nothing found on {len(looks)} screens", flush=True)
    browser.run("document.querySelector('main').append(Object.assign(document.createElement('img'), {src: '/assets/icon.svg'})); 0")
    expect(any("image-alt" in one for one in browser.run(JUDGE)), "axe-core passes over a picture without a text: it judges nothing")


def main():
    if chromium.program() is None:
        print("SKIPPED: there is no Chromium here (Debian's package chromium)")
        return 77
    script, problem = axe.script()
    if script is None:
        print("SKIPPED: " + problem)
        return 77
    with folder() as listed, folder() as none, chromium.Chromium() as browser:
        make_runs(listed)
        token = os.path.join(none, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("0123456789abcdef\n")
        with Server("--runs", listed) as server:
            open_view(browser, server.address)
            judge(browser, script, server.address, [review, runs, customers, api], LOOKS)
            judge(browser, script, server.address, [nobody], LOOKS[2:])
        with Server("--runs", none, "--token-file", token) as server:
            open_view(browser, server.address)
            judge(browser, script, server.address, [wants_token], LOOKS[2:])
        with Server("--runs", none, "--without-models") as server:
            open_view(browser, server.address)
            judge(browser, script, server.address, [empty("review"), empty("runs"), empty("customers")], LOOKS[2:])
    print("all passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
