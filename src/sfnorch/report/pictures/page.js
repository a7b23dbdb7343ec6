"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const details = JSON.parse(find("details").textContent);
  const panel = find("panel");
  const hint = panel.firstElementChild;
  const charts = [...document.querySelectorAll(".gantt")].map((svg) => {
    const rows = [...svg.querySelectorAll(".row")].map((element, index) => {
      const detail = details[element.dataset.detail];
      const text = [detail.name, detail.kind, ...detail.facts.slice(0, 5).map((fact) => fact[1])].join("\n");
      return { element, detail, text: text.toLowerCase(), index, parent: null };
    });
    return { svg, rows, size: Number(svg.dataset.row), height: svg.viewBox.baseVal.height, shown: rows };
  });
  const others = [...document.querySelectorAll(".filtered")].map((element) => (
    { element, text: element.textContent.toLowerCase() }
  ));
  const graphs = [...document.querySelectorAll(".state-graph")].map((svg) => {
    const rows = [...svg.querySelectorAll(".state")].map((element) => (
      { element, detail: details[element.dataset.detail] }
    ));
    return { svg, rows, shown: rows };
  });
  const owners = new Map(
    [...charts, ...graphs].flatMap((chart) => chart.rows.map((row) => [row.element, { chart, row }]))
  );
  let kept = null;

  const add = (parent, tag, text, name) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (name) element.className = name;
    parent.append(element);
    return element;
  };

  const show = (detail) => {
    panel.replaceChildren();
    if (!detail) { panel.append(hint); return; }
    add(panel, "h2", detail.name);
    add(panel, "p", detail.kind);
    const list = add(panel, "dl", "");
    for (const [name, value] of detail.facts) {
      add(list, "dt", name);
      add(list, "dd", value, /[\n{[]/.test(value) ? "value" : "");
    }
    for (const [title, address] of detail.links) {
      if (!address.startsWith("https://")) continue;
      const link = add(add(panel, "p", ""), "a", title);
      link.href = address;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
  };

  const keep = (row) => {
    if (kept) kept.element.classList.remove("chosen");
    kept = row;
    panel.classList.toggle("kept", Boolean(row));
    if (row) { row.element.classList.add("chosen"); show(row.detail); }
  };

  const focus = (chart, row) => {
    for (const other of chart.rows) other.element.setAttribute("tabindex", other === row ? "0" : "-1");
    row.element.focus();
    row.element.scrollIntoView({ block: "nearest" });
  };

  const arrange = (chart) => {
    chart.shown = chart.rows.filter((row) => !row.element.hasAttribute("hidden"));
    chart.shown.forEach((row, place) => {
      const moved = (place - row.index) * chart.size;
      if (moved) row.element.setAttribute("transform", `translate(0 ${moved})`);
      else row.element.removeAttribute("transform");
    });
    const removed = (chart.rows.length - chart.shown.length) * chart.size;
    const box = chart.svg.viewBox.baseVal;
    chart.svg.setAttribute("viewBox", `0 ${box.y} ${box.width} ${chart.height - removed}`);
    for (const link of chart.svg.querySelectorAll(".critical-link")) link.toggleAttribute("hidden", removed > 0);
    if (chart.shown.length && !chart.shown.some((row) => row.element.getAttribute("tabindex") === "0")) {
      chart.shown[0].element.setAttribute("tabindex", "0");
    }
  };

  const filter = () => {
    const text = find("filter").value.trim().toLowerCase();
    const status = find("status").value;
    let shown = 0;
    let all = 0;
    for (const chart of charts) {
      for (const row of chart.rows) {
        const fits = row.text.includes(text) && (!status || row.element.classList.contains(status));
        row.element.toggleAttribute("hidden", !fits);
        shown += fits ? 1 : 0;
        all += 1;
      }
      arrange(chart);
    }
    for (const other of others) other.element.hidden = !other.text.includes(text);
    find("count").textContent = text || status ? `${shown} of ${all} rows` : "";
  };

  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape") {
      keep(null);
      show(null);
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      find("filter").focus();
    }
    const found = owners.get(event.target);
    if (!found || event.altKey || event.ctrlKey || event.metaKey) return;
    const { chart, row } = found;
    if (event.key in steps) {
      event.preventDefault();
      const place = Math.min(Math.max(chart.shown.indexOf(row) + steps[event.key], 0), chart.shown.length - 1);
      focus(chart, chart.shown[place]);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      keep(kept === row ? null : row);
    }
  });

  for (const name of ["mouseover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const found = owners.get(event.target.closest("[data-detail]"));
      if (found && (!kept || name === "focusin")) show(found.row.detail);
    });
  }
  document.addEventListener("click", (event) => {
    const found = owners.get(event.target.closest("[data-detail]"));
    if (found) keep(kept === found.row ? null : found.row);
  });

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { find("theme").textContent = isDark() ? "Light" : "Dark"; };
  find("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  dark.addEventListener("change", nameTheme);

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const part of opened) part.open = true;
  });
  window.addEventListener("afterprint", () => { for (const part of opened) part.open = false; });

  find("toolbar").addEventListener("submit", (event) => event.preventDefault());
  find("filter").addEventListener("input", filter);
  find("status").addEventListener("change", filter);
  nameTheme();
  root.classList.add("scripted");
})();
