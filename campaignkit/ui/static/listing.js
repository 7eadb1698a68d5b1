// The list as one part of the browser: head, tiles, filters, chips, table.

const REDRAWS = new Set(["filter", "drop", "clear", "sort", "page", "view"]);
const PATIENCE = 200;                  // ms without an answer before grey bars say that one is awaited

function listingPart({ model, uid, root, wish, copy, copyWords, auto, menu, address, ask }) {
  const form = filterForm(uid, wish);
  const table = campaignTable(menu);
  const parts = {
    head: h("header", { class: "head" }), notice: h("div"),
    kpis: h("dl", { class: "kpis", "aria-label": "Workspace figures, not filtered" }),
    bar: h("div", { class: "bar", role: "group", "aria-label": "Active filters" }),
  };
  const split = h("div", { class: "split" }, form.node,
    h("section", { class: "main", "aria-label": "Campaign list" }, parts.bar, table.parts));
  const node = h("div", { hidden: true }, parts.head, parts.notice, parts.kpis, split);
  const state = { waiting: null, scroll: 0, folded: true, figures: null };

  // ---- what the kernel says

  function listing() {
    const value = model.get("listing");
    return value?.rows ? value : null;
  }

  function scope() {
    return model.get("scope");
  }

  function figures() {
    return model.get("tiles");
  }

  function statuses() {
    return new Map((scope().options?.statuses ?? []).map((option) => [option.value, option]));
  }

  function sync(quiet) {
    const value = listing();
    if (!value) return;
    const clock = clockOf(scope().zone, value.as_of);
    patch(parts.head, listHead(scope(), value, clock, auto(), figures()));
    // A filter changes no figure of the scope, so most answers leave the tiles alone.
    if (state.figures !== figures()) patch(parts.kpis, tiles(scope(), figures(), uid));
    state.figures = figures();
    form.sync(scope(), value, figures());
    showBar();
    table.sync(value, { scope: scope(), clock, statuses: statuses(), address }, quiet);
  }

  // The rows of an answer whose numbers are on their way: the rest stays as it is for that moment.
  function showRows() {
    const value = listing();
    awaited(false);
    table.sync(value, { scope: scope(), clock: clockOf(scope().zone, value.as_of), statuses: statuses(), address });
  }

  function awaited(on) {
    clearTimeout(state.waiting);
    state.waiting = on ? setTimeout(() => table.ghosts(true), PATIENCE) : null;
    if (!on) table.ghosts(false);
  }

  // Before the first answer there is only the reason why there is none.
  function bare() {
    patch(parts.head, listHead(null));
    patch(parts.kpis, tiles(null, null, uid));
    state.figures = null;
    form.bare();
    table.bare(scope());
    split.inert = true;
    root.classList.add("bare");
  }

  function showBar() {
    split.classList.toggle("open", !state.folded);
    if (listing()) patch(parts.bar, filterBar(listing(), !state.folded, scope().acts));
  }

  // ---- what the user wishes

  function edit(field) {
    if (!form.node.getClientRects().length) fold();
    form.focus(field);
  }

  function fold() {
    state.folded = !state.folded;
    showBar();
  }

  function open(id) {
    table.opening(id);
    wish({ event: "open", id });
  }

  function rowOf(id) {
    return listing().rows.find((one) => one.external_id === id);
  }

  function rowMenu(row) {
    const id = row.dataset.id;
    const campaign = rowOf(id);
    const button = row.querySelector("[data-do=menu]");
    const copied = (text, what) => () => copyWords(text, what, row.querySelector(".copy"));
    menu.open(button, [
      { text: "Open", act: () => open(id) },
      address && { text: "Open in new tab", act: () => window.open(address.campaign(id), "_blank", "noopener") },
      { text: "Copy ID", act: copied(id, id) },
      address && { text: "Copy link", act: copied(address.campaign(id, { shared: true }), "Link") },
      ...(campaign?.actions ?? []).map((action) => ({ text: ACTION_WORDS[action].words, waits: true,
        act: () => act(action, campaign) })),
    ], button.ariaLabel);
  }

  // R39 and back: what the list shows, as something to go on with elsewhere.
  function copyAs(control) {
    const { spelt } = listing();
    const copied = (text, what) => () => copyWords(text, what, control);
    menu.open(control, [
      { text: "Python cell", act: copied(`import campaignkit\n\n${spelt.python}`, "Python cell") },
      { text: "Command line", act: copied(spelt.shell, "Command line") },
      address && { text: "Link", act: copied(address.to(spelt.query, { shared: true }), "Link") },
    ], "Copy this list as");
  }

  // What a control wishes for, or null.
  const wishes = {
    view: ({ dataset }) => ({ event: "view", view: dataset.view }),
    sort: ({ dataset }) => ({ event: "sort", key: dataset.key }),
    page: ({ dataset, ariaDisabled }) => (ariaDisabled === "true" ? null : { event: "page", to: dataset.to }),
    drop: ({ dataset }) => ({ event: "drop", field: dataset.field }),
    clear: () => ({ event: "clear" }),
  };

  function wishOf(control) {
    return wishes[control.dataset.do]?.(control) ?? null;
  }

  // What a click there wishes for, or null.
  function wishAt(target) {
    if (node.hidden) return null;
    const option = target.closest("label.opt");
    if (option) return form.wishOf(option.querySelector("input"));
    const control = target.closest("[data-do]");
    const row = target.closest("tbody.real tr");
    if (row && (!control || control.dataset.do === "open")) return { event: "open", id: row.dataset.id };
    return control && wishOf(control);
  }

  function grant(control) {
    const message = wishOf(control);
    if (message) wish(message);
  }

  const act = actor({ ask, wish });
  const acts = {
    view: grant,
    sort: grant,
    page: grant,
    drop: (control) => { form.forget(control.dataset.field); grant(control); },
    clear: (control) => { form.forget(); grant(control); },
    "archive-count": () => { form.flush(); wish({ event: "archive-count" }); },
    menu: (control) => rowMenu(control.closest("tr")),
    "copy-as": copyAs,
    open: (control) => open(control.closest("tr").dataset.id),
    edit: (control) => edit(control.dataset.field),
    fold,
  };

  function keys(key, target) {
    if (node.hidden) return null;
    if (target.matches("tbody.real tr")) {
      if (key === "Enter") return () => open(target.dataset.id);
      if (key === "Shift+F10" || key === "ContextMenu") return () => rowMenu(target);
      if (key === "c") return () => copy(target.querySelector(".copy"));
      if (/^(ArrowUp|ArrowDown|Home|End)$/.test(key)) return () => table.move(key);
    }
    if (key === "/") return () => edit("search");
    if (key === "Escape") return () => root.toggleAttribute("data-hush", true);
    return null;
  }

  node.addEventListener("click", (event) => {
    if (event.target.closest("[data-do]")) return;
    const row = event.target.closest("tbody.real tr");
    const marked = root.ownerDocument.getSelection();
    if (row && !(marked.toString() && marked.containsNode(row, true))) open(row.dataset.id);
  });
  for (const left of ["pointerout", "focusout"]) {
    node.addEventListener(left, (event) => event.target.closest(".kpi") && root.removeAttribute("data-hush"));
  }

  return {
    node,
    head: parts.head,
    notice: parts.notice,
    acts,
    keys,
    statuses,
    sync,
    showRows,
    wishAt,
    bare,
    listing,
    hide(on) {
      if (on && !node.hidden) state.scroll = table.box.scrollTop;
      const back = node.hidden && !on;
      node.hidden = on;
      if (back) table.box.scrollTop = state.scroll;
    },
    focusRow: table.focusRow,
    act(action, id) {
      const campaign = rowOf(id);
      if (campaign) act(action, campaign);
    },
    wished({ event }) {
      if (event === "open" || event === "back") return;
      table.busy(true);
      if (REDRAWS.has(event) && !state.waiting) awaited(true);
    },
    answered() {
      awaited(false);
      table.busy(false);
      table.opening(null);
      if (!listing()) return;
      root.classList.remove("bare");
      split.inert = false;
    },
    dispose() {
      clearTimeout(state.waiting);
      form.dispose();
    },
  };
}
