// The desk's own behaviours, on top of ui.js: C claims the row in hand, pictures turn and grow.
'use strict';
document.addEventListener('keydown', event => {
  const switched = document.querySelector('[data-js=keys]');
  if (event.key.toLowerCase() !== 'c' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (switched?.getAttribute('aria-pressed') !== 'true' || event.target.matches('input, textarea, select')) return;
  document.querySelector('[data-js=queue] tr[aria-current] [data-js=claim]')?.requestSubmit();
});

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
