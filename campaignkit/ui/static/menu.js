// One menu in the top layer, where no scroll box clips it. Whoever opens it hands it the control that it belongs to and
// its items: { text, act, waits: true where it must not be done while the line to the kernel is lost }.

function floatingMenu({ root, uid }) {
  const node = h("div", { class: "menu", role: "menu", id: `${uid}-menu`, popover: "auto" });
  let anchor = null;
  let items = [];
  let pressedOn = null;          // the open menu's own control: the press closes the menu, the click must not reopen it

  function open(control, given, name) {
    if (pressedOn === control) return;
    anchor = control;
    items = given.filter(Boolean);
    const old = root.classList.contains("old");
    node.setAttribute("aria-label", name);
    patch(node, items.map(({ text, waits }, place) => h("button", { type: "button", role: "menuitem", tabindex: "-1",
      "data-do": "menu-item", "data-place": place, "aria-disabled": waits && old ? "true" : null,
      title: waits && old ? "Not while the connection is lost" : null }, text)));
    node.showPopover();
    place();
    mark();
    node.firstElementChild?.focus({ preventScroll: true });
  }

  function isOpen() {
    return anchor !== null && node.matches(":popover-open");
  }

  // Under the control, or above it where there is no room; never outside the window.
  function place() {
    const { bottom, top, right } = anchor.getBoundingClientRect();
    const left = Math.min(Math.max(8, right - node.offsetWidth), innerWidth - node.offsetWidth - 8);
    const below = bottom + 2 + node.offsetHeight <= innerHeight - 8;
    node.style.left = `${left}px`;
    node.style.top = `${below ? bottom + 2 : Math.max(8, top - 2 - node.offsetHeight)}px`;
  }

  // After a refresh: the control may have been drawn anew, moved, or be gone with its row.
  function mark() {
    if (!isOpen()) return;
    if (!anchor.isConnected || !anchor.getClientRects().length) {
      close();
      return;
    }
    anchor.setAttribute("aria-expanded", "true");
    place();
  }

  function close() {
    const inside = node.contains(root.getRootNode().activeElement);
    if (isOpen()) node.hidePopover();
    if (inside) anchor?.focus({ preventScroll: true });
  }

  node.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    anchor?.removeAttribute("aria-expanded");
    anchor = null;
  });
  root.addEventListener("pointerdown", (event) => {
    const control = event.target.closest("[aria-haspopup=menu]");
    pressedOn = control && control === anchor && isOpen() ? control : null;
  }, true);
  window.addEventListener("scroll", mark, { capture: true, passive: true });
  window.addEventListener("resize", mark);

  function walk(key) {
    const buttons = [...node.children];
    const from = buttons.indexOf(root.getRootNode().activeElement);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1 + (from < 0 ? 1 : 0), Home: 0, End: -1 }[key];
    buttons.at(to % buttons.length)?.focus();
  }

  return {
    node,
    open,
    mark,
    isOpen,
    acts: {
      "menu-item": (control) => {
        if (control.ariaDisabled === "true") return;
        const { act } = items[Number(control.dataset.place)];
        close();
        act();
      },
    },
    keys(key, target) {
      if (!isOpen() || !node.contains(target)) return null;
      if (key === "Escape" || key === "Tab") return close;
      if (/^(ArrowDown|ArrowUp|Home|End)$/.test(key)) return () => walk(key);
      return /^(Enter| )$/.test(key) ? () => target.click() : () => {};        // no other key means anything in here
    },
    dispose() {
      window.removeEventListener("scroll", mark, { capture: true });
      window.removeEventListener("resize", mark);
    },
  };
}
