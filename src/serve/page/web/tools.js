// Elements, requests and charts for all views. Text reaches the page by textContent alone.
import { t } from "./text.js";

// h("p.note", {title: "…"}, child, …): an element. Functions become listeners; text children become text nodes.
export function h(kind, properties, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties || {})) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name in element && name !== "list") element[name] = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}
export const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const percent = (value, digits = 1) => (100 * value).toFixed(digits) + "%";
export const figure = (value, digits = 4) => typeof value === "number" ? value.toFixed(digits) : "–";
export const signed = value => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);
export function say(text) { document.getElementById("live").textContent = text; }
export function labelled(text, control, kind = "div") {
  control.id ||= "field-" + (labelled.count = (labelled.count || 0) + 1);
  return h(kind, {}, h("label", { htmlFor: control.id }, text), control);
}
export function table(caption, heads, rows, textColumns = 1, whole = false) {
  const cell = (tag, value, i, more) => h(tag + (i < textColumns ? ".text" : ""), more, value);
  return h(whole ? "div.scroll.whole" : "div.scroll", { tabIndex: 0, role: "region", "aria-label": caption }, h("table", {}, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, heads.map((head, i) => cell("th", head, i, { scope: "col" })))),
    h("tbody", {}, rows.map(row => h("tr", {}, row.map((value, i) => i === 0 ? cell("th", value, i, { scope: "row" }) : cell("td", value, i)))))));
}

// Lines to copy; they scroll sideways on a phone, so the keyboard can stop there.
export const lines = (label, text) => h("pre", { tabIndex: 0, role: "region", "aria-label": label }, text);

export class Problem extends Error {
  constructor(status, detail) { super(detail); this.status = status; }
}
export async function ask(path, body, signal) {
  let response;
  try {
    response = await fetch(path, body === undefined ? { signal } : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Problem(0, t("unreachable"));
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    if (response.status === 401) dispatchEvent(new Event("token-wanted"));
    throw new Problem(response.status, answer.detail || response.statusText);
  }
  return answer;
}
// Shows what went wrong in a place of the page.
export function complain(place, error) {
  if (error.name === "AbortError") return;
  place.replaceChildren(h("p.note", { role: "alert" }, t("problem", error.message)));
}
export function later(milliseconds, work) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(work, milliseconds); };
}
// The first call works at once; those that follow within the time work once, at its end.
export function atMostEvery(milliseconds, work) {
  let timer, next = -Infinity;
  const now = () => { next = performance.now() + milliseconds; work(); };
  return () => { clearTimeout(timer); performance.now() >= next ? now() : timer = setTimeout(now, next - performance.now()); };
}

const charts = new Map();
// A line chart: series are {name, points: [[x, y]], dashed}. Its numbers stand below it as a table.
export function lineChart(place, key, title, series, xName) {
  let held = charts.get(key);
  if (!held || !place.contains(held.canvas)) {
    held?.chart.destroy();
    const canvas = h("canvas", { role: "img" });
    const numbers = h("details", {}, h("summary", {}, t("numbers")), h("div"));
    place.replaceChildren(h("figure", {}, h("figcaption", {}, title), h("div.plot", {}, canvas), numbers));
    const axis = (text, whole) => ({ title: { display: !!text, text }, grid: { color: css("--rule") }, ticks: { color: css("--muted"), ...(whole ? { precision: 0 } : {}) } });
    held = { canvas, numbers, chart: new Chart(canvas, { type: "line", data: { datasets: [] },
      options: { animation: false, responsive: true, maintainAspectRatio: false, parsing: false, color: css("--ink"),
        scales: { x: { type: "linear", ...axis(xName, series.every(one => one.points.every(([x]) => Number.isInteger(x)))) }, y: axis("") },
        plugins: { legend: { labels: { boxWidth: 28, boxHeight: 0, color: css("--ink") } } } } }) };
    charts.set(key, held);
  }
  const markers = ["circle", "rect", "triangle", "rectRot", "star", "crossRot"];
  held.chart.data.datasets = series.map(one => ({ label: one.name, data: one.points.map(([x, y]) => ({ x, y })), borderColor: css("--series-" + one.colour % 6),
    backgroundColor: css("--series-" + one.colour % 6), borderDash: one.dashed ? [6, 4] : [], pointStyle: markers[one.colour % 6], pointRadius: one.points.length > 30 ? 0 : 3, borderWidth: 2 }));
  held.chart.update();
  held.canvas.setAttribute("aria-label", title + ": " + series.map(one => one.name + " " + figure(one.points.at(-1)?.[1])).join(", "));
  held.numbers.lastChild.replaceChildren(table(title, [t("name"), xName, title], series.flatMap(one => one.points.map(([x, y]) => [one.name, figure(x, 2), figure(y)]))));
}
export function dropCharts() { for (const { chart } of charts.values()) chart.destroy(); charts.clear(); }
