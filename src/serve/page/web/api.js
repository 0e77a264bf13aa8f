// How programs ask.
import { h } from "./tools.js";
import { t } from "./text.js";

export function showApi(main) {
  const at = location.origin, json = "-H 'Content-Type: application/json'";
  const examples = [["/v1/models", `curl ${at}/v1/models`], ["/v1/predict", `curl ${at}/v1/predict ${json} \\\n  -d '{"texts": ["a good film", "a bad film"]}'`],
    ["/v1/explain", `curl ${at}/v1/explain ${json} \\\n  -d '{"text": "a good film", "method": "occlusion"}'`], ["/v1/gates", `curl ${at}/v1/gates ${json} \\\n  -d '{"text": "a good film", "layer": 1}'`],
    ["/v1/customers/{id}", `curl ${at}/v1/customers/C012`], ["/v1/customers/predict", `curl ${at}/v1/customers/predict ${json} \\\n  -d '{"rows": [{"age": 41, "grade": "gold"}]}'`],
    ["/v1/runs", `curl ${at}/v1/runs`], ["/v1/events", `curl -N ${at}/v1/events`], ["/metrics", `curl ${at}/metrics`]];
  main.append(h("h1", {}, t("apiTitle")), h("p", {}, t("apiHint")), h("p.muted", {}, t("withToken")), h("p", {}, h("a", { href: "/openapi.json" }, t("document"))),
    ...examples.flatMap(([name, line]) => [h("h2", {}, name), h("pre", { tabIndex: 0, role: "region", "aria-label": name }, line)]));
}
