// What part of the picture is seen: dragged with pointers, zoomed with wheel, two fingers and keys.
class Camera {
  constructor(picture, layout) {
    this.picture = picture;
    this.pointers = new Map();
    this.moved = 0;
    picture.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    picture.addEventListener("pointerdown", (event) => this.down(event));
    picture.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) picture.addEventListener(name, (event) => this.up(event));
    // A drag that ends on a record chooses nothing.
    picture.addEventListener("click", (event) => { if (this.moved > 5) event.stopPropagation(); }, true);
    this.take(layout);
  }

  take(layout) {
    this.layout = layout;
    this.least = Math.min(0.05, this.scaleToFit());
  }

  scaleToFit() {
    const { width, height } = this.picture.getBoundingClientRect();
    return Math.min(1.1, (width - 48) / this.layout.width, (height - 110) / this.layout.height);
  }

  fit() {
    const { width, height } = this.picture.getBoundingClientRect();
    const { left, top } = this.layout;
    const scale = this.scaleToFit();
    this.set((width - this.layout.width * scale) / 2 - left * scale, (height - 50 - this.layout.height * scale) / 2 - top * scale, scale);
  }

  // Everything where that can be read; otherwise the record that it is all about.
  begin(root) {
    if (this.scaleToFit() >= 0.42 || !root) this.fit();
    else this.centre(root, 0.8);
  }

  centre(box, scale = Math.max(this.scale, 0.6)) {
    const { width, height } = this.picture.getBoundingClientRect();
    this.set(width / 2 - (box.x + size.width / 2) * scale, height / 2 - (box.y + size.height / 2) * scale, scale);
  }

  // Moves no more than is needed for a record to be seen.
  show(box) {
    const { width, height } = this.picture.getBoundingClientRect();
    const [x, y] = [this.x + box.x * this.scale, this.y + box.y * this.scale];
    // The legend lies over the lower edge.
    const isSeen = x > 0 && y > 0 && x + size.width * this.scale < width && y + box.height * this.scale < height - 60;
    if (!isSeen) this.centre(box, this.scale);
  }

  set(x, y, scale) {
    Object.assign(this, { x, y, scale });
    byId("world").setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    this.picture.classList.toggle("far", scale < 0.3);
  }

  zoom(factor, atX, atY) {
    const { width, height } = this.picture.getBoundingClientRect();
    const [x, y] = [atX ?? width / 2, atY ?? height / 2];
    const scale = Math.min(4, Math.max(this.least, this.scale * factor));
    this.set(x - (x - this.x) * scale / this.scale, y - (y - this.y) * scale / this.scale, scale);
  }

  pan(dx, dy) { this.set(this.x + dx, this.y + dy, this.scale); }

  wheel(event) {
    event.preventDefault();
    const frame = this.picture.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - frame.left, event.clientY - frame.top);
  }

  down(event) {
    if (event.button !== 0) return;
    if (this.pointers.size === 0) this.moved = 0;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.moved += Math.hypot(now.x - last.x, now.y - last.y);
    this.pointers.set(event.pointerId, now);
    // Not before it is a drag: a captured pointer's click goes to the picture and not to the record.
    if (this.moved > 5 && !this.picture.hasPointerCapture(event.pointerId)) {
      this.picture.setPointerCapture(event.pointerId);
      this.picture.classList.add("held");
    }
    if (!other) return this.pan(now.x - last.x, now.y - last.y);
    const frame = this.picture.getBoundingClientRect();
    const [before, after] = [last, now].map((point) => Math.hypot(point.x - other.x, point.y - other.y));
    this.pan((now.x - last.x) / 2, (now.y - last.y) / 2);
    if (before > 0) this.zoom(after / before, (now.x + other.x) / 2 - frame.left, (now.y + other.y) / 2 - frame.top);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.pointers.size === 0) this.picture.classList.remove("held");
  }
}
