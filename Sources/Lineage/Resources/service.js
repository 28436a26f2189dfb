// Where the page holds no data it asks the service that it came from. The key stays in this tab: in memory, or in
// sessionStorage where that was asked for.
const keyPlace = "stemma.key";
// Records that the page shows at once.
const most = 2000;

function openService() {
  const [, , namespace, digest] = location.pathname.split("/").map(decodeURIComponent);
  const base = `/v1/${encodeURIComponent(namespace)}`;
  let key = sessionStorage.getItem(keyPlace);

  async function ask(path) {
    const answer = await fetch(base + path, {
      headers: { Authorization: `Bearer ${key}` }, credentials: "omit", cache: "no-store", redirect: "error",
      referrerPolicy: "no-referrer",
    });
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail || problem.title || `status ${answer.status}`), { status: answer.status });
  }

  async function show() {
    const wanted = new URLSearchParams(location.search);
    const query = new URLSearchParams({ direction: wanted.get("direction") || "up", titles: "true", limit: String(most) });
    if (wanted.has("at")) query.set("at", wanted.get("at"));
    try {
      const open = (record) =>
        location.assign(`/ui/${encodeURIComponent(namespace)}/${record.digest}${location.search}`);
      begin(await lineage(query), { actions: { receipt, open } });
      byId("ask").hidden = true;
    } catch (error) {
      // Only a key that was refused is forgotten: after another failure, loading again asks with it.
      if (error.status === 401) {
        sessionStorage.removeItem(keyPlace);
        key = null;
      }
      byId("refused").textContent = error.status === 401 ? "This key is not valid here." : error.message;
      byId("ask").hidden = false;
    }
  }

  // A page ends early where its records are large: those after it are put to it.
  async function lineage(query) {
    const whole = await (await ask(`/lineage/${digest}?${query}`)).json();
    const known = new Set([...whole.nodes, ...whole.beside].map((record) => record.index));
    const spelled = (edge) => JSON.stringify([edge.from, edge.to, edge.member, edge.role]);
    while (whole.next && whole.nodes.length < most) {
      query.set("after", whole.next);
      query.set("limit", String(most - whole.nodes.length));
      const page = await (await ask(`/lineage/${digest}?${query}`)).json();
      for (const name of ["nodes", "edges"]) whole[name].push(...page[name]);
      // A record beside a node of one page and a node of another is a node; the walk's edges are no associations.
      const nodes = new Set(page.nodes.map((record) => record.index));
      whole.beside = whole.beside.filter((record) => !nodes.has(record.index));
      for (const index of nodes) known.add(index);
      whole.beside.push(...page.beside.filter((record) => !known.has(record.index)));
      for (const record of page.beside) known.add(record.index);
      const listed = new Set(whole.edges.map(spelled));
      whole.associations = [...whole.associations, ...page.associations].filter((edge) => !listed.has(spelled(edge)) && listed.add(spelled(edge)));
      // That more follows is no longer so; what else was left out still is.
      delete whole.explanations.nodes;
      Object.assign(whole.explanations, page.explanations);
      whole.next = page.next;
    }
    return whole;
  }

  async function receipt(record) {
    try {
      const proof = await (await ask(`/records/${record.digest}/receipt`)).blob();
      const link = html("a", { href: URL.createObjectURL(proof), download: `${record.digest.slice(7)}.tlog-proof` });
      link.click();
      // The browser reads it after this: it may go when that has surely begun.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      byId("notice").textContent = `No receipt: ${error.message}`;
      byId("notice").hidden = false;
    }
  }

  byId("ask").onsubmit = (event) => {
    event.preventDefault();
    key = byId("key").value.trim();
    byId("key").value = "";
    if (byId("keep").checked) sessionStorage.setItem(keyPlace, key);
    show();
  };
  if (key) show();
  else byId("ask").hidden = false;
}

function begin(data, service) {
  byId("tools").hidden = false;
  byId("main").hidden = false;
  byId("beside").checked = data.nodes.length <= 60;
  openLineage(data, service);
}

const embedded = byId("lineage").textContent.trim();
if (embedded) begin(JSON.parse(embedded), null);
else openService();
