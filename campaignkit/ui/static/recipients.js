// The Recipients tab: filters with counts, what they leave, and the ten columns (R52–R57, R61).

const STAGE_TIPS = {
  New: "In our list, not submitted", Sending: "Being submitted or retried",
  Delivered: "Handed to the carrier; says nothing about the phone", Failed: "Never accepted by the carrier",
};
const RECIPIENT_COLUMNS = [
  { name: "recipient", head: "Recipient", cell: (row, _clock, numbers) => recipientCell(row, numbers), mono: true },
  { name: "stage", head: "Stage", tip: "The guide calls this Status", cell: ({ stage }) => stageMark(stage) },
  { name: "esme", head: "Channel (ESME)", cell: ({ esme }) => esme ?? nil(), clip: true, from: "esme" },
  { name: "filter", head: "Filter", cell: ({ filter }) => filter ?? nil(), clip: true, from: "filter" },
  { name: "delivered", head: "Delivered", tip: "When the final report came", from: "delivered_at",
    cell: (row, clock) => momentSeconds(row.delivered_at, clock) },
  { name: "code", head: "Sys. Info", tip: "The SMPP result code", cell: codeMark, from: "smpp_code" },
  { name: "smsid", head: "SMSID", cell: smsidCell, mono: true, clip: true, from: "smsid" },
  { name: "created", head: "Created", cell: (row, clock) => moment(row.created_at, clock) },
  { name: "sent", head: "Sent time", sort: "sent", cell: (row, clock) => momentSeconds(row.sent_at, clock), from: "sent_at" },
  { name: "error", head: "Error", cell: ({ error }) => error ?? nil(), clip: true, from: "error" },
];

function stageMark(stage) {
  return h("span", { class: "ck-mark", "data-stage": stage, title: STAGE_TIPS[stage] }, stage);
}

// An intermediate report waits like none at all, and is drawn like it; what it is is the kernel's to say.
function codeMark({ smpp_code: code, sms_result: result, awaiting }) {
  if (code === null || code === undefined) return h("span", { class: "sub", title: "No delivery report yet" }, "null");
  return h("span", { class: "ck-mark", "data-result": awaiting ? "awaiting" : result,
    title: `SMS Result: ${result}` }, code);
}

function recipientCell({ recipient, recipient_id: id }, { shown, revealable } = {}) {
  if (shown?.has(id)) return h("span", {}, shown.get(id));
  const [, mask, tail] = /^(\*+)(.*)$/.exec(recipient) ?? [null, "", recipient];
  return [h("span", {}, mask ? `${"•".repeat(mask.length)} ${tail}` : tail),
    mask && revealable && h("button", { type: "button", class: "link small reveal", "data-do": "reveal",
      "data-recipient": id, "aria-label": `Show the full number that ends in ${tail}` }, "show")];
}

function smsidCell({ smsid }) {
  return smsid ? [h("span", {}, smsid), copyButton(smsid, `Copy the SMSID ${smsid}`)] : nil();
}

function recipientsPanel({ panel, not_provided: missing }, clock, uid, shown) {
  const numbers = { shown, revealable: panel.revealable, missing };
  const { filter, options } = panel;
  const stages = options.stages.map((option) => ({ ...option, tip: STAGE_TIPS[option.value],
    mark: { "data-stage": option.value } }));
  const results = options.sms_results.map((option) => ({ ...option, label: capital(option.value),
    mark: { "data-result": option.value } }));
  const narrowed = filter.stages.length + filter.sms_results.length + filter.smpp_codes.length > 0 || !filter.null_smpp;
  return [
    h("div", { class: "filters", role: "group", "aria-label": "Filters" },
      pick(uid, { field: "stages", name: "Stage", any: "Any", options: stages, chosen: filter.stages,
        tip: "The guide calls this filter Status" }),
      pick(uid, { field: "sms_results", name: "SMS Result", any: "Any", options: results,
        chosen: filter.sms_results }),
      pick(uid, { field: "smpp_codes", name: "SMPP code", any: "Any", options: options.smpp_codes,
        chosen: filter.smpp_codes }),
      h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(filter.null_smpp),
        "data-do": "recipients-null", title: "Rows that have no delivery report yet: shown, or left out" },
      "Include null SMPP", h("span", { class: "sub" }, figure(options.null_smpp))),
      h("span", { class: "grow" }),
      narrowed && h("button", { type: "button", class: "btn quiet danger", "data-do": "recipients-clear" }, "Clear")),
    guardRail(panel.guard),
    h("div", { class: "bar" },
      h("span", { role: "status" }, h("b", {}, figure(panel.total)), panel.total === 1 ? " recipient" : " recipients"),
      h("span", { class: "sub" }, missing?.includes("smpp_code") ? "delivery reports are not provided by this source"
        : resultsLine(panel.results)),
      h("span", { class: "grow" }),
      h("span", { class: "sub" }, panel.masking)),
    panel.rows.length ? recipientTable(panel, clock, numbers) : noRecipientsMatch(panel, narrowed),
    panel.total > 0 && pageFoot("recipients", panel),
  ];
}

function resultsLine({ delivered, failed, unknown, awaiting }) {
  return `delivered ${figure(delivered)} · failed ${figure(failed)} · unknown ${figure(unknown)}` +
    (awaiting ? `, of these ${figure(awaiting)} awaiting a report` : "");
}

// R61: whoever looks for failures by the stage is told what this leaves out.
function guardRail(guard) {
  if (!guard) return null;
  return h("div", { class: "banner info", role: "note" },
    h("span", {}, h("b", {}, figure(guard.at_submission)), " failed at submission; ",
      h("b", {}, figure(guard.by_carrier)), " more were refused by the carrier: SMS Result = Failed."),
    h("span", { class: "grow" }),
    guard.by_carrier > 0 && h("button", { type: "button", class: "btn small", "data-do": "recipients-failed" },
      `Show the ${figure(guard.by_carrier)}`));
}

function noRecipientsMatch({ known }, narrowed) {
  return h("div", { class: "empty" },
    h("h2", {}, narrowed ? "No recipients match these filters" : "No recipients yet"),
    h("p", { class: "sub" }, narrowed ? `The campaign has ${plural(known, "recipient", "recipients")}.`
      : "They appear here when Core has built the list."));
}

function recipientTable({ rows, sort }, clock, numbers) {
  return h("div", { class: "scroll tall" },
    h("table", { class: "grid low rec", "aria-label": "Recipients" },
      h("colgroup", {}, RECIPIENT_COLUMNS.map(({ name }) => h("col", { "data-c": name }))),
      h("thead", {}, h("tr", {}, RECIPIENT_COLUMNS.map((column) => recipientHead(column, sort)))),
      h("tbody", {}, rows.map((row) => recipientRow(row, clock, numbers)))));
}

function recipientHead({ head, sort: key, tip }, sort) {
  if (!key) return h("th", { scope: "col", title: tip }, head);
  const direction = sort.key !== key ? "none" : sort.descending ? "descending" : "ascending";
  return h("th", { scope: "col", "aria-sort": direction },
    h("button", { type: "button", class: "sort", "data-do": "recipients-sort", "data-key": key }, head));
}

function recipientRow(row, clock, numbers) {
  return h("tr", { "data-id": `r${row.recipient_id}` }, RECIPIENT_COLUMNS.map(({ name, cell, mono, clip, from }) => {
    const lacks = from && numbers.missing?.includes(from);
    const content = lacks ? notProvided("not provided") : cell(row, clock, numbers);
    return h("td", { "data-c": name, class: [mono && "mono", clip && "clip"].filter(Boolean).join(" ") || null,
      title: clip && typeof content === "string" ? content : null }, content);
  }));
}

// ---- shared by every long list of a tab

function momentSeconds(iso, clock) {
  return iso ? timeElement(iso, clock, (instant) =>
    `${momentText(instant, clock)}:${partsOf(instant, clock.zone).second}`) : nil();
}

function capital(word) {
  return word.replace(/^./, (first) => first.toUpperCase());
}

function pageFoot(list, value) {
  const { first, last, total } = value;
  return pageButtons(list, value, h("span", {}, h("b", {}, `${figure(first)}–${figure(last)}`), ` of ${figure(total)}`));
}

function pageButtons(list, { has_previous: previous, has_next: next }, words) {
  const button = (to, text, usable) => h("button", { type: "button", class: "btn small", "data-do": `${list}-page`,
    "data-to": to, "aria-disabled": usable ? null : "true" }, text);
  return h("nav", { class: "foot", "aria-label": "Pages" }, words, h("span", { class: "grow" }),
    button("first", "« First", previous), button("previous", "‹ Previous", previous), button("next", "Next ›", next));
}
