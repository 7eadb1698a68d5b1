// The table of campaigns: rows are patched by id, so a refresh moves no focus, no scroll and no animation.

const COLUMNS = [
  { name: "id", head: "ID", cell: idCell },
  { name: "workspace", head: "Workspace", cell: (row) => row.workspace_id, clip: true, master: true },
  { name: "status", head: "Status", cell: statusCell },
  { name: "mode", head: "Mode", cell: (row) => row.mode ?? notProvided("not provided") },
  { name: "progress", head: "Progress", cell: progressCell },
  { name: "sender", head: "Sender", sort: "sender", cell: (row) => row.saddr, clip: true },
  { name: "start", head: "Start", sort: "start", cell: (row, { clock, scope }) =>
    orLacking(row.start_at && stackedMoment(row.start_at, clock), scope.not_provided, "start_at", "not provided") },
  { name: "end", head: "End", cell: (row, { clock, scope }) =>
    orLacking(row.end_at && stackedMoment(row.end_at, clock), scope.not_provided, "end_at", "not provided") },
  { name: "created", head: "Created", sort: "created",
    cell: (row, { clock }) => stackedMoment(row.created_at, clock) },
  { name: "author", head: "Author", cell: (row, { scope }) =>
    orLacking(row.author, scope.not_provided, "author", "not provided"), clip: true },
  { name: "acts", head: "Actions", silent: true, cell: actsCell },
];
const GHOST_ROWS = 17;
const HOVERED = matchMedia("(hover: hover)").matches ? ":hover" : ":not(*)";      // a tap leaves :hover behind

// ---- cells

const IN_SIGHT = new Set(["start", "approve", "restore"]);      // the rest is in the row's menu

function idCell(row, { address }) {
  const short = shortId(row.external_id);
  const told = { tabindex: "-1", "data-do": "open", title: row.external_id };
  return [
    address ? h("a", { ...told, class: "mono", href: address.campaign(row.external_id) }, short)
      : h("button", { ...told, type: "button", class: "link mono" }, short),
    copyButton(row.external_id, `Copy the full ID of ${short}`),
  ];
}

function actsCell(row) {
  return [
    (row.actions ?? []).filter((action) => IN_SIGHT.has(action)).map((action) => actionButton(action, row, true)),
    h("button", { type: "button", class: "btn quiet icon small", tabindex: "-1", "data-do": "menu", "aria-haspopup": "menu",
      "aria-label": `More actions for ${shortId(row.external_id)}` }, "⋯"),
    h("span", { class: "go", "aria-hidden": "true" }, "›"),
  ];
}

function statusCell(row, { statuses, clock }) {
  return [badge(row, statuses), pausedUntil(row, clock, row.paused_reason)];
}

// A time of another year takes a second line for the hour: the columns stay as wide as this year's times need.
function stackedMoment(iso, clock) {
  if (!iso) return nil();
  const instant = new Date(iso);
  if (Number.isNaN(instant.getTime()) || partsOf(instant, clock.zone).year === clock.year) return moment(iso, clock);
  const text = momentText(instant, clock);
  return timeElement(iso, clock, () => [text.slice(0, -6), h("span", { class: "sub hour" }, text.slice(-6))]);
}

// R13. The bar is under the number; what is not known is said in words.
function progressCell(row, { statuses }) {
  const { sent, total, status } = row;
  const live = Boolean(statuses.get(status)?.live);
  if (row.mode === "Trigger") return openEnded(sent);
  if (!total) return live ? unknownTotal(row) : noTotal(row);
  const over = sent > total;
  const percent = Math.min(100, (100 * sent) / total);
  const complete = status === "Done" && sent === total;
  const told = `${figure(sent)} sent of ${figure(total)}`;
  const kind = over ? "over" : live || status === "Done" ? "" : "end";
  return progress(kind, {
    "aria-valuenow": Math.floor(percent), "aria-valuemin": 0, "aria-valuemax": 100,
    "aria-valuetext": told, title: told,
  }, h("span", {}, figure(sent), !complete && h("span", { class: "sub" }, ` / ${figure(total)}`)),
  over ? surplus(sent - total) : h("span", { class: "sub percent" }, `${Math.floor(percent)}%`),
  h("i", { style: `--p:${percent.toFixed(1)}%` }));
}

function progress(kind, aria, left, right, bar) {
  return h("span", { class: `prog ${kind}`.trim(), role: "progressbar", "aria-label": "Progress", ...aria },
    h("span", {}, left, right), bar);
}

function surplus(more) {
  return h("span", { class: "warn surplus",
    title: `Sent exceeds the total by ${figure(more)}: recipients were added after the list was counted` },
  flag(), `+${figure(more)}`);
}

function openEnded(sent) {
  return h("span", { class: "prog", title: "Trigger campaigns are open-ended: a count, no percent" },
    h("span", {}, h("span", {}, `${figure(sent)} sent`), h("span", { class: "sub percent" }, "open-ended")));
}

function unknownTotal({ status, sent }) {
  const words = status === "Building" ? "counting" : "total unknown";
  const text = sent > 0 ? `${figure(sent)} sent, ${words}` : words;
  return progress("unknown", { "aria-valuetext": text },
    sent > 0 ? h("span", {}, `${figure(sent)} sent`) : h("span", { class: "sub" }, words),
    sent > 0 && h("span", { class: "sub" }, words), h("i", {}));
}

function noTotal({ sent, total }) {
  return h("span", { class: "prog end" },
    h("span", {}, h("span", {}, `${figure(sent)} sent`),
      h("span", { class: "sub percent" }, total === 0 ? "no recipients" : "no total")), h("i", {}));
}

// ---- head, rows, foot

function headCell(column, sort) {
  if (!column.sort) {
    return h("th", { scope: "col" }, column.silent ? h("span", { class: "sr" }, column.head) : column.head);
  }
  const direction = sort.key !== column.sort ? "none" : sort.descending ? "descending" : "ascending";
  return h("th", { scope: "col", "aria-sort": direction },
    h("button", { type: "button", class: "sort", "data-do": "sort", "data-key": column.sort }, column.head));
}

function tableRow(row, columns, context, current) {
  return h("tr", { "data-id": row.external_id, tabindex: row.external_id === current ? "0" : "-1" },
    columns.map((column) => {
      const content = column.cell(row, context);
      const text = column.clip && typeof content === "string" ? content : null;
      return h("td", { "data-c": column.name, class: column.clip && "clip", title: text }, content);
    }));
}

// Bars of uneven lengths, the same on every drawing.
function ghostRow(columns, place) {
  const width = (at) => 42 + ((place * 13 + at * 23 + place * at * 5) % 41);
  return h("tr", {}, columns.map((column, at) => h("td", { "data-c": column.name },
    !column.silent && h("span", { class: "skel", style: `--w:${width(at)}%` }))));
}

function pagingFoot({ first, last, total, has_previous: previous, has_next: next }, waits) {
  return [
    h("span", {}, h("b", {}, `${figure(first)}–${figure(last)}`), ` of ${figure(total)}`),
    waits && h("span", {}, "Rows come and go once the pointer leaves them"),
    h("span", { class: "grow" }),
    pageButton("first", "« First", previous),
    pageButton("previous", "‹ Previous", previous),
    pageButton("next", "Next ›", next),
  ];
}

// aria-disabled and not disabled: the focus stays on the button when the last page is reached.
function pageButton(to, text, usable) {
  return h("button", { type: "button", class: "btn small", "data-do": "page", "data-to": to,
    "aria-disabled": usable ? null : "true" }, text);
}

// ---- the table as one thing

function campaignTable(menu) {
  const columnGroup = h("colgroup");
  const head = h("thead");
  const body = h("tbody", { class: "real" });
  const ghost = h("tbody", { class: "ghost", "aria-hidden": "true" });
  const table = h("table", { class: "grid list", "aria-label": "Campaigns", "aria-busy": "false" },
    columnGroup, head, ghost, body);
  const box = h("div", { class: "scroll tall" }, table);
  const foot = h("nav", { class: "foot", "aria-label": "Pages" });
  const empty = h("div", { class: "empty", hidden: true });
  let current = null;
  let drawn = new Map();         // id -> what its row was drawn from
  let shown = null;
  let rows = [];                 // as they stand in the table
  let held = null;               // what is shown once the pointer has left

  function drawColumns({ master, acts }, sort) {
    const columns = COLUMNS.filter((column) => master || !column.master);
    table.classList.toggle("master", Boolean(master));
    table.classList.toggle("acting", Boolean(acts));
    patch(columnGroup, columns.map((column) => h("col", { "data-c": column.name })));
    patch(head, [h("tr", {}, columns.map((column) => headCell(column, sort)))]);
    drawGhosts(columns);
    return columns;
  }

  // As many bars as there were rows: what is awaited takes the room of what it replaces.
  function drawGhosts(columns) {
    const length = Math.min(rows.length || GHOST_ROWS, GHOST_ROWS);
    if (ghost.rows[0]?.cells.length === columns.length && ghost.rows.length === length) return;
    ghost.replaceChildren(...Array.from({ length }, (_, place) => ghostRow(columns, place)));
  }

  // A refresh that nobody asked for leaves every row under the pointer where it is, and brings its figures up to date.
  function arranged(fresh, quiet) {
    if (!quiet || !rows.length || !(body.matches(HOVERED) || menu.isOpen())) return fresh;
    const known = new Map(fresh.map((row) => [row.external_id, row]));
    return rows.map((row) => known.get(row.external_id) ?? row);
  }

  function drawRows(columns, context) {
    const focused = body.getRootNode().activeElement?.closest?.("tr");
    const held = focused && body.contains(focused) ? { row: focused, place: [...body.rows].indexOf(focused) } : null;
    if (!rows.some((row) => row.external_id === current)) {
      current = rows[Math.min(held?.place ?? 0, rows.length - 1)]?.external_id ?? null;
    }
    const standing = new Map([...body.rows].map((row) => [row.dataset.id, row]));
    const { clock: { zone, year }, statuses } = context;
    const setting = JSON.stringify([columns.length, zone, year, [...statuses.values()]]);
    const before = drawn;
    drawn = new Map(rows.map((row) => [row.external_id, JSON.stringify(row) + setting]));
    const same = (id) => before.get(id) === drawn.get(id) && standing.get(id);    // most of a refresh: not even built
    patch(body, rows.map((row) => same(row.external_id) || tableRow(row, columns, context, current)));
    markCurrent(current);
    // The row under the focus may have been moved or have left: the focus then goes to it, or to what took its place.
    if (held && !held.row.contains(body.getRootNode().activeElement)) focusRow(current, { preventScroll: true });
  }

  function focusRow(id, options) {
    const row = rowOf(id) ?? body.rows[0];
    row?.focus(options);
  }

  // Arrow keys walk the rows, Tab leaves them: the whole table is one tab stop.
  function markCurrent(id) {
    current = id;
    for (const row of body.rows) {
      const index = row.dataset.id === id ? 0 : -1;
      if (row.tabIndex !== index) row.tabIndex = index;
    }
  }

  body.addEventListener("focusin", ({ target }) => markCurrent(target.closest("tr").dataset.id));

  function rowOf(id) {
    return [...body.rows].find((row) => row.dataset.id === id);
  }

  // With the next frame, which lays the table out anyway: asked for at once, its place would cost a layout of its own.
  function backToTop(listing) {
    const place = JSON.stringify([listing.filter, listing.sort, listing.first]);
    if (shown !== null && shown !== place) requestAnimationFrame(scrollUp);
    shown = place;
  }

  function scrollUp() {
    box.scrollTop = 0;
    if (box.getClientRects().length && box.getBoundingClientRect().top < 0) box.scrollIntoView({ block: "start" });
  }

  function sync(listing, context, quiet = false) {
    rows = arranged(listing.rows, quiet);
    const waits = rows.map((row) => row.external_id).join() !== listing.rows.map((row) => row.external_id).join();
    held = waits ? () => sync(listing, context) : null;
    const none = rows.length === 0;
    box.hidden = none;
    empty.hidden = !none;
    foot.hidden = none && !listing.has_previous;
    table.setAttribute("aria-description", listing.caption);
    drawRows(drawColumns(context.scope, listing.sort), context);
    patch(empty, none ? emptyState(listing) : []);
    if (listing.whole) patch(foot, pagingFoot(listing, waits));
    backToTop(listing);
  }

  function release() {
    if (!body.matches(HOVERED) && !menu.isOpen()) held?.();
  }

  body.addEventListener("pointerleave", release);
  menu.node.addEventListener("toggle", release);

  return {
    parts: [box, empty, foot],
    box,
    focusRow,
    sync,
    // Before the first answer: heads and grey bars, nothing that could be clicked.
    bare(scope) {
      drawColumns(scope, {});
      table.classList.add("waiting");
      foot.hidden = true;
    },
    busy(on) {
      table.setAttribute("aria-busy", String(on));
    },
    ghosts(on) {
      table.classList.toggle("waiting", on);
    },
    move(key) {
      const rows = [...body.rows];
      const from = rows.findIndex((row) => row.dataset.id === current);
      const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: rows.length - 1 }[key];
      if (rows[to]) focusRow(rows[to].dataset.id);
    },
    opening(id) {
      for (const row of body.rows) row.classList.toggle("opening", row.dataset.id === id);
    },
  };
}
