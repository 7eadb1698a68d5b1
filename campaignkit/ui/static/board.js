// The live board: what is sending now, worst first, readable across a room. It only asks again and draws what it is told.

const HOUR = 3600;
const CURVE = { width: 290, height: 92, edge: 5 };
const LOWEST = 0.6;                    // where the curves' scale begins, unless something lies below
const TROUBLES = {
  stalled: { tag: "Stalled", kind: "stall" },
  "low delivery": { tag: "Low delivery", kind: "slow" },
  "too slow": { tag: "Too slow", kind: "slow" },
};

function perTime(perHour) {
  if (perHour >= 10 * HOUR || perHour === 0) return `${figure(perHour / HOUR)}/s`;
  if (perHour >= HOUR) return `${(perHour / HOUR).toFixed(1)}/s`;
  return perHour >= 60 ? `${figure(perHour / 60)}/min` : `${figure(perHour)}/h`;
}

function whole(rate) {
  return rate === null || rate === undefined ? "–" : `${Math.round(100 * rate)}%`;
}

// "14:37" today, "Tue 12:20" this week, "3 Dec 07:15" beyond.
function soon(iso, clock) {
  const instant = new Date(iso);
  if (Number.isNaN(instant.getTime())) return "–";
  const parts = partsOf(instant, clock.zone);
  const now = partsOf(new Date(clock.now), clock.zone);
  const hours = `${parts.hour}:${parts.minute}`;
  if (parts.day === now.day && parts.month === now.month && parts.year === now.year) return hours;
  return Math.abs(instant - clock.now) < 6 * 86_400_000 ? `${parts.weekday} ${hours}` : momentText(instant, clock).trim();
}

function sinceThen(iso, clock) {
  return duration((clock.now - Date.parse(iso)) / 1000);
}

function pair(words, under, kind) {
  return h("div", { class: `fig ${kind}` }, h("b", {}, words), h("p", {}, under || "\u00a0"));
}

// ---- one campaign

function boardLine(line, clock, { linked, master, bottom }) {
  const kind = TROUBLES[line.troubles[0]]?.kind;
  const id = shortId(line.external_id);
  const name = h("bdi", {}, line.saddr);
  return h("li", { class: `camp ${kind ?? "ok"}`, "data-id": line.external_id },
    h("div", { class: "who" },
      h("h2", {}, h("span", { class: "ic", "data-s": "Sending", "data-run": !line.still_since, "aria-hidden": "true" }),
        linked ? h("a", { href: dashboardAddress("campaign", { campaign: line.external_id }) }, name) : name),
      h("p", {}, [id, line.mode, master && line.workspace_id].filter(Boolean).join(" · "))),
    boardProgress(line),
    pair(line.rate === null ? "–" : perTime(line.rate), rateNote(line, clock), line.still_since ? "rate bad" : "rate"),
    pair(...ending(line, clock), line.troubles.includes("too slow") ? "end low" : "end"),
    pair(line.still_since ? "–" : whole(line.delivered), line.usual ? `usually ${whole(line.usual.middle)}` : "",
      line.troubles.includes("low delivery") ? "dr low" : "dr"),
    h("div", { class: "spk" }, curve(line, bottom)),
    line.troubles.map((trouble) => h("p", { class: "why" },
      h("span", { class: `tagx ${TROUBLES[trouble].kind}` }, TROUBLES[trouble].tag), reasonOf(trouble, line, clock))));
}

function boardProgress({ sent, total, mode }) {
  // A trigger has no whole to be a part of (R13).
  if (mode === "Trigger" || !total) return h("div", { class: "pg" }, h("p", {}, h("b", {}, figure(sent)), " sent"));
  const percent = Math.min(100, (100 * sent) / total).toFixed(1);
  return h("div", { class: sent > total ? "pg over" : "pg", title: sent > total ? "More sent than there are recipients" : null },
    h("div", { class: "track", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": percent,
      "aria-label": "Sent", "aria-valuetext": `${figure(sent)} sent of ${figure(total)}` },
    h("i", { style: `width:${percent}%` })),
    h("p", {}, sent > total && flag(), h("b", {}, figure(sent)), ` of ${figure(total)}`));
}

function rateNote({ still_since: still, needed, mode, waiting }, clock) {
  if (still) return `for ${sinceThen(still, clock)}`;
  if (needed) return `needs ${perTime(needed)}`;
  return mode === "Trigger" ? "follows events" : waiting ? `${figure(waiting)} wait` : "nothing waits";
}

// When it is through, and what that is to be compared with.
function ending({ still_since: still, expected_end: expected, end_at: end, waiting, mode }, clock) {
  const due = end ? `due ${soon(end, clock)}` : "";
  if (still) return ["–", due];
  if (expected) return [soon(expected, clock), due || `in ${duration((Date.parse(expected) - clock.now) / 1000)}`];
  if (waiting) return ["–", due || "too early to tell"];
  if (end) return [soon(end, clock), "its window ends"];
  return mode === "Trigger" ? ["open", "no end set"] : ["now", "all handed over"];
}

function reasonOf(trouble, line, clock) {
  if (trouble === "stalled") {
    const words = `No message for ${sinceThen(line.still_since, clock)}, although ${figure(line.waiting)} wait.`;
    return line.reason ? `${words} ${line.reason}` : words;
  }
  if (trouble === "too slow") {
    return `At this rate it is through ${soon(line.expected_end, clock)}, ${duration(-line.spare)} after its end.`;
  }
  const points = Math.round(100 * (line.usual.middle - line.delivered));
  const where = line.low_on.length ? `, on ${line.low_on.map((name) => name || "no channel").join(", ")} only` : "";
  return `${plural(points, "point", "points")} under what is usual since ${soon(line.low_since, clock)}${where}.`;
}

// The rates of the last hour, one scale for all campaigns; the band is what comes and goes on any day.
function curve({ curve: rates, usual, troubles, delivered }, bottom) {
  const x = (place) => CURVE.edge + ((CURVE.width - 2 * CURVE.edge) * place) / (rates.length - 1);
  const y = (rate) => CURVE.edge + ((CURVE.height - 2 * CURVE.edge) * (1 - rate)) / (1 - bottom);
  const spot = (place) => `${x(place).toFixed(1)},${y(rates[place]).toFixed(1)}`;
  const places = rates.map((rate, place) => (rate === null ? null : place)).filter((place) => place !== null);
  const last = places.at(-1);
  const words = usual ? `, usually ${whole(usual.middle)}` : "";
  return svg("svg", { viewBox: `0 0 ${CURVE.width} ${CURVE.height}`, class: troubles.includes("low delivery") ? "sp bad" : "sp",
    role: "img", "aria-label": `Delivered within five minutes in the last hour: ${whole(delivered)} now${words}` },
  usual && [
    svg("rect", { x: 0, width: CURVE.width, y: y(usual.high).toFixed(1), class: "band",
      height: Math.max(2, y(Math.max(usual.low, bottom)) - y(usual.high)).toFixed(1) }),
    svg("line", { x1: 0, x2: CURVE.width, y1: y(usual.middle).toFixed(1), y2: y(usual.middle).toFixed(1), class: "bl" })],
  places.length > 1 && svg("polyline", { points: places.map(spot).join(" ") }),
  last !== undefined && svg("circle", { cx: x(last).toFixed(1), cy: y(rates[last]).toFixed(1), r: 5 }));
}

function lowest(lines) {
  const rates = lines.flatMap(({ curve: found, usual }) => [...found, usual?.low]).filter((rate) => Number.isFinite(rate));
  return Math.max(0, Math.min(LOWEST, ...rates) - 0.02);
}

// ---- around them

function boardFigures({ sending, per_hour: perHour, troubled, delivered }) {
  const one = (value, words, kind) => h("div", { class: kind }, h("dt", {}, words), h("dd", {}, value));
  return [
    one(figure(sending), sending === 1 ? "campaign" : "campaigns"),
    sending > 0 && one(perHour >= 360 ? (perHour / HOUR).toFixed(1) : "<0.1", "messages/s"),
    one(figure(troubled.stalled), "stalled", troubled.stalled ? "alarm" : null),
    troubled["low delivery"] > 0 && one(figure(troubled["low delivery"]), "low", "doubt"),
    delivered !== null && one(whole(delivered), "delivered, last hour"),
  ];
}

function waitingWords({ paused, pending, building }, clock) {
  const one = (count, words, next) => count > 0 &&
    h("span", {}, h("b", {}, figure(count)), ` ${words}`, next && `, ${next.words} ${soon(next.at, clock)}`);
  return [
    one(paused.campaigns, "paused", paused.next && { words: "next opens", at: paused.next }),
    one(pending.campaigns, "pending", pending.next && { words: "next starts", at: pending.next }),
    one(building, "building"),
  ];
}

function liveBoard(model) {
  const { addressed, refresh: seconds, master, title, zone } = model.get("scope");
  const root = h("div", { class: addressed ? "ck board wall" : "ck board", tabindex: "-1" });
  const parts = {
    notice: h("div", { class: "news" }),
    head: h("header", {}, h("h1", {}, "Sending now"), h("dl", {}), h("time", { class: "clock", "aria-hidden": "true" })),
    cap: h("div", { class: "cap", "aria-hidden": "true" },
      ["Campaign", "Sent", "Rate", "Ends about", "Delivered in 5 min", "Last hour"].map((words) => h("span", {}, words))),
    list: h("ol", { "aria-label": "Campaigns that are sending" }),
    foot: h("footer", {}),
    said: h("span", { class: "sr", role: "status" }),
  };
  root.append(h("div", { class: "sheet" }, Object.values(parts)));
  const desk = controls(root);
  const kernel = kernelWatch(model, () => line.look());
  const line = kernelLine({ send: (message) => model.send(message), health: kernel.health,
    displayed: () => isDisplayed(root), changed: showNotice, reconnect: kernel.reconnect });
  const leave = attention(root, line.look);
  const screen = addressed ? document.documentElement : root;   // what is lost is said beside the board, not in it
  let heard = Date.now();

  desk.add({
    acts: {
      refresh: () => line.refresh(),
      retry: line.retry,
      reload: () => location.reload(),
      auto: () => { line.turn(!line.on()); drawFoot(); },
      all: () => { root.classList.toggle("all"); drawFoot(); },
      full,
    },
    keys: (key) => ({ r: () => line.refresh(), f: full })[key] ?? null,
  });

  function full() {
    root.focus({ preventScroll: true });      // its button goes with the rest of the controls; the keys stay
    (document.fullscreenElement ? document.exitFullscreen() : screen.requestFullscreen()).catch(() => {});
  }

  function board() {
    return model.get("board");
  }

  function clockNow() {
    return clockOf(zone, board().as_of);
  }

  function update() {
    const now = board();
    line.settle(model.get("answered"));
    line.heard({ pace: model.get("pace"), error: model.get("notice")?.kind === "error" });
    showNotice();
    if (!now) return;
    heard = Date.now();
    draw(now);
  }

  function draw(now) {
    const clock = clockNow();
    const how = { linked: addressed, master, bottom: lowest(now.lines) };
    patch(parts.head.querySelector("dl"), boardFigures(now));
    patch(parts.list, now.lines.length ? now.lines.map((one) => boardLine(one, clock, how))
      : [h("li", { class: "none" }, "Nothing is sending now.")]);
    parts.cap.hidden = !now.lines.length;
    drawFoot();
    tick();
    const troubles = Object.entries(now.troubled).filter(([, count]) => count).map(([name, count]) => `${count} ${name}`);
    const words = troubles.length ? troubles.join(", ") : "";
    if (parts.said.textContent !== words) parts.said.textContent = words;
    if (addressed) document.title = words ? `${words} · Live board` : "Live board";
  }

  function drawFoot() {
    const now = board();
    if (!now) return;
    const clock = clockNow();
    const all = root.classList.contains("all");
    const more = now.sending - (all ? now.lines.length : Math.min(now.lines.length, 5));
    patch(parts.foot, [
      (more > 0 || all) && h("button", { type: "button", class: "more", "data-do": "all", "aria-expanded": String(all) },
        all ? "Show five" : `and ${figure(more)} more`),
      waitingWords(now, clock), h("span", { class: "grow" }),
      seconds && h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(line.on()),
        "data-do": "auto" }, line.on() ? `Refresh every ${figure(model.get("pace") ?? seconds)} s` : "Refresh is off"),
      !seconds && h("button", { type: "button", class: "link", "data-do": "refresh" }, "Refresh"),
      h("button", { type: "button", class: "link full", "data-do": "full", title: "Full screen (f)" }, "Full screen"),
      h("span", { class: line.on() ? "asof" : "asof off", role: "status", "aria-live": "off" }, "Data as of ",
        secondsTime(now.as_of, clock), ` · ${clock.label}`, !master && ` · ${title}`),
    ]);
  }

  // The time of the server, which goes on while its data may not.
  function tick() {
    if (!board()) return;
    const { hour, minute } = partsOf(new Date(Date.parse(board().as_of) + Date.now() - heard), zone);
    const words = `${hour}:${minute}`;
    const place = parts.head.querySelector("time");
    if (place.textContent !== words) place.textContent = words;
  }

  function showNotice() {
    const now = board();
    const shown = now && stamp(new Date(now.as_of), clockNow()).iso.slice(11, 19);
    const notice = lineNotice(line.lost(), { shown, addressed }) ?? model.get("notice");
    patch(parts.notice, banner(notice));
    root.classList.toggle("old", ["error", "stale"].includes(notice?.kind));
  }

  const timer = setInterval(tick, 1000);
  return {
    root,
    update,
    dispose() {
      clearInterval(timer);
      leave();
      kernel.dispose();
      line.dispose();
      desk.dispose();
    },
  };
}

function render({ model, el }) {
  const board = liveBoard(model);
  model.on("change", board.update);
  el.append(board.root);
  board.update();
  return () => {
    model.off("change", board.update);
    board.dispose();
  };
}

export default { render };
