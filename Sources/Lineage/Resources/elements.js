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

// As much of a text as fits into so many pixels.
function fitted(text, width, font) {
  measure.font = font;
  if (measure.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure.measureText(text.slice(0, middle) + "…").width <= width) low = middle;
    else high = middle - 1;
  }
  // Not between the halves of one character.
  return text.slice(0, low).replace(/[\uD800-\uDBFF]$/u, "") + "…";
}
