"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const panel = find("panel");
  const hint = panel.firstElementChild;
  const listRows = (svg, name) => [...svg.querySelectorAll(name)].map((element, index) => {
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", index ? "-1" : "0");
    const depth = Number(element.dataset.depth);
    const row = { element, index, depth, parts: [], isFolded: false };
    return row;
  });

  // The details are elements only in a browser without scripts; here they are a text, of which one is read at a time.
  const begin = '<div class="detail"';
  const details = (document.querySelector("main > noscript")?.textContent ?? "").split(begin).slice(1);
  const readDetail = (row) => {
    const holder = document.createElement("template");
    holder.innerHTML = begin + details[row.element.dataset.detail];
    return holder.content.firstElementChild;
  };
  const addFold = (row) => {
    const label = row.element.querySelector(".label");
    const sign = label.cloneNode(false);
    sign.setAttribute("class", "fold");
    sign.setAttribute("x", label.x.baseVal[0].value - 13);
    sign.textContent = "▾";
    label.before(sign);
    row.element.setAttribute("aria-expanded", "true");
  };
  const charts = [...document.querySelectorAll(".gantt")].map((svg) => {
    const rows = listRows(svg, ".row");
    const roots = { depth: -1, parts: [] };
    const holders = [roots];
    for (const row of rows) {
      while (holders[holders.length - 1].depth >= row.depth) holders.pop();
      holders[holders.length - 1].parts.push(row);
      holders.push(row);
    }
    for (const row of rows) if (row.parts.length) addFold(row);
    const height = svg.viewBox.baseVal.height;
    const size = Number(svg.dataset.row);
    return { svg, axis: svg.previousElementSibling, rows, roots, ordered: rows, size, height, shown: rows };
  });
  const others = [...document.querySelectorAll(".filtered")].map((element) => (
    { element, text: element.textContent.toLowerCase() }
  ));
  const graphs = [...document.querySelectorAll(".state-graph")].map((svg) => {
    const rows = listRows(svg, ".state");
    return { svg, rows, shown: rows };
  });
  const owners = new Map(
    [...charts, ...graphs].flatMap((chart) => chart.rows.map((row) => [row.element, { chart, row }]))
  );
  let kept = null;

  const show = (row) => {
    panel.replaceChildren(row ? readDetail(row) : hint);
    panel.scrollTop = 0;
  };

  const keep = (row) => {
    if (kept) kept.element.classList.remove("chosen");
    kept = row;
    panel.classList.toggle("kept", Boolean(row));
    if (row) { row.element.classList.add("chosen"); show(row); }
  };

  const focus = (chart, row) => {
    for (const other of chart.rows) other.element.setAttribute("tabindex", other === row ? "0" : "-1");
    row.element.focus();
    row.element.scrollIntoView({ block: "nearest" });
  };

  const arrange = (chart) => {
    chart.shown = chart.ordered.filter((row) => !row.element.hasAttribute("hidden"));
    chart.shown.forEach((row, place) => {
      const moved = (place - row.index) * chart.size;
      if (moved) row.element.setAttribute("transform", `translate(0 ${moved})`);
      else row.element.removeAttribute("transform");
    });
    const removed = (chart.rows.length - chart.shown.length) * chart.size;
    const box = chart.svg.viewBox.baseVal;
    chart.svg.setAttribute("viewBox", `0 ${box.y} ${box.width} ${chart.height - removed}`);
    for (const link of chart.svg.querySelectorAll(".critical-link")) {
      link.toggleAttribute("hidden", removed > 0 || Boolean(chart.isZoomed) || chart.ordered !== chart.rows);
    }
    if (chart.shown.length && !chart.shown.some((row) => row.element.getAttribute("tabindex") === "0")) {
      chart.shown[0].element.setAttribute("tabindex", "0");
    }
  };

  const { compare } = new Intl.Collator("en", { numeric: true });
  const statuses = ["bad", "running", "good", "other"];
  const measure = {
    name: (row) => readDetail(row).firstElementChild.textContent,
    duration: (row) => -Number(row.element.dataset.took),
    status: (row) => statuses.findIndex((status) => row.element.classList.contains(status)),
  };

  // The rows in another order: those below the same row are sorted, so that each remains below the one it is part of.
  const sort = (chart, order) => {
    const values = new Map(order ? chart.rows.map((row) => [row, measure[order](row)]) : []);
    const differ = (one, two) => (order === "name" ? compare(one, two) : one - two);
    const list = (holder) => [...holder.parts]
      .sort((one, two) => differ(values.get(one), values.get(two)) || one.index - two.index)
      .flatMap((row) => [row, ...list(row)]);
    chart.ordered = order ? list(chart.roots) : chart.rows;
    const links = chart.svg.querySelectorAll(".critical-link");
    if (chart.rows.length) chart.rows[0].element.parentNode.append(...chart.ordered.map((row) => row.element), ...links);
  };

  const readText = (row) => {
    row.text ??= [...readDetail(row).querySelectorAll("h3, p, dd")].slice(0, 7)
      .map((element) => element.textContent).join("\n").toLowerCase();
    return row.text;
  };

  const filter = () => {
    const text = find("filter").value.trim().toLowerCase();
    const status = find("status").value;
    let shown = 0;
    let all = 0;
    for (const chart of charts) {
      let folded = Infinity;
      for (const row of chart.ordered) {
        if (row.depth <= folded) folded = row.isFolded ? row.depth : Infinity;
        const isInside = !text && !status && row.depth > folded;
        const fits = !isInside && (!text || readText(row).includes(text)) && (!status || row.element.classList.contains(status));
        row.element.toggleAttribute("hidden", !fits);
        shown += fits ? 1 : 0;
        all += 1;
      }
      arrange(chart);
    }
    for (const other of others) other.element.hidden = !other.text.includes(text);
    find("count").textContent = text || status ? `${shown} of ${all} rows` : "";
  };

  const fold = (row, isFolded) => {
    if (!row.parts.length) return;
    row.isFolded = isFolded;
    row.element.setAttribute("aria-expanded", String(!isFolded));
    row.element.querySelector(".fold").textContent = isFolded ? "▸" : "▾";
    filter();
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
    } else if (chart.axis && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      fold(row, event.key === "ArrowLeft");
    } else if (chart.axis && event.key.toLowerCase() === "z") {
      zoomToRow(chart, row);
    }
  });

  for (const name of ["mouseover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const found = owners.get(event.target.closest("[data-detail]"));
      if (found && (!kept || name === "focusin")) show(found.row);
    });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".to-row");
    const linked = link && owners.get(find(link.hash.slice(1)));
    if (linked) {
      event.preventDefault();
      for (const row of linked.chart.rows) if (row.isFolded) fold(row, false);
      find("filter").value = find("status").value = "";
      filter();
      focus(linked.chart, linked.row);
      keep(linked.row);
      return;
    }
    const part = event.target.closest(".to-states");
    if (part) {
      event.preventDefault();
      const target = find(part.hash.slice(1));
      for (let each = target; each; each = each.parentElement.closest("details")) each.open = true;
      const graph = graphs.find((each) => target.contains(each.svg));
      const state = ["bad", "caught", "state"].map((name) => target.querySelector(`.state.${name}`)).find(Boolean);
      target.scrollIntoView();
      keep(null);
      focus(graph, owners.get(state).row);
      return;
    }
    const found = owners.get(event.target.closest("[data-detail]"));
    if (!found || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.target.classList.contains("fold")) {
      fold(found.row, !found.row.isFolded);
    } else keep(kept === found.row ? null : found.row);
  });

  // Zoom: bars and marks keep the places that they have in the whole time, and move to those in the chosen part of it.
  const units = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800];
  const pad = (number) => String(number).padStart(2, "0");
  const formatTime = (seconds, begin) => {
    if (begin) return new Date(Date.parse(begin) + seconds * 1000).toISOString().slice(11, 19);
    const whole = Math.round(seconds);
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    if (!hours && !minutes) return `T+${pad(rest)}s`;
    const shown = hours ? `${hours}h` : "";
    return `T+${shown}${minutes || (hours && rest) ? `${pad(minutes)}m` : ""}${rest ? `${pad(rest)}s` : ""}`;
  };

  const zoom = (chart, from, to) => {
    const [left, right, seconds] = ["left", "right", "seconds"].map((name) => Number(chart.svg.dataset[name]));
    chart.isZoomed = from > left || to < right;
    chart.range = [from, to];
    const place = (x) => left + ((x - from) / (to - from)) * (right - left);
    for (const bar of chart.svg.querySelectorAll(".bar")) {
      bar.place ??= [bar.x.baseVal.value, bar.x.baseVal.value + bar.width.baseVal.value];
      const [begin, end] = bar.place.map((x) => Math.min(Math.max(place(x), left), right));
      bar.setAttribute("x", begin);
      bar.setAttribute("width", end - begin);
      bar.toggleAttribute("hidden", end <= begin);
    }
    for (const mark of chart.axis.querySelectorAll(".mark text")) {
      mark.place ??= mark.x.baseVal[0].value;
      const x = place(mark.place);
      mark.setAttribute("x", x);
      mark.toggleAttribute("hidden", x < left - 10 || x > right + 10);
    }
    const toSeconds = (x) => ((x - left) / (right - left)) * seconds;
    const [first, last] = [toSeconds(from), toSeconds(to)];
    const unit = units.find((each) => (last - first) / each <= 8) || units[units.length - 1] * Math.ceil(last / 4e6);
    const { begin } = chart.svg.dataset;
    const shift = begin ? (Date.parse(begin) / 1000) % 86400 : 0;
    for (const [svg, name] of [[chart.axis, "tick"], [chart.svg, "grid"]]) {
      const old = [...svg.querySelectorAll(`.${name}`)];
      const holder = old[0].parentNode;
      const next = old[old.length - 1].nextSibling;
      for (let at = Math.ceil((first + shift) / unit) * unit - shift; at <= last; at += unit) {
        const tick = old[0].cloneNode(false);
        tick.removeAttribute("hidden");
        const x = left + ((at - first) / (last - first)) * (right - left);
        for (const key of name === "tick" ? ["x"] : ["x1", "x2"]) tick.setAttribute(key, x);
        if (name === "tick") tick.textContent = formatTime(at, begin);
        holder.insertBefore(tick, next);
      }
      for (const each of old.slice(1)) each.remove();
      if (holder.querySelectorAll(`.${name}`).length > 1) old[0].remove();
      else old[0].setAttribute("hidden", "");
    }
    find("whole").hidden = !charts.some((each) => each.isZoomed);
    arrange(chart);
  };

  const zoomToRow = (chart, row) => {
    const bar = row.element.querySelector(".bar");
    bar.place ??= [bar.x.baseVal.value, bar.x.baseVal.value + bar.width.baseVal.value];
    const [begin, end] = bar.place;
    const margin = Math.max((end - begin) * 0.1, 0.5);
    const [left, right] = [Number(chart.svg.dataset.left), Number(chart.svg.dataset.right)];
    zoom(chart, Math.max(begin - margin, left), Math.min(end + margin, right));
  };

  find("whole").addEventListener("click", () => {
    for (const chart of charts) zoom(chart, Number(chart.svg.dataset.left), Number(chart.svg.dataset.right));
  });

  for (const chart of charts) {
    const [left, right] = [Number(chart.svg.dataset.left), Number(chart.svg.dataset.right)];
    let range = [left, right];
    let begun = null;
    let brush = null;
    const locate = (event) => {
      const matrix = chart.svg.getScreenCTM();
      return Math.min(Math.max((event.clientX - matrix.e) / matrix.a, left), right);
    };
    chart.svg.addEventListener("dragstart", (event) => event.preventDefault());
    chart.svg.addEventListener("pointerdown", (event) => {
      const x = locate(event);
      if (event.pointerType === "touch" || event.button || x <= left || x >= right) return;
      range = chart.isZoomed ? chart.range : [left, right];
      begun = x;
    });
    window.addEventListener("pointermove", (event) => {
      if (begun === null) return;
      const x = locate(event);
      if (!brush && Math.abs(x - begun) < 6) return;
      if (!brush) {
        brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        brush.setAttribute("class", "brush");
        brush.setAttribute("y", chart.svg.viewBox.baseVal.y);
        brush.setAttribute("height", chart.svg.viewBox.baseVal.height);
        chart.svg.append(brush);
      }
      brush.setAttribute("x", Math.min(x, begun));
      brush.setAttribute("width", Math.abs(x - begun));
    });
    window.addEventListener("pointerup", (event) => {
      if (begun !== null && brush) {
        const [from, to] = [begun, locate(event)].sort((one, two) => one - two);
        const widen = (x) => range[0] + ((x - left) / (right - left)) * (range[1] - range[0]);
        brush.remove();
        if (to - from >= 6) {
          zoom(chart, widen(from), widen(to));
          const swallow = (click) => click.stopPropagation();  // the click that ends the drag
          window.addEventListener("click", swallow, true);
          setTimeout(() => window.removeEventListener("click", swallow, true), 0);
        }
      }
      begun = brush = null;
    });
  }

  find("filter").addEventListener("input", filter);
  find("status").addEventListener("change", filter);
  find("order").addEventListener("change", () => {
    for (const chart of charts) sort(chart, find("order").value);
    filter();
  });
})();
