// A review as one types: probability, words and gates of several models.
import { h, ask, atMostEvery, complain, later, labelled, percent, figure, signed, table, say, lines } from "./tools.js";
import { t } from "./text.js";

const keep = { get text() { return sessionStorage.getItem("review") || ""; }, set text(value) { sessionStorage.setItem("review", value); } };
const gateNames = ["forget_gate", "input_gate", "output_gate", "reset_gate", "update_gate"];

export async function showReview(main) {
  main.append(h("h1", {}, t("reviewTitle")));
  let models;
  try { models = (await ask("/v1/models")).models.filter(model => model.task === "reviews"); } catch (error) { const place = h("div"); main.append(place); return complain(place, error); }
  if (!models.length) { main.append(h("p", {}, t("noReview")), lines(t("commands"), "cellwise train --cell lstm --output runs/lstm\ncellwise serve runs/lstm")); return; }
  const address = new URLSearchParams(location.search);
  let chosen = address.getAll("model").filter(name => models.some(model => model.name === name));
  if (!chosen.length) chosen = models.slice(0, 3).map(model => model.name);
  let shown = address.get("shown");
  let calls = new AbortController();

  const text = h("textarea", { value: keep.text, spellcheck: false, "aria-describedby": "review-hint", input: () => { keep.text = text.value; soon(); slowly(); } });
  const cards = h("div.cards"), words = h("div"), gates = h("div");
  const method = h("select", { change: changed }, ["occlusion", "gradients"].map(one => h("option", { value: one, selected: address.get("method") === one }, t(one))));
  const which = h("select", { change: changed });
  main.append(labelled(t("reviewText"), text), h("p.muted.small", { id: "review-hint" }, t("reviewHint")),
    h("fieldset", {}, h("legend", {}, t("models")), h("div.all", {}, models.map(model => h("label.check", {}, h("input", { type: "checkbox", checked: chosen.includes(model.name), change: event => {
      chosen = models.map(one => one.name).filter(name => name === model.name ? event.target.checked : chosen.includes(name));
      changed();
    } }), model.name + (model.cell ? " (" + model.cell + ")" : ""))))),
    cards, h("div.row", {}, labelled(t("shown"), which), labelled(t("method"), method), h("button", { type: "button", click: copy }, t("copy"))),
    h("h2", {}, t("explain")), h("p.muted.small", {}, t("explainHint")), words, h("h2", {}, t("gates")), h("p.muted.small", {}, t("gatesHint")), gates);

  function query() {
    const parameters = new URLSearchParams(chosen.map(name => ["model", name]));
    if (which.value) parameters.set("shown", which.value);
    parameters.set("method", method.value);
    return "/review?" + parameters;
  }
  async function copy() {
    try { await navigator.clipboard.writeText(location.origin + query()); say(t("copied")); } catch { prompt(t("copy"), location.origin + query()); }
  }
  function changed() {
    if (which.value) shown = which.value;
    if (!chosen.includes(shown)) shown = chosen[0];
    which.replaceChildren(...chosen.map(name => h("option", { value: name, selected: name === shown }, name)));
    history.replaceState(null, "", query());
    predict();
    look();
  }
  async function predict() {
    calls.abort();
    calls = new AbortController();
    const { signal } = calls;
    if (!text.value.trim()) return cards.replaceChildren();
    try {
      const answers = await Promise.all(chosen.map(model => ask("/v1/predict", { model, texts: [text.value] }, signal)));
      cards.replaceChildren(...answers.map(answer => card(answer.model, answer.predictions[0])));
    } catch (error) { complain(cards, error); }
  }
  function card(name, one) {
    const bar = h("i" + (one.probability > 0.5 ? "" : ".negative"));
    bar.style.width = percent(one.probability);
    return h("section.card", {}, h("h2", {}, name), h("p.big", {}, percent(one.probability), h("small", {}, " " + t(one.label))), h("div.meter", { "aria-hidden": "true" }, bar),
      h("p.small.muted", {}, t("probability")), h("p.small.muted", {}, t("unknownShare", percent(one.unknown_share, 0))));
  }
  async function look() {
    const wanted = text.value;
    if (!wanted.trim() || !shown) { words.replaceChildren(); gates.replaceChildren(); return; }
    try {
      const { explanation } = await ask("/v1/explain", { model: shown, text: wanted, method: method.value });
      if (wanted !== text.value) return;
      words.replaceChildren(tinted(explanation), h("details", {}, h("summary", {}, t("numbers")), table(t("explain"), [t("word"), t("contribution")],
        explanation.words.map(word => [word.word, word.contribution === null ? "–" : signed(word.contribution)]))));
    } catch (error) { complain(words, error); }
    try {
      const answer = await ask("/v1/gates", { model: shown, text: wanted });
      if (wanted === text.value) strip(gates, answer.gates);
    } catch (error) { complain(gates, error); }
  }
  const soon = atMostEvery(120, predict), slowly = later(600, look);
  changed();
  return () => calls.abort();
}

function tinted(explanation) {
  const most = Math.max(1e-9, ...explanation.words.map(word => Math.abs(word.contribution || 0)));
  return h("p.words", {}, explanation.words.flatMap(word => {
    const read = word.contribution !== null;
    const span = h("span" + (word.kind === "unknown" ? ".unknown" : read ? "" : ".unread"), {}, word.word);
    if (read && Math.abs(word.contribution) > most / 50) {
      span.style.background = `rgba(var(--${word.contribution > 0 ? "positive" : "negative"}), ${0.3 * Math.abs(word.contribution) / most})`;
      span.append(h("sup", {}, word.contribution > 0 ? "+" : "−"));
    }
    return [span, " "];
  }));
}

// Gates by words; the slider is the one place that the keyboard stops at.
function strip(place, traced) {
  const steps = traced.words.filter(word => word.step !== undefined);
  if (!steps.length) return place.replaceChildren();
  const names = gateNames.filter(name => steps[0][name]);
  const rows = [...names.map(name => [t(name), step => step[name].mean]), [t("soFar"), step => step.probability], [t("norm"), step => step.hidden_state_norm]];
  const columns = steps.map(() => []);
  const grid = h("table", {}, h("thead", {}, h("tr", {}, h("th.text", { scope: "col" }, t("word")), steps.map((step, i) => { const head = h("th", { scope: "col" }, step.word); columns[i].push(head); return head; }))),
    h("tbody", {}, rows.map(([name, value], row) => h("tr", {}, h("th", { scope: "row" }, name), steps.map((step, i) => {
      const cell = h("td", {}, figure(value(step), 2));
      if (row < rows.length - 1) cell.style.background = `rgba(var(--positive), ${0.3 * value(step)})`;
      columns[i].push(cell);
      return cell;
    })))));
  const told = h("p", {});
  const slider = h("input", { type: "range", min: 1, max: steps.length, value: steps.length, input: move });
  const scroller = h("div.strip", { tabIndex: 0, role: "region", "aria-label": t("gates") }, grid);
  function move() {
    const at = Number(slider.value) - 1;
    columns.forEach((cells, i) => cells.forEach(cell => cell.classList.toggle("now", i === at)));
    const what = t("position", at + 1, steps.length, steps[at].word);
    slider.setAttribute("aria-valuetext", what + "; " + rows.map(([name, value]) => name + " " + figure(value(steps[at]), 2)).join(", "));
    told.textContent = what + " · " + rows.map(([name, value]) => name + " " + figure(value(steps[at]), 3)).join(" · ");
    const cell = columns[at][0];
    scroller.scrollLeft = cell.offsetLeft - scroller.clientWidth / 2;
  }
  const checked = steps.filter(step => step.check);
  place.replaceChildren(labelled(t("word"), slider), told, scroller, h("p.small.muted", {}, t("agrees", checked.filter(step => step.check.agrees).length, checked.length)));
  move();
}
