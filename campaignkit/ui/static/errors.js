// The Errors tab: job errors, and what the carrier refused as code × ESME (R58–R60).

function errorsPanel({ panel, not_provided: missing }, clock, uid, shown) {
  const noJobs = missing?.includes("job_errors");
  const noReports = missing?.includes("messages");
  const sub = (key, words) => h("button", { type: "button", role: "tab", id: `${uid}-sub-${key}`,
    "aria-selected": String(panel.sub === key), "aria-controls": `${uid}-sub`, tabindex: panel.sub === key ? "0" : "-1",
    "data-do": "errors-sub", "data-sub": key }, words);
  return [
    h("div", { class: "bar" },
      h("div", { class: "seg", role: "tablist", "aria-label": "Kind of error" },
        sub("job", noJobs ? "Job" : `Job ${figure(panel.jobs.length)}`),
        sub("messages", noReports ? "Messages" : `Messages ${figure(panel.failed)}`)),
      h("span", { class: "sub" }, "Refused at submission: ", h("b", {}, figure(panel.refused)),
        panel.refused > 0 ? [", in neither list and not in the badge. ",
          h("button", { type: "button", class: "link small", "data-do": "errors-refused" }, "Show them")] : ".")),
    h("div", { role: "tabpanel", id: `${uid}-sub`, "aria-labelledby": `${uid}-sub-${panel.sub}` },
      panel.sub === "job" ? jobsTable(panel, noJobs, clock) : noReports ? notProvided() : messagesPart(panel, clock, { shown, revealable: panel.revealable })),
  ];
}

function jobsTable({ jobs }, missing, clock) {
  if (missing) return notProvided();
  if (!jobs.length) return quietly("No job errors", "Core wrote none for this campaign.");
  return h("div", { class: "scroll tall" }, h("table", { class: "grid jobs", "aria-label": "Job errors" },
    h("thead", {}, h("tr", {}, ["Error", "Where", "What happened", "When"].map((name) =>
      h("th", { scope: "col" }, name)))),
    h("tbody", {}, jobs.map(({ code, phase, message, occurred_at: at }) => h("tr", {},
      h("td", { class: "mono" }, code), h("td", {}, phase), h("td", { class: "text" }, message),
      h("td", {}, momentSeconds(at, clock)))))));
}

function messagesPart(panel, clock, numbers) {
  if (!panel.failed) return quietly("No failed messages", "No report says that the carrier could not deliver.");
  return [
    h("section", {},
      h("div", { class: "sec" }, h("h2", {}, "Why messages failed"),
        h("span", { class: "sub" }, "count, and share of what each channel sent; stronger colour is a higher share")),
      h("div", { class: "scroll" }, heatmap(panel)),
      panel.finding && h("p", { class: "say" }, h("span", { class: "flag warn", "aria-hidden": "true" }),
        h("b", {}, panel.finding.says), " ", panel.finding.means)),
    h("section", {},
      h("div", { class: "sec" }, h("h2", {}, "Failed messages"),
        h("span", { class: "sub" }, `${figure(panel.total)}${groupWords(panel.group)}`),
        panel.group && h("button", { type: "button", class: "link small", "data-do": "errors-group" }, "Show all")),
      failedTable(panel.rows, clock, numbers), pageFoot("errors", panel)),
  ];
}

function groupWords(group) {
  return group ? `, ${group.smpp_code} on ${group.esme}` : ", last sent first";
}

function heatmap({ channels, codes, failed, sent, group, finding }) {
  const most = Math.max(...codes.flatMap(({ cells }) => cells.map(({ count }, at) => shareOf(count, channels[at].sent))));
  return h("table", { class: "grid heatmap", "aria-label": "Failed messages by SMPP code and channel" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "SMPP code"),
      [...channels, { esme: "All", sent }].map(({ esme, sent: count }) => h("th", { scope: "col", class: "num" },
        esme || "no channel", h("span", { class: "sub" }, `${figure(count)} sent`))))),
    h("tbody", {},
      codes.map((code) => heatRow(code, channels, { most, group, sent, hot: finding?.cell })),
      h("tr", { class: "total" }, h("th", { scope: "row" }, "All failed"),
        channels.map(({ failed: count, sent: of }) => sumCell(count, of)), sumCell(failed, sent))));
}

function heatRow({ smpp_code: code, class: kind, meaning, cells, count }, channels, { most, group, sent, hot }) {
  return h("tr", {},
    h("th", { scope: "row" }, h("span", { class: "ck-mark", "data-result": "failed" }, code || "null"),
      h("span", { class: "sub" }, `${meaning}${kind ? ` (${kind})` : ""}`)),
    cells.map(({ count: number }, at) => heatCell(code, number, channels[at], { most, group, hot })),
    sumCell(count, sent));
}

function shareOf(count, sent) {
  return sent > 0 ? count / sent : 0;
}

function heatCell(code, count, { esme, sent }, { most, group, hot }) {
  const is = (cell) => cell && cell.smpp_code === code && cell.esme === esme;
  if (!count) return h("td", { class: "num" }, nil());
  const alpha = 0.04 + 0.51 * Math.sqrt(shareOf(count, sent) / (most || 1));
  const shade = `--a:${alpha.toFixed(2)}`;
  const figures = [h("b", {}, figure(count)), h("span", { class: "sub" }, finely(count, sent))];
  // A filter names a code and a channel: rows that have none of one cannot be asked for alone.
  const lacking = !esme ? "channel" : !code && "code";
  if (lacking) {
    return h("td", { class: "num heat alone", style: shade,
      title: `These rows name no ${lacking}, so they cannot be shown alone: they are among the messages below` }, figures);
  }
  return h("td", { class: `num heat${is(hot) ? " hot" : ""}`, style: shade },
    h("button", { type: "button", class: "cell", "data-do": "errors-group", "data-code": code, "data-esme": esme,
      "aria-pressed": String(Boolean(is(group))),
      "aria-label": `${code} on ${esme}: ${figure(count)}, ${finely(count, sent)} of what was sent` }, figures));
}

function sumCell(count, sent) {
  return h("td", { class: "num" }, h("b", {}, figure(count)), h("span", { class: "sub" }, finely(count, sent)));
}

// Two decimals: shares of failures are small and are compared.
function finely(part, whole) {
  if (!whole) return "–";
  const percent = (100 * part) / whole;
  return part > 0 && percent < 0.005 ? "<0.01%" : `${percent.toFixed(2)}%`;
}

function failedTable(rows, clock, numbers) {
  return h("div", { class: "scroll tall" }, h("table", { class: "grid low", "aria-label": "Failed messages" },
    h("thead", {}, h("tr", {}, ["Recipient", "Sys. Info", "Channel (ESME)", "Error", "Stage", "Sent time", "Report"]
      .map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map((row) => h("tr", { "data-id": `f${row.recipient_id}` },
      h("td", { class: "mono" }, recipientCell(row, numbers)), h("td", {}, codeMark(row)), h("td", {}, row.esme ?? nil()),
      h("td", {}, row.error ?? nil()), h("td", {}, stageMark(row.stage)),
      h("td", {}, momentSeconds(row.sent_at, clock)), h("td", {}, momentSeconds(row.delivered_at, clock)))))));
}

function quietly(title, words) {
  return h("div", { class: "empty" }, h("h2", {}, title), h("p", { class: "sub" }, words));
}

// ---- the tab's badge and the table of its parts (R60)

function badgeTip(counts, id) {
  if (!counts) return null;
  const { job_errors: jobs, counter, failed_rows: rows, badge: sum } = counts;
  const part = (value) => (value === null || value === undefined ? "not provided" : figure(value));
  const has = (value) => value !== null && value !== undefined;
  const ahead = has(counter) && has(rows) ? counter - rows : 0;
  const larger = has(counter) || has(rows) ? Math.max(counter ?? 0, rows ?? 0) : null;
  return h("div", { class: "pop tip", role: "tooltip", id },
    h("table", { class: "sum" }, h("tbody", {},
      tipRow("Job errors", part(jobs)), tipRow("Failed messages: the larger of", part(larger)),
      tipRow("· counter of the campaign", part(counter), "sub"),
      tipRow("· rows with SMS Result = Failed", part(rows), "sub"), tipRow("Badge", part(sum), "total"))),
    ahead !== 0 && h("p", { class: "warn" }, flag(), `reconciling: the counter is ${figure(Math.abs(ahead))} ` +
      `${ahead > 0 ? "ahead of" : "behind"} the rows`));
}

function tipRow(name, value, kind) {
  return h("tr", { class: kind }, h("td", {}, name), h("td", {}, value));
}
