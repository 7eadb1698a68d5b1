// Wires the kernel's answers to the parts, and clicks and keys to wishes. Nothing is decided here: the kernel is.

const REDRAWS = new Set(["filter", "drop", "clear", "sort", "page"]);
const PATIENCE = 200;                  // ms without an answer before grey bars say that one is awaited
let views = 0;

function campaignBrowser(model) {
  views += 1;
  const uid = `ck${views}`;
  const form = filterForm(uid, wish);
  const table = campaignTable();
  const parts = {
    listHead: h("header", { class: "head" }), listNotice: h("div"),
    kpis: h("dl", { class: "kpis", "aria-label": "Workspace figures, not filtered" }),
    bar: h("div", { class: "bar", role: "group", "aria-label": "Active filters" }),
    crumbs: h("nav", { class: "sub crumbs", "aria-label": "Breadcrumb" }),
    detailHead: h("header", { class: "head" }), detailNotice: h("div"),
    panel: h("div", { role: "tabpanel", id: `${uid}-panel`, "aria-labelledby": `${uid}-tab` }),
    said: h("span", { class: "sr", role: "status" }),
  };
  const split = h("div", { class: "split" }, form.node,
    h("section", { class: "main", "aria-label": "Campaign list" }, parts.bar, table.parts));
  const list = h("div", { hidden: true }, parts.listHead, parts.listNotice, parts.kpis, split);
  const page = h("div", { class: "detail", hidden: true }, parts.crumbs, parts.detailHead, parts.detailNotice,
    tabs(uid), parts.panel);
  // Focusable, so that a click anywhere in it makes the keys its own.
  const root = h("div", { class: "ck", tabindex: "-1" }, list, page, parts.said);
  const state = { waiting: null, open: null, opened: null, scroll: 0, folded: true, tabular: false,
    width: 0 };

  // ---- what the kernel says

  function listing() {
    const value = model.get("listing");
    return value?.rows ? value : null;
  }

  function focused() {
    return root.getRootNode().activeElement;
  }

  function statuses() {
    return new Map((listing()?.options.statuses ?? []).map((option) => [option.value, option]));
  }

  function showListing() {
    const value = listing();
    if (!value) return;
    answered();
    list.hidden = Boolean(state.open);
    const clock = clockOf(value.scope.zone, value.as_of);
    patch(parts.listHead, listHead(value, clock));
    patch(parts.kpis, tiles(value, uid));
    form.sync(value);
    showBar();
    table.sync(value, { clock, statuses: statuses() });
    if (state.open) drawDetail();            // the sentences and the live statuses came with the list
  }

  // Before the first answer there is only the reason why there is none.
  function drawStart() {
    if (listing() || state.open) return;
    patch(parts.listHead, listHead(null));
    patch(parts.kpis, tiles(null, uid));
    form.bare();
    table.bare();
    split.inert = true;
    root.classList.add("bare");
    list.hidden = false;
  }

  function showBar() {
    split.classList.toggle("open", !state.folded);
    if (listing()) patch(parts.bar, filterBar(listing(), !state.folded));
  }

  function showNotice() {
    const notice = model.get("notice");
    const shown = banner(notice);
    const left = [parts.listNotice, parts.detailNotice].some((node) => node.contains(focused()));
    patch(parts.listNotice, shown.map((node) => node.cloneNode(true)));
    patch(parts.detailNotice, shown);
    root.classList.toggle("old", ["error", "stale"].includes(notice?.kind));
    if (left && !root.contains(focused())) refreshButton().focus({ preventScroll: true });
    if (notice) answered();
    if (notice && !listing()) drawStart();
  }

  function refreshButton() {
    return (state.open ? parts.detailHead : parts.listHead).querySelector("[data-do=refresh]");
  }

  function showDetail() {
    const detail = model.get("detail");
    const id = detail?.campaign?.external_id ?? null;
    const inside = root.contains(focused());
    const turned = id !== state.open;
    if (turned && !state.open) state.scroll = table.box.scrollTop;
    if (turned) Object.assign(state, { open: id, opened: id ?? state.opened, tabular: false });
    page.hidden = !id;
    list.hidden = Boolean(id) || !(listing() || root.classList.contains("bare"));
    table.opening(null);
    if (id) {
      answered();
      drawDetail();
    }
    if (turned) turnPage(inside);
  }

  function drawDetail() {
    const detail = model.get("detail");
    const clock = clockOf(detail.scope.zone, detail.as_of);
    patch(parts.crumbs, crumbs(detail.campaign));
    patch(parts.detailHead, detailHead(detail, clock, statuses()));
    drawPanel();
  }

  function drawPanel() {
    const detail = model.get("detail");
    if (!detail?.campaign) return;
    const clock = clockOf(detail.scope.zone, detail.as_of);
    const whole = Math.floor(parts.panel.clientWidth) || 900;
    const left = parts.panel.querySelector(".cols > div");
    const options = { uid, tabular: state.tabular };
    patch(parts.panel, [
      h("div", { class: "cols" }, h("div", {}, deliverySection(detail, uid),
        activitySection(detail, clock, { ...options, width: Math.floor(left?.clientWidth ?? 0) || whole })),
      summary(detail, clock, statuses(), uid)),
      historySection(detail, clock, statuses(), { ...options, width: whole }),
    ]);
    // The first drawing makes the column whose width the next one needs.
    if (!left && parts.panel.clientWidth) drawPanel();
  }

  function turnPage(inside) {
    if (state.open) {
      if (root.getBoundingClientRect().top < 0) root.scrollIntoView({ block: "start" });
      // A page that opens by its own address leaves the focus where the reader is.
      if (inside) parts.detailHead.querySelector("h1").focus({ preventScroll: true });
      return;
    }
    table.box.scrollTop = state.scroll;
    if (inside) table.focusRow(state.opened);
  }

  // ---- what the user wishes

  function wish(message) {
    model.send(message);
    if (message.event === "open" || message.event === "back") return;
    table.busy(true);
    if (REDRAWS.has(message.event) && !state.waiting) state.waiting = setTimeout(() => table.ghosts(true), PATIENCE);
  }

  function answered() {
    clearTimeout(state.waiting);
    state.waiting = null;
    table.busy(false);
    table.ghosts(false);
    table.opening(null);
    if (!listing()) return;
    root.classList.remove("bare");
    split.inert = false;
  }

  function open(id) {
    table.opening(id);
    wish({ event: "open", id });
  }

  async function copy(control) {
    const done = await copyText(control.dataset.copy, root);
    parts.said.textContent = "";
    parts.said.textContent = done ? `${control.dataset.copy} copied` : "Copying is not allowed on this page";
    control.toggleAttribute("data-done", done);
    setTimeout(() => control.removeAttribute("data-done"), 1500);
  }

  const acts = {
    open: (control) => open(control.closest("tr").dataset.id),
    back: () => wish({ event: "back" }),
    refresh: () => wish({ event: "refresh" }),
    sort: (control) => wish({ event: "sort", key: control.dataset.key }),
    page: (control) => control.ariaDisabled === "true" || wish({ event: "page", to: control.dataset.to }),
    drop: ({ dataset: { field } }) => { form.forget(field); wish({ event: "drop", field }); },
    clear: () => { form.forget(); wish({ event: "clear" }); },
    edit: (control) => edit(control.dataset.field),
    fold: () => { state.folded = !state.folded; showBar(); },
    tabular: () => { state.tabular = !state.tabular; drawPanel(); },
    copy,
  };

  function edit(field) {
    if (!form.node.getClientRects().length) acts.fold();
    form.focus(field);
  }

  root.addEventListener("click", (event) => {
    const control = event.target.closest("[data-do]");
    if (control) {
      // With a modifier the ID is an ordinary link, which opens the campaign's own address.
      if (control.tagName === "A" && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      acts[control.dataset.do](control);
      return;
    }
    const row = event.target.closest("tbody.real tr");
    const marked = root.ownerDocument.getSelection();
    if (row && !(marked.toString() && marked.containsNode(row, true))) open(row.dataset.id);
  });

  const keys = {
    "/": () => state.open ? false : edit("search"),
    r: () => wish({ event: "refresh" }),
    Escape: () => state.open ? wish({ event: "back" }) : root.toggleAttribute("data-hush", true),
  };

  // On the window and before everybody else: JupyterLab listens on the document, and there a plain "d d" deletes the
  // cell. (Its data-lm-suppress-shortcuts spares only the very element that bears it.) Keys with Ctrl stay Lab's.
  function pressed(event) {
    const [target] = event.composedPath();
    if (!root.contains(target) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    if (target.closest("input:not([type=radio], [type=checkbox]), textarea")) return;
    const row = target.matches("tbody.real tr") ? target : null;
    const act = (row && rowKey(row, event.key)) || keys[event.key];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || event.key.startsWith("Arrow")) act();
  }
  window.addEventListener("keydown", pressed, true);

  function rowKey(row, key) {
    if (key === "Enter") return () => open(row.dataset.id);
    if (key === "c") return () => copy(row.querySelector(".copy"));
    return /^(ArrowUp|ArrowDown|Home|End)$/.test(key) ? () => table.move(key) : null;
  }

  for (const left of ["pointerout", "focusout"]) {
    root.addEventListener(left, (event) => event.target.closest(".kpi") && root.removeAttribute("data-hush"));
  }
  // The charts are drawn for a width, so a new width is a new drawing.
  const observer = new ResizeObserver(() => {
    if (page.hidden || parts.panel.clientWidth === state.width) return;
    state.width = parts.panel.clientWidth;
    drawPanel();
  });
  observer.observe(parts.panel);

  return {
    root,
    handlers: { "change:listing": showListing, "change:detail": showDetail, "change:notice": showNotice },
    show() {
      showNotice();
      showListing();
      showDetail();
    },
    dispose() {
      observer.disconnect();
      window.removeEventListener("keydown", pressed, true);
      clearTimeout(state.waiting);
        form.dispose();
    },
  };
}

function render({ model, el }) {
  const browser = campaignBrowser(model);
  for (const [name, handler] of Object.entries(browser.handlers)) model.on(name, handler);
  el.append(browser.root);
  browser.show();
  return () => {
    for (const [name, handler] of Object.entries(browser.handlers)) model.off(name, handler);
    browser.dispose();
  };
}

export default { render };
