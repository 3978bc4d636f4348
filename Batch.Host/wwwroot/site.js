'use strict';
// Comforts only: every act of the pages works without them. In a block, so that a document that is written anew may run the script again.
{
// The area switcher goes by itself.
document.querySelectorAll('select[data-go]').forEach(select => {
    select.addEventListener('change', () => select.form.submit());
    select.form.querySelector('button')?.remove();
});

// A table wider than its place can be scrolled with the arrow keys once it has the focus.
const reach = () => document.querySelectorAll('.scroll').forEach(place => {
    if (place.scrollWidth > place.clientWidth) {
        place.tabIndex = 0;
        place.setAttribute('role', 'region');
        place.setAttribute('aria-label', document.documentElement.lang.startsWith('zh') ? '可左右滚动的表格' : 'A table that scrolls sideways');
    } else {
        ['tabindex', 'role', 'aria-label'].forEach(name => place.removeAttribute(name));
    }
});
window.addEventListener('load', reach);
window.addEventListener('resize', reach);
document.addEventListener('toggle', reach, true);

// On small screens the menu begins closed.
if (window.matchMedia('(max-width: 52rem)').matches) {
    document.querySelectorAll('details.menu').forEach(menu => menu.removeAttribute('open'));
}

// The page that an answer holds; its main part takes the place of the one shown, and comes to life like it.
const read = text => new DOMParser().parseFromString(text, 'text/html');
const replace = (old, fresh) => {
    old.replaceWith(fresh);
    enliven(fresh.parentElement);
    reach();
};

// What goes on by itself is asked for again and again: fields are put in their places. Once the work has ended, a place with an id is loaded anew by itself, so that
// messages and what was typed beside it stay; else the page is.
const renew = async place => {
    if (!place.id) {
        window.location.reload();
        return;
    }
    const answer = await fetch(window.location.href, { headers: { Accept: 'text/html' } });
    const fresh = answer.ok ? read(await answer.text()).getElementById(place.id) : null;
    if (fresh === null) {
        window.location.reload();
    } else {
        replace(place, document.adoptNode(fresh));
    }
};
const poll = place => {
    const again = async () => {
        if (!place.isConnected) {
            return;
        }
        try {
            const answer = await fetch(place.dataset.poll, { headers: { Accept: 'application/json' } });
            if (answer.ok && answer.headers.get('content-type')?.includes('json')) {
                const news = await answer.json();
                if (news.done) {
                    await renew(place);
                    return;
                }
                for (const [name, value] of Object.entries(news.fields ?? {})) {
                    place.querySelectorAll(`[data-field="${name}"]`).forEach(field => {
                        if (field.tagName === 'PROGRESS') {
                            field.value = value;
                        } else {
                            field.textContent = value;
                        }
                    });
                }
            }
        } catch {
            // The host is away for a moment: ask again.
        }
        window.setTimeout(again, 1000);
    };
    window.setTimeout(again, 700);
};

// Uploading large files shows how far it is.
const upload = form => form.addEventListener('submit', event => {
    event.preventDefault();
    const bar = form.querySelector('progress');
    const request = new XMLHttpRequest();
    form.querySelectorAll('button').forEach(button => { button.disabled = true; });
    bar.hidden = false;
    request.upload.addEventListener('progress', step => {
        if (step.lengthComputable) {
            bar.max = step.total;
            bar.value = step.loaded;
        }
    });
    request.addEventListener('load', () => {
        const failed = !request.responseURL || request.responseURL.endsWith('/fault');
        if (request.status === 200 && !failed && !request.responseText.includes('class="fault"')) {
            window.location.assign(request.responseURL);
            return;
        }
        const page = read(request.responseText);
        const main = page.querySelector('main');
        if (main === null) {
            document.open();
            document.write(request.responseText);
            document.close();
            return;
        }
        if (!failed && request.responseURL.split('#')[0] !== window.location.href.split('#')[0]) {
            window.history.pushState(null, '', request.responseURL);
        }
        document.title = page.title;
        replace(document.querySelector('main'), document.adoptNode(main));
        window.scrollTo(0, 0);
    });
    request.addEventListener('error', () => form.submit());
    request.open('POST', form.action);
    request.send(new FormData(form));
});

const enliven = root => {
    root.querySelectorAll('[data-print]').forEach(button => { button.onclick = () => window.print(); });
    // A table that is stacked on small screens says in each cell what the cell is.
    root.querySelectorAll('.stack table').forEach(table => {
        const names = [...table.tHead.rows[0].cells].map(cell => cell.textContent.trim());
        [...table.tBodies[0].rows, ...table.tFoot?.rows ?? []].forEach(row => {
            let column = 0;
            for (const cell of row.cells) {
                // In a row of totals the words name the row, not a column.
                if (cell.colSpan === 1 && cell.localName === 'td' && (row.parentNode.localName !== 'tfoot' || cell.classList.contains('n'))) {
                    cell.dataset.label = names[column];
                }
                column += cell.colSpan;
            }
        });
    });
    // Once each: a part may be looked at again after its neighbour was replaced.
    const once = (selector, act) => root.querySelectorAll(selector).forEach(part => {
        if (part.dataset.live === undefined) {
            part.dataset.live = '';
            act(part);
        }
    });
    once('[data-poll]:not([data-poll=""])', poll);
    once('form[data-upload]', upload);
};
enliven(document);
}
