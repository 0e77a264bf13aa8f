#!/usr/bin/env python3
"""report.html in a real headless Chromium: nothing in the console, nothing loaded, every chart drawn, in light and dark,
on a wide screen and on a phone of 390 pixels. With CELLWISE_SCREENSHOTS=DIR it leaves pictures of what it saw there."""

import json
import os
import subprocess
import sys
import tempfile

import chromium

PROGRAM = os.environ["CELLWISE_PROGRAM"]
SCREENSHOTS = os.environ.get("CELLWISE_SCREENSHOTS")
SMALL = ["--epochs", "2", "--length", "30", "--hidden-size", "8", "--embedding-size", "8"]
ALWAYS = ["loss", "accuracy"]
JUDGED = ["roc", "precision-recall", "calibration", "probabilities", "lengths"]

CANVASES = """[...document.querySelectorAll("canvas")].map(canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  for (let i = 0; i < pixels.length; i += 4)
    if (pixels[i + 3] > 200) colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
  const box = canvas.getBoundingClientRect(), chart = Chart.getChart(canvas);
  const main = chart.data.datasets.filter(dataset => dataset.main);
  return {id: canvas.id, width: box.width, height: box.height, left: box.left, right: box.right, colours: colours.size,
    label: canvas.getAttribute("aria-label"), lines: main.length, points: Math.min(...main.map(dataset => dataset.data.length)),
    drawn: main.map(dataset => { const n = parseInt(dataset.borderColor.slice(1, 7), 16); return colours.has(n); })};
})"""
CONTRASTS = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const luminance = colour => {
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const css = name => luminance(getComputedStyle(document.documentElement).getPropertyValue(name));
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const texts = ["--ink", "--muted", "--link"].map(name => [name, Math.min(ratio(css(name), css("--ground")), ratio(css(name), css("--panel"))), 4.5]);
  const lines = [0, 1, 2, 3, 4, 5].map(i => ["--series-" + i, ratio(css("--series-" + i), css("--ground")), 3]);
  return [...texts, ["--caution", ratio(css("--ink"), css("--caution-ground")), 4.5], ...lines];
})()"""
LEGEND = """(() => {
  const chart = Chart.getChart(document.getElementById("loss"));
  chart.canvas.scrollIntoView({block: "center", behavior: "instant"});
  const box = chart.canvas.getBoundingClientRect(), hit = chart.legend.legendHitBoxes[0];
  return {x: box.left + hit.left + hit.width / 2, y: box.top + hit.top + hit.height / 2};
})()"""
MIDDLE = """(() => {
  const chart = Chart.getChart(document.getElementById("roc")), area = chart.chartArea;
  chart.canvas.scrollIntoView({block: "center", behavior: "instant"});
  const box = chart.canvas.getBoundingClientRect();
  return {x: box.left + (area.left + area.right) / 2, y: box.top + (area.top + area.bottom) / 2};
})()"""
TOOLTIP = """(() => {
  const chart = Chart.getChart(document.getElementById("roc"));
  return [chart.tooltip.opacity > 0 ? chart.tooltip.dataPoints.length : 0, chart.data.datasets.filter(dataset => dataset.main).length];
})()"""
VISIBLE = """(() => { const chart = Chart.getChart(document.getElementById("loss"));
  return chart.data.datasets.map((dataset, i) => [dataset.group, chart.isDatasetVisible(i)]); })()"""


def run_program(*words):
    result = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{words}: {result.stderr}"
    return result.stdout


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def make_reports(folder):
    """(name, file, charts it must have) of several kinds of report."""
    hostile = os.path.join(folder, "<img src=x onerror=alert(1)>")
    run_program("train", "--cell", "gru", "--data", "synthetic", "--limit", "200", *SMALL, "--output", hostile)
    yield "one", os.path.join(hostile, "report.html"), ALWAYS + JUDGED

    several = os.path.join(folder, "several")
    run_program("compare", "--seeds", "2", "--data", "synthetic", "--limit", "200", *SMALL, "--output", several)
    run_program("gradients", "--model", os.path.join(several, "lstm-seed-0"), "--limit", "20", "--svg", os.path.join(several, "gradients.svg"))
    run_program("report", several)
    yield "several", os.path.join(several, "report.html"), ALWAYS + JUDGED

    own = os.path.join(folder, "own.csv")
    with open(own, "w", encoding="utf-8") as file:
        file.write("text,label\n")
        for i in range(60):
            words = "좋은 film <script>alert(1)</script> &amp;" if i % 2 else "a dull \"\"film\"\" </script><b>"
            file.write(f'"{words} {i}",{i % 2}\n')
    text = os.path.join(folder, "text")
    run_program("train", "--cell", "rnn", "--data", own, *SMALL, "--epochs", "1", "--validation-split", "0.2", "--output", text)
    yield "text", os.path.join(text, "report.html"), ALWAYS + JUDGED

    os.remove(own)
    os.remove(os.path.join(text, "predictions.csv"))
    bare = os.path.join(folder, "bare.html")
    output = run_program("report", text, "--output", bare)
    expect("the reviews were not found" in output, "the command must say that reviews are missing: " + output)
    yield "bare", bare, ALWAYS


def check_screen(browser, name, path, charts, width, dark, phone):
    where = f"{name}, {width} pixels, {'dark' if dark else 'light'}"
    browser.complaints.clear()
    browser.requests.clear()
    browser.look(width, 844 if phone else 900, dark, phone)
    browser.open(path)
    canvases = browser.run(CANVASES)
    expect([canvas["id"] for canvas in canvases] == charts, f"{where}: the charts are {[c['id'] for c in canvases]}")
    for canvas in canvases:
        what = f"{where}: {canvas}"
        expect(canvas["width"] > 250 and canvas["height"] > 200, what)
        expect(canvas["left"] >= 0 and canvas["right"] <= width, what)
        expect(canvas["colours"] > 10, "blank: " + what)
        expect(canvas["lines"] > 0 and canvas["points"] > 0 and all(canvas["drawn"]), "not drawn: " + what)
        expect(len(canvas["label"]) > 20, "without a text for the blind: " + what)
    expect(browser.run("document.documentElement.scrollWidth") <= width, f"{where}: the page scrolls sideways")
    ground = browser.run("getComputedStyle(document.body).backgroundColor")
    expect(ground == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)"), f"{where}: the ground is {ground}")
    for colour, ratio, least in browser.run(CONTRASTS):
        expect(ratio >= least, f"{where}: the contrast of {colour} is {ratio:.2f}")
    broken = browser.run("[...document.images].filter(image => !image.naturalWidth).length")
    expect(broken == 0, f"{where}: {broken} pictures are not drawn")
    foreign = [url for url in browser.requests if not url.startswith("data:image/svg+xml") and not url.startswith("file://")]
    expect(not foreign and len([url for url in browser.requests if url.startswith("file://")]) == 1,
           f"{where}: loaded {browser.requests}")
    expect(not browser.complaints, f"{where}: {browser.complaints}")
    if SCREENSHOTS:
        browser.screenshot(os.path.join(SCREENSHOTS, f"{name}-{width}-{'dark' if dark else 'light'}.png"))


def check_use(browser, name, path):
    """What a reader does: opens the numbers, hides a model, turns the lights off."""
    browser.complaints.clear()
    browser.look(1280, 900, False)
    browser.open(path)
    opened = browser.run("""(async () => {
      const all = [...document.querySelectorAll("details.numbers")];
      all.forEach(one => { one.open = true; });
      await new Promise(done => setTimeout(done, 200));
      return all.map(one => one.querySelectorAll("tbody tr").length);
    })()""")
    expect(opened and min(opened) > 0, f"{name}: rows of numbers: {opened}")
    if browser.run('document.getElementById("roc") !== null'):
        middle = browser.run(MIDDLE)
        browser.call("Input.dispatchMouseEvent", type="mouseMoved", **middle)
        browser.rest()
        told, models = browser.run(TOOLTIP)
        expect(told == models > 0, f"{name}: the tooltip tells of {told} of {models} models")
    before = browser.run(VISIBLE)
    browser.click(**browser.run(LEGEND))
    after = browser.run(VISIBLE)
    hidden = {group for (group, was), (_, now) in zip(before, after) if was and not now}
    expect(hidden == {before[0][0]}, f"{name}: a click in the legend hid {hidden}")
    expect(all(not now for group, now in after if group in hidden), f"{name}: part of {hidden} is still there")
    colour = 'Chart.getChart(document.getElementById("loss")).data.datasets[0].borderColor'
    light = browser.run(colour)
    browser.look(1280, 900, True)
    browser.rest()
    expect(browser.run(colour) != light, f"{name}: the charts keep their colours in the dark")
    expect(not browser.complaints, f"{name}: {browser.complaints}")


def main():
    if not chromium.program():
        print("SKIPPED: there is no Chromium here (Debian's package chromium)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder, chromium.Chromium() as browser:
        for name, path, charts in make_reports(folder):
            for width, phone in ((1280, False), (390, True)):
                for dark in (False, True):
                    check_screen(browser, name, path, charts, width, dark, phone)
            check_use(browser, name, path)
            print(f"{name}: {len(charts)} charts drawn on four screens")
            if name == "several":
                expect(browser.run("document.images.length") == 1, "gradients.svg must be in the report")
            numbers = json.loads(browser.run('document.getElementById("report-data").textContent'))
            expect(numbers["schema"] == "cellwise.report/1", "the page must hold its numbers")


main()
