// The Export tab: create one, watch it, take it along (R62–R65).

const EXPORT_MARKS = { Queued: "Pending", Running: "Sending", Done: "Done", Failed: "Failed", Expired: "Expired" };

function exportsPanel({ panel, campaign }, clock, uid, taken) {
  if (!panel.rows) return [quietly("No exports here", panel.refusal)];
  return [
    panel.refusal ? h("p", { class: "sub" }, panel.refusal) : createSection(panel, uid),
    h("section", { "aria-labelledby": `${uid}-exports` },
      h("div", { class: "sec" }, h("h2", { id: `${uid}-exports` }, "Exports of this campaign")),
      panel.rows.length ? exportTable(panel.rows, clock, taken)
        : quietly("No exports yet", `Nobody has exported the recipients of ${shortId(campaign.external_id)}.`),
      h("p", { class: "sub under" }, "Every file has a manifest beside it: filter, zone, row count, SHA-256. " +
        "A file with fewer rows than asked for is never offered.")),
  ];
}

function createSection({ format, rows_of: rowsOf, full, filtered, filter_text: text, note }, uid) {
  const pressed = (field, value, chosen, words) => h("button", { type: "button", "data-do": "export-choose",
    "data-field": field, "data-value": value, "aria-pressed": String(chosen === value) }, words);
  return h("section", { class: "make" },
    h("div", { class: "sec" }, h("h2", {}, "Create export")),
    h("div", { class: "filters" },
      h("div", {}, h("span", { class: "lab", id: `${uid}-format` }, "Format"),
        h("div", { class: "seg", role: "group", "aria-labelledby": `${uid}-format` },
          pressed("format", "csv", format, "CSV"), pressed("format", "txt", format, "TXT"))),
      h("div", {}, h("span", { class: "lab", id: `${uid}-rows` }, "Rows"),
        h("div", { class: "seg", role: "group", "aria-labelledby": `${uid}-rows` },
          pressed("rows_of", "full", rowsOf, `Full list, ${figure(full)}`),
          text && pressed("rows_of", "filter", rowsOf, `Current filter, ${figure(filtered)}`))),
      h("button", { type: "button", class: "btn main", "data-do": "export-create" }, "Create export"),
      h("span", { class: "sub note" }, note)),
    rowsOf === "filter" && text && h("p", { class: "sub" }, `Current filter: ${text}`));
}

function exportTable(rows, clock, taken) {
  return h("div", { class: "scroll tall" }, h("table", { class: "grid exports", "aria-label": "Exports" },
    h("thead", {}, h("tr", {}, ["Status", "Format", "Rows asked for"].map((name) => h("th", { scope: "col" }, name)),
      h("th", { scope: "col", class: "num" }, "Rows written"),
      ["By", "Created"].map((name) => h("th", { scope: "col" }, name)),
      h("th", { scope: "col" }, h("span", { class: "sr" }, "File")))),
    h("tbody", {}, rows.map((row) => h("tr", { "data-id": `e${row.export_id}` },
      h("td", {}, h("span", { class: "ck-mark", "data-s": EXPORT_MARKS[row.status] ?? "New" }, row.status)),
      h("td", {}, row.format.toUpperCase()), h("td", { class: "clip", title: row.asked }, row.asked),
      h("td", { class: "num" }, row.rows_written === null ? nil() : figure(row.rows_written)),
      h("td", {}, row.requested_by), h("td", {}, moment(row.created_at, clock)),
      h("td", { class: "num x" }, exportFile(row, clock, taken)))))));
}

function exportFile(row, clock, taken) {
  const again = row.mine && h("button", { type: "button", class: "btn small", "data-do": "export-again",
    "data-export": row.export_id }, "Create again");
  switch (row.status) {
    case "Queued": return h("span", { class: "sub" }, row.ahead ? `${plural(row.ahead, "export", "exports")} ahead`
      : "about to start");
    case "Running": return runningBar(row);
    case "Failed": return [h("span", { class: "danger" }, row.error), " ", again];
    case "Expired": return [h("span", { class: "sub" }, "file deleted"), " ", again];
    default: return doneFile(row, clock, taken);
  }
}

// How many rows there are is known when they are written.
function runningBar({ progress: part }) {
  const percent = Math.floor(100 * part);
  return progress("", { "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100 },
    h("span", {}, `${percent}%`), null, h("i", { style: `--p:${percent}%` }));
}

function doneFile(row, clock, taken) {
  if (!row.mine) return h("span", { class: "sub" }, `only ${row.requested_by} can download it`);
  const left = Math.max(0, (Date.parse(row.expires_at) - clock.now) / 1000);
  const percent = taken?.id === row.export_id ? Math.floor((100 * taken.got) / Math.max(1, taken.size)) : null;
  return [h("span", { class: "sub" }, `expires in ${countdown(left)}`), " ",
    h("button", { type: "button", class: "btn small main", "data-do": "export-download", "data-export": row.export_id,
      "aria-disabled": taken ? "true" : null },
    percent === null ? `Download ${bytes(row.bytes)}` : `Downloading, ${percent}%`)];
}

// "41:12" under an hour, else like every other duration.
function countdown(seconds) {
  const whole = Math.floor(seconds);
  if (whole >= 3600) return duration(whole);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function bytes(size) {
  const steps = [[1e9, "GB"], [1e6, "MB"], [1e3, "KB"]];
  const [unit, name] = steps.find(([limit]) => size >= limit) ?? [1, "bytes"];
  const value = size / unit;
  return `${value < 10 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${name}`;
}

// A file comes in parts that the page asks for one by one: the kernel never holds more than one of them.
function taking({ wish, told }) {
  let now = null;                        // { id, parts, got, size, name }

  function take(id) {
    if (now) return;
    now = { id, parts: [], got: 0, size: 0 };
    ask();
  }

  function ask() {
    wish({ event: "download", id: now.id, offset: now.got });
    told();
  }

  function part({ id, offset, size, name }, [buffer]) {
    if (now?.id !== id || offset !== now.got) return;
    now.parts.push(new Blob([buffer]));  // a Blob may lie on disk, an array may not
    Object.assign(now, { got: offset + buffer.byteLength, size, name });
    if (now.got < size && buffer.byteLength > 0) {
      ask();
      return;
    }
    if (now.got === size) saveFile(new Blob(now.parts), name);
    now = null;
    told();
  }

  return { take, part, now: () => now, give: () => { now = null; } };
}

function saveFile(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
