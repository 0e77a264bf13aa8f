// All runs, their live curves, and how those selected differ.
import { h, ask, complain, labelled, figure, table, lineChart, say, later, lines } from "./tools.js";
import { t } from "./text.js";

const most = 6;

export async function showRuns(main) {
  main.append(h("h1", {}, t("runsTitle")));
  const place = h("div"), count = h("p.muted.small"), detail = h("div");
  const filter = h("input", { type: "search", input: later(80, () => list()) });
  main.append(h("div.row", {}, labelled(t("filter"), filter)), count, place, detail);
  const selected = new Set(new URLSearchParams(location.search).getAll("run"));
  const progress = new Map();
  let all = [], folder = "", stream = null, poll = null, states = new Map();

  async function load() {
    try { ({ runs: all, folder } = await ask("/v1/runs")); } catch (error) { return complain(place, error); }
    for (const run of all) {
      if (states.has(run.name) && states.get(run.name) !== run.state) say(t("stateNow", run.name, t(run.state)));
      states.set(run.name, run.state);
    }
    list();
    draw();
  }
  function list() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const runs = all.filter(run => words.every(word => `${run.name} ${run.state} ${t(run.state)} ${run.model} ${run.data} ${run.kind}`.toLowerCase().includes(word)));
    count.textContent = t("count", runs.length, all.length);
    if (!all.length) return place.replaceChildren(h("p", {}, t("noRuns", folder)), lines(t("commands"), "cellwise train --cell lstm"));
    const focused = document.activeElement?.dataset?.run;
    place.replaceChildren(table(folder, [t("name"), t("state"), t("model"), t("data"), t("epochs"), t("accuracy"), t("begun"), t("report")], runs.map(run => [
      h("label.check", {}, h("input", { type: "checkbox", checked: selected.has(run.name), "data-run": run.name, "aria-label": t("select", run.name), change: event => choose(run.name, event.target.checked) }), run.name),
      h("span.state." + run.state, { title: run.problem }, t(run.state)), run.model, run.data, run.epochs_planned ? run.epochs.length + " / " + run.epochs_planned : "–", figure(run.test_accuracy), run.begun.slice(0, 16).replace("T", " "),
      run.report ? h("a", { href: "/v1/runs/" + encodeURIComponent(run.name) + "/report", "aria-label": t("report") + ": " + run.name }, t("report")) : "–"]), 4));
    if (focused) [...place.querySelectorAll("input")].find(input => input.dataset.run === focused)?.focus();
  }
  function choose(name, on) {
    if (on) selected.add(name); else selected.delete(name);
    while (selected.size > most) selected.delete(selected.values().next().value);
    history.replaceState(null, "", "/runs" + (selected.size ? "?" + new URLSearchParams([...selected].map(one => ["run", one])) : ""));
    for (const input of place.querySelectorAll("input")) input.checked = selected.has(input.dataset.run);
    draw();
    listen();
  }
  const plots = { live: h("div"), loss: h("div"), accuracy: h("div") }, differing = h("div"), verdicts = h("div");
  detail.append(h("p.muted", {}, t("chooseRuns")), h("div.plots", {}, Object.values(plots)), differing, verdicts);
  let paired = "";
  function draw() {
    const runs = all.filter(run => selected.has(run.name));
    const shown = runs.length ? runs : all.filter(run => run.state === "running").slice(0, most);
    const curve = (run, colour, names) => {  // of the first of these figures that the run has
      const name = names.find(one => run.epochs.some(epoch => epoch[one] !== undefined)) ?? names[0], [part] = name.split("_");
      return { name: run.name + ", " + t(part), colour, dashed: part !== "train", points: run.epochs.map(epoch => [epoch.epoch, epoch[name]]).filter(([, y]) => typeof y === "number") };
    };
    const curves = figure => shown.flatMap((run, colour) => [curve(run, colour, ["train_" + figure]), curve(run, colour, ["validation_" + figure, "test_" + figure])].filter(one => one.points.length));
    const put = (key, title, series, x) => { if (series.length) lineChart(plots[key], key, title, series, x); else plots[key].replaceChildren(); };
    put("live", t("live"), shown.map((run, colour) => ({ name: run.name, colour, points: progress.get(run.name) || [] })).filter(one => one.points.length), t("epoch"));
    put("loss", t("lossChart"), curves("loss"), t("epoch"));
    put("accuracy", t("accuracyChart"), curves("accuracy"), t("epoch"));
    differing.replaceChildren();
    if (runs.length < 2) { paired = ""; return verdicts.replaceChildren(); }
    // A setting that only one kind of run has is no difference: reviews and customers have few in common.
    const values = key => new Set(runs.map(run => run.settings[key]).filter(value => value !== undefined));
    const keys = [...new Set(runs.flatMap(run => Object.keys(run.settings)))].filter(key => values(key).size > 1);
    if (keys.length) differing.append(table(t("differing"), [t("setting"), ...runs.map(run => run.name)], keys.map(key => [key, ...runs.map(run => run.settings[key] ?? "–")])));
    compare(runs.map(run => run.name));
  }
  async function compare(names) {
    if (paired === names.join("\n")) return;
    paired = names.join("\n");
    try {
      const { comparison } = await ask("/v1/runs/compare", { runs: names });
      if (paired !== names.join("\n")) return;
      verdicts.replaceChildren();
      const lines = comparison?.differences;
      if (lines?.length) verdicts.append(table(t("verdicts"), [t("first"), t("second"), t("seeds"), t("difference"), t("interval"), t("pHolm"), t("verdict")], lines.map(line => [line.first, line.second, String(line.seeds),
        figure(line.mean_difference), line.interval_95.map(end => figure(end)).join(" … "), figure(line.p_holm), t(line.p_holm >= 0.05 ? "notShown" : line.mean_difference > 0 ? "firstBetter" : "secondBetter")]), 2));
    } catch (error) { complain(verdicts, error); }
  }
  // What a line of progress.jsonl says: where in its epochs the training is, and the loss so far.
  function took(event) {
    const { run, progress: line } = JSON.parse(event.data);
    const points = progress.get(run) || [];
    const loss = line.running?.loss ?? line.loss;
    if (typeof loss === "number") points.push([(line.epoch ?? 1) - 1 + (line.steps ? line.step / line.steps : 0), loss]);
    if (points.length > 2000) points.splice(0, points.length - 2000);
    progress.set(run, points);
    redraw();
  }
  const redraw = (() => { let waits = false; return () => { if (waits) return; waits = true; setTimeout(() => { waits = false; draw(); }, 400); }; })();
  // One stream a tab, closed while the tab is hidden; without one the list is asked for.
  function listen() {
    stream?.close();
    stream = null;
    clearInterval(poll);
    if (document.hidden) return;
    progress.clear();
    stream = new EventSource("/v1/events" + (selected.size ? "?" + new URLSearchParams([...selected].map(one => ["run", one])) : ""));
    stream.addEventListener("progress", took);
    stream.addEventListener("runs", load);
    stream.addEventListener("error", () => { clearInterval(poll); poll = setInterval(() => { if (stream?.readyState === EventSource.OPEN) clearInterval(poll); else load(); }, 5000); });
  }
  document.addEventListener("visibilitychange", listen);
  await load();
  if (states.size || all.length === 0) listen();
  return () => { stream?.close(); stream = null; clearInterval(poll); document.removeEventListener("visibilitychange", listen); };
}
