"use strict";
// The sections that are about numbers.

const F1 = ["F1", (row) => h("strong", {}, percent(row.f1)), "num"];
const INTERVAL = [() => h("span", { class: "scale" }, ["0", "50", "100"].map((at) => h("span", {}, at))), whisker, "plot"];
const RANGE = ["Interval", (row) => (hasInterval(row) ? `${percent(row.low)}–${percent(row.high)}` : "–"), "num soft extra"];
const COUNTS = [
  ["Precision", (row) => percent(row.p), "num"],
  ["Recall", (row) => percent(row.r), "num"],
  ["Gold", (row) => row.gold, "num soft extra"],
  ["Predicted", (row) => row.pred, "num soft extra"],
];

// The columns of a table of scores; the interval's only where there is one.
function scoreColumns(first, rows) {
  return [first, F1, INTERVAL, ...(rows.some(hasInterval) ? [RANGE] : []), ...COUNTS];
}

function scores(system) {
  const errors = system.records.length;
  const unread = system.kinds.unread || 0;
  const { overall } = system;
  const tiles = [
    tile("F1, all spans", percent(overall.f1), intervalWords(overall), whisker(overall)),
    tile("Precision", percent(overall.p), `of ${plural(overall.pred, "predicted span")}`),
    tile("Recall", percent(overall.r), `of ${plural(overall.gold, "gold span")}`),
    tile("F1, outermost spans", percent(overall.flat.f1),
      hasInterval(overall.flat) ? `${percent(overall.flat.low)} to ${percent(overall.flat.high)}` : `of ${plural(overall.flat.gold, "gold span")}`),
    tile("Errors", errors.toLocaleString("en"), unread ? `${unread} of them in text never read` : "no span is in two"),
  ];
  return section("scores", "Scores", DATA.notes.join(" "),
    DATA.note ? h("p", { class: "note" }, DATA.note) : null, h("div", { class: "tiles" }, tiles),
    table("By type: right where range and label are both right", scoreColumns(["Type", (row) => chip(row.name)], system.types), system.types),
    table("By schema", scoreColumns(["Schema", (row) => row.name], system.schemas), system.schemas),
    h("p", { class: "soft small" }, "strict: range and label. exact: range alone. partial: an overlap counts half. type: label, on any overlap."));
}

function intervalWords(row) {
  if (!hasInterval(row)) return null;
  if (row.low === row.high) return "All documents score the same, so resampling them gives an interval without width. That is no certainty about others.";
  return `95% interval ${percent(row.low)} to ${percent(row.high)}`;
}

function tile(name, value, note, drawing) {
  return h("div", { class: "tile" }, h("p", { class: "name" }, name), h("p", { class: "value" }, value), drawing || null,
    note ? h("p", { class: "soft small" }, note) : null);
}

function byDocument(system) {
  const titles = new Map(DATA.documents.map((own, index) => [own.id, index]));
  const link = (row) => h("a", { href: "#documents", onclick: () => showDocument(titles.get(row.name)) }, row.name);
  return section("by-document", system.folds.length ? "By fold and document" : "By document", null,
    system.folds.length ? table("Folds", scoreColumns(["Fold", (row) => row.name], system.folds), system.folds) : null,
    lowest(system.documents, "Documents", (rows, caption) => table(caption, scoreColumns(["Document", link, "id"], rows), rows)));
}

const MOST = 60; // rows of a table by document

// A table of documents; of many, those with the lowest F1 among the ones that have gold spans.
function lowest(rows, caption, make) {
  if (rows.length <= MOST) return make(rows, caption);
  const chosen = rows.filter((row) => row.gold).sort((a, b) => a.f1 - b.f1).slice(0, MOST);
  return make(chosen, `${caption}: the ${chosen.length} with the lowest F1, of ${rows.length.toLocaleString("en")}`);
}

function sideBySide() {
  const types = DATA.labels.map((label) => label.name);
  const cell = (name) => (system) => percent((system.types.find((row) => row.name === name) || {}).f1);
  const rows = DATA.systems.map((system) => ({ ...system.overall, name: system.name, system }));
  const columns = [...scoreColumns(["System", (row) => row.name], rows), ["Outermost F1", (row) => percent(row.system.overall.flat.f1), "num"]];
  const documents = DATA.systems[0].documents.map((row, index) => ({ ...row, index }));
  return section("systems", "Systems side by side", null,
    table("All spans", columns, rows),
    comparisons(),
    table("F1 by type", [["System", (system) => system.name], ...types.map((name) => [name, cell(name), "num"])], DATA.systems),
    lowest(documents, "F1 by document", (rows, caption) => table(caption, [["Document", (row) => row.name, "id"],
      ...DATA.systems.map((system) => [system.name, (row) => percent(system.documents[row.index].f1), "num"])], rows)));
}

function comparisons() {
  if (!DATA.comparison) return null;
  const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "") + Math.abs(100 * value).toFixed(1);
  return [table("Differences in F1, strict", [
    ["Second less first", (row) => `${row.second} − ${row.first}`],
    ["F1", (row) => h("strong", {}, signed(row.difference)), "num"],
    ["Interval", (row) => `${signed(row.interval[0])} to ${signed(row.interval[1])}`, "num"],
    ["p", (row) => row.p.toFixed(4), "num"],
    ["p (Holm)", (row) => row.p_holm.toFixed(4), "num extra"],
    ["Better on", (row) => row.better, "num soft extra"],
    ["Worse on", (row) => row.worse, "num soft extra"],
  ], DATA.comparison.pairs),
  h("p", { class: "soft small" }, "p: paired randomisation over documents, two-sided. ", DATA.comparison.cautions.map((said) => `${said[0].toUpperCase()}${said.slice(1)}. `))];
}

const SLICES = {
  seen: ["Seen in training", "seen: the string was marked with this label; tokens seen: each of its tokens was; unseen: neither."],
  depth: ["Depth of nesting", "0 is outermost; each side by its own nesting."],
  length: ["Length in tokens", ""],
  frequency: ["Times in the gold", "How often the string bears this label; 0 for what was predicted and is nowhere annotated so."],
  position: ["Place in the document", ""],
};

function sliceTables(system) {
  const boxes = Object.entries(SLICES).filter(([name]) => system.slices[name]).map(([name, [title, note]]) =>
    h("div", { class: "card" }, table(title, [
      [name, (row) => row.group],
      ["Gold", (row) => row.gold, "num soft"],
      ["Recall", (row) => share(row.recall), "num"],
      ["Precision", (row) => share(row.precision), "num"],
    ], system.slices[name], "tight"), note ? h("p", { class: "soft small" }, note) : null));
  return section("slices", "Slices", "Which spans are found, and which predictions are right.", h("div", { class: "grid" }, boxes));
}

function curveSection() {
  return section("curve", "Learning curve", "Mean F1 over all spans by the number of documents learned from; bars reach from the least to the most of the choices of documents.", learningCurve(DATA.curve));
}

function leakageSection() {
  const { sentences, verbatim, near, twins, mentions } = DATA.leakage;
  const rows = Object.entries(mentions).map(([label, counts]) => ({ label, counts, all: sum(Object.values(counts)) }));
  const part = (status) => (row) => share(row.counts[status] / row.all);
  return section("leakage", "Shared with the training texts",
    `Of ${plural(sentences, "sentence")} of five words or more, ${verbatim} stand in the training texts as they are and ${near} have a near twin there.`,
    table("Mentions", [["Type", (row) => chip(row.label)], ["Gold", (row) => row.all, "num soft"], ["Seen", part("seen"), "num"],
      ["Tokens seen", part("tokens seen"), "num"], ["Unseen", part("unseen"), "num"]], rows),
    twins.length ? h("details", {}, h("summary", {}, plural(twins.length, "twin sentence")), twins.map(twinPair)) : null);
}

function twinPair(twin) {
  return h("div", { class: "twin" }, h("p", { class: "soft small" }, twin.verbatim ? "verbatim" : `Jaccard ${twin.jaccard.toFixed(2)}`),
    h("p", { lang: "vi" }, h("span", { class: "soft id" }, twin.test_id), " ", twin.test),
    twin.verbatim ? null : h("p", { lang: "vi" }, h("span", { class: "soft id" }, twin.train_id), " ", twin.train));
}
