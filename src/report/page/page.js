// Draws the report's charts from the numbers in #report-data. Every chart is a function that gives Chart.js its
// configuration, so that it can be drawn anew when the viewer changes between light and dark.
"use strict";
(() => {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const faded = (colour, share) => colour + Math.round(255 * share).toString(16).padStart(2, "0");
  const figure = (value, digits = 4) => value === null || value === undefined ? "–" : value.toFixed(digits);
  const markers = ["circle", "rect", "triangle", "rectRot", "star", "crossRot"];
  const groups = report.groups.map((group, index) => ({
    ...group,
    index,
    own: group.runs.map(run => report.runs[run]),
    several: group.runs.length > 1,
    get colour() { return css("--series-" + this.series); },
    series: report.series[index],
    marker: markers[report.series[index]],
  }));
  const judged = groups.filter(group => group.predictions);
  const heldOut = report.runs.every(run => run.validation === "held_out");
  const validation = heldOut ? "validation" : "test";

  // The interval of each point of a dataset as a vertical line.
  const whiskers = {
    id: "whiskers",
    beforeDatasetsDraw(chart) {
      const context = chart.ctx;
      chart.data.datasets.forEach((dataset, number) => {
        if (!dataset.intervals || !chart.isDatasetVisible(number)) return;
        context.save();
        context.strokeStyle = faded(dataset.borderColor, 0.6);
        context.lineWidth = 1.5;
        chart.getDatasetMeta(number).data.forEach((point, i) => {
          const interval = dataset.intervals[i];
          if (!interval) return;
          const y = chart.scales.y;
          const low = Math.max(interval[0], y.min), high = Math.min(interval[1], y.max);
          if (low > high) return;
          context.beginPath();
          context.moveTo(point.x, y.getPixelForValue(low));
          context.lineTo(point.x, y.getPixelForValue(high));
          context.stroke();
        });
        context.restore();
      });
    },
  };

  // What legend and tooltips show is `main`; a click in the legend hides all that belongs to its group.
  const line = (group, label, data, more = {}) => ({
    label, data, group: group.name, main: true, borderColor: group.colour, backgroundColor: group.colour, borderWidth: 2.25,
    pointStyle: group.marker, pointRadius: 0, pointHitRadius: 8, ...more,
  });
  const thin = (group, data) => ({
    label: group.name + ", one run", data, group: group.name, borderColor: faded(group.colour, 0.32), borderWidth: 1,
    pointRadius: 0, pointHitRadius: 0,
  });
  const band = (group, low, high) => [
    { label: "low", data: low, group: group.name, borderWidth: 0, pointRadius: 0, pointHitRadius: 0 },
    { label: "high", data: high, group: group.name, borderWidth: 0, pointRadius: 0, pointHitRadius: 0, fill: "-1",
      backgroundColor: faded(group.colour, 0.18) },
  ];
  const guide = (label, data) => ({
    label, data, guide: true, borderColor: css("--muted"), borderWidth: 1, borderDash: [2, 4], pointRadius: 0, pointHitRadius: 0,
  });

  const axis = (text, more = {}) => ({
    title: { display: true, text, color: css("--ink") },
    grid: { color: faded(css("--muted"), 0.22), borderColor: css("--muted") },
    ticks: { color: css("--muted"), maxRotation: 0, autoSkipPadding: 6 }, ...more,
  });
  const share = (text, more = {}) => axis(text, {
    type: "linear", min: 0, max: 1, ...more, ticks: { color: css("--muted"), stepSize: 0.2, maxRotation: 0, callback: value => value.toFixed(1) },
  });
  const options = (x, y, title, more = {}) => ({
    animation: false, responsive: true, maintainAspectRatio: false, normalized: true,
    interaction: { mode: "index", intersect: false },
    scales: { x, y },
    plugins: {
      legend: {
        position: "bottom",
        labels: { color: css("--ink"), usePointStyle: true, boxHeight: 7, padding: 16, filter: (item, data) => data.datasets[item.datasetIndex].main },
        onClick: (event, item, legend) => {
          const chart = legend.chart, name = chart.data.datasets[item.datasetIndex].group;
          const shown = chart.isDatasetVisible(item.datasetIndex);
          chart.data.datasets.forEach((dataset, i) => { if (dataset.group === name) chart.setDatasetVisibility(i, !shown); });
          chart.update();
        },
      },
      tooltip: {
        filter: item => item.dataset.main || item.dataset.told,
        callbacks: { title, label: item => ` ${item.dataset.spoken ?? item.dataset.label}: ${figure(item.parsed.y)}` },
      },
      ...more,
    },
  });
  // Of every model the point that lies nearest to the pointer sideways.
  Chart.Interaction.modes.models = (chart, event) => chart.getSortedVisibleDatasetMetas().filter(meta => chart.data.datasets[meta.index].main).flatMap(meta => {
    let best = -1, distance = Infinity;
    meta.data.forEach((element, index) => {
      if (Math.abs(element.x - event.x) < distance) { distance = Math.abs(element.x - event.x); best = index; }
    });
    return best < 0 ? [] : [{ element: meta.data[best], datasetIndex: meta.index, index: best }];
  });
  const nearest = configuration => {
    configuration.interaction = { mode: "models", intersect: false };
    return configuration;
  };

  const learning = (name, text) => () => {
    const last = Math.max(...groups.flatMap(group => group.epochs.map(epoch => epoch.epoch)));
    const labels = Array.from({ length: last }, (_, i) => i + 1);
    const column = (epochs, value) => labels.map(number => {
      const epoch = epochs.find(one => one.epoch === number);
      return epoch ? value(epoch) : null;
    });
    const datasets = groups.flatMap(group => {
      const mean = key => column(group.epochs, epoch => epoch[key].mean);
      const key = "validation_" + name;
      const moved = side => column(group.epochs, epoch => epoch[key].mean + side * (epoch[key].std ?? 0));
      const dots = last <= 30 ? 4 : 0;
      return [
        line(group, `${group.name}, ${validation}`, mean(key), { pointRadius: dots }),
        line(group, `${group.name}, training`, mean("train_" + name), { main: false, told: true, borderDash: [6, 4], pointRadius: dots && dots - 1.5 }),
        ...(group.several ? [...band(group, moved(-1), moved(1)), ...group.own.map(run => thin(group, column(run.epochs, epoch => epoch[key])))] : []),
      ];
    });
    const configuration = options(axis("Epoch", { type: "category", offset: last < 8 }), axis(text), items => `Epoch ${items[0].label}`);
    configuration.plugins.legend.labels.generateLabels = chart =>
      Chart.defaults.plugins.legend.labels.generateLabels(chart).map(item => ({ ...item, text: chart.data.datasets[item.datasetIndex].group }));
    return { type: "line", data: { labels, datasets }, options: configuration };
  };

  const pairs = (x, y) => x.map((value, i) => ({ x: value, y: y[i] }));
  const curves = (own, mean, x, y) => judged.flatMap(group => {
    const runs = group.own.map(run => run.predictions[own]).map(curve => pairs(curve[x], curve[y]));
    const average = group.predictions[mean];
    if (!average) return runs.filter(run => run.length).map(run => line(group, group.name, run));
    const moved = side => average[x].map((value, i) => ({ x: value, y: Math.min(1, Math.max(0, average[y][i] + side * average.std[i])) }));
    return [line(group, group.name, pairs(average[x], average[y])), ...band(group, moved(-1), moved(1)), ...runs.map(run => thin(group, run))];
  });
  const named = (datasets, key, word) => {
    datasets.forEach(dataset => {
      const group = dataset.main && judged.find(one => one.name === dataset.group);
      const value = group && group.predictions[key];
      if (value) dataset.spoken = group.name;
      if (value) dataset.label = `${group.name} (${word} ${figure(value.mean)})`;
    });
    return datasets;
  };
  const at = (x, digits = 3) => items => items.length ? `${x} ${items[0].parsed.x.toFixed(digits)}` : "";

  const charts = {
    "loss": learning("loss", "Loss (binary cross-entropy)"),
    "accuracy": learning("accuracy", "Accuracy (share of right answers)"),
    "roc": () => ({
      type: "line",
      data: { datasets: [...named(curves("roc", "mean_roc", "false_positive_rate", "true_positive_rate"), "roc_auc", "AUC"),
        guide("guessing", [{ x: 0, y: 0 }, { x: 1, y: 1 }])] },
      options: nearest(options(share("False positive rate"), share("True positive rate"), at("False positive rate"))),
    }),
    "precision-recall": () => {
      const prevalence = judged[0].predictions.positive_reviews / judged[0].predictions.reviews;
      return {
        type: "line",
        data: { datasets: [...named(curves("precision_recall", "mean_precision_recall", "recall", "precision"), "average_precision", "AP"),
          guide("guessing", [{ x: 0, y: prevalence }, { x: 1, y: prevalence }])] },
        options: nearest(options(share("Recall"), share("Precision"), at("Recall"))),
      };
    },
    "calibration": () => ({
      type: "line",
      data: { datasets: [...judged.map(group => {
        const bins = group.predictions.calibration.filter(bin => bin.count > 0);
        return line(group, group.name, bins.map(bin => ({ x: bin.mean_probability, y: bin.positive_share })),
          { pointRadius: 4, intervals: bins.map(bin => bin.interval_95) });
      }), guide("perfect", [{ x: 0, y: 0 }, { x: 1, y: 1 }])] },
      options: nearest(options(share("Mean predicted probability"), share("Share of positive reviews"), at("Predicted"))),
    }),
    "probabilities": () => {
      const bins = judged[0].predictions.calibration;
      const configuration = options(
        axis("Predicted probability of a positive review (%)", { type: "category" }), axis("Share of reviews", { beginAtZero: true }),
        items => `Probability ${items[0].label}%`);
      configuration.scales.y.ticks.callback = value => Math.round(100 * value) + "%";
      configuration.plugins.tooltip.callbacks.label = item => ` ${item.dataset.label}: ${(100 * item.parsed.y).toFixed(1)}%`;
      return {
        type: "bar",
        data: {
          labels: bins.map(bin => `${Math.round(100 * bin.low)}–${Math.round(100 * bin.high)}`),
          datasets: judged.map(group => {
            const total = group.predictions.calibration.reduce((sum, bin) => sum + bin.count, 0);
            return line(group, group.name, group.predictions.calibration.map(bin => bin.count / total), { borderWidth: 0, borderRadius: 2, percentage: true });
          }),
        },
        options: configuration,
      };
    },
    "lengths": () => {
      const names = lengths => lengths.map(one => one.words_low === one.words_high ? `${one.words_low}` : `${one.words_low}–${one.words_high}`);
      const labels = names(judged[0].predictions.accuracy_by_length);
      const ends = judged.flatMap(group => group.predictions.accuracy_by_length).flatMap(one => one.interval_95);
      const range = { suggestedMin: Math.max(0, Math.min(...ends)), suggestedMax: Math.min(1, Math.max(...ends)) };
      return {
        type: "line",
        data: { labels, datasets: judged.filter(group => names(group.predictions.accuracy_by_length).join() === labels.join()).map(group =>
          line(group, group.name, group.predictions.accuracy_by_length.map(one => one.accuracy),
            { pointRadius: 4, intervals: group.predictions.accuracy_by_length.map(one => one.interval_95) })) },
        options: options(axis("Words in the review", { type: "category", offset: true }), axis("Accuracy (share of right answers)", range),
          items => `${items[0].label} words, ${judged[0].predictions.accuracy_by_length[items[0].dataIndex].reviews} reviews`),
      };
    },
  };

  // The numbers that a chart shows, for those who cannot or do not want to see it.
  const table = chart => {
    const element = document.createElement("table"), datasets = chart.data.datasets.filter(dataset => dataset.main || dataset.told);
    const row = (parent, texts, tag) => {
      const tr = parent.appendChild(document.createElement("tr"));
      texts.forEach(text => { tr.appendChild(document.createElement(tag)).textContent = text; });
    };
    const x = chart.options.scales.x.title.text, y = chart.options.scales.y.title.text;
    const text = (dataset, value) => value === null || value === undefined ? "–" : dataset.percentage ? (100 * value).toFixed(1) + "%" : figure(value);
    if (chart.data.labels.length) {
      row(element.createTHead(), [x, ...datasets.map(dataset => dataset.label)], "th");
      const body = element.createTBody();
      chart.data.labels.forEach((label, i) => row(body, [label, ...datasets.map(dataset => text(dataset, dataset.data[i]))], "td"));
    } else {
      row(element.createTHead(), ["Model", x, y], "th");
      const body = element.createTBody();
      datasets.forEach(dataset => dataset.data.forEach(point => row(body, [dataset.group, figure(point.x), figure(point.y)], "td")));
    }
    return element;
  };

  const drawn = [];
  const draw = () => {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12.5;
    drawn.splice(0).forEach(chart => chart.destroy());
    for (const [id, configuration] of Object.entries(charts)) {
      const canvas = document.getElementById(id);
      if (canvas) drawn.push(new Chart(canvas, { ...configuration(), plugins: [whiskers] }));
    }
  };
  draw();
  drawn.forEach(chart => {
    const details = chart.canvas.closest("figure").querySelector("details.numbers");
    details.addEventListener("toggle", () => {
      const place = details.querySelector(".scroll");
      if (details.open && !place.firstChild) place.appendChild(table(chart.canvas.isConnected ? Chart.getChart(chart.canvas) : chart));
    });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Paper is white, and its width is not the window's.
  addEventListener("beforeprint", () => drawn.forEach(chart => chart.resize()));
  addEventListener("afterprint", () => drawn.forEach(chart => chart.resize()));
})();
