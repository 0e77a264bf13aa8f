// The dashboard: a customer's probability, why, and what if.
import { h, ask, complain, later, labelled, percent, figure, signed, table, say, lines } from "./tools.js";
import { t } from "./text.js";
import { readCsv, writeCsv, decode } from "./csv.js";

const mostBytes = 1 << 20, mostRows = 256;

export async function showCustomers(main) {
  main.append(h("h1", {}, t("customersTitle")));
  const answer = h("div", { id: "answer" });
  let models;
  try { models = (await ask("/v1/models")).models.filter(model => model.task === "customers"); } catch (error) { main.append(answer); return complain(answer, error); }
  if (!models.length) { main.append(h("p", {}, t("noCustomer")), lines(t("commands"), "cellwise customers train customers.csv --target bought --model xgboost --output runs/customers\ncellwise serve runs/customers --table customers.csv")); return; }
  let model = models[0];
  const which = h("select", { change: () => { model = models.find(one => one.name === which.value); if (answer.firstChild) look(); } }, models.map(one => h("option", { value: one.name }, one.name)));
  const id = h("input", { autocomplete: "off", required: true });
  const file = h("input", { type: "file", accept: ".csv,text/csv", change: upload }), several = h("div");
  main.append(h("form", { submit: look }, h("div.row", {}, models.length > 1 && labelled(t("model"), which), labelled(t("id"), id), h("button.main", {}, t("look")))),
    answer, h("h2", {}, t("several")), labelled(t("upload"), file), several);

  async function look(event) {
    event?.preventDefault();
    try {
      const found = await ask("/v1/customers/" + encodeURIComponent(id.value.trim()) + "?model=" + encodeURIComponent(model.name));
      show(found);
    } catch (error) { complain(answer, error); }
  }
  const told = one => one.probability !== undefined ? percent(one.probability) : figure(one.value, 3);
  function show(found) {
    const row = { ...found.row }, now = h("section.card"), reasons = h("div"), like = h("div");
    const flags = new Set(model.features.filter(feature => feature.kind === "boolean").map(feature => feature.name));
    const shown = (name, value) => value === null || value === undefined ? "–" : typeof value === "boolean" || flags.has(name) ? t(Number(value) ? "yes" : "no") : String(value);
    let latest = 0;
    const change = later(200, async () => {
      const asked = ++latest;  // an older answer that comes late is passed over
      try {
        const { predictions } = await ask("/v1/customers/predict", { model: model.name, rows: [row] });
        if (asked === latest) render(predictions[0]);
      } catch (error) { if (asked === latest) complain(now, error); }
    });
    function field(feature) {
      const before = found.row[feature.name], told = value => shown(feature.name, value), was = h("div.was", {}, t("was", told(before)));
      const set = value => { row[feature.name] = value; was.textContent = told(value) === told(before) ? t("was", told(before)) : t("nowIs", told(before), told(value)); change(); };
      let control;
      if (feature.kind === "boolean") control = h("input", { type: "checkbox", checked: before === true || before === 1, change: () => set(control.checked) });
      else if (feature.levels) control = h("select", { change: () => set(control.value === "" ? null : control.value) }, [...new Set([...(before === null || before === undefined ? [""] : [String(before)]), ...feature.levels].sort())]
        .map(level => h("option", { value: level, selected: level === String(before ?? "") }, level || "–")));
      else if (feature.kind === "numeric") control = h("input", { type: "number", step: "any", value: before ?? "", input: () => set(control.value === "" ? null : Number(control.value)) });
      else control = h("input", { value: before ?? "", input: () => set(control.value === "" ? null : control.value) });
      return h("div", {}, labelled(feature.name, control), was);
    }
    function render(one) {
      const base = one.base ?? 0, sum = one.contributions.reduce((total, part) => total + part.contribution, base);
      const largest = Math.max(1e-9, ...one.contributions.map(part => Math.abs(part.contribution)));
      const changed = told(one) !== told(found);
      now.replaceChildren(h("h2", {}, t(one.probability !== undefined ? "thisCustomer" : "thisValue")),
        h("p.big", {}, told(one), one.probability === undefined || !model.target ? "" : h("small", {}, ` ${model.target} = ${model.positive_label}`)),
        h("p", {}, [one.probability !== undefined && t("predictedLabel", one.label), changed && t("nowIs", told(found), told(one))].filter(Boolean).join(" · ")),
        h("p.muted.small", {}, t(found.trained_on ? "trainedOn" : "notTrainedOn")),
        one.outside?.length ? h("p.note", {}, t("outside", one.outside.join(", "))) : "");
      reasons.replaceChildren(h("h2", {}, t("why")), ...one.contributions.map(part => {
        const bar = h("i");
        const share = 50 * Math.abs(part.contribution) / largest;
        bar.style.left = (part.contribution < 0 ? 50 - share : 50) + "%";
        bar.style.width = share + "%";
        bar.style.background = `rgb(var(--${part.contribution < 0 ? "negative" : "positive"}))`;
        return h("div.bar", {}, h("span", {}, part.feature + " = " + shown(part.feature, part.value)), h("span.track", { "aria-hidden": "true" }, bar), h("b", {}, signed(part.contribution)));
      }), h("p.small.muted", {}, `${t("base")}: ${figure(base)} · ${t("sum")}: ${figure(sum)}`));
      like.replaceChildren(one.neighbours?.length ? table(t("neighbours"), [t("id"), t("outcome"), t("distance"), ...Object.keys(one.neighbours[0].row)],
        one.neighbours.map(near => [near.id, near.label, figure(near.distance, 3), ...Object.entries(near.row).map(([name, value]) => shown(name, value))]), 2, true) : "");
    }
    answer.replaceChildren(now, h("div.split", {}, h("div", {}, h("h2", {}, t("whatIf")), h("div.fields", {}, model.features.map(field)), h("div.row", {}, h("button", { type: "button", click: () => show(found) }, t("reset")))), reasons), like);
    render(found);
    say(t(found.probability !== undefined ? "thisCustomer" : "thisValue") + ": " + told(found));
  }
  async function upload() {
    const chosen = file.files[0];
    if (!chosen) return;
    try {
      if (chosen.size > mostBytes) throw new Error(t("tooLarge"));
      const rows = readCsv(decode(await chosen.arrayBuffer()));
      const predictions = [];
      for (let from = 0; from < rows.length; from += mostRows) {
        predictions.push(...(await ask("/v1/customers/predict", { model: model.name, rows: rows.slice(from, from + mostRows), contributions: false })).predictions);
      }
      const heads = [...Object.keys(rows[0]), predictions[0].probability !== undefined ? "probability" : "value", "label"];
      const lines = rows.map((row, i) => [...Object.values(row), predictions[i].probability ?? predictions[i].value, predictions[i].label]);
      const link = h("a", { href: URL.createObjectURL(new Blob(["\ufeff" + writeCsv([heads, ...lines])], { type: "text/csv" })), download: "predictions.csv" }, t("download"));
      several.replaceChildren(h("p", {}, t("predicted", rows.length), " · ", link), table(t("predicted", rows.length), heads, lines.slice(0, 20).map(line => line.map(value => typeof value === "number" ? figure(value) : value ?? "–"))));
      say(t("predicted", rows.length));
    } catch (error) { complain(several, error); }
  }
}
