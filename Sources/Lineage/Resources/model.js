// The answer of GET lineage, with its references both ways.
function makeModel(data) {
  const records = new Map();
  const nodes = data.nodes.map((node) => ({ ...node, above: [], below: [], beside: [] }));
  const beside = data.beside.map((node) => ({ ...node, above: [], below: [], beside: [] }));
  for (const record of [...beside, ...nodes]) records.set(record.index, record);
  const edges = data.edges.filter((edge) => records.has(edge.from) && records.has(edge.to));
  for (const edge of edges) {
    records.get(edge.from).above.push(edge);
    records.get(edge.to).below.push(edge);
  }
  for (const edge of data.associations) {
    if (!records.has(edge.from) || !records.has(edge.to)) continue;
    records.get(edge.from).beside.push({ ...edge, other: edge.to });
    records.get(edge.to).beside.push({ ...edge, other: edge.from });
  }
  for (const record of records.values()) {
    record.marks = record.marks || (record.erased ? ["erased"] : []);
    record.isWarned = record.marks.includes("retracted") || record.marks.includes("erased");
    record.text = record.title || (record.erased ? "erased" : record.digest.slice(7, 19));
    record.beside.sort((a, b) => besideRank(records.get(a.other)) - besideRank(records.get(b.other)) || a.other - b.other);
  }
  return { ...data, nodes, beside, edges, records };
}

const coloured = ["input", "model", "context", "view", "recipe", "output", "verdict"];
const kindClass = (kind) => (coloured.includes(kind) ? kind : "other");

// What must be known first comes first.
const besideOrder = ["retraction", "erasure", "label", "verdict", "name", "execution", "device"];
function besideRank(record) {
  const rank = besideOrder.indexOf(record.kind);
  return rank < 0 ? besideOrder.length : rank;
}

function besideClass(kind) {
  return kind === "retraction" || kind === "erasure" ? "warn" : kind;
}

const edgeText = (edge) => edge.member + (edge.role ? " " + edge.role : "");
