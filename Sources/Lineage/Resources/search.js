// Finds records by words in their title, digest, principal, roles and body; `kind:` narrows.
function searchIndex(model) {
  return [...model.records.values()].map((record) => ({
    record,
    head: [record.kind, record.text, record.digest, "#" + record.index, record.principal, ...record.marks].join(" ").toLowerCase(),
    rest: [...record.below.map((edge) => edge.role || ""), record.record ? JSON.stringify(record.record) : ""].join(" ").toLowerCase(),
  }));
}

// Null where nothing is searched for. What says of itself what is searched for comes before what only mentions it.
function find(index, query) {
  const words = query.toLowerCase().split(/\s+/u).filter((word) => word);
  if (words.length === 0) return null;
  const [said, mentioned] = [[], []];
  for (const { record, head, rest } of index) {
    const holds = (place) => words.every((word) => (word.startsWith("kind:") ? record.kind === word.slice(5) : place.includes(word)));
    if (holds(head)) said.push(record);
    else if (holds(head + " " + rest)) mentioned.push(record);
  }
  return [...said, ...mentioned];
}

function showFound(found, choose) {
  const list = byId("found");
  list.hidden = found === null;
  if (found === null) return;
  list.replaceChildren(html("p", {}, found.length === 1 ? "1 record" : `${found.length} records`), ...found.slice(0, 50).map((record) =>
    html("button", { type: "button", role: "option", "data-found": record.index, click: () => choose(record.index) },
      html("span", { class: `word ${kindClass(record.kind)}` }, record.kind), " ", record.text)));
}
