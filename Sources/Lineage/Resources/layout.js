// Where each record stands: layers from left to right by the longest way from a source, and bends where a reference
// passes a layer, after Sugiyama, Tagawa and Toda (1981). Every step is linear in records, references and bends, or
// a sort of one layer.
const size = { width: 228, height: 58, chip: 20, gapX: 72, gapColumn: 22, gapY: 18, gapBend: 8, chips: 4, bends: 6000 };

function layOut(model, withBeside) {
  const boxes = new Map();
  for (const node of model.nodes) {
    const count = withBeside ? node.beside.length : 0;
    const chips = count > size.chips + 1 ? size.chips + 1 : count;
    const height = size.height + chips * size.chip;
    boxes.set(node.index, cell(0, height, size.height / 2, size.gapY, { node, chips }));
  }
  setLayers(boxes);
  const bends = bendEdges(model.edges, boxes);
  const layers = layersOf([...boxes.values(), ...bends.cells]);
  for (let pass = 0; pass < 12; pass += 1) order(layers, pass % 2 === 0);
  const columns = columnsOf(layers, boxes.size);
  for (let pass = 0; pass < 12; pass += 1) settle(columns, pass % 2 === 0);
  return { boxes, bends: bends.ofEdges, ...frame(boxes) };
}

// Something with a place in a layer: a record, or a bend. Lines leave it `anchor` below its top.
const cell = (layer, height, anchor, gap, rest) => ({ layer, height, anchor, gap, x: 0, y: 0, place: 0, left: [], right: [], ...rest });

// A reference leads to a smaller index: ascending, everything is seen after what it rests on.
function setLayers(boxes) {
  const ascending = [...boxes.values()].sort((a, b) => a.node.index - b.node.index);
  for (const box of ascending) {
    for (const edge of box.node.above) box.layer = Math.max(box.layer, (boxes.get(edge.to)?.layer ?? -1) + 1);
  }
  for (const box of ascending) {
    // A source stands right before what rests on it first.
    if (box.node.above.length > 0) continue;
    const nearest = box.node.below.reduce((least, edge) => Math.min(least, boxes.get(edge.from)?.layer ?? least), Infinity);
    if (Number.isFinite(nearest)) box.layer = nearest - 1;
  }
}

// Joins the ends of each reference, by bends in the layers between them. All references to one record share its bends,
// which keeps a context that everything rests on to one line. What is a bend too many is drawn straight.
function bendEdges(edges, boxes) {
  const [cells, ofEdges, lanes] = [[], new Map(), new Map()];
  for (const edge of edges) {
    const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
    if (!from || !to) continue;
    if (!lanes.has(to)) lanes.set(to, []);
    const lane = lanes.get(to);
    const needed = from.layer - to.layer - 1;
    while (lane.length < needed && cells.length < size.bends) {
      const bend = cell(to.layer + lane.length + 1, 4, 2, size.gapBend, {});
      join(lane[lane.length - 1] ?? to, bend);
      lane.push(bend);
      cells.push(bend);
    }
    const bends = lane.slice(0, needed);
    join(bends[bends.length - 1] ?? to, from);
    ofEdges.set(edge, bends);
  }
  return { cells, ofEdges };
}

function join(left, right) {
  left.right.push(right);
  right.left.push(left);
}

function layersOf(cells) {
  const layers = [];
  for (const cell of cells) (layers[cell.layer] ??= []).push(cell);
  const filled = layers.filter((layer) => layer);
  for (const layer of filled) place(layer);
  return filled;
}

// Its place as a share of the layer, so that layers of different sizes compare.
const place = (layer) => layer.forEach((cell, i) => { cell.place = (i + 0.5) / layer.length; });

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// One barycentre pass: each layer sorted by where its neighbours stand.
function order(layers, fromLeft) {
  for (const layer of fromLeft ? layers : [...layers].reverse()) {
    for (const cell of layer) {
      const near = fromLeft ? cell.left : cell.right;
      cell.wish = near.length ? mean(near.map((other) => other.place)) : cell.place;
    }
    layer.sort((a, b) => a.wish - b.wish);
    place(layer);
  }
}

// A long layer becomes several columns, so that a thousand siblings are no tower.
function columnsOf(layers, count) {
  const rows = Math.max(16, Math.ceil(1.4 * Math.sqrt(count)));
  const columns = [];
  let x = 0;
  for (const layer of layers) {
    const records = layer.filter((cell) => cell.node).length;
    const needed = Math.max(1, Math.ceil(records / rows));
    const each = Math.ceil(layer.length / needed);
    for (let start = 0; start < layer.length; start += each) {
      const column = layer.slice(start, start + each);
      const height = column.reduce((sum, cell) => sum + cell.height + cell.gap, 0);
      let y = -height / 2;
      for (const cell of column) {
        [cell.x, cell.y] = [x, y];
        y += cell.height + cell.gap;
      }
      columns.push(column);
      x += size.width + (start + each < layer.length ? size.gapColumn : size.gapX);
    }
  }
  return columns;
}

// Moves a column's cells towards their neighbours as far as order and gaps allow: isotonic regression by pooling
// adjacent violators (Ayer and others, 1955).
function settle(columns, fromLeft) {
  for (const column of fromLeft ? columns : [...columns].reverse()) {
    let offset = 0;
    const pools = [];
    for (const cell of column) {
      const near = fromLeft ? cell.left : cell.right;
      const wish = near.length ? mean(near.map((other) => other.y + other.anchor)) - cell.anchor : cell.y;
      cell.offset = offset;
      offset += cell.height + cell.gap;
      pools.push({ sum: wish - cell.offset, members: [cell] });
      while (pools.length > 1) {
        const last = pools[pools.length - 1];
        const before = pools[pools.length - 2];
        if (before.sum / before.members.length <= last.sum / last.members.length) break;
        before.sum += last.sum;
        for (const member of last.members) before.members.push(member);
        pools.pop();
      }
    }
    for (const pool of pools) for (const cell of pool.members) cell.y = pool.sum / pool.members.length + cell.offset;
  }
}

function frame(boxes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes.values()) {
    [left, top] = [Math.min(left, box.x), Math.min(top, box.y)];
    [right, bottom] = [Math.max(right, box.x + size.width), Math.max(bottom, box.y + box.height)];
  }
  return { left, top, width: right - left, height: bottom - top };
}
