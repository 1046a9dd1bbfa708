"use strict";
// Text reaches the page through text nodes alone, so that nothing in a document can become markup.

const DATA = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const LABEL = new Map(DATA.labels.map((label, index) => [label.name, { ...label, index }]));

// What each kind of error is called, the sign that stands for it, and what it means.
const KIND = {
  missed: ["−", "missed", "nothing was predicted there"],
  spurious: ["+", "spurious", "nothing is annotated there"],
  boundary: ["↔", "boundary", "right label, wrong border"],
  type: ["≠", "wrong type", "right borders, wrong label"],
  type_boundary: ["≠", "type and boundary", "wrong label and wrong border"],
  merged: ["∪", "merged", "one prediction over several annotated spans"],
  split: ["÷", "split", "several predictions inside one annotated span"],
  level_lost: ["⊖", "level lost", "missed, though the span around it or inside it was found"],
  level_added: ["⊕", "level added", "spurious, around or inside a span that was found"],
  unread: ["∅", "never read", "the system never saw this text; it counts as missed"],
};

function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, own] of Object.entries(value)) node.style.setProperty(key, own);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

const percent = (value) => (value === null || value === undefined ? "–" : (100 * value).toFixed(1));
const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
const sum = (values) => values.reduce((total, value) => total + value, 0);

function chip(name) {
  const label = LABEL.get(name);
  if (!label) return h("span", { class: "chip" }, name);
  return h("span", { class: "chip", style: { "--c": `var(--l${label.index})` }, title: label.description || null }, name);
}

function kindBadge(kind) {
  const [sign, name] = KIND[kind];
  return h("span", { class: `kind k-${kind}` }, h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", { class: "name" }, name));
}

function section(id, title, lead, ...children) {
  const heading = h("h2", { id: `${id}-title` }, title);
  return h("section", { id, "aria-labelledby": `${id}-title` }, heading, lead ? h("p", { class: "lead" }, lead) : null, ...children);
}

// A table in a box that scrolls by itself where the screen is narrow. Columns: [heading or what draws it, cell of a row, class].
function table(caption, columns, rows, name) {
  const head = h("tr", {}, columns.map(([heading, , kind]) => h("th", { scope: "col", class: kind }, typeof heading === "function" ? heading() : heading)));
  const body = rows.map((row) =>
    h("tr", {}, columns.map(([, cell, kind], index) => h(index ? "td" : "th", { class: kind, scope: index ? null : "row" }, cell(row)))));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${caption}` },
    h("table", { class: name }, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, body)));
}

function colours() {
  DATA.labels.forEach((label, index) => document.documentElement.style.setProperty(`--l${index}`, label.colour));
}
