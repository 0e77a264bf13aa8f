"""What a reader does in the page: opens a view, waits, types, presses keys."""

import time


def wait(browser, expression, what):
    """Until a JavaScript expression is true."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if browser.run(f"!!({expression})"):
            return
        browser.rest()
    raise AssertionError(f"{what}: {browser.run('document.body.innerText')[:600]} {browser.complaints}")


def open_view(browser, address):
    loaded = browser.loaded
    browser.call("Page.navigate", url=address)
    until = time.monotonic() + 60
    while browser.loaded == loaded:
        browser._note_any(until)
    browser.rest()


def type_text(browser, text):
    browser.call("Input.insertText", text=text)


def key(browser, name, code, modifiers=0):
    """name and code as in KeyboardEvent: ("ArrowLeft", 37); modifiers: 2 is Ctrl."""
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, modifiers=modifiers,
                     text="\r" if name == "Enter" and kind == "keyDown" else "")


def tab_to(browser, expression, what):
    """Presses the tabulator until the element with the focus (`it`) is the one meant."""
    for _ in range(80):
        key(browser, "Tab", 9)
        if browser.run(f"(it => !!({expression}))(document.activeElement)"):
            return
    raise AssertionError(f"the keyboard does not come to {what}")


def ask_customer(browser, name):
    """On the view of customers: types an ID and presses Enter."""
    wait(browser, "document.querySelector('form input') !== null", "the customer's field")
    browser.run("document.querySelector('form input').focus(); document.querySelector('form input').select()")
    type_text(browser, name)
    key(browser, "Enter", 13)
