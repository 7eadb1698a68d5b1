// A button that says what is chosen, and a popover with the choices: several (checkboxes) or one (radio buttons).
// The popover lies in the top layer, so that no scroll box clips it; it is placed under its button when it opens.

function pick(uid, { field, name, any, options, chosen, one = false, tip }) {
  const id = `${uid}-pick-${field}`;
  const words = options.filter(({ value }) => chosen.includes(value)).map(({ label, value }) => label ?? value);
  const said = words.join(", ") || any;
  return h("div", { class: "picker", "data-id": id },
    h("span", { class: "lab", id: `${id}-name`, title: tip }, name),
    h("button", { type: "button", class: "btn pick", id: `${id}-button`, "data-do": "pick", "aria-haspopup": "true",
      "aria-controls": id, "aria-labelledby": `${id}-name ${id}-said`, title: words.join(", ") || null },
    h("span", { id: `${id}-said` }, said), h("span", { class: "nil", "aria-hidden": "true" }, "▾")),
    h("div", { class: "choices", id, popover: "auto", role: "group", "aria-labelledby": `${id}-name` },
      options.map((option) => choice(id, field, option, one)),
      options.length === 0 && h("p", { class: "sub" }, "nothing to choose from")));
}

function choice(id, field, { value, label, count, tip, mark }, one) {
  return h("label", { class: "opt", title: tip },
    h("input", { type: one ? "radio" : "checkbox", name: id, value: value ?? "", "data-picks": field }),
    h("span", { class: mark ? "ck-mark word" : "word", ...mark }, label ?? value),
    count !== undefined && h("span", { class: "n" }, figure(count)));
}

// What is checked is a property and not an attribute, so it is set after the drawing.
function checkPicks(root, chosen) {
  for (const input of root.querySelectorAll("input[data-picks]")) {
    const values = [chosen[input.dataset.picks] ?? []].flat();
    const checked = values.includes(input.value);
    if (input.checked !== checked) input.checked = checked;
  }
}

function picked(root, input) {
  const all = [...root.querySelectorAll("input[data-picks]")].filter(({ name }) => name === input.name);
  return all.filter(({ checked }) => checked).map(({ value }) => value);
}

// Opens the popover of a button under it, or above where there is no room below; the first choice has the focus.
function openPick(button) {
  const popover = document.getElementById(button.getAttribute("aria-controls"));
  if (popover.matches(":popover-open")) {
    popover.hidePopover();
    return;
  }
  popover.showPopover();
  const { left, top, bottom, width } = button.getBoundingClientRect();
  popover.style.minWidth = `${width}px`;
  const high = popover.offsetHeight;
  const below = bottom + 4 + high <= window.innerHeight || top < high;
  popover.style.left = `${Math.max(4, Math.min(left, window.innerWidth - popover.offsetWidth - 4))}px`;
  popover.style.top = `${below ? bottom + 4 : top - 4 - high}px`;
  popover.querySelector("input:checked, input")?.focus({ preventScroll: true });
}
