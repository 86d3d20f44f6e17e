// What mdBook's own frame lacks for people who use a keyboard or listen. Colours need no script: see outgrow.css.
(() => {
  'use strict';
  const main = document.querySelector('main');

  // The button that shows the table of contents is a label: it is told and pressed as what it does.
  const toggle = document.getElementById('mdbook-sidebar-toggle');
  if (toggle) {
    toggle.setAttribute('role', 'button');
    toggle.tabIndex = 0;
    toggle.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      toggle.click();
    });
  }

  // What scrolls sideways can be reached and scrolled by keyboard. Whether it does changes with the width of the page.
  const boxes = [['pre > code', 'code'], ['.table-wrapper', 'table'], ['.scroll', 'figures']];
  const reachable = () => {
    for (const [boxed, name] of boxes) {
      for (const box of document.querySelectorAll(`main ${boxed}`)) {
        if (box.scrollWidth > box.clientWidth) {
          box.tabIndex = 0;
          box.setAttribute('role', 'group');
          box.setAttribute('aria-label', `${name}, scrolls sideways`);
        } else if (box.getAttribute('role') === 'group') {
          for (const attribute of ['tabindex', 'role', 'aria-label']) box.removeAttribute(attribute);
        }
      }
    }
  };
  // In a box that scrolls, arrow keys scroll; mdBook would turn the page.
  main?.addEventListener('keydown', (event) => {
    if (/^Arrow(Left|Right)$/.test(event.key) && event.target.scrollWidth > event.target.clientWidth && event.target.matches('[tabindex]')) {
      event.stopPropagation();
    }
  });
  if (main && 'ResizeObserver' in window) new ResizeObserver(reachable).observe(main);
  reachable();
})();
