// Puts the page together: an open lineage, what is chosen in it, and the keys.
function openLineage(data, service) {
  const model = makeModel(data);
  const index = searchIndex(model);
  const state = { layout: null, chosen: null };
  const root = model.records.get(model.root);
  byId("heading").textContent = document.title = root ? `${root.kind} ${root.text}` : "Lineage";
  showNotice(data);

  byId("picture")?.remove();
  const picture = svg("svg", {
    id: "picture", tabindex: 0, role: "group",
    "aria-label": "Lineage: arrow keys move, plus and minus zoom, Enter shows a record",
  });
  byId("stage").prepend(picture);
  const camera = draw();
  camera.begin(state.layout.boxes.get(model.root));
  if (state.layout.boxes.has(model.root)) node(model.root).setAttribute("tabindex", 0);

  function draw(camera) {
    const anchor = state.chosen ?? model.root;
    const before = state.layout?.boxes.get(anchor);
    state.layout = layOut(model, byId("beside").checked);
    picture.replaceChildren(drawPicture(model, state.layout, choose));
    if (!camera) return new Camera(picture, state.layout);
    camera.take(state.layout);
    // What was looked at stays where it was.
    const after = state.layout.boxes.get(anchor);
    const [dx, dy] = before && after ? [before.x - after.x, before.y - after.y] : [0, 0];
    camera.pan(dx * camera.scale, dy * camera.scale);
    mark();
    return camera;
  }

  function node(index) { return picture.querySelector(`.node[data-index="${index}"]`); }

  function choose(index, { focus = false, move = false } = {}) {
    state.chosen = index;
    const record = model.records.get(index);
    showPanel(model, record, { ...service?.actions, choose: (other) => choose(other, { move: true }), close });
    const box = state.layout.boxes.get(index);
    if (box && move) camera.centre(box);
    else if (box) camera.show(box);
    if (box && focus) focusOn(index);
    mark();
  }

  function close() {
    const last = state.chosen;
    state.chosen = null;
    byId("panel").hidden = true;
    mark();
    if (state.layout.boxes.has(last)) focusOn(last);
  }

  function focusOn(index) {
    for (const other of picture.querySelectorAll('.node[tabindex="0"]')) other.setAttribute("tabindex", -1);
    const element = node(index);
    element.setAttribute("tabindex", 0);
    element.focus({ preventScroll: true });
  }

  // Shows what was found and what was chosen.
  function mark() {
    const found = find(index, byId("search").value);
    const hits = found && new Set(found.map((record) => record.index));
    picture.classList.toggle("dimmed", hits !== null);
    for (const element of picture.querySelectorAll(".node")) {
      const own = Number(element.dataset.index);
      element.classList.toggle("chosen", own === state.chosen);
      element.classList.toggle("hit", Boolean(hits?.has(own)));
    }
    for (const element of picture.querySelectorAll(".edge")) {
      element.classList.toggle("near", Number(element.dataset.from) === state.chosen || Number(element.dataset.to) === state.chosen);
    }
    return found;
  }

  function search() { showFound(mark(), (index) => choose(index, { move: true })); }

  // Left to what it rests on, right to what rests on it, up and down within the column.
  function step(index, key) {
    const { boxes } = state.layout;
    const from = boxes.get(index);
    const record = from.node;
    const near = key === "ArrowLeft" ? record.above.map((edge) => edge.to)
      : key === "ArrowRight" ? record.below.map((edge) => edge.from)
        : [...boxes.values()]
          .filter((box) => box.x === from.x && (key === "ArrowUp" ? box.y < from.y : box.y > from.y))
          .map((box) => box.node.index);
    const byHeight = (a, b) => Math.abs(a.y - from.y) - Math.abs(b.y - from.y);
    const next = near.map((other) => boxes.get(other)).filter(Boolean).sort(byHeight)[0];
    if (!next) return;
    focusOn(next.node.index);
    camera.show(next);
  }

  picture.addEventListener("keydown", (event) => {
    const on = event.target.closest(".node");
    const arrows = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in arrows && on && !event.shiftKey) step(Number(on.dataset.index), event.key);
    else if (event.key in arrows) camera.pan(...arrows[event.key]);
    else if (event.key === "+" || event.key === "=") camera.zoom(1.25);
    else if (event.key === "-") camera.zoom(0.8);
    else if (event.key === "0") camera.fit();
    else if ((event.key === "Enter" || event.key === " ") && on) choose(Number(on.dataset.index));
    else return;
    event.preventDefault();
  });
  document.onkeydown = (event) => {
    if (event.key === "Escape" && !byId("panel").hidden) close();
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/u.test(event.target.tagName)) {
      byId("search").focus();
      event.preventDefault();
    }
  };
  byId("search").oninput = search;
  byId("search").onkeydown = (event) => {
    if (event.key === "Enter") byId("found").querySelector("button")?.click();
    if (event.key === "Escape") {
      byId("search").value = "";
      search();
    }
  };
  byId("zoom-in").onclick = () => camera.zoom(1.25);
  byId("zoom-out").onclick = () => camera.zoom(0.8);
  byId("fit").onclick = () => camera.fit();
  byId("beside").onchange = () => draw(camera);
  showLegend(model, (kind) => {
    byId("search").value = byId("search").value === `kind:${kind}` ? "" : `kind:${kind}`;
    search();
  });
}

function showNotice(data) {
  const notice = byId("notice");
  const reasons = Object.values(data.explanations);
  notice.hidden = reasons.length === 0;
  notice.textContent = `Not all is here: ${reasons.join("; ")}.`;
}

function showLegend(model, choose) {
  const counts = new Map();
  for (const record of model.nodes) counts.set(record.kind, (counts.get(record.kind) || 0) + 1);
  byId("legend").replaceChildren(...[...counts].sort().map(([kind, count]) =>
    html("li", { class: kindClass(kind) },
      html("button", { type: "button", title: `Find every ${kind}`, click: () => choose(kind) },
        html("i"), `${kind} ${count}`))));
}
