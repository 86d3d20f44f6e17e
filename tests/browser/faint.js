// Words in pictures that are hard to read, a line each: axe does not look at them. Contrast as WCAG 2.2 defines it,
// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
(() => {
    const parts = colour => colour.match(/[\d.]+/g).map(Number);
    const light = colour => {
        const [r, g, b] = parts(colour).slice(0, 3).map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const shown = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (parts(colour)[3] !== 0) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    // What is painted below the middle of the word: its own dot or box, or the page.
    const below = text => {
        const { x, y, width, height } = text.getBoundingClientRect();
        const [across, down] = [x + width / 2, y + height / 2];
        for (const element of document.elementsFromPoint(across, down)) {
            const style = getComputedStyle(element);
            if (element.tagName === 'text' || element.tagName === 'tspan') continue;
            if (element.ownerSVGElement && ['rect', 'circle', 'path', 'polygon'].includes(element.tagName)) {
                const filled = style.fill.startsWith('rgb') && parts(style.fill)[3] !== 0;
                if (filled && Number(style.fillOpacity) * Number(style.opacity) > 0.9) return style.fill;
            }
        }
        return shown(text.closest('svg'));
    };
    const faint = [];
    for (const text of document.querySelectorAll('main svg text')) {
        if (!text.textContent.trim() || !text.checkVisibility()) continue;
        text.scrollIntoView({ block: 'center', behavior: 'instant' });
        const [ink, paper] = [light(getComputedStyle(text).fill), light(below(text))];
        const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        if (contrast < 4.5) faint.push(`"${text.textContent}" ${getComputedStyle(text).fill} on ${below(text)}: ${contrast.toFixed(1)}`);
    }
    return faint;
})()
