// Draws the records and their references; knows nothing of pointers and keys.
const font = 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif';

function drawPicture(model, layout, choose) {
  const world = svg("g", { id: "world" });
  for (const edge of model.edges) {
    const path = drawEdge(edge, layout);
    if (path) world.append(path);
  }
  // In reading order: from left to right, and down.
  const boxes = [...layout.boxes.values()].sort((a, b) => a.x - b.x || a.y - b.y);
  for (const box of boxes) world.append(drawNode(model, box, choose));
  return world;
}

function drawEdge(edge, layout) {
  const [from, to] = [layout.boxes.get(edge.from), layout.boxes.get(edge.to)];
  if (!from || !to) return null;
  let [x, y] = [to.x + size.width, to.y + to.anchor];
  let line = `M${x} ${y}`;
  for (const cell of [...layout.bends.get(edge), from]) {
    const height = cell.y + cell.anchor;
    const bend = Math.max(24, (cell.x - x) / 2);
    line += `C${x + bend} ${y} ${cell.x - bend} ${height} ${cell.x} ${height}`;
    [x, y] = [cell.x + size.width, height];
    if (cell !== from) line += `H${x}`;
  }
  return svg("path", { class: "edge", "data-from": edge.from, "data-to": edge.to, "data-member": edge.member, d: line },
    svg("title", {}, edgeText(edge)));
}

function drawNode(model, box, choose) {
  const { node } = box;
  const name = `${node.kind} ${node.text}`;
  const classes = ["node", kindClass(node.kind), node.isWarned ? "warned" : "", node.index === model.root ? "root" : ""];
  const [first, ...rest] = node.text.split(", ");
  const room = size.width - 26;
  const group = svg("g", {
    class: classes.join(" "), transform: `translate(${box.x} ${box.y})`, "data-index": node.index, tabindex: -1,
    role: "button", "aria-label": [name, ...node.marks].join(", "), click: () => choose(node.index),
  },
    svg("title", {}, name),
    svg("rect", { class: "card", width: size.width, height: size.height, rx: 7 }),
    svg("rect", { class: "bar", x: 0, y: 7, width: 4, height: size.height - 14, rx: 2 }),
    svg("text", { class: "word", x: 14, y: 17 }, node.kind),
    svg("text", { class: "number", x: size.width - 10, y: 17, "text-anchor": "end" }, "#" + node.index),
    svg("text", { class: "called", x: 14, y: 34 }, fitted(first, room, `600 12.5px ${font}`)),
    svg("text", { class: "detail", x: 14, y: 49 }, fitted(rest.join(", "), room, `11px ${font}`)));
  if (node.marks.length) {
    const wordWidth = 30 + 7.4 * node.kind.length;
    const shown = fitted(node.marks.join(", "), size.width - wordWidth - 60, `700 11px ${font}`);
    group.append(svg("text", { class: node.isWarned ? "mark warn" : "mark", x: wordWidth, y: 17 }, shown));
  }
  for (let i = 0; i < box.chips; i += 1) group.append(drawChip(model, node, i, box.chips, choose));
  return group;
}

function drawChip(model, node, i, count, choose) {
  const isMore = i === size.chips && node.beside.length > count;
  const other = model.records.get(node.beside[i].other);
  const text = isMore ? `${node.beside.length - size.chips} more` : `${other.kind} ${other.text.split(", ")[0]}`;
  const width = size.width - 24;
  return svg("g", {
    class: `chip ${isMore ? "" : besideClass(other.kind)}`, transform: `translate(14 ${size.height + 2 + i * size.chip})`,
    "data-beside": isMore ? undefined : other.index,
    click: (event) => {
      event.stopPropagation();
      choose(isMore ? node.index : other.index);
    },
  },
    svg("title", {}, isMore ? text : `${other.kind} ${other.text}`),
    svg("rect", { width, height: size.chip - 3, rx: 8 }),
    svg("text", { x: 9, y: 12.5 }, fitted(text, width - 18, `10.5px ${font}`)));
}
