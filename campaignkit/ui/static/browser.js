// Wires the kernel's answers to the parts and the parts' wishes to the kernel. Nothing is decided here: the kernel is.

let views = 0;

function campaignBrowser(model) {
  views += 1;
  const uid = `ck${views}`;
  // Focusable, so that a click anywhere in it makes the keys its own.
  const root = h("div", { class: "ck", tabindex: "-1" });
  const said = h("span", { class: "sr", role: "status" });
  const desk = controls(root);
  const kernel = kernelWatch(model, () => line.look());
  const line = kernelLine({ send: (message) => model.send(message), health: kernel.health,
    displayed: () => isDisplayed(root), changed: showNotice, reconnect: kernel.reconnect });
  const menu = floatingMenu({ root, uid });
  const { addressed, alone } = model.get("scope");
  const address = alone ? null : pageAddress(addressed, (query) => wish({ event: "go", query }));
  const questions = questionBox(uid);
  const shared = { model, uid, root, wish, copy, copyWords, auto, menu, address, ask: questions.ask };
  const list = listingPart(shared);
  const page = detailPart({ ...shared, statuses: list.statuses });
  const parts = [list, page];
  root.append(list.node, page.node, menu.node, questions.node, said);
  desk.add({
    acts: { refresh, copy, act, auto: switchRefresh, retry: line.retry, reload: () => location.reload() },
    keys: (key) => (key === "r" ? refresh : null),
  });
  [...parts, menu].forEach(desk.add);
  let opened = null;             // the campaign that was open last: where the focus goes back to
  let known = {};                // the traits as they were drawn last
  let patience = null;
  let shown = false;             // whether the address has followed once: the first page is no step

  function focused() {
    return root.getRootNode().activeElement;
  }

  // ---- what the kernel says: every update is drawn once, whatever it consists of

  function update() {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const changed = new Set(TRAITS.filter((name) => now[name] !== known[name]));
    known = now;
    if (changed.has("listing") && now.listing?.whole === false) {        // the numbers around its rows are still to come
      if (!page.open()) list.showRows();
      return;
    }
    const answer = line.settle(now.answered);
    line.heard({ pace: now.pace, error: now.notice?.kind === "error" });
    clearTimeout(patience);
    list.answered();
    if (changed.has("notice")) showNotice();
    if (now.notice) page.refused();
    const turned = changed.has("detail") && turnsPage();
    if (list.listing() && !page.open()) list.sync(Boolean(answer?.quiet));
    if (turned) turnPage(turned.inside);
    menu.mark();
    follow(Boolean(turned) && answer?.event !== "go");
  }

  // A campaign that is opened or left is a step; what the address itself brought is none.
  function follow(steps) {
    if (alone && addressed && page.open()) document.title = `${shortId(page.open())} · Campaign`;
    if (!address || !list.listing()) return;
    const { spelt, caption } = list.listing();
    const query = new URLSearchParams(spelt.query);
    if (page.open()) query.append("campaign", page.open());
    const title = page.open() ? `${shortId(page.open())} · Campaigns` : spelt.query ? `Campaigns: ${caption}` : "Campaigns";
    address.follow(query, { steps: steps && shown, title });
    shown = true;
  }

  function showNotice() {
    const notice = lineNotice(line.lost(), { shown: shownAt(), addressed: model.get("scope").addressed })
      ?? model.get("notice");
    const drawn = banner(notice);
    const left = parts.some((part) => part.notice.contains(focused()));
    for (const part of parts) patch(part.notice, drawn.map((node) => node.cloneNode(true)));
    root.classList.toggle("old", ["error", "stale"].includes(notice?.kind));
    if (left && !root.contains(focused())) refreshButton().focus({ preventScroll: true });
    if (notice && !list.listing() && !page.open()) showBare();
  }

  function showBare() {
    list.bare();
    list.hide(false);
  }

  // The time of what is on the screen, in words.
  function shownAt() {
    const value = page.open() ? model.get("detail") : list.listing();
    if (!value) return null;
    const { hour, minute, second } = partsOf(new Date(value.as_of), value.scope?.zone ?? model.get("scope").zone);
    return `${hour}:${minute}:${second}`;
  }

  function refreshButton() {
    return (page.open() ? page : list).head.querySelector("[data-do=refresh]");
  }

  // Draws the campaign that is open or shows the list again; whether that turned the page, and where the focus was.
  function turnsPage() {
    const inside = root.contains(focused());
    const before = page.open();
    page.sync();
    const id = page.open();
    opened = id ?? opened;
    list.hide(Boolean(id) || !(list.listing() || root.classList.contains("bare")));
    return id !== before && { inside };
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
    line.wish(message);
    list.wished(message);
  }

  // A press tells what its release will wish for: the kernel has some 80 ms to get it ready.
  root.addEventListener("pointerdown", ({ target, button, pointerType }) => {
    if (button !== 0 || pointerType === "touch") return;
    const message = list.wishAt(target) ?? page.wishAt(target);
    if (message) line.expect(message);
  });

  function refresh() {
    wish({ event: "refresh" });
  }

  function act({ dataset }) {
    if (page.open()) page.act(dataset.action);
    else list.act(dataset.action, dataset.campaign);
  }

  // What the switch shows: the seconds between two refreshes, or none; null where the notebook switched it off for good.
  function auto() {
    return model.get("scope").refresh ? { pace: model.get("pace"), on: line.on() } : null;
  }

  function switchRefresh() {
    line.turn(!line.on());
    for (const control of root.querySelectorAll("[data-do=auto]")) control.ariaChecked = String(line.on());
  }

  async function copyWords(text, what, control) {
    const done = await copyText(text, root);
    said.textContent = "";
    said.textContent = done ? `${what} copied` : "Copying is not allowed on this page";
    control?.toggleAttribute("data-done", done);
    setTimeout(() => control?.removeAttribute("data-done"), 1500);
  }

  function copy(control) {
    return copyWords(control.dataset.copy, control.dataset.copy, control);
  }

  // Whoever comes back to the page finds it asking at once.
  const leave = attention(root, line.look);

  // What the kernel says beside its answers: how many campaigns would be archived, and what a campaign's page is handed.
  function told(message, buffers) {
    page.told(message, buffers);
    if (message?.kind !== "archive_all") return;
    const { query, count } = message;
    if (count) questions.ask("archive_all", message, () => wish({ event: "archive-all", query, count }));
    else said.textContent = "None of these campaigns can be archived";
  }

  return {
    root,
    update,
    told,
    show() {
      list.hide(!list.listing());
      update();
      if (!list.listing() && !page.open()) patience = setTimeout(showBare, PATIENCE);
    },
    dispose() {
      leave();
      clearTimeout(patience);
      questions.close();
      address?.dispose();
      menu.dispose();
      kernel.dispose();
      line.dispose();
      desk.dispose();
      for (const part of parts) part.dispose();
    },
  };
}

const TRAITS = ["scope", "tiles", "listing", "detail", "notice", "pace", "answered"];

function render({ model, el }) {
  const browser = campaignBrowser(model);
  model.on("change", browser.update);
  model.on("msg:custom", browser.told);
  el.append(browser.root);
  browser.show();
  return () => {
    model.off("change", browser.update);
    model.off("msg:custom", browser.told);
    browser.dispose();
  };
}

export default { render };
