// Everything that is known of one record.
function showPanel(model, record, actions) {
  const panel = byId("panel");
  const [called, ...details] = record.text.split(", ");
  const facts = [
    ["Digest", html("code", {}, record.digest)],
    ["Index", String(record.index)],
    ["Committed", record.committedAt],
    ["By", record.principal],
    ["Namespace", record.namespace],
    ...roles(model, record),
  ];
  if (record.distance !== undefined) facts.push(["Level", levelText(record.distance)]);
  panel.replaceChildren(
    html("button", { class: "close", type: "button", "aria-label": "Close", click: actions.close }, "✕"),
    html("h2", {}, html("span", { class: `word ${kindClass(record.kind)}` }, record.kind), " ", called),
    ...(details.length ? [html("p", { class: "details" }, details.join(", "))] : []),
    ...(record.marks.length ? [html("p", { class: "marks" }, record.marks.join(", "))] : []),
    html("dl", {}, ...facts.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)])),
    html("div", { class: "actions" }, ...buttons(record, actions)),
    ...links("Rests on", record.above.map((edge) => [edgeText(edge), edge.to]), model, actions),
    ...links("Rests on it", record.below.map((edge) => [edgeText(edge), edge.from]), model, actions),
    ...links("Beside", record.beside.map((edge) => [edgeText(edge), edge.other]), model, actions),
    html("h3", {}, "Record"),
    html("pre", { tabindex: 0, "aria-label": "Record as JSON" }, bodyText(record)));
  panel.hidden = false;
  panel.scrollTop = 0;
}

// What others use it as.
function roles(model, record) {
  const named = [...new Set(record.below.filter((edge) => edge.role).map((edge) => edge.role))];
  return named.length ? [["Used as", named.join(", ")]] : [];
}

function levelText(distance) {
  if (distance === 0) return "where this began";
  return `${Math.abs(distance)} ${distance < 0 ? "above" : "below"} where this began`;
}

function bodyText(record) {
  if (record.record) return visible(JSON.stringify(record.record, null, 2));
  return record.erased ? "The body of this record was destroyed." : "The body was not asked for.";
}

// Characters that hide or turn others are shown as what they are.
function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu, (c) => (c === "\n" ? c : `\\u{${c.codePointAt(0).toString(16)}}`));
}

function buttons(record, actions) {
  const copy = html("button", {
    type: "button",
    click: () => navigator.clipboard.writeText(record.digest).then(
      () => { copy.textContent = "Copied"; }, () => { copy.textContent = "Copying is not allowed here"; }),
  }, "Copy digest");
  if (actions.receipt) {
    return [copy, html("button", { type: "button", click: () => actions.receipt(record) }, "Receipt"),
      html("button", { type: "button", click: () => actions.open(record) }, "Begin here")];
  }
  return [copy, html("code", {}, `stemma receipt ${record.digest}`)];
}

function links(heading, ends, model, actions) {
  if (ends.length === 0) return [];
  const shown = ends.slice(0, 200).map(([text, index]) => {
    const other = model.records.get(index);
    return html("button", { class: "link", type: "button", title: `${other.kind} ${other.text}`, click: () => actions.choose(index) },
      `${text} · `, html("span", { class: `word ${kindClass(other.kind)}` }, other.kind), " ", other.text);
  });
  if (ends.length > shown.length) shown.push(html("p", {}, `and ${ends.length - shown.length} more`));
  return [html("h3", {}, `${heading} (${ends.length})`), ...shown];
}
