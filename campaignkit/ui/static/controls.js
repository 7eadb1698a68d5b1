// Clicks and keys inside a root, in one place. A part adds what its own controls do and which keys it answers:
//   acts: { name: (control, event) => … } for the elements with data-do="name"
//   keys: (key, target) => an act to do, or nothing; the part that came last is asked first
// Nothing here knows any part.

const TYPED_INTO = "input:not([type=radio], [type=checkbox]), textarea";
// While one of these is open, Esc and the arrows are the browser's; a menu has keys of its own.
const OWN_KEYS = "dialog, [popover]:not([role=menu])";
const OWN_ESCAPE = ":popover-open:not([role=menu])";

function controls(root) {
  const acts = {};
  const keyed = [];

  function clicked(event) {
    const control = event.target.closest("[data-do]");
    if (!control || !root.contains(control)) return;
    // With a modifier a link is an ordinary link, which opens its own address.
    if (control.tagName === "A" && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    acts[control.dataset.do]?.(control, event);
  }

  // On the window and before everybody else: JupyterLab listens on the document, and there a plain "d d" deletes the
  // cell. (Its data-lm-suppress-shortcuts spares only the very element that bears it.) Keys with Ctrl stay Lab's.
  function pressed(event) {
    const [target] = event.composedPath();
    if (!root.contains(target) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    if (target.closest(TYPED_INTO) || target.closest(OWN_KEYS)) return;
    if (event.key === "Escape" && root.querySelector(OWN_ESCAPE)) return;
    const act = actOf(event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key, target);
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || event.key.startsWith("Arrow")) act();
  }

  function actOf(key, target) {
    for (const keys of keyed) {
      const act = keys(key, target);
      if (act) return act;
    }
    return null;
  }

  root.addEventListener("click", clicked);
  window.addEventListener("keydown", pressed, true);

  return {
    acts,
    add(part) {
      Object.assign(acts, part.acts);
      if (part.keys) keyed.unshift(part.keys);
    },
    dispose() {
      window.removeEventListener("keydown", pressed, true);
    },
  };
}
