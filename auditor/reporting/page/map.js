// The map that answers: hover, click, colours, zoom. It replaces the still one when it is drawn;
// where it cannot be, the still one stays. What comes from the data is only ever `textContent`.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("map-data").textContent);
  const n = data.rows.length;
  const host = $("map-plot");
  const summed = (deltas) => { let at = 0; return Int32Array.from(deltas, (d) => (at += d)); };
  const rows = summed(data.rows);
  const xs = Float32Array.from(data.x), ys = Float32Array.from(data.y);
  const [WIDE, HIGH] = data.size;
  const number = (value) => value.toLocaleString("en");
  const count = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  // --- what is known of a point -----------------------------------------------------------------
  const subtypeOf = (p) => data.subtypes[data.subtype[p]]; // [id, category] or undefined
  const categoryOf = (p) => data.subtype[p] < 0 ? data.categories.length - 1 : subtypeOf(p)[1];
  const about = Array.from({ length: n }); // point -> indices of the findings that name its row
  const whole = data.categories.map(() => []); // category -> those about all of it
  data.findings.forEach(([, , category, points], f) => {
    if (category >= 0) whole[category].push(f);
    else for (const p of summed(points)) (about[p] ??= []).push(f);
  });
  const findingsOf = (p) => [...(about[p] ?? []), ...whole[categoryOf(p)]].sort((a, b) => a - b);

  // --- colours ----------------------------------------------------------------------------------
  const MARKS = ["circle", "cross", "x", "dash", "triangle"]; // drawn as in the still map
  const KEYS = ["h0", "m-4 0h8m-4-4v8", "m-3-3l6 6m0-6l-6 6", "m-4 0h8", "m-4 3l4-7 4 7"];
  const COLOURS = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9",
    "risk0", "risk1", "risk2", "risk3", "risk4", "faint"];
  const FAINT = COLOURS.length - 1, MOST = 10 * MARKS.length - 1;
  const MANY = !data.marks; // then dots alone, and smaller
  const look = (i) => ({ colour: i % 10, mark: MANY ? 0 : Math.floor(i / 10) % MARKS.length });
  const BANDS = data.bands; // lower ends of the bands of expected drop, in points

  // Each gives the groups with their looks, and the group of a point.
  const ways = {
    category: () => ({
      groups: data.categories.map((name, i) => ({ name, ...look(i) })), of: categoryOf,
    }),
    subtype: () => {
      const sizes = data.subtypes.map(() => 0);
      for (let p = 0; p < n; p++) if (data.subtype[p] >= 0) sizes[data.subtype[p]]++;
      const first = sizes.map((_, s) => s).sort((a, b) => sizes[b] - sizes[a] || a - b).slice(0, MOST);
      const place = new Map(first.map((s, i) => [s, i]));
      const groups = first.map((s, i) => ({ name: data.subtypes[s][0], ...look(i) }));
      const other = groups.push({ name: "in a smaller subtype, or none", colour: FAINT, mark: 0 }) - 1;
      return { groups, of: (p) => place.get(data.subtype[p]) ?? other };
    },
    finding: () => {
      const groups = data.codes.map((name, i) => ({ name, ...look(i) }));
      const none = groups.push({ name: "in no finding", colour: FAINT, mark: 0 }) - 1;
      return { groups, of: (p) => data.code[p] < 0 ? none : data.code[p] };
    },
    risk: () => {
      const groups = BANDS.map((low, i) => ({
        name: i === 0 ? `expected to lose under ${BANDS[1]} points`
          : i + 1 < BANDS.length ? `${low} to ${BANDS[i + 1]} points` : `${low} points or more`,
        colour: 10 + i, mark: 0,
      }));
      const unsure = groups.push({ name: "not identifiable", colour: 9, mark: MANY ? 0 : 2 }) - 1;
      const none = groups.push({ name: "no forecast", colour: FAINT, mark: 0 }) - 1;
      const band = data.risk.map((risk) => risk === null ? none
        : !risk[1] ? unsure : BANDS.findLastIndex((low, i) => i === 0 || risk[0] >= low));
      return { groups, of: (p) => band[categoryOf(p)] };
    },
  };

  // --- the drawing ------------------------------------------------------------------------------
  Bokeh.logger.set_level("error");
  const model = (name, attributes) => new (Bokeh.Models.get(name))(attributes);
  const mapper = model("LinearColorMapper", { palette: ["black"], low: 0, high: COLOURS.length });
  const size = { value: MANY ? 3.5 : n > 5000 ? 4.5 : 6.5 };
  const layer = (marker, faint) => {
    const filled = marker === "circle", colour = { field: "colour", transform: mapper };
    return model("GlyphRenderer", {
      data_source: model("ColumnDataSource", { data: { x: [], y: [], colour: [] } }),
      view: model("CDSView", {}),
      glyph: model("Scatter", {
        x: { field: "x" }, y: { field: "y" }, size, marker: { value: marker },
        fill_color: filled ? colour : { value: null }, fill_alpha: { value: faint ? 0.7 : 0.85 },
        line_color: filled ? { value: null } : colour, line_width: { value: 1.8 },
      }),
    });
  };
  const layers = [layer("circle", true), ...MARKS.map((marker) => layer(marker, false))];
  const chosenAt = model("ColumnDataSource", { data: { x: [], y: [] } });
  const chosenRing = model("Scatter", {
    x: { field: "x" }, y: { field: "y" }, size: { value: 16 }, marker: { value: "circle" },
    fill_color: { value: null }, line_color: { value: "black" }, line_width: { value: 2.5 },
  });
  const xRange = model("Range1d", { start: 0, end: WIDE });
  const yRange = model("Range1d", { start: 0, end: HIGH });
  const plot = model("Plot", {
    x_range: xRange, y_range: yRange,
    x_scale: model("LinearScale", {}), y_scale: model("LinearScale", {}),
    renderers: [...layers, model("GlyphRenderer", {
      data_source: chosenAt, view: model("CDSView", {}), glyph: chosenRing,
    })],
    toolbar: model("Toolbar", {
      logo: null,
      tools: [model("PanTool", {}), model("WheelZoomTool", { modifiers: { ctrl: true } })],
    }),
    toolbar_location: null, sizing_mode: "stretch_both", min_border: 0, outline_line_color: null,
  });

  const theme = () => {
    const style = getComputedStyle(document.documentElement);
    mapper.palette = COLOURS.map((name) => style.getPropertyValue(`--${name}`).trim());
    const page = style.getPropertyValue("--page").trim(); // painted over what was drawn before
    plot.setv({ background_fill_color: page, border_fill_color: page });
    chosenRing.line_color = { value: style.getPropertyValue("--ink").trim() };
  };
  const STRIDE = 7919; // points in an order that no category leads; a prime that n is no multiple of
  const paint = () => {
    const { groups, of } = ways[$("map-colour").value]();
    const sizes = groups.map(() => 0);
    const drawn = layers.map(() => ({ x: [], y: [], colour: [] }));
    for (let i = 0; i < n; i++) {
      const p = n % STRIDE ? (i * STRIDE) % n : i;
      const g = of(p), { colour, mark } = groups[g];
      const layer = drawn[colour === FAINT ? 0 : mark + 1];
      layer.x.push(xs[p]); layer.y.push(ys[p]); layer.colour.push(colour + 0.5);
      sizes[g]++;
    }
    theme();
    drawn.forEach((columns, i) => {
      const typed = Object.entries(columns).map(([k, v]) => [k, Float32Array.from(v)]);
      if (typed[0][1].length || layers[i].data_source.data.x.length)
        layers[i].data_source.data = Object.fromEntries(typed);
    });
    $("map-legend").replaceChildren(...groups.flatMap((group, g) => sizes[g] ? [key(group, sizes[g])] : []));
  };
  const key = ({ name, colour, mark }, points) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [k, v] of [["viewBox", "0 0 16 16"], ["width", 16], ["height", 16], ["aria-hidden", "true"]])
      svg.setAttribute(k, v);
    const path = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    path.setAttribute("class", `point ${COLOURS[colour]} m${mark}`);
    path.setAttribute("d", `M8 8${KEYS[mark]}`);
    const item = make("li");
    item.append(svg, ` ${name} `, make("span", number(points), "quiet"));
    return item;
  };

  // --- looking around ---------------------------------------------------------------------------
  let moved = false;
  const view = (x, y, width, height) => {
    xRange.setv({ start: x - width / 2, end: x + width / 2 });
    yRange.setv({ start: y - height / 2, end: y + height / 2 });
  };
  const all = () => { // one scale for both axes
    const unit = Math.max(WIDE / host.clientWidth, HIGH / host.clientHeight);
    view(WIDE / 2, HIGH / 2, unit * host.clientWidth, unit * host.clientHeight);
    moved = false;
  };
  const zoom = (factor) => {
    moved = true;
    view((xRange.start + xRange.end) / 2, (yRange.start + yRange.end) / 2,
      (xRange.end - xRange.start) / factor, (yRange.end - yRange.start) / factor);
  };
  $("map-in").addEventListener("click", () => zoom(2));
  $("map-out").addEventListener("click", () => zoom(0.5));
  $("map-all").addEventListener("click", all);
  $("map-colour").addEventListener("change", paint);

  const REACH = 12; // pixels
  const under = (event) => { // the point nearest the pointer, or -1
    const box = host.getBoundingClientRect();
    const perX = (xRange.end - xRange.start) / box.width, perY = (yRange.end - yRange.start) / box.height;
    const x = xRange.start + (event.clientX - box.left) * perX;
    const y = yRange.end - (event.clientY - box.top) * perY;
    let best = -1, least = REACH * REACH;
    for (let p = 0; p < n; p++) {
      const dx = (xs[p] - x) / perX, dy = (ys[p] - y) / perY, far = dx * dx + dy * dy;
      if (far < least) { least = far; best = p; }
    }
    return best;
  };
  const describe = (p) => {
    const parts = [make("span", `row ${rows[p]} · ${data.categories[categoryOf(p)]}`, "where")];
    const text = data.texts[p];
    if (text !== undefined) { parts.push(make("span", text, "text")); parts[1].dir = "auto"; }
    else if (!data.no_text) parts.push(make("span", "The page holds no text of this row.", "quiet"));
    return parts;
  };
  const tip = $("map-tip");
  host.addEventListener("pointermove", (event) => {
    const p = event.buttons ? -1 : under(event);
    tip.hidden = p < 0;
    host.classList.toggle("over", p >= 0);
    if (p < 0) return;
    const findings = findingsOf(p).length;
    tip.replaceChildren(...describe(p), make("span", findings ? count(findings, "finding", "findings") : "no finding", "quiet"));
    const box = host.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    tip.style.left = `${Math.max(0, Math.min(x + 14, box.width - tip.offsetWidth))}px`;
    tip.style.top = `${y > box.height / 2 ? y - tip.offsetHeight - 14 : y + 18}px`;
  }, true);
  host.addEventListener("pointerleave", () => { tip.hidden = true; });
  let from = [0, 0];
  host.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; moved = true; }, true);
  host.addEventListener("click", (event) => {
    if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) return; // it was dragged
    const p = under(event);
    if (p >= 0) choose(p);
  }, true);

  // --- the findings about one row ---------------------------------------------------------------
  const findings = $("findings"), chosen = $("map-chosen"), told = make("div", undefined, "filtered");
  const folded = new Map([...findings.querySelectorAll("details")].map((d) => [d, d.open]));
  told.id = "findings-filtered";
  told.hidden = true;
  findings.querySelector("h2").after(told);

  const filter = (wanted) => { // a set of ids, or null for all
    const seen = (element) => !element.hidden;
    for (const section of findings.querySelectorAll("section.code")) {
      const items = [...section.querySelectorAll("article.finding, tbody tr")];
      for (const item of items) item.hidden = wanted !== null && !wanted.has(item.id);
      section.hidden = !items.some(seen);
      for (const title of section.querySelectorAll("h4")) {
        const group = [];
        for (let e = title.nextElementSibling; e && !["H4", "DETAILS"].includes(e.tagName); e = e.nextElementSibling) group.push(e);
        const empty = !group.some((e) => e.matches("article") && seen(e));
        for (const e of [title, ...group.filter((e) => !e.matches("article"))]) e.hidden = empty;
      }
      for (const fold of section.querySelectorAll("details")) {
        if (fold.closest("article")) continue; // inside one finding, which is shown or hidden whole
        const some = [...fold.querySelectorAll("article.finding, tbody tr")].some(seen);
        fold.hidden = !some;
        fold.open = wanted === null ? folded.get(fold) : some;
      }
    }
  };
  const reset = () => {
    filter(null);
    told.hidden = true;
    told.replaceChildren();
    chosen.replaceChildren();
    chosenAt.data = { x: [], y: [] };
  };
  const back = () => {
    const button = make("button", "Show all findings");
    button.type = "button";
    button.addEventListener("click", () => {
      const inMap = chosen.contains(button);
      reset();
      (inMap ? $("map-colour") : findings.querySelector("h2")).scrollIntoView({ block: "nearest" });
    });
    return button;
  };
  const link = (target, text) => {
    const a = make("a", text);
    a.href = `#${target}`;
    return a;
  };
  const LINKS = 8;
  const choose = (p) => {
    const its = findingsOf(p).map((f) => data.findings[f]);
    filter(new Set(its.map(([anchor]) => `finding-${anchor}`)));
    chosenAt.data = { x: [xs[p]], y: [ys[p]] };
    const said = its.length
      ? `The list of findings now shows the ${its.length === 1 ? "one" : number(its.length)} about row ${rows[p]}.`
      : `No finding shown on this page is about row ${rows[p]}.`;
    const list = make("ul");
    for (const [anchor, code] of its.slice(0, LINKS)) {
      const item = list.appendChild(make("li"));
      const summary = $(`finding-${anchor}`).querySelector(".summary strong, td:nth-child(3)");
      item.append(link(`finding-${anchor}`, data.words[code]), `: ${summary.textContent}`);
    }
    const line = make("p", `${said} `);
    if (its.length > LINKS) line.append(`Of them, ${LINKS} are linked here. `);
    line.append(back());
    chosen.replaceChildren(...describe(p), list, line);
    if (!its.length) { list.remove(); filter(null); chosen.querySelector("button").remove(); }
    told.hidden = !its.length;
    const above = make("p", `Only the ${count(its.length, "finding", "findings")} about row ${rows[p]}, chosen on the map. `);
    above.append(back(), " ", link("map", "Back to the map"));
    told.replaceChildren(above);
  };
  const find = () => {
    const p = rows.indexOf(Number.parseInt($("map-row").value, 10));
    if (p >= 0) choose(p);
    else { reset(); chosen.replaceChildren(make("p", "That row is not on the map.")); }
  };
  $("map-find").addEventListener("click", find);
  $("map-row").addEventListener("keydown", (event) => { if (event.key === "Enter") find(); });
  document.addEventListener("click", (event) => { // a link to a finding that is filtered out
    const target = event.target.closest?.('a[href^="#"]')?.getAttribute("href").slice(1);
    if (target && $(target)?.closest("#findings [hidden]")) reset();
  });

  // --- begin ------------------------------------------------------------------------------------
  const still = $("map-still"), live = $("map-live");
  const show = (drawn) => { live.hidden = !drawn; still.hidden = drawn; };
  show(true);
  all();
  paint();
  const sheet = new (Bokeh.require("document").Document)();
  sheet.add_root(plot);
  Bokeh.embed.add_document_standalone(sheet, host).then(() => {
    new ResizeObserver(() => { if (!moved) all(); }).observe(host);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    new MutationObserver(paint).observe(document.documentElement, { attributes: true });
  }).catch((error) => { show(false); console.error(error); });
})();
