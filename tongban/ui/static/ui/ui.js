// Everything works without this file; it saves a page load, a mouse or a second click.
'use strict';
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const live = $('#live');
const say = words => { if (live && words) live.textContent = words; };

// 大字版 without leaving the page, so that nothing typed is lost.
const large = $('[data-js=large]');
large?.addEventListener('submit', async event => {
  event.preventDefault();
  const button = $('button', large), on = button.value === '1', body = new FormData(large);
  body.set('large', button.value);
  try {
    const answer = await fetch(large.action, { method: 'POST', body, redirect: 'manual' });
    if (answer.type !== 'opaqueredirect') throw new Error(String(answer.status));
  } catch {
    large.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'large', value: button.value }));
    large.submit();
    return;
  }
  if (on) document.documentElement.dataset.type = 'large'; else delete document.documentElement.dataset.type;
  button.value = on ? '0' : '1';
  button.setAttribute('aria-pressed', String(on));
});

// What a fresh part of the page needs, whether it came with the page or by htmx.
function wake(part) {
  $('[data-js=focus]', part)?.focus();
  $$('[data-js=print], [data-js=copy]', part).forEach(button => { button.hidden = false; });
}
wake(document);
document.addEventListener('htmx:afterSwap', event => {
  wake(event.detail.target);
  say($('[data-announce]', event.detail.target)?.dataset.announce);
});

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-js=print], [data-js=copy]');
  if (!button) return;
  if (button.dataset.js === 'print') { print(); return; }
  await navigator.clipboard.writeText(button.dataset.copy);
  say(button.dataset.done);
  button.lastChild.textContent = button.dataset.done;
});

// A form goes out once. The server refuses the second anyway; this spares the reader the doubt.
const PATIENCE = 10000;
let sent = new WeakSet();
document.addEventListener('submit', event => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (sent.has(form)) { event.preventDefault(); return; }
  sent.add(form);
  event.submitter?.classList.add('htmx-request');
  setTimeout(() => { sent.delete(form); say(live?.dataset.late); }, PATIENCE);
});
window.addEventListener('pageshow', event => {
  // Back from the browser's memory, with everything typed still in it: let it be sent again.
  if (!event.persisted) return;
  sent = new WeakSet();
  $$('.btn.htmx-request').forEach(button => button.classList.remove('htmx-request'));
});
document.addEventListener('htmx:sendError', () => say(live?.dataset.lost));

// The desk's keys. Off while typing, and by the switch in the head (WCAG 2.1.4).
const keys = $('[data-js=keys]');
const kept = value => {
  try { if (value) localStorage.setItem('desk-keys', value); return localStorage.getItem('desk-keys'); } catch { return value; }
};
if (keys) {
  keys.hidden = false;
  keys.setAttribute('aria-pressed', String(kept() !== 'off'));
  keys.addEventListener('click', () => {
    const on = keys.getAttribute('aria-pressed') !== 'true';
    keys.setAttribute('aria-pressed', String(on));
    kept(on ? 'on' : 'off');
  });
}

function moveInQueue(step) {
  const rows = $$('[data-js=queue] tbody tr');
  if (!rows.length) return;
  const at = rows.findIndex(row => row.contains(document.activeElement));
  const from = at >= 0 ? at : rows.findIndex(row => row.hasAttribute('aria-current'));
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + step))];
  rows.forEach(row => row.removeAttribute('aria-current'));
  next.setAttribute('aria-current', 'true');
  $('a', next)?.focus();
}

function showAllKeys() {
  const list = $('#all-keys');
  if (!list) return;
  list.open = true;
  $('summary', list).focus();
}

const moves = {
  j: () => moveInQueue(1),
  k: () => moveInQueue(-1),
  '[': () => $('a[rel=prev]')?.click(),
  ']': () => $('a[rel=next]')?.click(),
  '/': () => $('[data-js=search]')?.focus(),
  '?': showAllKeys,
};

document.addEventListener('keydown', event => {
  if (!keys || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select')) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (keys.getAttribute('aria-pressed') !== 'true') return;
  const pressed = event.key.toLowerCase();
  if (moves[pressed]) { event.preventDefault(); moves[pressed](); return; }
  const printed = $$('.btn kbd').find(kbd => kbd.textContent.trim().toLowerCase() === pressed);
  if (printed) { event.preventDefault(); printed.closest('.btn').click(); }
});
