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
      sessionStorage.removeItem(keyPlace);
      key = null;
      byId("refused").textContent = error.status === 401 ? "This key is not valid here." : error.message;
      byId("ask").hidden = false;
    }
  }

  // A page ends early where its records are large: those after it are put to it.
  async function lineage(query) {
    const whole = await (await ask(`/lineage/${digest}?${query}`)).json();
    const known = new Set([...whole.nodes, ...whole.beside].map((record) => record.index));
    while (whole.next && whole.nodes.length < most) {
      query.set("after", whole.next);
      query.set("limit", String(most - whole.nodes.length));
      const page = await (await ask(`/lineage/${digest}?${query}`)).json();
      for (const name of ["nodes", "edges", "associations"]) whole[name].push(...page[name]);
      whole.beside.push(...page.beside.filter((record) => !known.has(record.index)));
      for (const record of page.beside) known.add(record.index);
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
      URL.revokeObjectURL(link.href);
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
