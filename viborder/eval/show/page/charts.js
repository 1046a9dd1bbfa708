"use strict";
// Small drawings: a score with its interval, a share as a bar, a learning curve.

const hasInterval = (row) => row.low !== null && row.low !== undefined;

function spoken(row) {
  return `F1 ${percent(row.f1)}${hasInterval(row) ? `, interval ${percent(row.low)} to ${percent(row.high)}` : ""}`;
}

// F1 on an axis from 0 to 100 with its interval.
function whisker(row) {
  const at = (value) => `${100 * value}%`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((value) => h("span", { class: "tick", style: { left: at(value) } }));
  const range = hasInterval(row) ? h("span", { class: "range", style: { left: at(row.low), width: at(row.high - row.low) } }) : null;
  return h("span", { class: "whisker", role: "img", "aria-label": spoken(row) }, ticks, range,
    row.f1 === null ? null : h("span", { class: "dot", style: { left: at(row.f1) } }));
}

function share(value) {
  if (value === null || value === undefined) return h("span", { class: "share none" }, "–");
  const fillIn = h("span", { class: "fill", style: { width: `${100 * value}%` } });
  return h("span", { class: "share" }, h("span", { class: "track", "aria-hidden": "true" }, fillIn), h("span", { class: "num" }, percent(value)));
}

// F1 by number of documents learned from; each system has a shape of its own beside its colour.
function learningCurve(curve) {
  const names = Object.keys(curve);
  const points = names.flatMap((name) => curve[name]);
  const most = Math.max(...points.map((point) => point.documents));
  const least = Math.min(...points.map((point) => point.documents));
  const x = (value) => 46 + (most > least ? (564 * (value - least)) / (most - least) : 282);
  const y = (value) => 20 + 220 * (1 - value);
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => [
    svg("line", { x1: 46, x2: 610, y1: y(at), y2: y(at), class: "tick" }),
    svg("text", { x: 36, y: y(at) + 4, "text-anchor": "end" }, String(Math.round(100 * at))),
  ]);
  const counts = [...new Set(points.map((point) => point.documents))].sort((a, b) => a - b);
  const axis = counts.map((at) => svg("text", { x: x(at), y: 262, "text-anchor": "middle" }, String(at)));
  const lines = names.map((name, index) => curveLine(curve[name], x, y, index));
  const title = "Learning curve: " + names.map((name) => `${name}, ${curve[name].map((p) => `${plural(p.documents, "document")} ${spoken(p)}`).join("; ")}`).join(". ");
  return h("figure", {},
    svg("svg", { class: "curve", viewBox: "0 0 640 290", role: "img", "aria-label": title }, grid, axis,
      svg("text", { x: 328, y: 284, "text-anchor": "middle", class: "name" }, "documents learned from"), lines),
    h("figcaption", {}, names.map((name, index) => h("span", { class: `key s${index % 4}` },
      svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, marker(8, 8, index)), name))));
}

function curveLine(points, x, y, index) {
  const ordered = [...points].sort((a, b) => a.documents - b.documents);
  const path = ordered.map((point, at) => `${at ? "L" : "M"}${x(point.documents)} ${y(point.f1)}`).join("");
  const ranges = ordered.filter(hasInterval).map((point) =>
    svg("line", { x1: x(point.documents), x2: x(point.documents), y1: y(point.low), y2: y(point.high), class: "range" }));
  return svg("g", { class: `s${index % 4}` }, ranges, svg("path", { d: path, class: "line" }),
    ordered.map((point) => marker(x(point.documents), y(point.f1), index)));
}

function marker(x, y, index) {
  const shapes = [
    () => svg("circle", { cx: x, cy: y, r: 5 }),
    () => svg("rect", { x: x - 4.5, y: y - 4.5, width: 9, height: 9 }),
    () => svg("path", { d: `M${x} ${y - 6}L${x + 6} ${y + 5}L${x - 6} ${y + 5}Z` }),
    () => svg("path", { d: `M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}Z` }),
  ];
  return shapes[index % 4]();
}
