// The line to the kernel. Each wish has a number and waits for its answer; what is displayed is asked for again at the
// kernel's pace, by the browser, because only the browser knows whether anybody looks. Never two questions at once.

const LOST_AFTER = 12_000;                  // ms without an answer; the kernel itself waits 10 s for a locked file
const RETRIES = [4, 8, 16, 30];             // seconds until the next try, after each one that failed
const LOOK_AGAIN = 1000;                    // ms between two looks while an answer is awaited; five times that otherwise

// `health()` is "fine", "busy", "cut" or "ended"; `displayed()` whether anybody could see the page; `changed()` is
// called when there is something new to say about the line.
function kernelLine({ send, health, displayed, changed, reconnect }) {
  const waiting = new Map();                // number -> { event, since, quiet }, oldest first
  const mark = Math.random().toString(36).slice(2, 8);     // two views of one widget see each other's answers
  let asked = 0;
  let on = true;
  let due = null;                           // when to ask again, if nothing else happens
  let failed = 0;                           // in a row
  let lost = null;                          // null while all is well; else { why, next: when to try again, or null }
  let timer = null;
  let over = false;

  function wish(message, quiet = false) {
    asked += 1;
    const ask = `${mark}-${asked}`;
    waiting.set(ask, { event: message.event, since: Date.now(), quiet });
    try {
      send(quiet ? { ...message, ask, quiet } : { ...message, ask });
      arm();                  // asks for the layout, while the kernel is at work already
    } catch {
      look();                 // whoever carries messages has noticed before us that there is nobody to carry them to
    }
  }

  // What will be wished in a moment, so that the kernel may have it ready; nothing waits for that.
  function expect(message) {
    if (waiting.size || health() !== "fine") return;
    try {
      send({ event: "expect", wish: message });
    } catch {
      look();
    }
  }

  function refresh(quiet = false) {
    wish({ event: "refresh" }, quiet);
  }

  // The kernel answers in order: what was asked before the one that is answered is not answered any more.
  function settle(ask) {
    const found = waiting.get(ask);
    if (!found) return null;
    for (const number of [...waiting.keys()]) {
      waiting.delete(number);
      if (number === ask) break;
    }
    return found;
  }

  // The kernel has spoken: a good answer is followed by the next at its pace, a failed one by another try.
  function heard({ pace, error }) {
    const regained = lost !== null;
    lost = null;
    failed = error ? failed + 1 : 0;
    const seconds = error ? retrySeconds() : pace;
    due = seconds === null || seconds === undefined ? null : Date.now() + 1000 * seconds;
    if (regained) changed();
    arm();
  }

  function retrySeconds() {
    return RETRIES[Math.min(failed, RETRIES.length) - 1];
  }

  // ---- looking after it

  function look() {
    clearTimeout(timer);
    if (over || !displayed()) return;
    const now = Date.now();
    const why = trouble(now);
    if (why) suffer(why, now);
    else if (lost?.why === "cut") resume(now);
    if (lost) tryAgain(now);
    else if (on && due !== null && now >= due && !waiting.size) refresh(true);
    arm();
  }

  function trouble(now) {
    const found = health();
    if (found === "ended" || found === "cut") return found;
    const [oldest] = waiting.values();
    if (!oldest || now - oldest.since < LOST_AFTER) return null;
    return found === "busy" ? "busy" : "silent";
  }

  function suffer(why, now) {
    if (why === "silent") waiting.clear();     // a message got lost: another may be sent
    else if (lost?.why === why) return lost.next ? changed() : null;
    failed += 1;
    lost = { why, next: why === "cut" || why === "silent" ? now + 1000 * retrySeconds() : null };
    return changed();
  }

  // The connection is back, and with it whatever was sent meanwhile.
  function resume(now) {
    lost = { why: "silent", next: null };
    for (const wished of waiting.values()) wished.since = now;
    if (!waiting.size) refresh(true);
    changed();
  }

  function tryAgain(now) {
    if (!lost.next || now < lost.next) return;
    if (lost.why === "cut") {
      failed += 1;
      lost.next = now + 1000 * retrySeconds();
      reconnect();
    } else {
      lost.next = null;
      if (!waiting.size) refresh(true);
    }
    changed();
  }

  function arm() {
    clearTimeout(timer);
    if (over || !displayed()) return;
    const calm = 5 * LOOK_AGAIN;
    const wait = lost || waiting.size ? LOOK_AGAIN : on && due !== null ? Math.max(due - Date.now(), 50) : calm;
    timer = setTimeout(look, Math.min(wait, calm));
  }

  return {
    wish,
    expect,
    refresh,
    settle,
    heard,
    look,
    retry() {
      if (health() === "cut") reconnect();
      else refresh();
    },
    turn(to) {
      on = to;
      if (on && due !== null) due = Date.now();      // switched on: now, not in five seconds
      look();
    },
    on: () => on,
    lost: () => lost && { why: lost.why,
      seconds: lost.next ? Math.max(1, Math.ceil((lost.next - Date.now()) / 1000)) : null },
    dispose() {
      over = true;
      clearTimeout(timer);
    },
  };
}

// What the parts of Jupyter around a widget tell about its kernel; unknown parts are taken for a healthy one. A kernel
// that was started anew knows nothing of this page, so an end is an end, however well its successor is.
const ENDED = new Set(["dead", "terminating", "restarting", "autorestarting"]);

function kernelWatch(model, changed) {
  const kernel = model.widget_manager?.kernel;
  let ended = false;

  function over() {
    ended ||= Boolean(kernel?.isDisposed) || ENDED.has(kernel?.status);
    return ended;
  }

  function noted() {
    if (!ended && over()) changed();
  }

  kernel?.statusChanged?.connect(noted);
  kernel?.connectionStatusChanged?.connect(changed);

  return {
    health() {
      if (over()) return "ended";
      if (kernel?.connectionStatus && kernel.connectionStatus !== "connected") return "cut";
      return kernel?.status === "busy" ? "busy" : "fine";
    },
    reconnect: () => kernel?.reconnect?.().catch(() => {}),
    dispose() {
      kernel?.statusChanged?.disconnect(noted);
      kernel?.connectionStatusChanged?.disconnect(changed);
    },
  };
}

// Whether anybody could see *root*, and *look* whenever that may have changed or the network has come back.
function attention(root, look) {
  const seen = new IntersectionObserver(look);
  const returns = [[document, "visibilitychange"], [window, "online"], [window, "offline"]];
  seen.observe(root);
  for (const [place, event] of returns) place.addEventListener(event, look);
  return () => {
    seen.disconnect();
    for (const [place, event] of returns) place.removeEventListener(event, look);
  };
}

function isDisplayed(root) {
  return !document.hidden && root.isConnected && root.getClientRects().length > 0;
}
