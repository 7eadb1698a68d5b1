// The head of a page (title, scope, freshness) and the one line that says what is wrong.

function freshness(asOf, clock, auto) {
  return h("div", { class: "fresh" },
    // A status that is not spoken: an announcement every few seconds would talk over the reader. Counts are.
    asOf && h("span", { class: "asof", role: "status", "aria-live": "off" }, "Data as of ", secondsTime(asOf, clock)),
    asOf && auto && refreshSwitch(auto),
    h("button", { type: "button", class: "btn small", "data-do": "refresh", title: "Refresh now (r)" }, "Refresh"));
}

// R51. Where nothing is live nothing changes by itself, so there is nothing to switch.
function refreshSwitch({ pace, on }) {
  if (!pace) return h("span", { title: "No campaign here is live, so nothing changes by itself" }, "Nothing is live");
  return h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(on), "data-do": "auto" },
    `Refresh every ${figure(pace)} s`);
}

function listHead(scope, listing, clock, auto, figures) {
  const words = listing
    ? [h("bdi", {}, scope.title), " ", dot(), ` times in ${clock.label}`]
    : [h("span", { class: "skel", style: "--w:220px" })];
  return [
    h("div", { class: "title" }, h("h1", {}, "Campaigns"), h("p", { class: "sub" }, words)),
    listing && viewSwitch(scope, listing, figures),
    h("span", { class: "grow" }),
    freshness(listing?.as_of, clock, auto),
  ];
}

const BANNERS = { error: "banner err", stale: "banner", info: "banner info" };
const AGAIN = { refresh: "Try again", retry: "Try now", reload: "Reload" };

// The first sentence is the news and is bold; the reference finds the entry in the log. `later` counts down, unspoken.
function banner(notice) {
  if (!notice?.text) return [];
  const kind = notice.kind in BANNERS ? notice.kind : "info";
  const cut = notice.text.search(/[.!?](\s|$)/) + 1 || notice.text.length;
  const mark = { error: "flag danger", stale: "flag warn" }[kind];
  const again = notice.again ?? (kind === "error" ? "refresh" : null);
  return [h("div", { class: BANNERS[kind], role: kind === "error" ? "alert" : "status" },
    mark && h("span", { class: mark, "aria-hidden": "true" }),
    h("span", { class: "words" }, h("b", {}, notice.text.slice(0, cut)), notice.text.slice(cut),
      notice.reference && [" Reference ", h("span", { class: "mono" }, notice.reference), "."],
      notice.later && h("span", { "aria-live": "off" }, ` ${notice.later}`)),
    h("span", { class: "grow" }),
    again && h("button", { type: "button", class: "btn small", "data-do": again }, AGAIN[again]))];
}

// What is said while the line to the kernel is not what it should be.
function lineNotice(lost, { shown, addressed }) {
  if (!lost) return null;
  const from = shown ? ` What you see is from ${shown}.` : "";
  if (lost.why === "ended") {
    return addressed ? { kind: "stale", text: "This dashboard's session has ended. Reload.", again: "reload" }
      : { kind: "stale", text: `The kernel has ended. Run the cell again to go on.${from}` };
  }
  if (lost.why === "busy") return { kind: "stale", text: `The kernel is busy with something else.${from}` };
  const since = shown ? ` at ${shown}` : "";
  return { kind: "stale", text: `Connection lost${since}.${shown ? " What you see is from then." : ""}`, again: "retry",
    later: lost.seconds ? `Trying again in ${lost.seconds} s.` : "Trying again." };
}

// The three lists: what runs or ran, what waits for a moderator, what was put away (R2, R43).
function viewSwitch({ views }, { filter }, figures) {
  return h("div", { class: "seg", role: "group", "aria-label": "Views" }, views.map(({ value, label }) => {
    const count = value === "queue" ? figures?.queued : 0;
    return h("button", { type: "button", "data-do": "view", "data-view": value,
      "aria-pressed": String(value === filter.view) }, label, count > 0 && h("span", { class: "n" }, figure(count)));
  }));
}
