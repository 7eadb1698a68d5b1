// One campaign's page as one part of the browser: crumbs, head, tabs, panel.

function detailPart({ model, uid, wish, statuses }) {
  const parts = {
    crumbs: h("nav", { class: "sub crumbs", "aria-label": "Breadcrumb" }),
    head: h("header", { class: "head" }), notice: h("div"),
    panel: h("div", { role: "tabpanel", id: `${uid}-panel`, "aria-labelledby": `${uid}-tab` }),
  };
  const node = h("div", { class: "detail", hidden: true }, parts.crumbs, parts.head, parts.notice,
    tabs(uid), parts.panel);
  const state = { open: null, tabular: false, width: 0 };

  function detail() {
    const value = model.get("detail");
    return value?.campaign ? value : null;
  }

  function sync() {
    const value = detail();
    const id = value?.campaign.external_id ?? null;
    if (id !== state.open) Object.assign(state, { open: id, tabular: false });
    node.hidden = !id;
    if (!id) return;
    patch(parts.crumbs, crumbs(value.campaign));
    patch(parts.head, detailHead(value, clockOf(value.scope.zone, value.as_of), statuses()));
    drawPanel();
  }

  function drawPanel() {
    const value = detail();
    if (!value) return;
    const clock = clockOf(value.scope.zone, value.as_of);
    const whole = Math.floor(parts.panel.clientWidth) || 900;
    const left = parts.panel.querySelector(".cols > div");
    const options = { uid, tabular: state.tabular };
    patch(parts.panel, [
      h("div", { class: "cols" }, h("div", {}, deliverySection(value, uid),
        activitySection(value, clock, { ...options, width: Math.floor(left?.clientWidth ?? 0) || whole })),
      summary(value, clock, statuses(), uid)),
      historySection(value, clock, statuses(), { ...options, width: whole }),
    ]);
    // The first drawing makes the column whose width the next one needs.
    if (!left && parts.panel.clientWidth) drawPanel();
  }

  function back() {
    wish({ event: "back" });
  }

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
    open: () => state.open,
    focus: () => parts.head.querySelector("h1").focus({ preventScroll: true }),
    acts: { back, tabular: () => { state.tabular = !state.tabular; drawPanel(); } },
    keys: (key) => (!node.hidden && key === "Escape" ? back : null),
    dispose: () => observer.disconnect(),
  };
}
