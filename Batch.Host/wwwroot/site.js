'use strict';
// Comforts only: every act of the pages works without them.

// The area switcher goes by itself.
document.querySelectorAll('select[data-go]').forEach(select => {
    select.addEventListener('change', () => select.form.submit());
    select.form.querySelector('button')?.remove();
});

document.querySelectorAll('[data-print]').forEach(button => button.addEventListener('click', () => window.print()));

// A table that is stacked on small screens says in each cell what the cell is.
document.querySelectorAll('.stack table').forEach(table => {
    const names = [...table.tHead.rows[0].cells].map(cell => cell.textContent.trim());
    [...table.tBodies[0].rows].forEach(row => [...row.cells].forEach((cell, i) => { cell.dataset.label = names[i]; }));
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

// What goes on by itself is asked for again and again: fields are put in their places, and the page is loaded anew once the work has ended.
document.querySelectorAll('[data-poll]:not([data-poll=""])').forEach(place => {
    const again = async () => {
        try {
            const answer = await fetch(place.dataset.poll, { headers: { Accept: 'application/json' } });
            if (answer.ok && answer.headers.get('content-type')?.includes('json')) {
                const news = await answer.json();
                if (news.done) {
                    window.location.reload();
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
});

// Uploading large files shows how far it is.
document.querySelectorAll('form[data-upload]').forEach(form => form.addEventListener('submit', event => {
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
        if (request.status === 200 && request.responseURL && !request.responseURL.endsWith('/fault')) {
            if (request.responseURL.split('#')[0] === window.location.href.split('#')[0] && request.responseText.includes('class="fault"')) {
                document.open();
                document.write(request.responseText);
                document.close();
            } else {
                window.location.assign(request.responseURL);
            }
        } else {
            document.open();
            document.write(request.responseText);
            document.close();
        }
    });
    request.addEventListener('error', () => form.submit());
    request.open('POST', form.action);
    request.send(new FormData(form));
}));
