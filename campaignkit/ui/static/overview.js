// One campaign: its head, how far the delivery is, and what it is.

const TO_COME = new Set(["Pending", "New"]);

function detailHead(detail, clock, statuses, auto) {
  const { campaign } = detail;
  return [
    h("div", { class: "title" },
      h("h1", { class: "ttl", tabindex: "-1" }, shortId(campaign.external_id), copyButton(campaign.external_id),
        h("span", { class: "state" }, badge(campaign, statuses), pausedUntil(campaign, clock))),
      h("p", { class: "sub" }, joined(subLine(campaign, clock)))),
    h("span", { class: "grow" }),
    freshness(detail.as_of, clock, auto),
    actionButtons(campaign),
  ];
}

function subLine(campaign, clock) {
  const planned = (iso) => momentText(new Date(iso), clock).trim();
  const { start_at: start, end_at: end } = campaign;
  const window = start && end ? `${planned(start)} – ${planned(end)}` : start ? `from ${planned(start)}` : null;
  return [campaign.name, campaign.saddr, campaign.mode, window, `times in ${clock.label}`].filter(Boolean);
}

function joined(words) {
  return words.flatMap((word, place) => (place ? [" ", dot(), " ", word] : [word]));
}

// A page of its own has no list to go back to: in a dashboard another one has it.
function crumbs(campaign, { alone, addressed }) {
  return [
    !alone
      ? h("button", { type: "button", class: "link", "data-do": "back", title: "Back to the list (Esc)" }, "Campaigns")
      : addressed ? h("a", { href: dashboardAddress("operations") }, "Campaigns") : "Campaigns",
    " ", h("span", { class: "nil", "aria-hidden": "true" }, "/"), ` ${campaign.workspace_id}`,
  ];
}

// ---- delivery progress: the parts of the verdict, in the order of the bar

const PARTS_OF_DELIVERY = [
  { key: "delivered", name: "Delivered", note: "on the handset", colour: "--ck-result-delivered" },
  { key: "carrier_failed", name: "Carrier failed", note: "SMS Result = Failed", colour: "--ck-result-failed" },
  { key: "unknown", name: "Unknown", note: "gave up, or state UNKNOWN", colour: "--ck-result-unknown" },
  { key: "awaiting", name: "Awaiting", note: "receipts still possible", colour: "--ck-awaiting" },
  { key: "failed_at_submission", name: "Failed at submission", note: "never accepted by the carrier",
    colour: "--ck-stage-failed" },
  { key: "contradiction", name: "Contradiction", note: "stage, result and code do not fit together",
    colour: "--ck-warn", odd: true },
  { key: "not_submitted", name: "Not submitted", note: "waiting in our list", colour: "--ck-todo" },
  { key: "excluded", name: "Excluded", note: "by a stop list", colour: "--ck-excluded" },
];

function deliverySection(detail, clock, uid) {
  const parts = PARTS_OF_DELIVERY
    .map((part) => ({ ...part, count: detail.verdicts?.[part.key] ?? 0 }))
    .filter((part) => part.count > 0 || (part.key === "delivered" && !detail.not_provided?.includes("delivered")));
  const sum = parts.reduce((total, part) => total + part.count, 0);
  const missing = !detail.verdicts || detail.not_provided?.includes("recipients");
  return h("section", { "aria-labelledby": `${uid}-delivery` },
    h("div", { class: "sec" }, h("h2", { id: `${uid}-delivery` }, "Delivery progress"),
      sum > 0 && h("span", { class: "sub" }, `of ${figure(sum)} recipients; every recipient is in exactly one part`)),
    missing ? notProvided() : [bigNumbers(detail, sum, clock), sum > 0
      ? [stackedBar(detail.campaign.sent, parts, sum), legend(parts, sum)]
      : h("p", { class: "sub" }, noRecipients(detail.campaign))]);
}

function noRecipients({ status }) {
  if (status === "Building") return "Core is assembling the recipient list.";
  return TO_COME.has(status) ? "The recipient list is not built yet." : "No recipients are known.";
}

function bigNumbers({ campaign, pace }, sum, clock) {
  const { sent, total, errors, delivered } = campaign;
  const [whole, origin] = total !== null && total !== undefined ? [total, totalNote(total, sum)]
    : sum > 0 ? [sum, "known so far; no total given"] : [null, "not counted yet"];
  return h("dl", { class: "big" },
    bigNumber("Sent", sent, whole !== null && campaign.mode !== "Trigger" && sent > whole
      ? h("span", { class: "warn" }, flag(), `+${figure(sent - whole)} over the total`) : "handed to the carrier"),
    bigNumber("Total", whole, origin),
    bigNumber("Errors", errors ?? notProvided("not provided"), "SMS Result = Failed"),
    bigNumber("Delivered", delivered ?? notProvided("not provided"),
      delivered === null ? "no delivery reports" : sent > 0 ? `${share(delivered, sent)} of sent` : "nothing sent yet"),
    pace?.expected_end && bigNumber("Expected end", nearMoment(pace.expected_end, clock), spareTime(pace)));
}

// A weekday within six days, beyond it a date: the same rule as for "until".
function nearMoment(iso, clock) {
  const instant = new Date(iso);
  const { weekday, hour, minute } = partsOf(instant, clock.zone);
  const near = Math.abs(instant.getTime() - clock.now) < 6 * 86_400_000;
  return timeElement(iso, clock, () => (near ? `${weekday} ${hour}:${minute}` : momentText(instant, clock).trim()));
}

function spareTime({ spare }) {
  if (spare === null || spare === undefined) return "at the rate of now";
  if (spare >= 0) return `${duration(spare)} before its end`;
  return h("span", { class: "warn" }, flag(), `${duration(-spare)} after its end`);
}

function totalNote(total, sum) {
  return sum > 0 && sum !== total ? `from the campaign; ${figure(sum)} known` : "from the campaign";
}

function bigNumber(name, value, note) {
  return h("div", {}, h("dt", {}, name),
    h("dd", {}, value === null || value === undefined ? nil() : value.nodeType ? value : figure(value)),
    h("dd", { class: "s" }, note));
}

function stackedBar(sent, parts, sum) {
  const told = parts.map((part) => `${part.name.toLowerCase()} ${figure(part.count)}`).join("; ");
  const width = Math.min(100, (100 * sent) / sum);
  return h("div", { class: "fun" },
    sent > 0 && h("div", { class: width < 16 ? "br short" : "br", style: `width:${width.toFixed(1)}%` },
      h("span", {}, `sent ${figure(sent)}`)),
    h("div", { class: "stack", role: "img",
      "aria-label": `${told.replace(/^./, (first) => first.toUpperCase())}; total ${figure(sum)}` },
    parts.filter((part) => part.count > 0).map((part) => h("i", { "data-k": part.key,
      style: `flex:${part.count} 0 0;--c:var(${part.colour})`, title: `${part.name}: ${figure(part.count)}` }))));
}

function legend(parts, sum) {
  return h("table", { class: "sum leg" }, h("tbody", {},
    parts.map((part) => h("tr", { class: part.odd && "warn" },
      h("td", {}, h("span", { class: "key", "data-k": part.key, style: `--c:var(${part.colour})` }),
        part.odd && flag(), part.name, h("span", { class: "sub" }, ` ${part.note}`)),
      h("td", { class: "num" }, figure(part.count)),
      h("td", { class: "num sub" }, share(part.count, sum)))),
    h("tr", { class: "total" }, h("td", {}, "Total"), h("td", { class: "num" }, figure(sum)),
      h("td", { class: "num sub" }, "100.0%"))));
}

// ---- summary

function summary(detail, clock, statuses, uid) {
  const { campaign } = detail;
  const states = !detail.not_provided?.includes("state_events");
  return h("aside", {}, h("section", { "aria-labelledby": `${uid}-summary` },
    h("div", { class: "sec" }, h("h2", { id: `${uid}-summary` }, "Summary")),
    h("dl", { class: "kv" },
      entry("Status", [badge(campaign, statuses), pausedUntil(campaign, clock)]),
      entry("Mode", orLacking(campaign.mode, detail.not_provided, "mode")),
      entry("Sender", campaign.saddr),
      entry("Workspace", campaign.workspace_id),
      entry("Created", moment(campaign.created_at, clock)),
      entry("Author", orLacking(campaign.author, detail.not_provided, "author")),
      entry("Scheduled start", planned(detail, "start_at", clock), "gap"),
      entry("Actual start", states || detail.actual_start ? moment(detail.actual_start, clock) : notProvided()),
      entry("Scheduled end", planned(detail, "end_at", clock)),
      entry("Actual end", states || detail.actual_end ? actualEnd(detail, clock, statuses) : notProvided()),
      entry("Daily window", orLacking(dailyWindow(campaign), detail.not_provided, "window")),
      paceEntries(detail, clock),
      entry("Job errors", jobErrors(detail), detail.pace?.rate === null || !detail.pace ? "gap" : null))));
}

function planned({ campaign, not_provided: missing }, name, clock) {
  return orLacking(campaign[name] && moment(campaign[name], clock), missing, name);
}

function paceEntries({ pace }, clock) {
  if (!pace || pace.rate === null || pace.rate === undefined) return null;
  const still = pace.still_since && h("span", { class: "warn" }, flag(), "nothing sent since ",
    moment(pace.still_since, clock));
  return [entry("Rate now", still || `${figure(pace.rate)} per hour`, "gap"),
    pace.needed && entry("Needed", h("span", { class: pace.needed > pace.rate && "warn" },
      pace.needed > pace.rate && flag(), `${figure(pace.needed)} per hour`))];
}

function entry(name, value, gap) {
  return [h("dt", { class: gap }, name), h("dd", { class: gap }, value)];
}

function actualEnd({ campaign, actual_end: end }, clock, statuses) {
  if (end) return moment(end, clock);
  const running = statuses.get(campaign.status)?.live && !TO_COME.has(campaign.status);
  return running ? h("span", { class: "sub" }, `still ${campaign.status.toLowerCase()}`) : nil();
}

function dailyWindow({ window_from: from, window_to: to }) {
  if (!from || !to) return null;
  return `${from.slice(0, 5)}–${to.slice(0, 5)}, ${to < from ? "over midnight" : "every day"}`;
}

function jobErrors({ badge: counts, not_provided: missing }) {
  const known = counts && counts.job_errors !== null && counts.job_errors !== undefined;
  if (missing?.includes("job_errors") || !known) return notProvided();
  return counts.job_errors ? h("button", { type: "button", class: "link", "data-do": "job-errors" },
    figure(counts.job_errors)) : figure(0);
}

function overviewPanel(detail, clock, statuses, { uid, tabular, inner, width }) {
  const value = { ...detail, ...detail.panel };
  const options = { uid, tabular };
  return [
    h("div", { class: "cols" }, h("div", {}, deliverySection(value, clock, uid),
      activitySection(value, clock, { ...options, width: inner })), summary(value, clock, statuses, uid)),
    historySection(value, clock, statuses, { ...options, width }),
  ];
}
