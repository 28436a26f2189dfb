// Finds records by words in their title, digest, principal, roles and body; `kind:` narrows.
function searchIndex(model) {
  return [...model.records.values()].map((record) => ({
    record,
    text: [record.kind, record.text, record.digest, "#" + record.index, record.principal, ...record.marks,
      ...record.below.map((edge) => edge.role || ""), record.record ? JSON.stringify(record.record) : ""].join(" ").toLowerCase(),
  }));
}

function find(index, query) {
  const words = query.toLowerCase().split(/\s+/u).filter((word) => word);
  if (words.length === 0) return null;
  return index.filter(({ record, text }) =>
    words.every((word) => (word.startsWith("kind:") ? record.kind === word.slice(5) : text.includes(word)))).map(({ record }) => record);
}

function showFound(found, choose) {
  const list = byId("found");
  list.hidden = found === null;
  if (found === null) return;
  list.replaceChildren(html("p", {}, found.length === 1 ? "1 record" : `${found.length} records`), ...found.slice(0, 50).map((record) =>
    html("button", { type: "button", role: "option", "data-found": record.index, click: () => choose(record.index) },
      html("span", { class: `word ${kindClass(record.kind)}` }, record.kind), " ", record.text)));
}
