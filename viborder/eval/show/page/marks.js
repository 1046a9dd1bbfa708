"use strict";
// Spans drawn in running text: bars under the words (and over them, for what should not be there), one lane a level, the inner
// spans nearest to the text. Offsets are code points, so a text is an array of them here.

const LANE = 13; // pixels a level
const CHARACTERS = DATA.documents.map((own) => Array.from(own.text));
const CODES = codes();

// The shortest beginnings, of three letters or more, that tell the labels apart; used where a span is too short for the whole name.
function codes() {
  const names = DATA.labels.map((label) => label.name);
  return new Map(names.map((name) => {
    let length = 3;
    while (length < name.length && names.some((other) => other !== name && other.startsWith(name.slice(0, length)))) length += 1;
    return [name, name.slice(0, length)];
  }));
}

const bar = (range, look, title) => ({ start: range[0], end: range[1], label: range[2], look, title });

// Bars of one side get lanes: 0 is nearest to the text, and a span lies outside of all that it covers.
function lanes(bars) {
  const placed = [];
  for (const own of [...bars].sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start)) {
    const under = placed.filter((other) => other.start < own.end && own.start < other.end).map((other) => other.lane);
    own.lane = Math.max(-1, ...under) + 1;
    placed.push(own);
  }
}

// One block a line of the text between two offsets. marks: {below: [bar], above: [bar], pins: [{at, node}]}.
function drawText(document_, from, to, marks) {
  const characters = CHARACTERS[document_];
  const blocks = [];
  for (let start = from; start < to;) {
    const end = nextLine(characters, start, to);
    if (characters.slice(start, end).some((character) => character.trim())) blocks.push(drawLine(characters, start, end, marks));
    start = end + 1;
  }
  return blocks;
}

function nextLine(characters, start, to) {
  const end = characters.indexOf("\n", start);
  return end < 0 || end > to ? to : end;
}

function drawLine(characters, from, to, marks) {
  const inside = (bars) => bars.filter((own) => own.start < to && from < own.end).map((own) => ({ ...own }));
  const below = inside(marks.below), above = inside(marks.above);
  const pins = marks.pins.filter((pin) => from <= pin.at && pin.at < to);
  lanes(below);
  lanes(above);
  const cuts = new Set([from, to, ...pins.map((pin) => pin.at)]);
  for (const own of [...below, ...above]) for (const cut of [own.start, own.end]) if (from < cut && cut < to) cuts.add(cut);
  const places = [...cuts].sort((a, b) => a - b);
  const block = h("p", { class: "line", lang: "vi" });
  for (let index = 0; index + 1 < places.length; index += 1) {
    const [start, end] = [places[index], places[index + 1]];
    const words = [...pins.filter((pin) => pin.at === start).map((pin) => pin.node), characters.slice(start, end).join("")];
    block.append(...segment(words, start, end, from, below, above));
  }
  return block;
}

// A stretch of text between two borders, with the pins before it. It makes its own lines of text higher by as many lanes as it has bars over and under it.
function segment(words, start, end, from, below, above) {
  const covers = (own) => own.start <= start && end <= own.end;
  const [under, over] = [below.filter(covers), above.filter(covers)];
  if (!under.length && !over.length) return words;
  const down = Math.max(0, ...under.map((own) => own.lane + 1)), up = Math.max(0, ...over.map((own) => own.lane + 1));
  const layers = [...under.map((own) => layer(own, end, "bottom", down)), ...over.map((own) => layer(own, end, "top", up))].flat();
  const begins = (own) => Math.max(own.start, from) === start;
  const tags = [...under.filter(begins).map((own) => tag(own, "bottom", down)), ...over.filter(begins).map((own) => tag(own, "top", up))];
  const titles = [...over, ...under].map((own) => own.title).filter(Boolean);
  return [h("span", { class: "room", style: { "--down": `${down * LANE}px`, "--up": `${up * LANE}px` } },
    tags.length ? h("span", { class: "at", "aria-hidden": "true" }, tags) : null,
    h("span", { class: "seg", title: titles.join("\n") || null, style: { background: layers.join(",") } }, words))];
}

// A bar as background layers: a line beside the text, and a band for the label; hatched where the span was not found.
function layer(own, end, edge, depth) {
  const { index } = LABEL.get(own.label);
  const offset = (depth - 1 - own.lane) * LANE;
  const width = own.end === end ? "calc(100% - 2px)" : "100%";
  const band = `color-mix(in srgb, var(--l${index}) var(--tint), var(--card))`;
  const place = (from, height) => `left 0 ${edge} ${from}px / ${width} ${height}px no-repeat`;
  const hatched = `repeating-linear-gradient(135deg, ${band} 0 3px, transparent 3px 6px)`;
  return [
    `linear-gradient(var(--l${index}), var(--l${index})) ${place(offset + LANE - 4, 2)}`,
    `${own.look === "lost" ? hatched : `linear-gradient(${band}, ${band})`} ${place(offset, LANE - 3)}`,
  ];
}

function tag(own, edge, depth) {
  const name = own.end - own.start >= own.label.length ? own.label : CODES.get(own.label);
  return h("i", { class: "tag", style: { [edge]: `${(depth - 1 - own.lane) * LANE}px` } }, name);
}
