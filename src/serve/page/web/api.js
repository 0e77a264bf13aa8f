// How programs ask, with the names of what this server has loaded.
import { h, ask, lines } from "./tools.js";
import { t } from "./text.js";

const quoted = document => JSON.stringify(document, null, 1).replace(/\n */g, " ").replaceAll("'", "'\\''");

export async function showApi(main) {
  main.append(h("h1", {}, t("apiTitle")));
  let models = [];
  try { ({ models } = await ask("/v1/models")); } catch { /* the examples stand without names */ }
  const at = location.origin, json = "-H 'Content-Type: application/json'";
  const review = models.find(model => model.task === "reviews"), customers = models.find(model => model.task === "customers");
  const named = model => models.filter(one => one.task === model?.task).length > 1 ? { model: model.name } : {};
  const row = Object.fromEntries((customers?.features || []).slice(0, 3).map(({ name, kind, levels, low }) => [name, levels ? levels[0] : kind === "numeric" ? low ?? 0 : kind === "boolean" ? true : ""]));
  const post = (path, document) => [path, `curl ${at}${path} ${json} \\\n  -d '${quoted(document)}'`];
  const examples = [["/v1/models", `curl ${at}/v1/models`], post("/v1/predict", { ...named(review), texts: ["a good film", "a bad film"] }), post("/v1/explain", { ...named(review), text: "a good film", method: "occlusion" }),
    post("/v1/gates", { ...named(review), text: "a good film", layer: 1 }), ["/v1/customers/{id}", `curl '${at}/v1/customers/ID${named(customers).model ? "?" + new URLSearchParams(named(customers)) : ""}'`],
    post("/v1/customers/predict", { ...named(customers), rows: [row] }), ["/v1/runs", `curl ${at}/v1/runs`], ["/v1/events", `curl -N ${at}/v1/events`], ["/metrics", `curl ${at}/metrics`]];
  main.append(h("p", {}, t("apiHint")), h("p.muted", {}, t("withToken")), h("p", {}, h("a", { href: "/openapi.json" }, t("document"))),
    ...examples.flatMap(([name, line]) => [h("h2", {}, name), lines(name, line)]));
}
