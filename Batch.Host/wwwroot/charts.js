'use strict';
// Draws each chart from the table beside it, so that both always agree.
(() => {
    if (typeof echarts === 'undefined') {
        document.querySelectorAll('[data-chart]').forEach(place => place.remove());
        return;
    }
    // On a dark page the darkest of them is not seen; paper is always light.
    const dark = document.documentElement.dataset.theme === 'dark';
    const colours = dark ? ['#8ab8e6', '#c9a0dc', '#e8bd6d', '#8fd3a6', '#f2a5a5', '#7fc7c9', '#b0b0b0', '#d4a5a5', '#a9b6e8', '#d8d08a']
        : ['#1d4f80', '#4f8fc0', '#8fb8d8', '#c58b2a', '#7a9e5f', '#a35d5d', '#6b6b9b', '#5f9ea0', '#b0b0b0', '#d4a5a5'];
    const number = text => Number(text.replaceAll(',', ''));
    const plain = value => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
    document.querySelectorAll('[data-chart]').forEach(place => {
        const table = document.getElementById(place.dataset.table);
        const names = [...table.tHead.rows[0].cells].map(cell => cell.textContent.trim());
        const rows = [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent.trim()));
        const kind = place.dataset.chart;
        const series = names.slice(1).map((name, i) => ({
            name,
            type: kind === 'line' ? 'line' : 'bar',
            stack: kind === 'stack' || kind === 'pyramid' ? 'all' : undefined,
            data: rows.map(row => (kind === 'pyramid' && i === 0 ? -1 : 1) * number(row[i + 1])),
        }));
        // Of the two sides of a pyramid one is drawn to the left; nobody is fewer than none.
        const shown = kind === 'pyramid' ? value => plain(Math.abs(value)) : plain;
        const lying = kind === 'pyramid' || kind === 'lying';
        const names1 = { type: 'category', data: rows.map(row => row[0]), inverse: kind === 'lying', axisTick: { show: false } };
        const values = { type: 'value', axisLabel: { formatter: shown }, minInterval: lying ? 1 : 0 };
        const option = {
            animation: false,
            textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
            color: colours,
            backgroundColor: 'transparent',
            tooltip: { trigger: 'axis', valueFormatter: shown, axisPointer: { type: 'shadow' } },
            legend: { type: 'scroll', top: 0 },
            grid: { left: 10, right: 20, top: 40, bottom: 10, containLabel: true },
            xAxis: lying ? values : names1,
            yAxis: lying ? names1 : values,
            series,
        };
        let chart;
        const draw = theme => {
            chart?.dispose();
            chart = echarts.init(place, theme, { renderer: 'canvas' });
            chart.setOption(option);
        };
        draw(dark ? 'dark' : null);
        window.addEventListener('resize', () => chart.resize());
        if (dark) {
            window.addEventListener('beforeprint', () => draw(null));
            window.addEventListener('afterprint', () => draw('dark'));
        }
    });
})();
