#!/usr/bin/env python3
"""The page in a real headless Chromium, in front of fake models: every view in both languages and themes on three widths,
with a keyboard alone, and with texts that would like to be markup. With CELLWISE_SCREENSHOTS=DIR it leaves pictures."""

import os
import sys

import chromium
from server import Server, expect, folder, make_runs
from views import ask_customer, key, open_view, type_text, wait

SCREENSHOTS = os.environ.get("CELLWISE_SCREENSHOTS")
HOSTILE = "<img src=x onerror=alert(1)> good </script><b>bad"


def use_review(browser, server):
    open_view(browser, server.address + "/review")
    wait(browser, "document.querySelectorAll('main textarea').length === 1", "the review's field")
    browser.run("document.querySelector('textarea').focus()")
    type_text(browser, HOSTILE)
    wait(browser, "document.querySelectorAll('.cards .big').length === 2", "a card for each model")
    wait(browser, "document.querySelectorAll('.strip td').length > 5", "the gates")
    expect(browser.run("document.querySelectorAll('main img, main b.x').length") == 0, "a review became markup")
    expect(browser.run("document.querySelector('.words').textContent").startswith("(start) <img"), "the words")
    expect("img" not in browser.run("location.href"), "the text is in the address")
    # Of a burst of letters the first and the last are asked about, each of both models.
    browser.rest()
    asked = sum("/v1/predict" in url for url in browser.requests)
    browser.run("""(() => { const field = document.querySelector('textarea');
      for (const letter of 'abcdefghij') { field.value += letter; field.dispatchEvent(new Event('input')); } })()""")
    for _ in range(4):
        browser.rest()
    asked = sum("/v1/predict" in url for url in browser.requests) - asked
    expect(asked == 4, f"ten letters at once: {asked} requests to two models")
    browser.run("document.querySelector('input[type=range]').focus()")
    before = browser.run("document.querySelector('input[type=range]').getAttribute('aria-valuetext')")
    key(browser, "ArrowLeft", 37)
    browser.rest()
    after = browser.run("document.querySelector('input[type=range]').getAttribute('aria-valuetext')")
    expect(before != after and browser.run("document.querySelectorAll('.strip .now').length") > 0, f"arrow keys: {before}, {after}")


def use_customers(browser, server):
    open_view(browser, server.address + "/customers")
    ask_customer(browser, "<img src=x onerror=alert(1)>")
    wait(browser, "document.querySelector('.note') !== null", "the warning of an age of 200")
    expect(browser.run("document.querySelectorAll('main img').length") == 0, "a customer became markup")
    open_view(browser, server.address + "/customers")
    ask_customer(browser, "C012")
    wait(browser, "document.querySelector('#answer .big') !== null", "the customer's probability")
    expect(browser.run("document.querySelector('#answer .big').textContent").startswith("35.0%"), "0.3 + 0.005 (30 - 40) + 0.1")
    browser.run("""(() => { const age = document.querySelector('.fields input[type=number]'); age.value = 60; age.dispatchEvent(new Event('input')); })()""")
    wait(browser, "document.querySelector('#answer .big').textContent.startsWith('50.0%')", "what if")


def use_runs(browser, server):
    open_view(browser, server.address + "/runs")
    wait(browser, "document.querySelectorAll('tbody input').length === 3", "three runs")
    wait(browser, "document.querySelectorAll('canvas').length === 3", "the curves of the running one")
    browser.run("[...document.querySelectorAll('tbody input')].slice(0, 2).forEach(input => input.click())")
    wait(browser, "document.querySelectorAll('tbody input:checked').length === 2", "two are selected")
    expect(browser.run("document.querySelectorAll('main img').length") == 0, "a run's name became markup")


def check_views(browser, server):
    for language in ("en", "ko"):
        for dark in (False, True):
            for width in (320, 390, 1280):
                browser.look(width, 844, dark, width < 1000)
                for view in ("review", "runs", "customers", "api"):
                    where = f"{view}, {language}, {'dark' if dark else 'light'}, {width}"
                    browser.run(f"localStorage.setItem('language', '{language}')")
                    browser.complaints.clear()
                    open_view(browser, server.address + "/" + view)
                    wait(browser, "document.querySelector('main h1') !== null", where)
                    if view == "review":
                        wait(browser, "document.querySelectorAll('.strip td').length > 5", where)
                    if view == "runs":
                        wait(browser, "document.querySelectorAll('tbody input').length === 3", where)
                    expect(browser.run("document.documentElement.lang") == language, where)
                    expect(browser.run("document.documentElement.scrollWidth") <= width, f"{where}: the page scrolls sideways")
                    expect(not browser.complaints, f"{where}: {browser.complaints}")
                    if SCREENSHOTS:
                        browser.screenshot(os.path.join(SCREENSHOTS, f"{view}-{language}-{'dark' if dark else 'light'}-{width}.png"))


def main():
    if chromium.program() is None:
        print("skipped: there is no Chromium")
        return 77
    with folder() as runs:
        make_runs(runs)
        with Server("--runs", runs) as server, chromium.Chromium() as browser:
            browser.look(1280, 900, False)
            browser.complaints.clear()
            for use in (use_review, use_customers, use_runs):
                use(browser, server)
                expect(not browser.complaints, f"{use.__name__}: {browser.complaints}")
                if SCREENSHOTS:
                    browser.screenshot(os.path.join(SCREENSHOTS, use.__name__ + ".png"))
            check_views(browser, server)
            foreign = [url for url in browser.requests if not url.startswith((server.address + "/", "data:"))]
            expect(not foreign, f"asked of others: {foreign}")
    print("all passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
