// Wires the kernel's answers to the parts and the parts' wishes to the kernel. Nothing is decided here: the kernel is.

let views = 0;

function campaignBrowser(model) {
  views += 1;
  const uid = `ck${views}`;
  // Focusable, so that a click anywhere in it makes the keys its own.
  const root = h("div", { class: "ck", tabindex: "-1" });
  const said = h("span", { class: "sr", role: "status" });
  const desk = controls(root);
  const shared = { model, uid, root, wish, copy };
  const list = listingPart(shared);
  const page = detailPart({ ...shared, statuses: list.statuses });
  const parts = [list, page];
  root.append(list.node, page.node, said);
  desk.add({ acts: { refresh, copy }, keys: (key) => (key === "r" ? refresh : null) });
  parts.forEach(desk.add);
  let opened = null;             // the campaign that was open last: where the focus goes back to

  function focused() {
    return root.getRootNode().activeElement;
  }

  // ---- what the kernel says

  function showListing() {
    if (!list.known()) return;
    answered();
    list.hide(Boolean(page.open()));
    list.sync();
    if (page.open()) page.sync();            // the sentences and the live statuses came with the list
  }

  function showNotice() {
    const notice = model.get("notice");
    const shown = banner(notice);
    const left = parts.some((part) => part.notice.contains(focused()));
    for (const part of parts) patch(part.notice, shown.map((node) => node.cloneNode(true)));
    root.classList.toggle("old", ["error", "stale"].includes(notice?.kind));
    if (left && !root.contains(focused())) refreshButton().focus({ preventScroll: true });
    if (notice) {
      answered();
      page.refused();
    }
    if (notice && !list.known() && !page.open()) {
      list.bare();
      list.hide(false);
    }
  }

  function refreshButton() {
    return (page.open() ? page : list).head.querySelector("[data-do=refresh]");
  }

  function showDetail() {
    const inside = root.contains(focused());
    const before = page.open();
    page.sync();
    const id = page.open();
    if (id) answered();
    opened = id ?? opened;
    list.hide(Boolean(id) || !(list.known() || root.classList.contains("bare")));
    if (id !== before) turnPage(inside);
  }

  function turnPage(inside) {
    if (!page.open()) {
      if (inside) list.focusRow(opened);
      return;
    }
    if (root.getBoundingClientRect().top < 0) root.scrollIntoView({ block: "start" });
    // A page that opens by its own address leaves the focus where the reader is.
    if (inside) page.focus();
  }

  // ---- what the user wishes

  function wish(message) {
    model.send(message);
    list.wished(message);
  }

  function answered() {
    list.answered();
  }

  function refresh() {
    wish({ event: "refresh" });
  }

  async function copy(control) {
    const done = await copyText(control.dataset.copy, root);
    said.textContent = "";
    said.textContent = done ? `${control.dataset.copy} copied` : "Copying is not allowed on this page";
    control.toggleAttribute("data-done", done);
    setTimeout(() => control.removeAttribute("data-done"), 1500);
  }

  return {
    root,
    handlers: { "change:listing": showListing, "change:detail": showDetail, "change:notice": showNotice },
    show() {
      showNotice();
      showListing();
      showDetail();
    },
    dispose() {
      desk.dispose();
      for (const part of parts) part.dispose();
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
