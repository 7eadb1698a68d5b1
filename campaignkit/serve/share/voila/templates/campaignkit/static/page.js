// The page around the widgets: its theme, what it says while it loads, what it says when it has lost something.
(() => {
  "use strict";
  const EVERY = 4000;         // ms between two looks at the session
  const PATIENCE = 4000;      // ms that an answer may take
  const APART = 12000;        // ms that the page's websocket may take to come back while the server answers
  const AGAIN = 3;            // s until an ended page begins a new session by itself
  const RELOADS = [3, 600e3]; // and no more than so many times in so many ms: then somebody has to look at it
  const byId = id => document.getElementById(id);

  // ── light or dark ──────────────────────────────────────────────────────────────────────────────────────────────
  const system = matchMedia("(prefers-color-scheme: dark)");
  const asked = new URLSearchParams(location.search).get("theme");
  const theme = () => {
    const dark = ["light", "dark"].includes(asked) ? asked === "dark" : system.matches;
    byId("dark-theme").media = dark ? "all" : "not all";
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    document.body.dataset.jpThemeLight = String(!dark);
    document.body.dataset.jpThemeName = dark ? "JupyterLab Dark" : "JupyterLab Light";
  };
  theme();
  system.addEventListener("change", theme);
  // on paper it is light, whatever the screen is
  addEventListener("beforeprint", () => {
    byId("dark-theme").media = "not all";
    document.body.dataset.jpThemeLight = "true";
  });
  addEventListener("afterprint", theme);

  // ── loading ────────────────────────────────────────────────────────────────────────────────────────────────────
  const loading = (words, stopped) => {
    const place = byId("loading");
    if (!place) return;
    place.classList.toggle("stopped", Boolean(stopped));
    place.firstElementChild.textContent = words;
  };
  // Voila calls these: while a cell takes long, for each cell, when the last has run, again when its front end is there
  window.voila_heartbeat = () => loading("Loading the dashboard… The data takes longer than usual.");
  window.voila_process = () => {};
  window.voila_finish = () => {
    window.cellLoaded = true;
    const cells = byId("rendered_cells");
    const show = () => {
      watch.disconnect();
      byId("loading")?.remove();
      cells.classList.remove("undrawn");
    };
    const drawn = () => !cells.querySelector("script[type='application/vnd.voila.cell-output+json']")
      && [...cells.querySelectorAll(".jp-OutputArea-output")].every(output => output.childElementCount);
    const watch = new MutationObserver(() => drawn() && show());
    watch.observe(cells, {childList: true, subtree: true});
    if (drawn()) show();
    setTimeout(show, 30000);  // whatever is there by then is better than a spinner
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (window.cellLoaded) begin();
    else {
      loading("The dashboard stopped while it was loading. Trying again…", true);
      setTimeout(reload, 1000 * AGAIN);
    }
  });

  // ── what is lost ───────────────────────────────────────────────────────────────────────────────────────────────
  const time = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
  const banner = byId("lost");
  let good = Date.now();     // when all was well for the last time
  let apart = null;          // since when the websocket is not there although the server is
  let address, kernel, timer, countdown, over = false, said = "";

  const hide = () => { banner.hidden = true; said = ""; clearInterval(countdown); };

  /** Say what is lost, and count down to what is done about it; a reader hears the sentence once, not every second. */
  const say = (kind, words, then, seconds) => {
    clearInterval(countdown);
    if (said !== words) {
      said = words;
      const [sentence, count, button] = ["strong", "span", "button"].map(tag => document.createElement(tag));
      sentence.textContent = words;
      count.setAttribute("aria-hidden", "true");
      button.type = "button";
      banner.className = kind;
      banner.replaceChildren(sentence, " ", count, " ", button);
      banner.hidden = false;
    }
    const [, count, button] = banner.children;
    button.textContent = kind === "lost" ? "Try now" : "Reload";
    button.onclick = kind === "lost" ? look : () => location.reload();
    const until = Date.now() + 1000 * seconds;
    const tick = () => { count.textContent = then(Math.max(0, Math.ceil((until - Date.now()) / 1000))); };
    if (then) { tick(); countdown = setInterval(tick, 500); } else count.textContent = "";
  };

  const lost = () => say(
    "lost", `Connection lost at ${time.format(good)}. What you see is from then.`,
    left => left ? `Trying again in ${left} s.` : "Trying again…", EVERY / 1000,
  );

  const reload = () => {
    const [most, span] = RELOADS;
    let before = [];
    try { before = JSON.parse(sessionStorage.getItem("campaignkit-reloads") ?? "[]"); } catch { /* not kept */ }
    before = before.filter(moment => Date.now() - moment < span);
    if (before.length >= most) return false;
    try { sessionStorage.setItem("campaignkit-reloads", JSON.stringify([...before, Date.now()])); } catch { return false; }
    location.reload();
    return true;
  };

  /** The kernel is gone for good: a new session begins by itself where somebody is looking and there is room. */
  const ended = room => {
    const words = "This dashboard’s session has ended.";
    if (!room) return say("ended", words, left => `All places are taken. Trying again in ${left} s.`, EVERY / 1000);
    if (over || document.hidden) return say("ended", words, null, 0);
    over = true;
    say("ended", words, left => `A new one begins in ${left} s.`, AGAIN);
    setTimeout(() => { if (!document.hidden && !reload()) say("ended", words, null, 0); }, 1000 * AGAIN);
  };

  const look = async () => {
    clearTimeout(timer);
    const answer = await fetch(address, {cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE)})
      .catch(() => null);
    if (answer && (answer.type === "opaqueredirect" || [401, 403].includes(answer.status))) {
      say("ended", "You are no longer signed in.", null, 0);
    } else if (!answer?.ok) {
      lost();
    } else {
      const session = await answer.json().catch(() => null);
      if (!session) lost();
      else if (!session.kernel) ended(session.room);
      else if (session.connected) { apart = null; good = Date.now(); hide(); }
      else {
        apart ??= Date.now();
        if (Date.now() - apart > APART) ended(session.room); else if (good < Date.now() - EVERY) lost();
      }
    }
    timer = setTimeout(look, EVERY);
  };

  const begin = () => {
    const config = JSON.parse(byId("jupyter-config-data").textContent);
    kernel = config.kernelId;
    address = `${config.baseUrl}voila/api/session/${kernel}`;
    good = Date.now();
    timer = setTimeout(look, EVERY);
    addEventListener("offline", lost);
    addEventListener("online", look);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { over = false; look(); } });

    // Voila ends the kernel on `beforeunload`, which also comes where nobody leaves: a link to a file, to a mail.
    const leave = event => {
      const token = document.cookie.match(/\b_xsrf=([^;]*)\b/);
      const data = new FormData();
      data.append("_xsrf", token ? token[1] : "");
      navigator.sendBeacon(`${config.baseUrl}voila/api/shutdown/${kernel}`, data);
      if (event.persisted) addEventListener("pageshow", () => location.reload(), {once: true});
    };
    addEventListener("beforeunload", event => event.stopImmediatePropagation(), {capture: true});
    addEventListener("pagehide", leave);
  };
})();
