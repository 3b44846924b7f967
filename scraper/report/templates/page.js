"use strict";

// Charts are drawn when they come into view: a day may have a hundred of them, most of them folded away.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const settings = { displayModeBar: false, responsive: true, doubleClick: false, showTips: false };
  const charts = [...document.querySelectorAll(".chart")];
  const paperWidth = 640;

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  function coloured(chart) {
    const { data, layout, colours } = JSON.parse(chart.nextElementSibling.textContent);
    const [ink, line, paper, band] = ["--soft", "--line", "--card", "--band"].map(colour);
    data.forEach((trace, place) => {
      const own = colour(colours[place]);
      trace.marker = { ...trace.marker, color: own };
      trace.line = { ...trace.line, color: own };
      if (trace.type === "box") trace.fillcolor = band;
    });
    for (const axis of [layout.xaxis, layout.yaxis]) Object.assign(axis, { gridcolor: line, linecolor: line, tickcolor: line });
    for (const shape of layout.shapes ?? []) shape.fillcolor = band;
    Object.assign(layout, {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "system-ui, sans-serif", size: 13, color: ink },
      hoverlabel: { bgcolor: paper, bordercolor: line, font: { color: colour("--ink") }, align: "left" },
      height: chart.clientHeight,
      width: root.dataset.scheme === "paper" ? paperWidth : undefined,
    });
    return [data, layout];
  }

  function draw(chart) {
    Plotly.react(chart, ...coloured(chart), settings);
    chart.dataset.drawn = "";
  }

  const drawn = () => charts.filter((chart) => "drawn" in chart.dataset);
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "300px" });
  charts.forEach((chart) => watcher.observe(chart));
  dark.addEventListener("change", () => drawn().forEach(draw));

  // On paper everything is open, drawn, and dark on light; afterwards the page is as it was.
  let folded = [];
  let before = [];
  addEventListener("beforeprint", () => {
    before = drawn();
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((each) => { each.open = true; });
    root.dataset.scheme = "paper";
    charts.forEach(draw);
  });
  addEventListener("afterprint", () => {
    delete root.dataset.scheme;
    folded.forEach((each) => { each.open = false; });
    for (const chart of charts) {
      if (before.includes(chart)) {
        draw(chart);
      } else {
        Plotly.purge(chart);
        delete chart.dataset.drawn;
        watcher.observe(chart);
      }
    }
  });

  // A window may have changed its size while a chart was folded away.
  document.addEventListener("toggle", ({ target }) => {
    if (!target.open) return;
    for (const chart of target.querySelectorAll(".chart[data-drawn]")) draw(chart);
  }, true);

  // A link to a racer opens the racer.
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let each = target; each; each = each.parentElement) if (each.localName === "details") each.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  // Headings of sortable tables become buttons; a second press turns the order round. What is not known stays last.
  const worth = (cell) => {
    const text = cell.dataset.value ?? cell.textContent.trim();
    return text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text);
  };
  const inOrder = (one, other) =>
    typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));

  function sort(heading, index) {
    const isDescending = heading.getAttribute("aria-sort") === "ascending";
    const body = heading.closest("table").tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, value: worth(row.cells[index]) }));
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

  // The field above the racers shows those whose name, class or transponder holds what is typed.
  const field = document.querySelector("#find");
  if (field) {
    const rows = [...document.querySelectorAll("#racers-table tbody tr")];
    const count = document.querySelector("#found");
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const known = new Map(rows.map((row) => [row, plain(row.dataset.words)]));
    field.parentElement.hidden = false;
    field.addEventListener("input", () => {
      const asked = plain(field.value).split(/\s+/);
      const isFound = (words) => asked.every((word) => words.includes(word));
      let found = 0;
      rows.forEach((row) => {
        const isShown = isFound(known.get(row));
        row.hidden = !isShown;
        const fold = document.getElementById(row.dataset.racer);
        if (fold) fold.hidden = !isShown;
        found += isShown;
      });
      count.textContent = field.value ? `${found} of ${rows.length}` : "";
    });
  }
})();
