"use strict";
// Kinds of errors, the confusion matrix, and the browser through every error.

const PAGE = 40; // errors shown at a time
const filters = { kind: "", type: "", document: "", text: "" };
let shown = PAGE;

function errorSection(system) {
  return section("errors", "Errors", "Every annotated and every predicted span is in exactly one record.",
    h("div", { class: "grid two" }, h("div", { class: "card" }, kindList(system)), h("div", { class: "card" }, matrix(system))),
    frequentErrors(system), browser(system));
}

function kindList(system) {
  const counts = Object.entries(system.kinds).filter(([kind]) => KIND[kind]);
  const most = Math.max(1, ...counts.map(([, count]) => count));
  const rows = counts.map(([kind, count]) => h("li", {},
    h("button", { type: "button", onclick: () => filterBy({ kind }), title: KIND[kind][2] }, kindBadge(kind),
      h("span", { class: "track", "aria-hidden": "true" }, h("span", { class: "fill", style: { width: `${(100 * count) / most}%` } })),
      h("span", { class: "num" }, count)), borders(system, kind)));
  return [h("h3", {}, "Kinds"), counts.length ? h("ul", { class: "kinds" }, rows) : h("p", {}, "No error.")];
}

function borders(system, kind) {
  if (kind !== "boundary") return null;
  const sides = Object.entries(system.kinds).filter(([name]) => name.startsWith("boundary: "));
  return h("p", { class: "soft small" }, "prediction ", sides.map(([name, count]) => `${name.slice(10)} ${count}`).join(" · "));
}

function matrix(system) {
  const names = DATA.labels.map((label) => label.name);
  const most = Math.max(1, ...names.flatMap((row) => names.filter((name) => name !== row).map((name) => (system.confusion[row] || {})[name] || 0)),
    ...names.map((name) => Math.max((system.confusion[name] || {})["∅"] || 0, (system.confusion["∅"] || {})[name] || 0)));
  const cell = (row, column) => {
    const count = (system.confusion[row] || {})[column] || 0;
    const right = row === column;
    if (row === "∅" && right) return h("td", { class: "num" });
    const words = right ? "right label" : column === "∅" ? "missed" : row === "∅" ? "spurious" : `taken for ${column}`;
    return h("td", { class: `num ${right ? "right" : count ? "wrong" : "zero"}`, title: `${row} ${words}: ${count}`,
      style: right ? null : { "--heat": `${Math.round((60 * count) / most)}%` } }, count || "·");
  };
  const heading = (name, other) => (name === "∅" ? other : CODES.get(name));
  return [h("h3", {}, "Confusion"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" },
    h("table", { class: "matrix" }, h("caption", {}, "Rows: gold. Columns: prediction."),
      h("thead", {}, h("tr", {}, h("td", {}), [...names, "∅"].map((name) => h("th", { scope: "col", title: name }, heading(name, "missed"))))),
      h("tbody", {}, [...names, "∅"].map((row) => h("tr", {}, h("th", { scope: "row" }, row === "∅" ? "spurious" : chip(row)),
        [...names, "∅"].map((column) => cell(row, column)))))))];
}

function frequentErrors(system) {
  const again = system.frequent.filter((error) => error.count > 1);
  if (!again.length) return null;
  const said = (spans) => spans.map((span) => [chip(span.label), " ", h("span", { lang: "vi" }, span.text), " "]).flat();
  return table("Errors that recur", [
    ["Times", (error) => error.count, "num"],
    ["Kind", (error) => kindBadge(error.kind)],
    ["Gold", (error) => (error.gold.length ? said(error.gold) : "–"), "words"],
    ["Predicted", (error) => (error.pred.length ? said(error.pred) : "–"), "words"],
  ], again);
}

function browser(system) {
  const list = h("div", { class: "list", id: "error-list" });
  const count = h("p", { class: "soft", role: "status", id: "error-count" });
  const options = (name, all, values, say) => h("label", {}, h("span", {}, name), h("select", { id: `filter-${name}`, onchange: (event) => filterBy({ [name]: event.target.value }) },
    h("option", { value: "" }, all), values.map((value) => h("option", { value }, say(value)))));
  const kinds = Object.keys(system.kinds).filter((kind) => KIND[kind]);
  const controls = h("form", { class: "filters", role: "search", "aria-label": "Filter the errors", onsubmit: (event) => event.preventDefault() },
    options("kind", "every kind", kinds, (kind) => KIND[kind][1]),
    options("type", "every type", DATA.labels.map((label) => label.name), (name) => name),
    options("document", "every document", DATA.documents.map((_, index) => String(index)), (index) => DATA.documents[index].id),
    h("label", {}, h("span", {}, "text"), h("input", { type: "search", id: "filter-text", placeholder: "words in the span or beside it", oninput: (event) => filterBy({ text: event.target.value }) })),
    h("button", { type: "button", onclick: () => filterBy({ kind: "", type: "", document: "", text: "" }) }, "Clear"));
  return h("div", { id: "browser" }, h("h3", {}, "Every error"), controls, count, list);
}

function filterBy(change) {
  Object.assign(filters, change);
  shown = PAGE;
  showErrors();
  if ("kind" in change && document.activeElement.closest(".kinds")) document.getElementById("browser").scrollIntoView();
}

function matches(system, record) {
  if (filters.kind && record.kind !== filters.kind) return false;
  if (filters.document && String(record.doc) !== filters.document) return false;
  const spans = spansOf(system, record);
  if (filters.type && !spans.some((span) => span[2] === filters.type)) return false;
  if (!filters.text) return true;
  const [start, end] = bounds(spans);
  return plainText(record.doc, start - 60, end + 60).includes(filters.text.normalize("NFC").toLocaleLowerCase("vi"));
}

function plainText(document_, start, end) {
  return CHARACTERS[document_].slice(Math.max(0, start), end).join("").toLocaleLowerCase("vi");
}

const spansOf = (system, record) => [...goldOf(record), ...predOf(system, record)];
const goldOf = (record) => record.gold.map((index) => DATA.documents[record.doc].gold[index]);
const predOf = (system, record) => record.pred.map((index) => system.pred[record.doc][index]);
const bounds = (spans) => [Math.min(...spans.map((span) => span[0])), Math.max(...spans.map((span) => span[1]))];

function showErrors() {
  const system = DATA.systems[state.system];
  const found = system.records.filter((record) => matches(system, record));
  for (const [name, value] of Object.entries(filters)) {
    const control = document.getElementById(`filter-${name}`);
    if (control && control.value !== value) control.value = value;
  }
  document.getElementById("error-count").textContent = `${plural(found.length, "error")}${found.length === system.records.length ? "" : ` of ${system.records.length}`}`;
  const more = found.length > shown
    ? h("button", { type: "button", class: "more", onclick: () => { shown += PAGE; showErrors(); } }, `Show ${Math.min(PAGE, found.length - shown)} more`) : null;
  document.getElementById("error-list").replaceChildren(...found.slice(0, shown).map((record) => errorCard(system, record)), ...(more ? [more] : []));
}

function errorCard(system, record) {
  const [start, end] = bounds(spansOf(system, record));
  const gold = goldOf(record), pred = predOf(system, record);
  const marks = { below: gold.map((span) => bar(span, "lost")), above: pred.map((span) => bar(span, "wrong")), pins: [] };
  const characters = CHARACTERS[record.doc];
  const from = Math.max(wordBefore(characters, start - 70), characters.lastIndexOf("\n", start) + 1);
  const to = Math.min(wordAfter(characters, end + 70), nextLine(characters, end, characters.length));
  const place = h("a", { href: "#documents", onclick: () => showDocument(record.doc, record) }, "in the document");
  return h("article", { class: `error k-${record.kind}` },
    h("p", { class: "head" }, kindBadge(record.kind), record.border ? h("span", { class: "border" }, record.border) : null,
      h("span", { class: "soft id" }, DATA.documents[record.doc].id), place),
    h("div", { class: "text" }, drawText(record.doc, from, to, marks)),
    h("dl", {}, said("Gold", record.doc, gold), said("Predicted", record.doc, pred), cameNear(record)));
}

function cameNear(record) {
  if (!record.near.length) return null;
  const words = ([rule, veto]) => h("dd", {}, h("code", {}, rule), veto ? [", stopped by ", h("code", {}, veto)] : ", proposed and not taken");
  return [h("dt", {}, "Came near"), record.near.map(words)];
}

function said(name, document_, spans) {
  const words = (span) => h("dd", {}, chip(span[2]), " ", h("span", { lang: "vi" }, CHARACTERS[document_].slice(span[0], span[1]).join("")),
    span.length > 3 ? h("span", { class: "soft small" }, ` score ${span[3].toFixed(2)}`) : null);
  return [h("dt", {}, name), spans.length ? spans.map(words) : h("dd", { class: "soft" }, "nothing")];
}

function wordBefore(characters, at) {
  let place = Math.max(0, at);
  while (place > 0 && characters[place - 1].trim()) place -= 1;
  return place;
}

function wordAfter(characters, at) {
  let place = Math.min(characters.length, at);
  while (place < characters.length && characters[place].trim()) place += 1;
  return place;
}

function suspectSection() {
  const rows = DATA.suspects;
  const said = (spans) => (spans.length ? spans.map((span) => [chip(span.label), " ", h("span", { lang: "vi" }, span.text), " "]).flat() : "nothing");
  return section("suspects", "Possible label errors",
    "Where models that had not seen the document contradict the annotation with confidence, the widest margin first. Look at these before trusting either.",
    rows.length ? table("Suspected gold spans", [
      ["Margin", (row) => h("strong", {}, row.margin.toFixed(2)), "num"],
      ["Annotated", (row) => said(row.gold), "words"],
      ["The models say", (row) => said(row.pred), "words"],
      ["Where", (row) => h("span", { lang: "vi", class: "context" }, "…", row.before, h("b", {}, row.text), row.after, "…"), "words"],
    ], rows) : h("p", {}, "None."));
}
