// Five figures of the whole scope. They do not follow the filters (R8).

const TILES = [
  { key: "total", name: "Total campaigns" },
  { key: "active", name: "Active", text: "building, pending, sending or paused" },
  { key: "completed", name: "Completed", text: "finished with status Done" },
  { key: "errors", name: "Errors", text: "failed campaigns" },
  { key: "sms_sent", name: "SMS Sent", text: "delivered to handset" },
];
// R6: every campaign is in exactly one of these, so the statuses without a tile are found here.
const BREAKDOWN = [["Active", "active"], ["Completed", "completed"], ["Errors", "errors"],
  ["Cancelled", "cancelled"], ["Expired", "expired"], ["New", "new"]];

function tiles(listing, uid) {
  return TILES.map((tile) => h("div", { class: "kpi", tabindex: "0",
    "aria-describedby": listing && tile.key === "total" ? `${uid}-breakdown` : null },
    h("dt", {}, tile.name), listing ? tileFigures(tile, listing, uid) : tileBars()));
}

function tileFigures(tile, listing, uid) {
  const value = listing.kpis[tile.key];
  return [
    h("dd", { class: "v" }, value === null || value === undefined ? "–" : figure(value)),
    h("dd", { class: "s" }, tile.text ?? `ever created${coverage(listing)}`),
    tile.key === "total" && h("dd", { class: "pop", role: "tooltip", id: `${uid}-breakdown` },
      h("table", { class: "sum" }, h("tbody", {},
        BREAKDOWN.map(([name, key]) => sumRow(name, listing.kpis[key] ?? 0)),
        sumRow("Total", value ?? 0, "total")))),
  ];
}

function coverage(listing) {
  const { workspaces } = listing.options;
  return listing.scope.master && workspaces.length
    ? `, in ${plural(workspaces.length, "workspace", "workspaces")}` : " in this workspace";
}

function sumRow(name, value, kind) {
  return h("tr", { class: kind }, h("td", {}, name), h("td", {}, figure(value)));
}

function tileBars() {
  return [h("dd", { class: "v" }, h("span", { class: "skel", style: "--w:72px" })),
    h("dd", { class: "s" }, h("span", { class: "skel", style: "--w:120px" }))];
}
