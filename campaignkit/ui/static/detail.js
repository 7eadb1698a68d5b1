// One campaign's page as one part of the browser: crumbs, head, tabs, and the panel of the tab that is open.

const TABS = [["overview", "Overview"], ["recipients", "Recipients"], ["errors", "Errors"], ["export", "Export"],
  ["audit", "Audit"]];
const FIRST_TAB = "overview";

function detailPart({ model, uid, wish, ask, statuses, auto }) {
  const parts = {
    crumbs: h("nav", { class: "sub crumbs", "aria-label": "Breadcrumb" }),
    head: h("header", { class: "head" }), notice: h("div"),
    tabs: h("div", { class: "tabwrap" }),
    panel: h("div", { role: "tabpanel", id: `${uid}-panel` }),
  };
  const node = h("div", { class: "detail", hidden: true }, parts.crumbs, parts.head, parts.notice, parts.tabs, parts.panel);
  const state = { open: null, numbers: new Map(), asked: null, waiting: null, drawn: null, tabular: false, width: 0 };

  // ---- what the kernel says

  function detail() {
    const value = model.get("detail");
    return value?.campaign ? value : null;
  }

  function sync() {
    const value = detail();
    const id = value?.campaign.external_id ?? null;
    if (id !== state.open) Object.assign(state, { open: id, asked: null, drawn: null, tabular: false, numbers: new Map() });
    node.hidden = !id;
    if (!id) return;
    patch(parts.crumbs, crumbs(value.campaign, model.get("scope")));
    patch(parts.head, detailHead(value, clockOf(value.scope.zone, value.as_of), statuses(), auto()));
    if (value.tab === state.asked || !value.panel) settle();
    drawTabs();
    drawPanel();
  }

  // The answer to a click is there, or is still to come: then grey bars say so, but not at once.
  function settle() {
    clearTimeout(state.waiting);
    Object.assign(state, { asked: null, waiting: null });
    if (!detail()?.panel) expect();
  }

  function expect() {
    clearTimeout(state.waiting);
    state.waiting = setTimeout(() => {
      state.drawn = null;
      patch(parts.panel, [ghosts()]);
    }, PATIENCE);
  }

  function drawTabs() {
    const value = detail();
    const shown = state.asked ?? value.tab;
    patch(parts.tabs, [tabList(value, shown, uid), badgeTip(value.badge, `${uid}-badge`)]);
    parts.panel.setAttribute("aria-labelledby", `${uid}-tab-${shown}`);
  }

  function drawPanel() {
    const value = detail();
    if (!value?.panel || (state.asked && state.asked !== value.tab)) return;
    clearTimeout(state.waiting);
    const clock = clockOf(value.scope.zone, value.as_of);
    // Another tab is another page: nothing of the one before is worth keeping.
    if (state.drawn !== value.tab) parts.panel.replaceChildren();
    state.drawn = value.tab;
    patch(parts.panel, panels[value.tab](value, clock));
    checkPicks(parts.panel, value.panel.filter ?? {});
  }

  const panels = {
    overview(value, clock) {
      const width = Math.floor(parts.panel.clientWidth) || 900;
      const left = parts.panel.querySelector(".cols > div");
      // The first drawing makes the column whose width the next one needs.
      if (!left && parts.panel.clientWidth) requestAnimationFrame(drawPanel);
      return overviewPanel(value, clock, statuses(), { uid, tabular: state.tabular, width,
        inner: Math.floor(left?.clientWidth ?? 0) || width });
    },
    recipients: (value, clock) => recipientsPanel(value, clock, uid, state.numbers),
    errors: (value, clock) => errorsPanel(value, clock, uid, state.numbers),
    export: (value, clock) => exportsPanel(value, clock, uid, files.now()),
    audit: (value, clock) => auditPanel(value, clock, uid),
  };

  // ---- what the user wishes

  function back() {
    wish({ event: "back" });
  }

  function openTab(name) {
    if (name === (state.asked ?? detail()?.tab)) return;
    state.asked = name;
    drawTabs();
    expect();
    wish({ event: "tab", tab: name });
  }

  // ← and → walk the tabs of a row and open the one they reach.
  function tabKey(key, target) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!step || target.getAttribute("role") !== "tab") return null;
    const row = [...target.parentNode.querySelectorAll("[role=tab]")];
    const next = row[(row.indexOf(target) + step + row.length) % row.length];
    return () => {
      next.focus();
      next.click();
    };
  }

  const told = (event, name, field) => ({ dataset }) => wish({ event, [name]: dataset[field ?? name] });
  const turned = (event) => (control) => control.ariaDisabled === "true" || wish({ event, to: control.dataset.to });
  const act = actor({ ask, wish });
  const files = taking({ wish, told: () => detail()?.tab === "export" && drawPanel() });
  const acts = {
    back,
    tab: ({ dataset }) => openTab(dataset.tab),
    tabular: () => {
      state.tabular = !state.tabular;
      drawPanel();
    },
    "job-errors": () => {
      openTab("errors");
      wish({ event: "errors-sub", sub: "job" });
    },
    "recipients-null": ({ ariaChecked }) => wish({ event: "recipients-filter", field: "null_smpp",
      value: ariaChecked !== "true" }),
    "recipients-clear": () => wish({ event: "recipients-clear" }),
    "recipients-failed": () => wish({ event: "recipients-failed" }),
    "recipients-sort": told("recipients-sort", "key"),
    "recipients-page": turned("recipients-page"),
    "errors-sub": told("errors-sub", "sub"),
    "errors-group": ({ dataset }) => wish({ event: "errors-group", code: dataset.code ?? null, esme: dataset.esme ?? null }),
    "errors-page": turned("errors-page"),
    reveal: ({ dataset }) => ask("reveal", {}, () => wish({ event: "reveal", recipient: Number(dataset.recipient) })),
    "export-choose": ({ dataset }) => wish({ event: "export-choose", field: dataset.field, value: dataset.value }),
    "export-create": () => wish({ event: "export-create" }),
    "export-again": ({ dataset }) => wish({ event: "export-again", id: dataset.export }),
    "export-download": (control) => control.ariaDisabled === "true" || files.take(control.dataset.export),
    "audit-clear": () => wish({ event: "audit-clear" }),
    "audit-page": turned("audit-page"),
    "audit-export": () => wish({ event: "audit-export" }),
    "errors-refused": () => {
      state.asked = "recipients";
      drawTabs();
      wish({ event: "errors-refused" });
    },
  };

  node.addEventListener("change", ({ target }) => {
    const tab = detail()?.tab;
    const { picks } = target.dataset;
    if (picks) wish({ event: `${tab}-filter`, field: picks, value: picked(parts.panel, target) });
  });

  // The charts are drawn for a width, so a new width is a new drawing.
  const observer = new ResizeObserver(() => {
    if (node.hidden || parts.panel.clientWidth === state.width) return;
    state.width = parts.panel.clientWidth;
    drawPanel();
  });
  observer.observe(parts.panel);

  return {
    node,
    head: parts.head,
    notice: parts.notice,
    sync,
    // What the kernel hands over and nobody keeps: a number, a piece of a file, a whole small one.
    told(message, buffers) {
      if (message?.kind === "part") files.part(message, buffers);
      if (message?.kind === "file") saveFile(new Blob([message.text], { type: "text/csv" }), message.name);
      if (message?.kind !== "number") return;
      state.numbers.set(message.recipient, message.number);
      drawPanel();
    },
    act: (action) => act(action, detail().campaign, { waiting: detail().waiting }),
    // A wish that was refused leaves the page on the tab where it was.
    refused() {
      files.give();
      if (!state.asked) return;
      settle();
      drawTabs();
      drawPanel();
    },
    // What a click there wishes for, or null.
    wishAt(target) {
      const name = node.hidden ? null : target.closest("[data-do=tab]")?.dataset.tab;
      return name && name !== detail()?.tab ? { event: "tab", tab: name } : null;
    },
    open: () => state.open,
    focus: () => parts.head.querySelector("h1").focus({ preventScroll: true }),
    acts,
    keys: (key, target) => (node.hidden ? null
      : key === "Escape" && !model.get("scope").alone ? back : tabKey(key, target)),
    dispose() {
      observer.disconnect();
      clearTimeout(state.waiting);
    },
  };
}

function tabList({ tabs, badge: counts }, shown, uid) {
  return h("div", { class: "tabs", role: "tablist", "aria-label": "Campaign" },
    TABS.filter(([name]) => tabs.includes(name)).map(([name, words]) => {
      const count = name === "errors" && counts ? counts.badge : 0;
      return h("button", { type: "button", role: "tab", id: `${uid}-tab-${name}`, "data-do": "tab", "data-tab": name,
        "aria-controls": `${uid}-panel`, "aria-selected": String(name === shown), tabindex: name === shown ? "0" : "-1",
        "aria-label": count ? `${words}, ${figure(count)}` : null,
        "aria-describedby": name === "errors" && counts ? `${uid}-badge` : null },
      words, count > 0 && h("span", { class: "count" }, figure(count)));
    }));
}

function ghosts() {
  return h("div", { class: "ghosts", "aria-hidden": "true" }, [62, 84, 40, 76, 58, 90, 48, 70].map((width) =>
    h("span", { class: "skel", style: `--w:${width}%` })));
}
