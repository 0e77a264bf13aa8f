#!/usr/bin/env python3
"""How long a reader waits in a browser for an answer to be drawn: from the click on Streamlit's button, and from the arrival
of a text on the page of `cellwise serve`, which has no button. The same LSTM, as `cellwise export` writes it for PyTorch,
answers the same reviews on both; an answer counts when it shows what `predict` says. For scripts/serve_benchmark.sh, with a
Python that has streamlit and torch, and Chromium. `cellwise serve` has RUN at ADDRESS.
    serve_clicks.py ADDRESS PROGRAM RUN WEIGHTS TEXTS [ROUNDS]"""

import contextlib
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests/browser"), str(HERE.parent / "tests/serve")]

import chromium  # noqa: E402
from views import open_view, type_text, wait  # noqa: E402

APPLICATION = """
import sys
import streamlit
sys.path.insert(0, {folder!r})

@streamlit.cache_resource
def model():
    import torch
    torch.set_num_threads(2)
    from serve_peers import make_encoder, make_pytorch
    return make_encoder({vocabulary!r}), make_pytorch({weights!r})

encode, predict = model()
text = streamlit.text_area("Review")
if streamlit.button("Predict") and text:
    streamlit.metric("Probability", f"{{100 * predict([encode(text)])[0]:.1f}}%")
"""
# A promise of the milliseconds from the next `event` until `shown`, an expression, is true and has been drawn.
MILLISECONDS_UNTIL = """new Promise(done => {{
  addEventListener({event!r}, () => {{
    const began = performance.now();
    const look = () => {{ ({shown}) ? requestAnimationFrame(() => done(performance.now() - began)) : requestAnimationFrame(look); }};
    look();
  }}, {{ capture: true, once: true }});
}})"""


@contextlib.contextmanager
def running(*command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def milliseconds(browser, event, shown, act):
    """Of one answer: `act` makes the event happen."""
    time.sleep(0.5)  # a reader's pause: what went before is done
    browser.run(f"window.waited = {MILLISECONDS_UNTIL.format(event=event, shown=shown)}, 0")
    act()
    return browser.run("window.waited")


def click(browser, element):
    x, y = browser.run(f"(at => [at.x + at.width / 2, at.y + at.height / 2])(({element}).getBoundingClientRect())")
    browser.click(x, y)


def replace_text(browser, text):
    browser.run("document.querySelector('textarea').focus(); document.querySelector('textarea').select()")
    type_text(browser, text)


def streamlit_waits(browser, run, weights, texts, wanted):
    with tempfile.TemporaryDirectory() as folder:
        application = pathlib.Path(folder) / "application.py"
        application.write_text(APPLICATION.format(folder=str(HERE), vocabulary=str(run / "vocabulary.json"), weights=str(weights)))
        port = free_port()
        with running(sys.executable, "-m", "streamlit", "run", str(application), "--server.port", str(port), "--server.address", "127.0.0.1",
                     "--server.headless", "true", "--browser.gatherUsageStats", "false"):
            until = time.monotonic() + 60
            while time.monotonic() < until:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.2)
            open_view(browser, f"http://127.0.0.1:{port}/")
            wait(browser, "document.querySelector('textarea') && document.querySelector('[data-testid=stButton] button')", "Streamlit's form")
            value = "document.querySelector('[data-testid=stMetricValue]')?.textContent.trim()"
            for text, percent in zip(texts, wanted, strict=True):
                replace_text(browser, text)
                yield milliseconds(browser, "mouseup", f"{value} === {percent!r}", lambda: click(browser, "document.querySelector('[data-testid=stButton] button')"))


def page_waits(browser, address, texts, wanted):
    open_view(browser, address + "/review")
    wait(browser, "document.querySelector('main textarea')", "the review's field")
    value = "(document.querySelector('.cards .big')?.textContent ?? '')"
    for text, percent in zip(texts, wanted, strict=True):
        yield milliseconds(browser, "input", f"{value}.startsWith({percent!r})", lambda: replace_text(browser, text))


def tell(title, times):
    low, middle, high = statistics.quantiles(times, n=4)
    print(f"{title:<58} median {middle:6.0f} ms, quartiles {low:.0f} to {high:.0f}, of {len(times)}")


def main():
    address, program, run, weights, texts = sys.argv[1], sys.argv[2], *map(pathlib.Path, sys.argv[3:6])
    rounds = int(sys.argv[6]) if len(sys.argv) > 6 else 20
    told = json.loads(subprocess.run([program, "predict", "--model", run, "--file", texts, "--json", "-"], capture_output=True, check=True).stdout)
    percents = [f"{100 * one['probability']:.1f}%" for one in told["predictions"]]
    # An answer is seen to change only where its text does.
    pairs = []
    for text, percent in zip(texts.read_text().splitlines(), percents, strict=True):
        if len(pairs) < rounds and (not pairs or pairs[-1][1] != percent):
            pairs.append((text, percent))
    chosen, wanted = zip(*pairs, strict=True)
    with chromium.Chromium() as browser:
        browser.look(1280, 900, dark=False)
        tell("cellwise: from the text's arrival to the answer drawn", list(page_waits(browser, address, chosen, wanted)))
        tell("Streamlit + PyTorch: from the click to the answer drawn", list(streamlit_waits(browser, run, weights, chosen, wanted)))


main()
