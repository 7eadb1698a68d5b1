// Runs in a page before anything else. `took(step)` clicks and resolves with the milliseconds until the rows stand;
// `stands(step)` tells whether they do already, `painted()` waits until what stands has been laid out and painted.
// A step: `click`, a selector; `inside`, where the rows are; `rows`, a selector for them; `keys`, a text of each of the
// first rows; `count`, how many there are in all, or null for a table that draws only what can be seen of it;
// `canvas`: the rows are painted, so the keys are looked for in what is written, one below the other.
(() => {
  const PATIENCE = 20000;
  const REMEMBERED = 4000;
  let written = [];
  let heard = () => {};
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (...told) {
    fillText.apply(this, told);
    written.push(String(told[0]));
    if (written.length > 2 * REMEMBERED) written = written.slice(-REMEMBERED);
    heard();
  };

  // What is below an element, also in its shadows.
  function roots(node) {
    const shadows = [...node.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? roots(shadowRoot) : []));
    return [node, ...shadows];
  }

  function stand(trees, { rows, keys, count }) {
    const found = trees.flatMap((tree) => [...tree.querySelectorAll(rows)]);
    return (count === null ? found.length >= keys.length : found.length === count)
      && keys.every((key, at) => found[at].textContent.includes(key));
  }

  function endsWith(keys, end = written.length) {
    return end >= keys.length && keys.every((key, at) => written[end - keys.length + at].includes(key));
  }

  function whenWritten({ keys }, done) {
    heard = () => endsWith(keys) && done();
    return () => { heard = () => {}; };
  }

  function whenStanding(step, done) {
    const trees = roots(document.querySelector(step.inside));
    const watch = new MutationObserver(() => {
      if (stand(trees, step)) done();
    });
    for (const tree of trees) watch.observe(tree, { childList: true, subtree: true, characterData: true });
    return () => watch.disconnect();
  }

  window.stands = (step) => {
    if (step.canvas) return written.some((_, at) => endsWith(step.keys, at + 1));
    const inside = document.querySelector(step.inside);
    return inside !== null && stand(roots(inside), step);
  };

  window.painted = async () => {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  };

  // `byHand`: somebody else presses, and the time begins with the release.
  window.took = (step, byHand = false) => new Promise((resolve, reject) => {
    const control = document.querySelector(step.click);
    if (!control) throw new Error(`there is no ${step.click}`);
    let began = null;
    let stop = () => {};
    const begin = () => { began = performance.now(); };
    const end = (settle) => {
      clearTimeout(giveUp);
      document.removeEventListener("pointerup", begin, true);
      stop();
      settle();
    };
    const giveUp = setTimeout(() => end(() => reject(new Error(`no rows came after ${step.click}`))), PATIENCE);
    stop = (step.canvas ? whenWritten : whenStanding)(step, () => {
      if (began === null) return;
      const ms = performance.now() - began;
      end(() => resolve(ms));
    });
    if (byHand) {
      document.addEventListener("pointerup", begin, true);
    } else {
      begin();
      control.click();
    }
  });

  // Where a hand would press.
  window.middle = ({ click }) => {
    const control = document.querySelector(click);
    control.scrollIntoView({ block: "nearest" });
    const { x, y, width, height } = (control.closest("label") ?? control).getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  };
})();
