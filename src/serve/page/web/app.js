// Views behind real addresses, language, theme and the token.
import { h, say, ask, dropCharts } from "./tools.js";
import { t, language, setLanguage } from "./text.js";
import { showReview } from "./review.js";
import { showRuns } from "./runs.js";
import { showCustomers } from "./customers.js";
import { showApi } from "./api.js";

const views = { review: showReview, runs: showRuns, customers: showCustomers, api: showApi };
const main = document.getElementById("main");
let leave = null, wants = false;

const theme = () => localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const current = () => location.pathname.slice(1) in views ? location.pathname.slice(1) : "review";

function frame() {
  document.documentElement.lang = language;
  document.documentElement.dataset.theme = theme();
  document.getElementById("skip").textContent = t("skip");
  const nav = document.getElementById("views");
  nav.setAttribute("aria-label", t("views"));
  nav.replaceChildren(...Object.keys(views).map(view => h("a", { href: "/" + view, "aria-current": view === current() ? "page" : null,
    click: event => { if (event.ctrlKey || event.metaKey || event.shiftKey) return; event.preventDefault(); go("/" + view); } }, t(view))));
  const dark = theme() === "dark";
  document.getElementById("choices").replaceChildren(
    h("button", { type: "button", lang: language === "ko" ? "en" : "ko", click: () => { setLanguage(language === "ko" ? "en" : "ko"); show(); } }, t("language")),
    h("button", { type: "button", click: () => { localStorage.setItem("theme", dark ? "light" : "dark"); show(); } }, t(dark ? "light" : "dark")));
}
function go(address) { history.pushState(null, "", address); show(); main.focus(); scrollTo(0, 0); }
async function show() {
  leave?.();
  leave = null;
  wants = false;
  dropCharts();
  frame();
  document.title = t(current()) + " – cellwise";
  main.replaceChildren();
  leave = await views[current()](main) || null;
}
function askForToken() {
  if (wants) return;
  wants = true;
  leave?.();
  const field = h("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
  const wrong = h("div");
  main.replaceChildren(h("h1", {}, t("tokenTitle")), h("form", { submit: async event => {
    event.preventDefault();
    try { await ask("/v1/session", { token: field.value }); show(); } catch (error) { wrong.replaceChildren(h("p.note", { role: "alert" }, error.message)); }
  } }, h("label", { htmlFor: "token" }, t("token")), h("div.row", {}, field, h("button.main", {}, t("enter")))), wrong);
  field.focus();
}
addEventListener("popstate", show);
addEventListener("token-wanted", askForToken);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (!localStorage.getItem("theme")) show(); });
say("");
show();
