// Elements, patching and the formats of figures and times.
// Text from data only ever becomes a text node or an attribute value here: there is no markup to escape.

const SVG_SPACE = "http://www.w3.org/2000/svg";

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function h(tag, attributes, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return furnish(document.createElementNS(SVG_SPACE, tag), attributes, children);
}

// Makes the children of a node equal to fresh ones and touches only what differs: what stays equal keeps its focus,
// its scroll position and its running animation. Children with data-id are matched by it, the others by their place.
function patch(parent, fresh) {
  const named = new Map();
  const unnamed = [];
  for (const node of parent.childNodes) {
    if (node.dataset?.id) named.set(node.dataset.id, node);
    else unnamed.push(node);
  }
  const kept = fresh.flat(3).filter(Boolean).map((node) => {
    const made = typeof node === "string" ? document.createTextNode(node) : node;
    return morph(made.dataset?.id ? named.get(made.dataset.id) : unnamed.shift(), made);
  });
  const staying = new Set(kept);
  for (const node of [...parent.childNodes]) if (!staying.has(node)) node.remove();
  kept.forEach((node, place) => {
    if (parent.childNodes[place] !== node) parent.insertBefore(node, parent.childNodes[place] ?? null);
  });
}

function morph(old, fresh) {
  if (old === fresh) return old;
  if (!old || old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return fresh;
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return old;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  patch(old, [...fresh.childNodes]);
  return old;
}

// ---- figures

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

function figure(value) {
  return WHOLE.format(value);
}

function plural(value, one, many) {
  return `${figure(value)} ${value === 1 ? one : many}`;
}

// One decimal; a share that would round to nothing although there is something says so.
function share(part, whole) {
  if (!whole) return "–";
  const percent = (100 * part) / whole;
  return part > 0 && percent < 0.05 ? "<0.1%" : `${percent.toFixed(1)}%`;
}

function duration(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

// ---- times: always in the zone that the kernel names, never in the browser's own

const PARTS = {
  weekday: "short", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
  second: "2-digit", hourCycle: "h23", timeZoneName: "longOffset",
};
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const formatters = new Map();

function formatter(zone) {
  if (!formatters.has(zone)) formatters.set(zone, makeFormatter(zone));
  return formatters.get(zone);
}

function makeFormatter(zone) {
  try {
    return new Intl.DateTimeFormat("en-US", { ...PARTS, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("en-US", { ...PARTS, timeZone: "UTC" });   // a zone this browser does not know
  }
}

// Taking a moment apart is what a row costs most, and most rows come again: the last few thousand are remembered.
const MOST_MOMENTS = 5000;
const moments = new Map();

function partsOf(instant, zone) {
  const key = `${zone} ${instant.getTime()}`;
  if (!moments.has(key)) {
    if (moments.size >= MOST_MOMENTS) moments.clear();
    moments.set(key, takenApart(instant, zone));
  }
  return moments.get(key);
}

function takenApart(instant, zone) {
  const parts = {};
  for (const { type, value } of formatter(zone).formatToParts(instant)) parts[type] = value;
  return { ...parts, offset: parts.timeZoneName.replace("GMT", "") || "+00:00" };
}

// The zone and the year against which every time on a page is written.
function clockOf(zone, asOf) {
  const now = asOf ? new Date(asOf) : new Date();
  const { year, offset } = partsOf(now, zone);
  const label = zone === "UTC" ? "UTC" : `${zone} (UTC${offset})`;
  return { zone, year, now: now.getTime(), label };
}

function dayText(parts) {
  return `${parts.day.padStart(2, "\u2007")} ${parts.month}`;
}

// "23 Nov 14:05", and "23 Nov 2025 14:05" when it is not this year.
function momentText(instant, clock) {
  const parts = partsOf(instant, clock.zone);
  const year = parts.year === clock.year ? "" : ` ${parts.year}`;
  return `${dayText(parts)}${year} ${parts.hour}:${parts.minute}`;
}

function stamp(instant, clock) {
  const { year, month, day, hour, minute, second, offset } = partsOf(instant, clock.zone);
  const date = `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, "0")}-${day.padStart(2, "0")}`;
  const time = `${hour}:${minute}:${second}`;
  return { iso: `${date}T${time}${offset}`, title: `${date} ${time} ${clock.zone}` };
}

function timeElement(iso, clock, text) {
  const instant = new Date(iso);
  if (Number.isNaN(instant.getTime())) return h("span", {}, iso);   // not a time: shown verbatim rather than lost
  const { iso: datetime, title } = stamp(instant, clock);
  return h("time", { datetime, title }, text(instant));
}

function moment(iso, clock) {
  return iso ? timeElement(iso, clock, (instant) => momentText(instant, clock)) : nil();
}

function secondsTime(iso, clock) {
  return timeElement(iso, clock, (instant) => {
    const { hour, minute, second } = partsOf(instant, clock.zone);
    return `${hour}:${minute}:${second}`;
  });
}

// ---- small things that every part draws

function nil() {
  return h("span", { class: "nil", role: "img", "aria-label": "none" }, "–");
}

const NOT_PROVIDED = "not provided by this source";

// A cell of a table has room for fewer words.
function notProvided(words = NOT_PROVIDED) {
  return h("span", { class: "sub lacking", title: words === NOT_PROVIDED ? null : NOT_PROVIDED }, words);
}

// Of what the source has for nothing at all, a cell says so; of what is empty here, there is a dash.
function orLacking(value, missing, name, words) {
  return value ?? (missing?.includes(name) ? notProvided(words) : nil());
}

function flag() {
  return h("span", { class: "flag", "aria-hidden": "true" });
}

function dot() {
  return h("span", { class: "nil" }, "·");
}

function copyButton(id, name) {
  return h("button", { type: "button", class: "btn quiet icon small copy", "data-do": "copy", "data-copy": id,
    tabindex: name ? "-1" : null, "aria-label": name ?? "Copy the full ID", title: `Copy ${id}` },
    svg("svg", { class: "cp", viewBox: "0 0 16 16", "aria-hidden": "true" },
      svg("path", { d: "M5.5 5.5V2.5h8v8h-3M2.5 5.5h8v8h-8z", fill: "none", stroke: "currentColor",
        "stroke-width": "1.3" })));
}

// A page that is not served securely has no clipboard of its own: then the old way, through a selected field.
async function copyText(text, root) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const holder = root.getRootNode().activeElement;
    const field = h("textarea", { class: "sr", readonly: true });
    field.value = text;
    root.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    holder?.focus({ preventScroll: true });
    return done;
  }
}

function shortId(id) {
  return String(id).slice(0, 8);
}

// Word, tint, icon and ring of a status; the sentence and whether it is live come from the kernel's one table.
function badge(campaign, statuses) {
  const { status, moderation } = campaign;
  const known = statuses.get(status) ?? {};
  const judged = status === "New" && moderation !== "Pending";
  const waits = judged && moderation === "Approved";
  const tip = waits ? "Approved; auto-start is off, so it waits to be started" : known.tip;
  return h("span", { class: "ck-badge", "data-s": status, "data-live": Boolean(known.live), title: tip },
    judged ? `New · ${String(moderation).toLowerCase()}` : status);
}

function pausedUntil(campaign, clock, reason) {
  if (campaign.status !== "Paused" || !campaign.paused_until) return null;
  const instant = new Date(campaign.paused_until);
  if (Number.isNaN(instant.getTime())) return null;
  const { weekday, hour, minute } = partsOf(instant, clock.zone);
  const near = Math.abs(instant.getTime() - clock.now) < 6 * 86_400_000;   // beyond, a weekday's name is ambiguous
  const text = near ? `${weekday} ${hour}:${minute}` : momentText(instant, clock).trim();
  const why = reason ? `Paused: ${reason}. Goes on ` : "";
  return h("span", { class: "sub until", title: `${why}${stamp(instant, clock).title}` }, `until ${text}`);
}
