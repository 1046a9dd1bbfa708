"use strict";
// Every document with gold and prediction drawn in its text.

const VIEWS = { both: "Gold and errors", gold: "Gold", pred: "Prediction" };

function documentSection() {
  const choose = h("select", { id: "document", onchange: (event) => showDocument(Number(event.target.value)) },
    DATA.documents.map((own, index) => h("option", { value: String(index) }, `${own.id}  ${own.text.trim().split("\n")[0].slice(0, 60)}`)));
  const step = (by, name) => h("button", { type: "button", "aria-label": name,
    onclick: () => showDocument((state.document + by + DATA.documents.length) % DATA.documents.length) }, by < 0 ? "‹" : "›");
  const views = Object.entries(VIEWS).map(([name, text]) => h("label", { class: "view" },
    h("input", { type: "radio", name: "view", value: name, checked: state.view === name, onchange: () => { state.view = name; drawDocument(); } }), h("span", {}, text)));
  return section("documents", "Documents", null,
    h("div", { class: "filters" }, h("label", { class: "grow" }, h("span", {}, "document"), choose), step(-1, "Previous document"), step(1, "Next document"),
      h("fieldset", {}, h("legend", {}, "show"), views)),
    legend(), h("p", { class: "soft", id: "document-head", role: "status" }), h("div", { class: "text card", id: "document-text" }));
}

function legend() {
  const sample = (look) => h("span", { class: `sample ${look}`, "aria-hidden": "true" });
  return h("div", { class: "legend" }, DATA.labels.map((label) => h("span", {}, chip(label.name), label.description ? h("span", { class: "soft small" }, ` ${label.description}`) : null)),
    h("span", {}, sample("found"), "annotated and found"), h("span", {}, sample("lost"), "annotated, not found so"), h("span", {}, sample("over"), "over the line: predicted wrongly"));
}

function showDocument(index, record) {
  state.document = index;
  document.getElementById("document").value = String(index);
  if (record) state.view = "both";
  for (const radio of document.getElementsByName("view")) radio.checked = radio.value === state.view;
  drawDocument();
  if (!record) return;
  const place = DATA.systems[state.system].records.indexOf(record);
  const pin = document.getElementById(`pin-${place}`);
  if (pin) requestAnimationFrame(() => { pin.scrollIntoView({ block: "center" }); pin.focus({ preventScroll: true }); });
}

function drawDocument() {
  const system = DATA.systems[state.system];
  const own = DATA.documents[state.document];
  const row = system.documents[state.document];
  const errors = system.records.filter((record) => record.doc === state.document);
  document.getElementById("document-head").textContent = [own.meta, `F1 ${percent(row.f1)}`, plural(row.gold, "gold span"), plural(errors.length, "error")]
    .filter(Boolean).join(" · ");
  const blocks = drawText(state.document, 0, CHARACTERS[state.document].length, marksOf(system, own, errors));
  document.getElementById("document-text").replaceChildren(...blocks);
}

function marksOf(system, own, errors) {
  const lost = new Map(errors.flatMap((record) => record.gold.map((index) => [index, record])));
  const wrong = new Map(errors.flatMap((record) => record.pred.map((index) => [index, record])));
  const words = (span, record) => span[2] + (record ? `: ${KIND[record.kind][1]}` : "");
  if (state.view === "gold") return { below: own.gold.map((span) => bar(span, "found", span[2])), above: [], pins: [] };
  const predicted = system.pred[state.document];
  if (state.view === "pred") {
    return { below: predicted.map((span, index) => bar(span, wrong.has(index) ? "lost" : "found", words(span, wrong.get(index)))), above: [], pins: [] };
  }
  return {
    below: own.gold.map((span, index) => bar(span, lost.has(index) ? "lost" : "found", `gold ${words(span, lost.get(index))}`)),
    above: predicted.filter((_, index) => wrong.has(index)).map((span) => bar(span, "wrong", `predicted ${span[2]}`)),
    pins: errors.map((record) => ({ at: bounds(spansOf(system, record))[0], node: pin(system, record) })),
  };
}

// A small button before the words of an error; it opens the error's card under the text's line.
function pin(system, record) {
  const [sign, name] = KIND[record.kind];
  const [start, end] = bounds(spansOf(system, record));
  const place = system.records.indexOf(record);
  const words = CHARACTERS[record.doc].slice(start, end).join("");
  return h("button", { type: "button", class: `pin k-${record.kind}`, id: `pin-${place}`, "aria-expanded": "false",
    "aria-label": `${name}: ${words}`, title: `${name}${record.border ? `: ${record.border}` : ""}`, onclick: (event) => toggleCard(event.currentTarget, system, record) }, sign);
}

function toggleCard(button, system, record) {
  const line = button.closest(".line");
  const open = button.getAttribute("aria-expanded") === "true";
  for (const other of document.querySelectorAll("#document-text .pin[aria-expanded=true]")) other.setAttribute("aria-expanded", "false");
  for (const card of document.querySelectorAll("#document-text .error")) card.remove();
  if (open) return;
  button.setAttribute("aria-expanded", "true");
  line.after(errorCard(system, record));
}
