// Shows how far an upload is, and spares a long wait for a file that is too large anyway.
'use strict';
const uploadForm = event => event.target.closest?.('form[data-largest]');

document.addEventListener('htmx:xhr:progress', event => {
  const form = uploadForm(event), box = form && form.querySelector('[data-js=upload]');
  if (!box || !event.detail.lengthComputable) return;
  const percent = Math.round(100 * event.detail.loaded / event.detail.total);
  box.hidden = false;
  box.querySelector('progress').value = percent;
  box.querySelector('.num').textContent = String(percent);
});

document.addEventListener('htmx:afterRequest', event => {
  const box = uploadForm(event)?.querySelector('[data-js=upload]');
  if (box) box.hidden = true;
});
