"use strict";
// Puts the sections on the page, and again when another system is chosen.

const state = { system: 0, document: 0, view: "both" };

const SECTIONS = [
  ["scores", "Scores", () => scores(DATA.systems[state.system])],
  ["systems", "Systems", () => sideBySide(), DATA.systems.length > 1],
  ["by-document", "By document", () => byDocument(DATA.systems[state.system])],
  ["curve", "Curve", curveSection, DATA.curve],
  ["slices", "Slices", () => sliceTables(DATA.systems[state.system])],
  ["errors", "Errors", () => errorSection(DATA.systems[state.system])],
  ["documents", "Documents", documentSection],
  ["suspects", "Label errors", suspectSection, DATA.suspects],
  ["leakage", "Training", leakageSection, DATA.leakage],
].filter(([, , , present]) => present === undefined || present);

function draw() {
  document.getElementById("main").replaceChildren(...SECTIONS.map(([, , make]) => make()));
  document.getElementById("signature").textContent = DATA.systems[state.system].signature;
  showErrors();
  drawDocument();
}

function head() {
  const spans = sum(DATA.documents.map((own) => own.gold.length));
  document.getElementById("summary").textContent =
    [plural(DATA.documents.length, "document"), plural(spans, "gold span"), DATA.systems.map((system) => system.name).join(", ")].join(" · ");
  document.getElementById("sections").append(...SECTIONS.map(([id, name]) => h("li", {}, h("a", { href: `#${id}` }, name))));
  const choose = document.getElementById("system");
  choose.append(...DATA.systems.map((system, index) => h("option", { value: String(index) }, system.name)));
  choose.addEventListener("change", () => { state.system = Number(choose.value); shown = PAGE; draw(); });
  document.getElementById("chooser").hidden = DATA.systems.length < 2;
}

colours();
head();
draw();
