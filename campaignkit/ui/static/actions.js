// What may be done to a campaign: the kernel says which actions a row or a page offers, and only those are built.

const ACTION_WORDS = {
  start: { words: "Start", kind: "main" },
  approve: { words: "Approve…", kind: "main" },
  reject: { words: "Reject…", kind: "harm" },
  cancel: { words: "Cancel…", kind: "harm" },
  archive: { words: "Archive…" },
  restore: { words: "Restore" },
};
const UNASKED = new Set(["restore"]);          // it takes nothing away and can be undone

function actionButtons(campaign) {
  const offered = (campaign.actions ?? []).filter((action) => action in ACTION_WORDS);
  if (!offered.length) return null;
  return h("div", { class: "row acts", role: "group", "aria-label": "Actions" },
    offered.map((action) => actionButton(action, campaign)));
}

// In a row there is little room, and the row says which campaign is meant.
function actionButton(action, { external_id: id }, small = false) {
  const { words, kind } = ACTION_WORDS[action];
  return h("button", { type: "button", class: ["btn", kind, small && "small"].filter(Boolean).join(" "),
    "data-do": "act", "data-action": action, "data-campaign": id,
    "aria-label": small ? `${words.replace("…", "")} ${shortId(id)}` : null }, small ? words.replace("…", "") : words);
}

// Asks where it has to and sends the wish, with the state that whoever acts had before them.
function actor({ ask, wish }) {
  return (action, campaign, more = {}) => {
    const { external_id: id, status, moderation, archived, auto_start } = campaign;
    const go = (note) => wish({ event: "act", action, id, note, seen: { status, moderation, archived, auto_start } });
    if (UNASKED.has(action)) go("");
    else ask(action, { id: shortId(id), campaign, ...more }, go);
  };
}
