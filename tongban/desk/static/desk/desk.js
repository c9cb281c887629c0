// The desk's own behaviours, on top of ui.js: C claims the row in hand and O ticks it, pictures turn and grow.
'use strict';
const inHand = '[data-js=queue] tr[aria-current]';
const ofRow = {
  c: () => document.querySelector(`${inHand} [data-js=claim]`)?.click(),
  o: () => document.querySelector(`${inHand} [data-js=tick]`)?.click(),
};
document.addEventListener('keydown', event => {
  const switched = document.querySelector('[data-js=keys]');
  if (event.ctrlKey || event.metaKey || event.altKey || switched?.getAttribute('aria-pressed') !== 'true') return;
  if (event.target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select')) return;
  ofRow[event.key.toLowerCase()]?.();
});

// All boxes of the page at once, or none when all are ticked.
const all = document.querySelector('[data-js=tick-all]');
if (all) {
  all.hidden = false;
  all.addEventListener('click', () => {
    const boxes = [...document.querySelectorAll('[data-js=tick]')], on = !boxes.every(box => box.checked);
    boxes.forEach(box => { box.checked = on; });
  });
}

// A picture on the table: a quarter turn, larger, smaller, or as wide as its frame.
function lay(picture, { turn, scale }) {
  Object.assign(picture.dataset, { turn, scale });
  const frame = picture.parentElement, sideways = turn % 180 !== 0;
  const ratio = picture.naturalHeight / picture.naturalWidth;
  const width = frame.clientWidth * scale / (sideways ? ratio : 1);
  const height = width * ratio;
  picture.style.maxInlineSize = 'none';
  picture.style.inlineSize = `${width}px`;
  picture.style.transform = `rotate(${turn}deg)`;
  // A turned box keeps its old place in the page; these margins give it the place it now takes.
  const [across, down] = sideways ? [height, width] : [width, height];
  picture.style.marginInline = `${(across - width) / 2}px`;
  picture.style.marginBlock = `${(down - height) / 2}px`;
}

for (const tools of document.querySelectorAll('[data-js=turn]')) {
  const picture = tools.nextElementSibling.querySelector('img');
  tools.hidden = false;
  tools.addEventListener('click', event => {
    const asked = event.target.closest('[data-turn]')?.dataset.turn;
    if (!asked) return;
    const turn = Number(picture.dataset.turn || 0), scale = Number(picture.dataset.scale || 1);
    lay(picture, {
      turn: asked === 'rotate' ? (turn + 90) % 360 : turn,
      scale: asked === 'fit' ? 1 : Math.min(6, Math.max(0.25, scale * ({ in: 1.25, out: 0.8 }[asked] || 1))),
    });
  });
}
