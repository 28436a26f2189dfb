// Elements without markup: text is set as text, so what a record holds is never read as anything else.
function html(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const byId = (id) => document.getElementById(id);

const measure = document.createElement("canvas").getContext("2d");
const widths = new Map();

// As much of a text as fits into so many pixels. Characters are measured once each: asking for every text is what
// takes longest with thousands of records.
function fitted(text, room, font) {
  if (!widths.has(font)) widths.set(font, new Map());
  const known = widths.get(font);
  let [used, length, cut] = [0, 0, 0];
  for (const character of text) {
    if (!known.has(character)) {
      measure.font = font;
      known.set(character, measure.measureText(character).width);
    }
    used += known.get(character);
    if (used <= room - 12) cut = length + character.length;
    length += character.length;
    if (used > room) return text.slice(0, cut) + "…";
  }
  return text;
}
