// Two drawings with their numbers as tables: messages sent per day, and the states a campaign went through.
// They are drawn in real pixels for the width at hand, so that words keep their size on a phone and on a wall.

const DAY = 86_400_000;
const CHART = { top: 22, base: 144, height: 178, gutter: 54 };
const STRIP = { top: 16, thick: 10, height: 46 };
const CHARACTER = 6.2;                 // px of a character at 11 px, for deciding what fits

function dayOf(iso) {
  return new Date(`${iso}T00:00:00Z`);  // a calendar day has no zone: it is read back in UTC
}

function dayLabel(day, form) {
  const parts = partsOf(dayOf(day), "UTC");
  return form === "weekday" ? `${parts.weekday} ${parts.day}` : `${parts.day} ${parts.month}`;
}

function dayName(day, year) {
  const parts = partsOf(dayOf(day), "UTC");
  return `${parts.weekday} ${parts.day} ${parts.month}${parts.year === year ? "" : ` ${parts.year}`}`;
}

// The next 1, 2, 2.5 or 5 × 10ⁿ that needs at most four steps to reach the top.
function tickStep(most) {
  const rough = Math.max(1, most / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((value) => value >= rough);
  return Math.max(1, Math.ceil(step));
}

// ---- messages sent per day

function activitySection(detail, clock, { uid, width, tabular }) {
  const rows = detail.activity?.rows ?? [];
  const missing = !detail.activity || detail.not_provided?.includes("recipients");
  const some = rows.some((row) => row.sent > 0);
  return h("section", { "aria-labelledby": `${uid}-activity` },
    h("div", { class: "sec" }, h("h2", { id: `${uid}-activity` }, "Messages sent per day"),
      h("span", { class: "sub" }, "by sent time"), h("span", { class: "grow" }),
      some && h("button", { type: "button", class: "link small", "data-do": "tabular",
        "aria-expanded": String(tabular), "aria-controls": `${uid}-days` },
      tabular ? "Hide the table" : "Show as table")),
    missing ? notProvided() : some
      ? [activityChart(detail, clock, width), activityTable(rows, clock, `${uid}-days`, tabular)]
      : h("p", { class: "sub" }, "Nothing has been sent yet."));
}

function activityChart(detail, clock, width) {
  const { rows, zone } = detail.activity;
  const most = Math.max(...rows.map((row) => row.sent));
  const step = tickStep(most);
  const top = Math.ceil(most / step) * step;
  const right = width - CHART.gutter;
  const band = (right - 4) / rows.length;
  const form = rows.length <= 10 ? "weekday" : "date";
  const every = Math.ceil(46 / band);
  const scale = {
    y: (value) => CHART.base - ((CHART.base - CHART.top) * value) / top,
    x: (place) => 4 + band * (place + 0.5),
    bar: Math.min(82, Math.max(1, band * (band > 12 ? 0.68 : 0.86))),
    words: band >= figure(most).length * CHARACTER + 6,
  };
  const today = new Date(clock.now);
  const until = untilNow(detail, rows, scale, clock, zone);
  return svg("svg", { viewBox: `0 0 ${width} ${CHART.height}`, height: CHART.height, role: "img",
    "aria-label": activitySentence(rows, clock) },
  yAxis(step, top, right, scale),
  rows.map((row, place) => dayBar(row, place, scale, clock, stamp(today, { ...clock, zone }).iso.slice(0, 10))),
  rows.map((row, place) => place % every === 0 && dayMark(scale.x(place), dayLabel(row.day, form))),
  until, chartText(until ? 4 : right, 173, `days in ${zone}`, "tx", until ? "start" : "end"));
}

function yAxis(step, top, right, scale) {
  const lines = [];
  for (let value = 0; value <= top; value += step) {
    lines.push(svg("line", { x1: 4, x2: right, y1: scale.y(value).toFixed(1), y2: scale.y(value).toFixed(1),
      class: value ? "gr" : "ax" }));
    lines.push(svg("text", { x: right + 6, y: (scale.y(value) + 4).toFixed(1), class: "tx" }, figure(value)));
  }
  return lines;
}

function dayBar(row, place, scale, clock, today) {
  const y = row.sent > 0 ? Math.min(scale.y(row.sent), CHART.base - 1) : CHART.base;
  const known = row.delivered !== null;
  const told = `${dayName(row.day, clock.year)}: ${figure(row.sent)} sent` +
    (known ? `, ${figure(row.delivered)} delivered, ${figure(row.failed)} failed` : "");
  return [
    svg("rect", { x: (scale.x(place) - scale.bar / 2).toFixed(1), y: y.toFixed(1), width: scale.bar.toFixed(1),
      height: (CHART.base - y).toFixed(1), class: row.day === today ? "b now" : "b" }, svg("title", {}, told)),
    (scale.words || (row.sent === 0 && scale.bar >= 8)) &&
      chartText(scale.x(place), (y - 5).toFixed(1), figure(row.sent), "tx v"),
  ];
}

function chartText(x, y, words, kind = "tx", anchor = "middle") {
  return svg("text", { x: Number(x).toFixed(1), y, class: kind, "text-anchor": anchor }, words);
}

function dayMark(x, words) {
  return chartText(Math.max(x, (words.length * CHARACTER) / 2), 160, words);
}

// The last bar of a running campaign is not a whole day, and says so.
function untilNow({ campaign }, rows, scale, clock, zone) {
  const { iso } = stamp(new Date(clock.now), { ...clock, zone });
  const last = rows.length - 1;
  if (rows[last].day !== iso.slice(0, 10) || campaign.status !== "Sending" || !scale.words) return null;
  return chartText(scale.x(last), 173, `until ${iso.slice(11, 16)}`);
}

function activitySentence(rows, clock) {
  const span = `${dayName(rows[0].day, clock.year)} to ${dayName(rows[rows.length - 1].day, clock.year)}`;
  if (rows.length <= 31) return `Messages sent per day, ${span}: ${rows.map((row) => figure(row.sent)).join("; ")}`;
  const sum = rows.reduce((total, row) => total + row.sent, 0);
  const best = rows.reduce((most, row) => (row.sent > most.sent ? row : most));
  return `Messages sent per day, ${span}: ${figure(sum)} in all, most on ${dayName(best.day, clock.year)}: ` +
    `${figure(best.sent)}; the table has every day`;
}

function activityTable(rows, clock, id, tabular) {
  const columns = rows[0]?.delivered === null ? ["sent"] : ["sent", "delivered", "failed"];
  const cells = (value) => columns.map((column) => h("td", { class: "num" }, figure(value(column))));
  return h("div", { class: "scroll tall days", id, hidden: !tabular },
    h("table", { class: "grid low", "aria-label": "Messages sent per day" },
      h("thead", {}, h("tr", {}, ["day", ...columns].map((name, place) =>
        h("th", { scope: "col", class: place > 0 && "num" }, capital(name))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, h("td", {}, dayName(row.day, clock.year)),
        cells((column) => row[column])))),
      h("tfoot", {}, h("tr", { class: "total" }, h("td", {}, "Total"),
        cells((column) => rows.reduce((total, row) => total + row[column], 0))))));
}

// ---- state history

function historySection(detail, clock, statuses, { uid, width }) {
  const rows = detail.history?.rows ?? [];
  const missing = !detail.history || detail.not_provided?.includes("state_events");
  const odd = missing ? 0 : rows.filter((row) => row.anomaly).length;
  const ended = isOver(detail.campaign.status, statuses);
  return h("section", { class: "history", "aria-labelledby": `${uid}-history` },
    h("div", { class: "sec" }, h("h2", { id: `${uid}-history` }, "State history"),
      rows.length > 0 && !missing && h("span", { class: "sub" }, "newest first",
        odd > 0 && ["; ", h("span", { class: "warn" }, flag(), plural(odd, "anomaly", "anomalies"))])),
    missing ? notProvided() : rows.length
      ? [historyStrip(rows, detail.campaign, ended, clock, width), historyTable(rows, ended, clock)]
      : h("p", { class: "sub" }, "No change of state has been recorded."));
}

function isOver(status, statuses) {
  return status !== "New" && !statuses.get(status)?.live;
}

// A phase is a status, or a step inside one: "Building.parse" has the colour of Building.
function statusOf(phase) {
  return String(phase).split(".")[0];
}

function phaseSeconds(row, ended, clock) {
  if (row.seconds !== null && row.seconds !== undefined) return row.seconds;
  return ended ? null : Math.max(0, (clock.now - Date.parse(row.occurred_at)) / 1000);
}

function historyStrip(rows, campaign, ended, clock, width) {
  const phases = [...rows].reverse().map((row) => ({ ...row, from: Date.parse(row.occurred_at) }));
  const first = phases[0].from;
  const last = ended ? phases[phases.length - 1].from : Math.max(clock.now, phases[phases.length - 1].from);
  const end = plannedEnd(campaign, ended, first, last);
  const span = Math.max(1000, (end ?? last) - first);
  // What ended keeps a few pixels for its last state, which has no length; what runs keeps room for the word "now".
  const right = width - (ended ? 12 : end ? 14 : 34);
  const x = (instant) => 4 + ((right - 4) * (instant - first)) / span;
  // Above the strip stand flags and "now"; without either that room is left out.
  const skip = ended && !rows.some((row) => row.anomaly) ? 12 : 0;
  const height = STRIP.height - skip;
  return svg("svg", { viewBox: `0 ${skip} ${width} ${height}`, height, class: "strip", role: "img",
    "aria-label": stripSentence(phases, clock) },
  phases.map((phase, place) => phaseBar(phase, x(phase.from), x(phases[place + 1]?.from ?? last), ended, clock)),
  anomalyFlags(phases, x, width),
  timeTicks(first, end ?? last, x, clock),
  !ended && mark(x(last), "nw", "now", width),
  end && [svg("line", { x1: x(end), x2: x(end), y1: 12, y2: 30, class: "gr2" }),
    chartText(x(end) - 4, 25, `end ${momentText(new Date(end), clock).slice(-5)}`, "tx", "end")]);
}

// The scheduled end is drawn where it tells something: not when it would squeeze what has happened into a corner.
function plannedEnd(campaign, ended, first, last) {
  const end = campaign.end_at ? Date.parse(campaign.end_at) : null;
  return !ended && end > last && end - first <= 2 * (last - first) ? end : null;
}

function mark(x, kind, words, width) {
  const fits = x + 4 + words.length * CHARACTER <= width;
  return [svg("line", { x1: x.toFixed(1), x2: x.toFixed(1), y1: 10, y2: 34, class: kind }),
    chartText(fits ? x + 4 : x - 4, 10, words, "tx", fits ? "start" : "end")];
}

function phaseBar(phase, from, to, ended, clock) {
  const seconds = phaseSeconds(phase, ended, clock);
  const told = [phase.phase, seconds === null ? null : duration(seconds)].filter(Boolean).join(", ");
  const length = to > from ? Math.max(1.5, to - from - 1) : ended ? 8 : 1.5;
  return svg("rect", { x: from.toFixed(1), y: STRIP.top, width: length.toFixed(1), height: STRIP.thick, class: "ph",
    "data-s": statusOf(phase.phase) }, svg("title", {}, phase.reason ? `${told}: ${phase.reason}` : told));
}

// Every anomaly has its flag; its words stand beside it where they fit, and always in the table.
function anomalyFlags(phases, x, width) {
  let free = 0;
  return phases.filter((phase) => phase.anomaly).map((phase) => {
    const at = x(phase.from);
    const length = phase.anomaly.length * CHARACTER;
    const flipped = at + 11 + length > width;
    const start = flipped ? at - 4 - length : at + 11;
    const fits = start >= free && length < width / 2;
    free = Math.max(at + 11, fits ? start + length + 24 : free);
    return [
      svg("path", { d: `M${at.toFixed(1)} 14v-11h7l-2 2.5 2 2.5h-6`, class: "an" }, svg("title", {}, phase.anomaly)),
      fits && chartText(flipped ? at - 4 : start, 10, phase.anomaly, "tx w", flipped ? "end" : "start"),
    ];
  });
}

function stripSentence(phases, clock) {
  const when = (phase) => momentText(new Date(phase.from), clock).trim();
  return `State history from ${when(phases[0])} to ${when(phases[phases.length - 1])}; the table below has the same rows`;
}

const TICKS = [60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200].map((seconds) => seconds * 1000);
const DAY_TICKS = [1, 2, 7, 14, 30, 91, 182, 365];

// Ticks at round local times, as close together as their words allow.
function timeTicks(first, last, x, clock) {
  const pixels = (step) => x(first + step) - x(first);
  const short = TICKS.find((step) => pixels(step) >= 52);
  const days = DAY_TICKS.find((count) => pixels(count * DAY) >= 62);
  const instants = short && pixels(DAY) >= 52 * 2 && last - first < 2 * DAY
    ? hourTicks(first, last, short, clock) : dayTicks(first, last, days, clock);
  const right = x(last);
  return instants.map(({ at, words }) => [
    svg("line", { x1: x(at).toFixed(1), x2: x(at).toFixed(1), y1: 30, y2: 34, class: "ax" }),
    x(at) + 3 + words.length * CHARACTER <= right + 30 && chartText(x(at) + 3, 43, words, "tx", "start"),
  ]);
}

function offsetAt(instant, clock) {
  const [, sign, hours, minutes] = partsOf(new Date(instant), clock.zone).offset.match(/([+-])(\d+):(\d+)/);
  return (sign === "-" ? -1 : 1) * (hours * 60 + Number(minutes)) * 60_000;
}

function hourTicks(first, last, step, clock) {
  const offset = offsetAt(first, clock);
  const ticks = [];
  for (let at = Math.ceil((first + offset) / step) * step - offset; at <= last; at += step) {
    ticks.push({ at, words: momentText(new Date(at), clock).slice(-5) });
  }
  return ticks;
}

function dayTicks(first, last, step = 365, clock) {
  const ticks = [];
  const start = Math.floor((first + offsetAt(first, clock)) / DAY) + 1;
  for (let day = start; ; day += step) {
    const at = day * DAY - offsetAt(day * DAY, clock);       // local midnight, also across a change of the clocks
    if (at > last) return ticks;
    const parts = partsOf(new Date(at), clock.zone);
    const named = step < 7 && last - first < 14 * DAY;
    ticks.push({ at, words: named ? `${parts.weekday} ${parts.day}` : `${parts.day} ${parts.month}` });
  }
}

function historyTable(rows, ended, clock) {
  return h("div", { class: "scroll tall" }, h("table", { class: "grid low hist", "aria-label": "State history" },
    h("thead", {}, h("tr", {}, ["Phase", "Reason", "Timestamp", "Duration"].map((name, place) =>
      h("th", { scope: "col", class: place === 3 && "num" }, name)))),
    h("tbody", {}, rows.map((row, place) => historyRow(row, place === 0, ended, clock)))));
}

function historyRow(row, newest, ended, clock) {
  const seconds = newest ? phaseSeconds(row, ended, clock) : row.seconds;
  const step = String(row.phase).slice(statusOf(row.phase).length + 1);
  const lasting = newest && !ended && (row.seconds === null || row.seconds === undefined);
  return h("tr", { class: row.anomaly && "odd" },
    h("td", {}, h("span", { class: "ck-mark", "data-s": statusOf(row.phase) }, statusOf(row.phase),
      step && h("span", { class: "sub" }, step))),
    h("td", {}, row.reason ?? (row.anomaly ? null : nil()),
      row.anomaly && h("span", { class: "warn note" }, flag(), `${row.anomaly}; shown as Core wrote it`)),
    h("td", {}, moment(row.occurred_at, clock)),
    h("td", { class: "num" }, seconds === null || seconds === undefined ? nil() : duration(seconds),
      lasting && h("span", { class: "sub" }, " so far")));
}
