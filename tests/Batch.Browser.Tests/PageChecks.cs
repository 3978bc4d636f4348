using Microsoft.Playwright;

namespace Batch.Browser.Tests;

/// <summary>What a machine can see of how a page looks.</summary>
internal static class PageChecks
{
    /// <summary>What is wrong with the page as it is shown now; empty: nothing that a machine can see.</summary>
    public static async Task<IEnumerable<string>> FaultsAsync(IPage page, string language, bool telephone) =>
        [.. await page.EvaluateAsync<string[]>(Left, language), .. await page.EvaluateAsync<string[]>(Shape, telephone)];

    // In English no Han character is left, in Chinese no heading, button, label or menu entry without one; names, files and codes are nobody's language, and a reject's sentence
    // quotes the sender's own column.
    private const string Left =
        """
        language => {
            const own = node => node.closest('[translate=no], [data-sentence], [lang]:not(html), code, script, option, .hash') === null;
            const found = [];
            if (language === 'en') {
                const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) {
                    if (/\p{Script=Han}/u.test(walk.currentNode.data) && own(walk.currentNode.parentElement)) { found.push(walk.currentNode.data.trim()); }
                }
            } else {
                document.querySelectorAll('h1, h2, h3, th, button, label, nav a, summary, p, small').forEach(node => {
                    const text = node.textContent.trim();
                    if (/[a-z]{3}/i.test(text) && !/\p{Script=Han}/u.test(text) && own(node) && !node.querySelector('code, [translate=no], .hash')) { found.push(text); }
                });
            }
            return found;
        }
        """;

    // Nothing is wider than the window; amounts, but in columns of sentences, stand right with digits of one width; on a desktop no button, field or link hides behind a scroll bar.
    private const string Shape =
        """
        telephone => {
            const found = [];
            if (document.documentElement.scrollWidth > window.innerWidth + 1) { found.push('wider than the window'); }
            document.querySelectorAll('main td').forEach(cell => {
                const text = cell.textContent.trim();
                const style = getComputedStyle(cell);
                if (/^[+-]?[\d,]+\.\d{2}$/.test(text) && !cell.closest('[translate=no], [data-sentence]') && (!['right', 'end'].includes(style.textAlign) || !style.fontVariantNumeric.includes('tabular-nums'))) {
                    found.push('not right-aligned: ' + text);
                }
            });
            if (!telephone) {
                document.querySelectorAll('main :is(button, input, select, summary, a)').forEach(part => {
                    const box = part.getBoundingClientRect();
                    const edge = part.closest('.scroll')?.getBoundingClientRect() ?? { right: window.innerWidth };
                    if (box.width > 0 && part.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) && box.right > edge.right + 1) { found.push('hidden at the right: ' + (part.textContent.trim() || part.name)); }
                });
            }
            return found;
        }
        """;
}
