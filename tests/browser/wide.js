// What reaches beyond the right edge, without what scrolls in a box of its own; empty where the page does not scroll.
(() => {
    const page = document.scrollingElement;
    if (page.scrollWidth <= innerWidth) return [];
    const boxed = element => {
        for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
            if (getComputedStyle(at).overflowX !== 'visible') return true;
        }
        return false;
    };
    const out = [...document.querySelectorAll('main *')]
        .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5 && !boxed(element));
    const tags = out.slice(0, 3).map(element => element.outerHTML.slice(0, 120));
    return [`${page.scrollWidth} wide on a screen of ${innerWidth}. Let this wrap, or scroll in a box of its own: ${tags.join(' | ')}`];
})()
