// The Audit tab: who did what, newest first, by day; Core's entries and the toolkit's in one list (R66–R68).

function auditPanel({ panel, not_provided: missing }, clock, uid) {
  const { filter, options } = panel;
  const narrowed = filter.actors.length + filter.actions.length > 0 || filter.time !== "all";
  return [
    h("div", { class: "filters", role: "group", "aria-label": "Filters" },
      pick(uid, { field: "actors", name: "Actor", any: "Anyone", options: options.actors, chosen: filter.actors }),
      pick(uid, { field: "actions", name: "Action", any: "Any action", options: options.actions,
        chosen: filter.actions }),
      pick(uid, { field: "time", name: "Time", any: "All time", options: options.times, chosen: [filter.time],
        one: true }),
      narrowed && h("button", { type: "button", class: "btn quiet danger", "data-do": "audit-clear" }, "Clear"),
      h("span", { class: "grow" }),
      h("span", { class: "sub", role: "status" }, entriesWords(panel, narrowed)),
      h("button", { type: "button", class: "btn", "data-do": "audit-export" }, "Export CSV")),
    missing?.includes("audit_events") &&
      h("p", { class: "sub under" }, "Core's own entries are not provided by this source; these are the toolkit's."),
    panel.rows.length ? h("ol", { class: "audit" }, byDay(panel.rows, clock).map((day) => auditDay(day, clock)))
      : quietly(narrowed ? "No entries match these filters" : "No entries yet",
        narrowed ? "Clear them to see the whole trail." : "Nobody has done anything to this campaign."),
    (panel.has_next || panel.has_previous) && pageButtons("audit", panel),
  ];
}

function entriesWords({ rows, entries, has_next: more, has_previous: before }, narrowed) {
  if (!narrowed) return plural(entries, "entry", "entries");
  return more || before ? `some of ${plural(entries, "entry", "entries")}`
    : `${figure(rows.length)} of ${plural(entries, "entry", "entries")}`;
}

function byDay(rows, clock) {
  const days = [];
  for (const row of rows) {
    const { weekday, day, month, year } = partsOf(new Date(row.occurred_at), clock.zone);
    const name = `${weekday} ${day} ${month}${year === clock.year ? "" : ` ${year}`}`;
    if (days.at(-1)?.name !== name) days.push({ name, rows: [] });
    days.at(-1).rows.push(row);
  }
  return days;
}

function auditDay({ name, rows }, clock) {
  return h("li", { class: "day" }, h("h3", {}, name), h("ol", {}, rows.map((row) => auditEntry(row, clock))));
}

function auditEntry({ action, actor, note, occurred_at: at, source, known, meaning }, clock) {
  const when = secondsTime(at, clock);
  when.classList.add("sub");
  return h("li", { class: action === "pii_revealed" ? "ev hot" : "ev" },
    when, h("span", { class: "who" }, actor),
    h("span", { class: "what", title: meaning }, h("b", {}, action),
      !known && h("span", { class: "sub" }, " (not in the glossary)")),
    h("span", { class: "why" }, note ?? nil()),
    h("span", { class: "sub src" }, source ?? ""));
}
