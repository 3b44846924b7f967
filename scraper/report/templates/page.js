"use strict";

(() => {
  // Details are printed open, and closed again afterwards.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });

  // The mark nearest to the pointer shows its words. Without this script they are the browser's own tooltip.
  const reach = 24;
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);

  function nearest(marks, { clientX, clientY }) {
    let found = null;
    let least = reach;
    for (const mark of marks) {
      const { left, top, width, height } = mark.getBoundingClientRect();
      const distance = Math.hypot(left + width / 2 - clientX, top + height / 2 - clientY);
      if (distance < least) [found, least] = [mark, distance];
    }
    return found;
  }

  for (const plot of document.querySelectorAll(".plot")) {
    let words = null;
    const show = (event) => {
      words ??= new Map([...plot.querySelectorAll("use")].map((mark) => [mark, mark.textContent]));
      for (const title of plot.querySelectorAll("title")) title.remove();
      const mark = nearest(words.keys(), event);
      tip.hidden = !mark;
      if (!mark) return;
      tip.textContent = words.get(mark);
      const { left, top, bottom, width } = mark.getBoundingClientRect();
      const space = document.documentElement.clientWidth - tip.offsetWidth - 4;
      const above = top - tip.offsetHeight - 6;
      tip.style.left = `${scrollX + Math.max(4, Math.min(left + width / 2 - tip.offsetWidth / 2, space))}px`;
      tip.style.top = `${scrollY + (above > 0 ? above : bottom + 6)}px`;
    };
    plot.addEventListener("pointermove", show);
    plot.addEventListener("pointerdown", show);
    plot.addEventListener("pointerleave", ({ pointerType }) => { if (pointerType === "mouse") tip.hidden = true; });
  }
  addEventListener("pointerdown", ({ target }) => { if (!target.closest(".plot")) tip.hidden = true; });

  // A link to a racer opens the racer.
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let each = target; each; each = each.parentElement) if (each.localName === "details") each.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  // Headings of sortable tables become buttons; a second press reverses the order. Unknown values stay last.
  const valueOf = (cell) => {
    const text = cell.dataset.value ?? cell.textContent.trim();
    return text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text);
  };
  const inOrder = (one, other) =>
    typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));

  function sort(heading, index) {
    const isDescending = heading.getAttribute("aria-sort") === "ascending";
    const body = heading.closest("table").tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, value: valueOf(row.cells[index]) }));
    rows.sort((one, other) => {
      if (one.value === null || other.value === null) return (one.value === null) - (other.value === null);
      return inOrder(one.value, other.value) * (isDescending ? -1 : 1);
    });
    body.append(...rows.map(({ row }) => row));
    for (const each of heading.parentElement.cells) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((heading, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(heading, index));
    });
  }

  // The search field shows the racers whose name, class or transponder contains every word.
  const field = document.querySelector("#find");
  if (field) {
    const rows = [...document.querySelectorAll("#racers-table tbody tr")];
    const count = document.querySelector("#found");
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const searchText = new Map(rows.map((row) => [row, plain(row.dataset.search)]));
    field.parentElement.hidden = false;
    field.addEventListener("input", () => {
      const wanted = plain(field.value).split(/\s+/);
      const isFound = (words) => wanted.every((word) => words.includes(word));
      let found = 0;
      rows.forEach((row) => {
        const isShown = isFound(searchText.get(row));
        row.hidden = !isShown;
        const details = document.getElementById(row.dataset.racer);
        if (details) details.hidden = !isShown;
        found += isShown;
      });
      count.textContent = field.value ? `${found} of ${rows.length}` : "";
    });
  }
})();
