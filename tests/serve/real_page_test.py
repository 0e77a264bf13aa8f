#!/usr/bin/env python3
"""The page in a real headless Chromium in front of trained models: what it shows of a review, of a customer of the Telco
table (where ../shared/data has it; else of a made-up one) and of a training is what the program says of them."""

import contextlib
import csv
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import chromium
from real_models_test import SMALL, document, run, write_customers
from server import PROGRAM, Server, expect
from views import ask_customer, key, open_view, tab_to, type_text, wait

TELCO = pathlib.Path(os.environ.get("CELLWISE_TEST_DATA", "../shared/data")) / "telco_churn.csv"
REVIEW = "A wonderful film , not a bad one zzgrump"
PERCENT = re.compile(r"[\d.]+%")


def texts(browser, selector):
    return browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].map(one => one.textContent)")


def shows(probability):
    return f"{100 * probability:.1f}%"


def check_review(browser, server, runs):
    open_view(browser, server.address + "/review?model=lstm&model=gru&shown=gru")
    wait(browser, "document.querySelector('main textarea')", "the review's field")
    tab_to(browser, "it.tagName === 'TEXTAREA'", "the review's field")
    type_text(browser, REVIEW)
    wait(browser, "document.querySelectorAll('.cards .big').length === 2", "a card for each model")
    wait(browser, "document.querySelectorAll('.strip td').length > 5", "the gates")
    cards = dict(zip(texts(browser, ".cards h2"), texts(browser, ".cards .big")))
    for model in ("lstm", "gru"):
        told = document("predict", "--model", runs / model, REVIEW)["predictions"][0]
        expect(cards[model] == f"{shows(told['probability'])} {told['label']}", f"{model}: {cards} is not {told}")
    for method, flags in (("occlusion", []), ("gradients", ["--steps", 64])):
        if method == "gradients":
            browser.run("(it => { it.value = 'gradients'; it.dispatchEvent(new Event('change')); })([...document.querySelectorAll('select')].at(-1))")
        told = document("predict", "--model", runs / "gru", "--explain", method, *flags, REVIEW)["predictions"][0]["explanation"]["words"]
        wait(browser, f"document.querySelectorAll('.words > span').length === {len(told)}", "as many words as the model reads")
        most = max(abs(word["contribution"] or 0) for word in told)
        signs = [word["word"] + ("" if abs(word["contribution"] or 0) <= most / 50 else "+" if word["contribution"] > 0 else "−") for word in told]
        shown = json.dumps(json.dumps(signs, ensure_ascii=False, separators=(",", ":")))
        wait(browser, f"JSON.stringify([...document.querySelectorAll('.words > span')].map(one => one.textContent)) === {shown}", f"{method}: {signs}")
        tints = browser.run("[...document.querySelectorAll('.words > span')].map(one => [one.textContent.slice(-1), getComputedStyle(one).backgroundColor])")
        tinted = {sign: {colour for end, colour in tints if end == sign} for sign in "+−"}
        expect(len(tinted["+"]) > 0 and not tinted["+"] & tinted["−"] and "rgba(0, 0, 0, 0)" not in tinted["+"] | tinted["−"], f"{method}: tints {tints}")
    marked = texts(browser, ".words .unknown, .words .unread")
    expect("zzgrump" in " ".join(marked), f"the unknown word is not marked: {marked}")


def check_slider(browser, runs):
    words = [word for word in document("gates", "--model", runs / "gru", "--text", REVIEW)["texts"][0]["words"] if "step" in word]
    tab_to(browser, "it.type === 'range'", "the slider")
    now = "document.querySelector('input[type=range]').getAttribute('aria-valuetext')"
    for name, code, at in (("Home", 36, 0), ("ArrowRight", 39, 1), ("ArrowUp", 38, 2), ("End", 35, len(words) - 1), ("ArrowLeft", 37, len(words) - 2)):
        key(browser, name, code)
        browser.rest()
        told, word = browser.run(now), words[at]
        wanted = [f"Word {at + 1} of {len(words)}: {word['word']}", *(f"{gate.replace('_', ' ')} {word[gate]['mean']:.2f}" for gate in ("reset_gate", "update_gate")),
                  f"probability so far {word['probability']:.2f}"]
        expect(all(part in told for part in wanted), f"{name}: {told!r} is without one of {wanted}")
        marked = browser.run("[...document.querySelectorAll('.strip thead th')].findIndex(one => one.classList.contains('now'))")
        expect(marked == at + 1, f"{name}: column {marked} is marked")
    expect(f"{len(words)} of {len(words)} words" in browser.run("document.querySelector('main').innerText"), "the steps by hand agree")


def check_link(browser, server):
    expect("zzgrump" not in browser.run("location.href"), "the text is in the address")
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.run("[...document.querySelectorAll('button')].find(one => one.textContent === 'Copy link').click()")
    wait(browser, "document.getElementById('live').textContent.includes('copied')", "the link is copied")
    link = browser.run("navigator.clipboard.readText()")
    expect(link.startswith(server.address + "/review?") and "model=lstm" in link and "gradients" in link and "zzgrump" not in link.lower() and "wonderful" not in link, link)
    browser.run("sessionStorage.clear()")
    open_view(browser, link)
    wait(browser, "document.querySelector('textarea')", "the linked view")
    expect(browser.run("document.querySelector('textarea').value") == "" and browser.run("[...document.querySelectorAll('select')].at(-1).value") == "gradients", "the link brings models and method alone")
    expect(not any("zzgrump" in url for url in browser.requests), "the text is in a request's address")


def check_customer(browser, server, table, id_column, column, outside):
    """column: a numeric one to change; outside: a value that no training row has."""
    browser.run("localStorage.setItem('language', 'ko')")
    open_view(browser, server.address + "/customers")
    wait(browser, "document.querySelector('main h1')", "the dashboard")
    expect(texts(browser, "h1") == ["고객 예측 대시보드"], texts(browser, "h1"))
    customer = next(csv.DictReader(open(table, encoding="utf-8")))[id_column]
    ask_customer(browser, customer)
    wait(browser, "document.querySelector('#answer .big')", "the customer's probability")
    told = server.ask("GET", f"/v1/customers/{customer}").json()
    expect(texts(browser, "#answer .card h2") == ["이 고객의 구매 가능성"], texts(browser, "#answer .card h2"))
    big = "document.querySelector('#answer .big').textContent"
    expect(browser.run(big).startswith(shows(told["probability"])), f"{browser.run(big)} is not {told['probability']}")
    parts = [float(one.replace("−", "-")) for one in texts(browser, ".bar b")]
    base, total = map(float, re.findall(r"[\d.]+", browser.run("document.querySelector('.bar ~ p.small').textContent")))
    expect(abs(base + sum(parts) - total) < 0.0005 * (len(parts) + 2) and abs(total - told["probability"]) < 0.0001, f"{base} + {parts} = {total}")
    near = texts(browser, "#answer tbody th")
    expect(near == [one["id"] for one in told["neighbours"]] and len(near) == 5, f"neighbours: {near}")
    # What if: typed over, with was and now; then back.
    row = {**told["row"], column: outside}
    changed = server.ask("POST", "/v1/customers/predict", {"rows": [row]}).json()["predictions"][0]
    expect(changed["outside"] == [column] and shows(changed["probability"]) != shows(told["probability"]), f"the test's value changes nothing: {changed}")
    field = f"[...document.querySelectorAll('.fields > div')].find(one => one.querySelector('label').textContent === {json.dumps(column)})"
    browser.run(f"{field}.querySelector('input').focus(); {field}.querySelector('input').select()")
    type_text(browser, str(outside))
    wait(browser, f"{big}.startsWith('{shows(changed['probability'])}')", "what if")
    card = browser.run("document.querySelector('#answer .card').textContent")
    expect(f"이전 {shows(told['probability'])}, 지금 {shows(changed['probability'])}" in card, card)
    expect(browser.run(f"{field}.querySelector('.was').textContent") == f"이전 {told['row'][column]:g}, 지금 {outside}", browser.run(f"{field}.textContent"))
    expect("학습 범위를 벗어난" in card and column in card, f"no warning: {card}")
    tab_to(browser, "it.textContent === '되돌리기'", "reset")
    key(browser, "Enter", 13)
    wait(browser, f"{big}.startsWith('{shows(told['probability'])}') && !document.querySelector('#answer .note')", "reset")
    ask_customer(browser, "nobody-of-this-name")
    wait(browser, "document.querySelector('#answer [role=alert]')", "a customer who is not there is told of")


def check_upload(browser, folder, model, table):
    with open(table, encoding="utf-8") as file:
        lines = file.read().splitlines()[:401]  # two requests
    (folder / "some.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    wanted = document("customers", "predict", "--model", model, "--file", folder / "some.csv")["predictions"]
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector="input[type=file]")["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(folder / "some.csv")])
    wait(browser, "document.querySelector('a[download]')", "the answers")
    browser.run("document.querySelector('a[download]').click()")
    until = time.monotonic() + 20
    while not (folder / "predictions.csv").exists() and time.monotonic() < until:
        browser.rest()
    with open(folder / "predictions.csv", encoding="utf-8-sig", newline="") as file:
        got = list(csv.DictReader(file))
    expect([line["label"] for line in got] == [one["label"] for one in wanted] and len(got) == 400, "labels of the file")
    worst = max(abs(float(line["probability"]) - one["probability"]) for line, one in zip(got, wanted, strict=True))
    expect(worst == 0, f"probabilities of the file differ by {worst}")
    (folder / "wide.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    (folder / "large.csv").write_text("a\n" + "1\n" * 600000, encoding="utf-8")
    for name in ("wide.csv", "large.csv"):
        browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(folder / name)])
        wait(browser, "document.querySelector('[role=alert]') && !document.querySelector('a[download]')", f"{name} is refused")
        browser.run("document.querySelector('[role=alert]').remove()")


def check_live(browser, server, runs):
    browser.run("localStorage.setItem('language', 'en')")
    open_view(browser, server.address + "/runs")
    wait(browser, "document.querySelectorAll('tbody input').length > 1", "the runs")
    training = subprocess.Popen([PROGRAM, "train", *SMALL, "--length", "200", "--hidden-size", "64", "--epochs", "500", "--output", runs / "live"], stderr=subprocess.DEVNULL)
    try:
        points = "(Chart.getChart(document.querySelector('figure canvas'))?.data.datasets.find(one => one.label === 'live')?.data.length ?? 0)"
        wait(browser, f"document.querySelector('figure canvas') && {points} > 1", "the curve of the training")
        before = browser.run(points)
        wait(browser, f"{points} > {before} + 2", "the curve grows")
        state = "[...document.querySelectorAll('tbody tr')].find(one => one.textContent.startsWith('live'))?.querySelector('.state').textContent"
        expect(browser.run(state) == "running", browser.run(state))
        training.send_signal(signal.SIGTERM)
        training.wait(60)
    finally:
        training.kill()
    wait(browser, f"{state} === 'interrupted'", "the end is seen without loading again")
    expect("live" in browser.run("document.getElementById('live').textContent"), "the end is told to who cannot see")


def make(folder):
    """(run of customers, their table, ID, a numeric column, a value outside of it)."""
    runs = folder / "runs"
    runs.mkdir()
    for cell in ("lstm", "gru"):
        run("train", *SMALL, "--cell", cell, "--limit", 400, "--epochs", 2, "--output", runs / cell)
    if TELCO.is_file():
        run("customers", "train", TELCO, "--target", "Churn", "--id-column", "customerID", "--model", "logistic", "--output", runs / "customers")
        return runs, TELCO, "customerID", "tenure", 99
    print(f"the Telco table is not there ({TELCO}): a made-up one stands for it")
    write_customers(folder / "customers.csv")
    run("customers", "train", folder / "customers.csv", "--target", "bought", "--id-column", "customer_id", "--model", "logistic", "--output", runs / "customers")
    return runs, folder / "customers.csv", "customer_id", "spend", 999


def main():
    if chromium.program() is None:
        print("SKIPPED: there is no Chromium here (Debian's package chromium)")
        return 77
    with tempfile.TemporaryDirectory(prefix="cellwise-serve-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        runs, *customers = make(folder)
        server = stack.enter_context(Server("serve", "--port", "0", "--runs", runs, *(runs / one for one in ("lstm", "gru", "customers"))))
        browser = stack.enter_context(chromium.Chromium())
        browser.look(1280, 900, False)
        browser.complaints.clear()
        for check, more in ((check_review, (server, runs)), (check_slider, (runs,)), (check_link, (server,)), (check_customer, (server, *customers)),
                            (check_upload, (folder, runs / "customers", customers[0])), (check_live, (server, runs))):
            begun = time.monotonic()
            check(browser, *more)
            refused = [one for one in browser.complaints if "404" not in one]  # the customer who is not there
            expect(not refused, f"{check.__name__}: {refused}")
            print(f"{check.__name__} passed in {time.monotonic() - begun:.1f} s", flush=True)
        foreign = [url for url in browser.requests if not url.startswith((server.address + "/", "data:", "blob:" + server.address))]
        expect(not foreign, f"asked of others: {foreign}")
    print("all passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
