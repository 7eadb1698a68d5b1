// Five figures of the whole scope. They do not follow the filters (R8). Each one opens into what it is made of.

const TILES = [
  { key: "total", name: "Total campaigns", rows: ({ kpis }) => [["Active", kpis.active], ["Completed", kpis.completed],
    ["Errors", kpis.errors], ["Cancelled", kpis.cancelled], ["Expired", kpis.expired], ["New", kpis.new]],
  note: whereTheRestIs },
  { key: "active", name: "Active", text: "building, pending, sending or paused", rows: ({ kpis, statuses }) =>
    ["Building", "Pending", "Sending", "Paused"].map((status) => [status, statuses[status] ?? 0])
      .filter(([, count]) => count > 0 || kpis.new !== null) },
  { key: "completed", name: "Completed", text: "finished with status Done", rows: ({ kpis, statuses }) =>
    [["In the list", statuses.Done ?? 0], ["Archived", kpis.completed - (statuses.Done ?? 0)]] },
  { key: "errors", name: "Errors", text: "failed campaigns", rows: ({ kpis, statuses }) =>
    [["In the list", statuses.Failed ?? 0], ["Archived", kpis.errors - (statuses.Failed ?? 0)]],
  note: () => "Campaigns, not messages. Refused messages: Errors tab of a campaign." },
  { key: "sms_sent", name: "SMS Sent", text: "delivered to handset", rows: () => [],
    note: () => "Counts messages, not parts: sms_result = delivered." },
];

function tiles(scope, figures, uid) {
  return TILES.map((tile) => h("div", { class: "kpi", tabindex: "0", "aria-describedby": figures && `${uid}-${tile.key}` },
    h("dt", {}, tile.name), figures ? tileFigures(tile, scope, figures, uid) : tileBars()));
}

function tileFigures(tile, scope, figures, uid) {
  const value = figures.kpis[tile.key];
  const rows = (value === null ? [] : tile.rows(figures)).filter(([, count]) => count !== null);
  const note = tile.note?.(figures);
  return [
    h("dd", { class: "v" }, value === null || value === undefined ? notProvided() : figure(value)),
    h("dd", { class: "s" }, tile.text ?? `ever created${coverage(scope, figures)}`),
    h("dd", { class: "pop", role: "tooltip", id: `${uid}-${tile.key}` },
      rows.length > 0 && h("table", { class: "sum" }, h("tbody", {}, rows.map(([name, count]) => sumRow(name, count)),
        sumRow(tile.name.replace(" campaigns", ""), value ?? 0, "total"))),
      note && h("p", { class: "sub" }, note)),
  ];
}

function coverage({ master }, { workspaces }) {
  return master && workspaces ? `, in ${plural(workspaces, "workspace", "workspaces")}` : " in this workspace";
}

function whereTheRestIs({ archived, queued, listed }) {
  const apart = [archived > 0 && `${figure(archived)} ${archived === 1 ? "is" : "are"} archived`,
    queued > 0 && `${figure(queued)} ${queued === 1 ? "waits" : "wait"} for a moderator`].filter(Boolean);
  return apart.length > 0 && `Of these ${apart.join(" and ")}: ${figure(listed)} in the list.`;
}

function sumRow(name, value, kind) {
  return h("tr", { class: kind }, h("td", {}, name), h("td", {}, figure(value)));
}

function tileBars() {
  return [h("dd", { class: "v" }, h("span", { class: "skel", style: "--w:72px" })),
    h("dd", { class: "s" }, h("span", { class: "skel", style: "--w:120px" }))];
}
