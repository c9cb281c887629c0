// While further questions are fetched people go on filling in, and an answer is older than what
// has been typed since. So what stands in the form when the answer comes is put back into it.
'use strict';
let typed = new Map();

document.addEventListener('htmx:beforeSwap', event => {
  const form = event.detail.target.closest?.('form');
  if (event.detail.target.id === 'questions' && form) typed = new Map(new FormData(form));
});

document.addEventListener('htmx:afterSwap', () => {
  for (const control of document.querySelectorAll('#questions [name]:not([type=hidden])')) {
    if (!typed.has(control.name)) continue;
    if (control.type === 'radio') control.checked = control.value === typed.get(control.name);
    else control.value = typed.get(control.name);
  }
  typed.clear();
});
