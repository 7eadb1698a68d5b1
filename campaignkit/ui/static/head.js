// The head of a page (title, scope, freshness) and the one line that says what is wrong.

function freshness(asOf, clock) {
  return h("div", { class: "fresh" },
    // A status that is not spoken: an announcement every few seconds would talk over the reader. Counts are.
    asOf && h("span", { class: "asof", role: "status", "aria-live": "off" }, "Data as of ", secondsTime(asOf, clock)),
    h("button", { type: "button", class: "btn small", "data-do": "refresh", title: "Refresh now (r)" }, "Refresh"));
}

function listHead(listing, clock) {
  const scope = listing
    ? [listing.scope.title, " ", dot(), ` times in ${clock.label}`]
    : [h("span", { class: "skel", style: "--w:220px" })];
  return [
    h("div", { class: "title" }, h("h1", {}, "Campaigns"), h("p", { class: "sub" }, scope)),
    h("span", { class: "grow" }),
    freshness(listing?.as_of, clock),
  ];
}

const BANNERS = { error: "banner err", stale: "banner", info: "banner info" };

// The first sentence is the news and is bold; the reference finds the entry in the log.
function banner(notice) {
  if (!notice?.text) return [];
  const kind = notice.kind in BANNERS ? notice.kind : "info";
  const cut = notice.text.search(/[.!?](\s|$)/) + 1 || notice.text.length;
  const mark = { error: "flag danger", stale: "flag warn" }[kind];
  return [h("div", { class: BANNERS[kind], role: kind === "error" ? "alert" : "status" },
    mark && h("span", { class: mark, "aria-hidden": "true" }),
    h("span", {}, h("b", {}, notice.text.slice(0, cut)), notice.text.slice(cut),
      notice.reference && [" Reference ", h("span", { class: "mono" }, notice.reference), "."]),
    h("span", { class: "grow" }),
    kind !== "info" && h("button", { type: "button", class: "btn small", "data-do": "refresh" }, "Try again"))];
}
